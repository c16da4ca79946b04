"""Keep the records of one crawl: hand all that is to be written to its thread, and count what it came to."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from archive.alarms import Alarm
from archive.counts import FAILURES
from archive.errors import ArchiveError
from archive.model import Capture, Change, Kind, Page, Tally
from archive.warc.reader import Exchange
from crawler.books import Books
from crawler.errors import UNWRITABLE, ends_everything, unreadable, unwritable
from crawler.frontier.passes import Pass
from crawler.frontier.records import Lease, Settled
from crawler.frontier.visits import Visit
from crawler.health.rules import PAUSED
from crawler.plan import plan_of
from crawler.portals import Portal, portal_crawled
from crawler.tally import COUNTS, add, captures_of
from crawler.writing import Part, WritingThread

T = TypeVar("T")
logger = logging.getLogger(__name__)
Taken = tuple[Page, Change | None]  # what was stored of a page, and what it did to its article
OUTCOMES = {"shutdown": "interrupted", "closespider_timeout": PAUSED}  # by the reason that Scrapy gives
TRAPS = "backan/traps/"  # how the stats begin that count what a spider did not follow


class Logbook:
    """The only one who writes during a crawl, in one thread of its own, never in the event loop's.

    Where it cannot write, the crawl ends: to go on would ask a site for pages that nobody keeps.
    """

    def __init__(self, portal: type[Portal], crawler: Crawler) -> None:
        self.portal, self.crawler = portal, crawler
        self.keeps_frontier = False  # the scheduler says so
        self.books: Books | None = None
        self.tally = Tally()
        self.outcome = "failed"  # until it has ended in any other way
        self.broken: str | None = None  # why nothing can be written any more
        self.failures: Counter[str] = Counter()  # by their note
        self._is_open = False
        self._thread = WritingThread(portal.name, lambda: self._books.group())

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        logbook = cls(portal_crawled(crawler), crawler)
        crawler.signals.connect(logbook.spider_opened, signals.spider_opened)
        crawler.signals.connect(logbook.spider_closed, signals.spider_closed)
        return logbook

    async def spider_opened(self, spider: Spider) -> None:
        books = self.books = Books(plan_of(self.portal, spider, self.crawler.settings, self.keeps_frontier))
        try:
            await self._run(books.open)
        except UNWRITABLE as error:
            self._break(error)
            raise CloseSpider("cannot write") from error
        self._is_open = True
        self.outcome = "interrupted"  # if nobody comes to say how it has ended: Ctrl-C, twice
        if books.resumed:
            await self._run(self._resume, spider, books)

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        await self._run(lambda: None)  # all that was handed in before is taken in and counted then
        self.outcome = OUTCOMES.get(reason, reason)
        if self.books:
            try:
                await self._run(self._close, self.books)
            except UNWRITABLE as error:
                self._break(error)
            await self._run(self.books.abandon)
        self._thread.shutdown()

    async def write(
        self, url: str, status: int, mime: str | None, request: bytes, head: bytes, body: bytes, **more: Any
    ) -> Capture:
        """Write an exchange to the WARC file; see `Books.write`."""
        write = partial(self._books.write, url, status, mime, request, head, body, **more)
        return await self._writing(write, part=Part.BESIDE)

    async def original(self, visit: Visit) -> Exchange:
        """The archived response that a 304 refers to. Raises ArchiveError where it is not there any more."""
        return await self._run(self._books.original, visit)

    def capture(self, url: str) -> Capture:
        """A capture, now, of a request that brought no response."""
        return self._books.capture(url)

    def note(self, capture: Capture, fields: Mapping[str, str]) -> None:
        """Write down how a capture came about."""
        if fields or capture.warc_file is None:
            noted = self._run(self._books.note, capture, fields, part=Part.BESIDE)
            noted.add_done_callback(self._check)

    def take_in(self, capture: Capture, page: Page, keep: bool = False) -> "asyncio.Future[Taken]":
        """Take a capture into the archive, and count it. Who need not know what came of it need not wait.

        `keep`: the caller will ask for its `visit`, once.
        """
        taken = self._run(self._books.take_in, capture, page, keep, part=Part.IN_GROUP)
        taken.add_done_callback(partial(self._count, capture.url))
        return taken

    def visit(self, *args: Any) -> Visit | None:
        """What the next request of a page may refer to, after it was taken in; see `Books.visit`."""
        return self._books.visit(*args)

    async def turn(self, settled: Sequence[Settled], want: int) -> list[Lease]:
        """See `Books.turn`. Whatever goes wrong in the frontier ends the crawl; the next one goes on."""
        return await self._writing(partial(self._books.turn, settled, want), (Exception,))

    async def hold(self, host: str, seconds: float) -> None:
        await self._writing(partial(self._books.hold, host, seconds), (Exception,))

    def keep_pass(self, host: str, cookie: Pass) -> None:
        """Keep the cookie that has opened a host, for the crawls to come."""
        self._run(self._books.keep_pass, host, cookie).add_done_callback(self._check)

    @property
    def passes(self) -> Mapping[str, Pass]:
        """The cookies that have opened hosts in crawls before, by host."""
        return self._books.passes

    async def unlinked(self) -> list[tuple[str, str]]:
        return await self._writing(self._books.unlinked, (Exception,))

    @property
    def pending(self) -> int:
        """How many requests wait in the frontier; not those that are leased."""
        return self.books.frontier.pending if self.books and self.books.frontier else 0

    @property
    def held_for(self) -> float | None:
        """Seconds until the first of the held hosts is free, where all that is pending is of such hosts."""
        return self._books.held_for

    @property
    def not_due(self) -> int:
        """How many pages were not asked for, because they were not long ago."""
        return self.books.not_due if self.books else 0

    @property
    def resumed(self) -> bool:
        return self.books is not None and self.books.resumed

    @property
    def cause(self) -> str | None:
        """Why most of what failed did, if anything has; of as many the last, which may follow from others."""
        return max(reversed(self.failures), key=self.failures.__getitem__, default=None)

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """What was wrong with the crawl; known when it has ended."""
        return self.books.alarms if self.books else ()

    @property
    def _books(self) -> Books:
        if self.books is None:
            raise ArchiveError("the archive is not open")
        return self.books

    def _resume(self, spider: Spider, books: Books) -> None:
        """In the thread, page by page as they come: there may be very many."""
        pages = (books.met_with(kind) for kind in (Kind.ARTICLE, Kind.LISTING))
        spider.resume(*pages)  # type: ignore[attr-defined]  # as every portal can

    def _close(self, books: Books) -> None:
        stats = self.crawler.stats
        traps = sum(n for name, n in stats.get_stats().items() if name.startswith(TRAPS))
        errors = stats.get_value("spider_exceptions/count", 0)
        books.close(self.outcome, self.tally, errors, self.cause, traps)

    def _run(self, work: Callable[..., T], *args: object, part: Part = Part.ALONE) -> "asyncio.Future[T]":
        return self._thread.run(work, *args, part=part)

    async def _writing(
        self,
        work: Callable[[], T],
        fatal: tuple[type[Exception], ...] = UNWRITABLE,
        part: Part = Part.ALONE,
    ) -> T:
        try:
            return await self._run(work, part=part)
        except fatal as error:
            self._break(error)
            raise

    def _check(self, done: "asyncio.Future[None]") -> None:
        if error := done.exception():
            self._break(error)

    def _count(self, url: str, taken: "asyncio.Future[Taken]") -> None:
        error = taken.exception()
        if error and ends_everything(error):
            self._break(error)
            return
        if error:
            logger.error("%r cannot be stored at all", url, exc_info=error)
        page, change = (unreadable(error), None) if error else taken.result()
        add(self.tally, page.outcome, change, page.replaced)
        if page.outcome in FAILURES and not page.replaced:
            self.failures[page.note or page.outcome] += 1
        self.crawler.stats.set_value("backan/captures", captures_of(self.tally))
        self.crawler.stats.inc_value(f"backan/outcome/{page.outcome}")
        for name in COUNTS:
            self.crawler.stats.set_value(f"backan/{name}", getattr(self.tally, name))

    def _break(self, error: BaseException) -> None:
        if self.broken is None:
            self.broken = unwritable(error, Path(self.crawler.settings["BACKAN_DATA"]))
            logger.critical("%s ends: %s", self.portal.name, self.broken)
            if self._is_open and self.crawler.engine:
                end = self.crawler.engine.close_spider_async(reason="cannot write")
                self._end = asyncio.ensure_future(end)
