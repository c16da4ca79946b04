"""Scrapy's scheduler on the frontier: what is handed out is leased, what is settled is durable."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.core.scheduler import Scheduler as InMemory
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Request
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from archive.model import Kind, Link
from crawler.errors import reason
from crawler.fetch.fingerprint import of_link
from crawler.frontier.recent import Recent
from crawler.frontier.records import Lease, Settled, State, Wanted
from crawler.frontier.stored_request import dump, load
from crawler.frontier.visits import Seen
from crawler.logbook import Logbook

GROUP = 0.25  # seconds that a settled request waits for others, to become durable with them
READY = 8  # so many leased requests lie ready; few, as a kill makes them wait for the next start
MET = 10_000  # links that are remembered beside the frontier, which knows them all

logger = logging.getLogger(__name__)


class Scheduler(BaseScheduler):
    """All work on the frontier is done in turns, in the thread of the logbook.

    A turn settles when GROUP seconds have passed since something came to its end, or when nothing else is
    left to do; it leases when requests run short.
    """

    def __init__(self, crawler: Crawler, logbook: Logbook) -> None:
        self.crawler, self.logbook, self.stats = crawler, logbook, crawler.stats
        logbook.keeps_frontier = True
        self._ready: deque[Lease] = deque()
        self._unsaved: list[Settled] = []
        self._turn: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unlinked: asyncio.Future[None] | None = None
        self._met = Recent(MET)  # links that need not enter once more
        self._late: set[str] = set()  # hosts that were held while a turn was under way
        self._taken = self._settled = 0  # leases, by this scheduler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if (logbook := crawler.get_extension(Logbook)) is None:  # in `scrapy shell`, and for foreign spiders
            return InMemory.from_crawler(crawler)  # type: ignore[return-value]
        scheduler = cls(crawler, logbook)
        crawler.signals.connect(scheduler.spider_idle, signals.spider_idle)
        return scheduler

    def open(self, spider: Spider) -> None:
        self.spider = spider
        if hasattr(spider, "has_met"):  # a portal, and no spider of a test
            spider.has_met = self.has_met

    def close(self, reason: str) -> Deferred[None]:
        return deferred_from_coro(self._close())

    def has_pending_requests(self) -> bool:
        waiting = self._ready or self._unsaved or self._turn
        return bool(waiting or self.logbook.pending) and not self.logbook.broken

    def next_request(self) -> Request | None:
        if len(self._ready) < READY // 2:
            self._begin_turn()
        while self._ready:
            lease = self._ready.popleft()
            try:
                request = load(lease.request, self.spider)
            except Exception as error:  # stored by a program that is older or newer than this one
                self.settle(lease.id, State.FAILED, reason(error))
                continue
            request.dont_filter = False  # as a repeated one has it, and a redirect would take it over
            request.meta.update({"lease": lease.id} | ({"visit": lease.visit} if lease.visit else {}))
            self.stats.inc_value("scheduler/dequeued")
            return request
        return None

    def enqueue_request(self, request: Request) -> bool:
        """What no page has brought: a start, or a request that takes the place of one that was leased."""
        wanted, lease = self.wanted(request), request.meta.get("lease")
        if lease is not None and request.dont_filter:  # it is asked again
            self._add(Settled(lease, State.PENDING, "asked again", again=wanted))
        else:
            self._add(Settled(lease, reason=lease and "another took its place", wanted=(wanted,)))
        return True

    def spider_idle(self) -> None:
        """Before the end, ask for the articles that no page has led to: they may have vanished."""
        if self._unlinked is None:
            self._unlinked = asyncio.ensure_future(self._ask_for_unlinked())
            self._unlinked.add_done_callback(_look_at)
        if not self._unlinked.done():
            raise DontCloseSpider

    def settle(
        self,
        lease: int,
        state: State = State.DONE,
        why: str | None = None,
        requests: Iterable[Wanted] = (),
        seen: Seen | None = None,
    ) -> None:
        """A leased request has come to its end: with the requests that its page brought, all at once.

        Without those that were wanted before: a page repeats the links of its menu, and of every other.
        """
        wanted = tuple(one for one in requests if self._met.add((one.fingerprint, one.changed_at)))
        self._add(Settled(lease, state, why, wanted, seen=seen))

    def has_met(self, key: str, changed_at: str | None) -> bool:
        """Whether a link to this page has been settled not long ago; then it need not be made a request."""
        return self._met.has((of_link(key), changed_at))

    def hold(self, host: str, seconds: float) -> None:
        """Hand out no request of this host for so long, in this crawl and in those after it."""
        self._give_back({host})
        if self._turn:
            self._late.add(host)
        asyncio.ensure_future(self.logbook.hold(host, seconds)).add_done_callback(_look_at)
        self._begin_turn()

    def wanted(self, request: Request) -> Wanted:
        meta = request.meta
        return Wanted(
            self.crawler.request_fingerprinter.fingerprint(request),
            meta.get("key") or request.url,
            Kind(meta.get("kind", Kind.OTHER)),
            urlparse_cached(request).hostname or "",
            request.priority,
            dump(request, self.spider),
            meta.get("changed_at"),
            linked=not meta.get("unlinked", False),
        )

    def new(self, request: Request) -> Iterator[Wanted]:
        """A request of a page as the frontier keeps it; none where it cannot be kept."""
        try:
            yield self.wanted(request)
        except (TypeError, ValueError):
            logger.exception("%s cannot be kept in the frontier", request)
            self.stats.inc_value("spider_exceptions/count")  # which ends the crawl with an alarm

    def _add(self, settled: Settled) -> None:
        self._unsaved.append(settled)
        self._settled += settled.lease is not None
        self.stats.inc_value("scheduler/enqueued", len(settled.wanted))
        self._set_timer(GROUP)

    def _set_timer(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._timer and self._timer.when() > loop.time() + seconds:  # the end of a hold may be far off
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = loop.call_later(seconds, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        self._begin_turn(settle=True)

    def _begin_turn(self, settle: bool = False) -> None:
        """`settle`: what was settled has waited long enough. It waits no longer either where nothing is left
        to be leased."""
        settle = bool(self._unsaved) and (settle or not self.logbook.pending)
        short = len(self._ready) < READY and self.logbook.pending
        if self._turn is None and not self.logbook.broken and (settle or short):
            self._turn = asyncio.ensure_future(self._take_turn(settle))

    async def _take_turn(self, settle: bool) -> None:
        unsaved: list[Settled] = []
        if settle:
            unsaved, self._unsaved = self._unsaved, unsaved
        try:
            leases = await self.logbook.turn(unsaved, READY - len(self._ready))
        except Exception:
            return  # the logbook ends the crawl; what was not settled stays leased, and is asked for again
        finally:
            self._turn = None
        self.stats.inc_value("backan/turns")
        self._taken += len(leases)
        self._ready.extend(leases)
        self._give_back(self._late)
        self._late = set()
        self.stats.set_value("backan/queued", self.logbook.pending + self._taken - self._settled)
        if self._unsaved:
            self._set_timer(GROUP)
        if leases or not self.logbook.pending:
            self._wake()
        elif self.logbook.held_for:  # all that is pending is of hosts that are held
            until = datetime.now(UTC) + timedelta(seconds=self.logbook.held_for)
            self.stats.set_value("backan/held_until", until)
            self._set_timer(self.logbook.held_for)

    def _give_back(self, hosts: set[str]) -> None:
        back = [lease for lease in self._ready if lease.host in hosts]
        for lease in back:
            self._ready.remove(lease)
            self._unsaved.append(Settled(lease.id, State.PENDING, "its host is held"))
            self._taken -= 1

    def _wake(self) -> None:
        # Scrapy asks a scheduler only when something has happened, and by its heart beat every 5 seconds.
        if self.crawler.engine and (slot := self.crawler.engine._slot):
            slot.nextcall.schedule()

    async def _ask_for_unlinked(self) -> None:
        for key, url in await self.logbook.unlinked():
            request = self.spider.request(Link(url, Kind.ARTICLE))  # type: ignore[attr-defined]
            request.meta.update({"key": key, "unlinked": True})
            self.enqueue_request(request)
        self._begin_turn(settle=True)
        self._wake()

    async def _close(self) -> None:
        if self._turn:
            await self._turn
        if self._timer:
            self._timer.cancel()
        if self._unsaved and not self.logbook.broken:
            await self.logbook.turn(self._unsaved, 0)
            self._unsaved = []


def scheduler_of(crawler: Crawler) -> Scheduler | None:
    """The scheduler of a crawl, if it is ours. Scrapy takes all schedulers for instances of each other."""
    scheduler = crawler.engine.scheduler if crawler.engine else None
    return scheduler if type(scheduler) is Scheduler else None


def _look_at(task: "asyncio.Future[Any]") -> None:
    """An error that nobody awaits is an error all the same; the logbook has ended the crawl for it."""
    if not task.cancelled() and (error := task.exception()):
        logger.error("the frontier cannot be used", exc_info=error)
