"""Keep the records of one crawl: its row, its WARC files, its captures, its counts."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self, TypeVar

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, NotConfigured

from archive.errors import ArchiveError
from archive.model import Capture, Change, Page, Tally
from archive.store import Archive
from archive.warc_writer import WarcWriter
from crawler.errors import UNWRITABLE, ends_everything, unreadable
from crawler.portals import Portal, is_portal
from crawler.tally import FAILURES, add, captures_of

T = TypeVar("T")
logger = logging.getLogger(__name__)
Taken = tuple[Page, Change | None]  # what was stored of a page, and what it did to its article


class Logbook:
    """The only one who writes during a crawl, in one thread of its own, never in the event loop's.

    Where it cannot write, the crawl ends: to go on would ask a site for pages that nobody keeps.
    """

    def __init__(self, portal: type[Portal], crawler: Crawler) -> None:
        settings = crawler.settings
        self.portal, self.crawler = portal, crawler
        self.data = Path(settings["BACKAN_DATA"])
        self.source = settings["BACKAN_SOURCE"] or ("via" if settings["BACKAN_VIA"] else "live")
        self.started_at = now()
        self.crawl = f"{portal.name}-{compact(self.started_at)}"
        self.tally = Tally()
        self.outcome = "failed"  # until it has ended in any other way
        self.archive: Archive | None = None
        self.broken: str | None = None  # why nothing can be written any more
        self.failures: Counter[str] = Counter()  # by their note
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=self.crawl)
        self._warc = WarcWriter(
            self.data / "warc",
            self.crawl,
            {
                "software": f"backan-archive (Scrapy/{version('scrapy')}, warcio/{version('warcio')})",
                "format": "WARC File Format 1.1",
                "isPartOf": self.crawl,
                "source": self.source,
                "http-header-user-agent": settings["USER_AGENT"],
                "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
                "via": settings["BACKAN_VIA"] or "",
            },
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        # KEEP_ALIVE is the mark of `scrapy shell`, where one looks at pages and keeps none.
        if not is_portal(crawler.spidercls) or crawler.settings.getbool("KEEP_ALIVE"):
            raise NotConfigured
        logbook = cls(crawler.spidercls, crawler)
        crawler.signals.connect(logbook.spider_opened, signals.spider_opened)
        crawler.signals.connect(logbook.spider_closed, signals.spider_closed)
        return logbook

    async def spider_opened(self, spider: Spider) -> None:
        try:
            await self._run(self._open)
        except UNWRITABLE as error:
            self._break(error)
            raise CloseSpider("cannot write") from error

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        await self._run(lambda: None)  # all that was handed in before is taken in and counted then
        self.outcome = "interrupted" if reason == "shutdown" else reason
        try:
            await self._run(self._close)
        except UNWRITABLE as error:
            self._break(error)
        self._thread.shutdown()

    async def write(
        self, url: str, status: int, mime: str | None, request: bytes, head: bytes, body: bytes, **more: Any
    ) -> Capture:
        """Write an exchange to the WARC file; see `WarcWriter.write` for the bytes and for `more`."""
        capture = replace(self.capture(url), status=status, mime=mime)
        try:
            return await self._run(partial(self._write, capture, request, head, body, **more))
        except UNWRITABLE as error:
            self._break(error)
            raise

    def capture(self, url: str) -> Capture:
        """A capture, now, of a request that brought no response."""
        return Capture(url, self.portal.name, now(), self.crawl)

    def take_in(self, capture: Capture, page: Page, replaced: bool = False) -> "asyncio.Future[Taken]":
        """Take a capture into the archive, and count it. Who need not know what came of it need not wait.

        `replaced`: another request has taken the place of this one, and will count in its stead.
        """
        taken = self._run(self._take_in, capture, page)
        taken.add_done_callback(partial(self._count, capture.url, replaced))
        return taken

    @property
    def cause(self) -> str | None:
        """Why most of what failed did, if anything has."""
        return next((note for note, _ in self.failures.most_common(1)), None)

    def _run(self, work: Callable[..., T], *args: object) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _open(self) -> None:
        self.archive = Archive(self.data / "archive.db")
        self.archive.put_portal(self.portal.info())
        self.archive.start_crawl(self.crawl, self.portal.name, self.source, self.started_at)

    def _write(self, capture: Capture, request: bytes, head: bytes, body: bytes, **more: Any) -> Capture:
        place = self._warc.write(capture.url, capture.captured_at, request, head, body, **more)
        return replace(
            capture, sha256=sha256(body).hexdigest(),
            warc_file=place.file, warc_offset=place.offset, warc_length=place.length,
        )  # fmt: skip

    def _take_in(self, capture: Capture, page: Page) -> Taken:
        """One page that cannot be stored must not cost the others: its capture is kept, with the reason."""
        if self.archive is None:
            raise ArchiveError("the archive is not open")
        try:
            return page, self.archive.take_in(capture, page)
        except Exception as error:
            if ends_everything(error):
                raise
            logger.exception("%s cannot be stored as it was read", capture.url)
            bare = unreadable(error)
            return bare, self.archive.take_in(capture, bare)

    def _close(self) -> None:
        self._warc.close()
        if self.archive:
            self.archive.finish_crawl(self.crawl, now(), self.outcome, self.tally)
            self.archive.close()

    def _count(self, url: str, replaced: bool, taken: "asyncio.Future[Taken]") -> None:
        error = taken.exception()
        if error and ends_everything(error):
            self._break(error)
            return
        if error:
            logger.error("%s cannot be stored at all", url, exc_info=error)
        page, change = (unreadable(error), None) if error else taken.result()
        add(self.tally, page.outcome, change, replaced)
        if page.outcome in FAILURES and not replaced:
            self.failures[page.note or page.outcome] += 1
        self.crawler.stats.set_value("backan/captures", captures_of(self.tally))
        self.crawler.stats.inc_value(f"backan/outcome/{page.outcome}")
        for name in ("pages", "new", "changed", "unchanged", "failed"):
            self.crawler.stats.set_value(f"backan/{name}", getattr(self.tally, name))

    def _break(self, error: BaseException) -> None:
        if self.broken is None:
            self.broken = str(error)
            logger.critical("%s ends, because nothing can be written: %s", self.crawl, error)
            if self.archive:
                end = self.crawler.engine.close_spider_async(reason="cannot write")
                self._end = asyncio.ensure_future(end)


def now() -> str:
    """The time in UTC, in whole seconds: as a WARC file and `captures` state it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(time: str) -> str:
    """20261121T070000Z for 2026-11-21T07:00:00Z: for the names of crawls and files."""
    return time.replace("-", "").replace(":", "")
