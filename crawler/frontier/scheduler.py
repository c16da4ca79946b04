"""Scrapy's scheduler on the frontier: what is handed out is leased, what is settled is durable."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import urlsplit

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
from crawler.errors import UNWRITABLE
from crawler.frontier.records import Lease, Settled, State, Wanted
from crawler.frontier.stored_request import dump, load
from crawler.frontier.visits import Seen
from crawler.logbook import Logbook

GROUP = 0.25  # seconds that a settled request waits for others, to become durable with them
READY = 8  # so many leased requests lie ready; few, as a kill makes them wait for the next start

logger = logging.getLogger(__name__)


class Scheduler(BaseScheduler):
    """All work on the frontier is done in turns, in the thread of the logbook: a turn settles and leases.

    A turn comes when GROUP seconds have passed since something was settled, and when requests run short.
    """

    def __init__(self, crawler: Crawler, logbook: Logbook) -> None:
        self.crawler, self.logbook, self.stats = crawler, logbook, crawler.stats
        logbook.keeps_frontier = True
        self._ready: deque[Lease] = deque()
        self._unsaved: list[Settled] = []
        self._turn: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unlinked: asyncio.Future[None] | None = None
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
            except ValueError as error:  # by a program that is older or newer than this one
                self.settle(lease.id, State.FAILED, f"{type(error).__name__}: {error}")
                continue
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
        if not self._unlinked.done():
            raise DontCloseSpider

    def settle(
        self,
        lease: int,
        state: State = State.DONE,
        reason: str | None = None,
        requests: Iterable[Request] = (),
        seen: Seen | None = None,
    ) -> None:
        """A leased request has come to its end: with the requests that its page brought, all at once."""
        self._add(Settled(lease, state, reason, tuple(self.wanted(r) for r in requests), seen=seen))

    def hold(self, host: str, seconds: float) -> None:
        """Hand out no request of this host for so long, in this crawl and in those after it."""
        ready = ((lease, urlsplit(json.loads(lease.request)["url"]).hostname) for lease in self._ready)
        back = [lease for lease, of in ready if of == host]
        for lease in back:
            self._ready.remove(lease)
            self._unsaved.append(Settled(lease.id, State.PENDING, "its host is held"))
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

    def _add(self, settled: Settled) -> None:
        self._unsaved.append(settled)
        self._settled += settled.lease is not None
        self.stats.inc_value("scheduler/enqueued", len(settled.wanted))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GROUP, self._begin_turn)

    def _begin_turn(self) -> None:
        short = len(self._ready) < READY and self.logbook.pending
        if self._turn is None and not self.logbook.broken and (self._unsaved or short):
            self._turn = asyncio.ensure_future(self._take_turn())

    async def _take_turn(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        unsaved, self._unsaved = self._unsaved, []
        try:
            leases = await self.logbook.turn(unsaved, READY - len(self._ready))
            self._ready.extend(leases)
            if not leases and self.logbook.pending:
                self._wait_for_release()
        except UNWRITABLE:
            return  # the logbook ends the crawl; what was not settled stays leased, and is asked for again
        finally:
            self._turn = None
        self._taken += len(leases)
        self.stats.set_value("backan/queued", self.logbook.pending + self._taken - self._settled)
        self._wake()

    def _wait_for_release(self) -> None:
        """All that is pending is of hosts that are held: look again when the first of them is free."""
        if self.logbook.held_for and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self.logbook.held_for, self._begin_turn)

    def _wake(self) -> None:
        # Scrapy asks a scheduler only when something has happened, and by its heart beat every 5 seconds.
        if self.crawler.engine and (slot := self.crawler.engine._slot):
            slot.nextcall.schedule()

    async def _ask_for_unlinked(self) -> None:
        for url in await self.logbook.unlinked():
            request = self.spider.request(Link(url, Kind.ARTICLE))  # type: ignore[attr-defined]
            request.meta["unlinked"] = True
            self.enqueue_request(request)
        self._begin_turn()
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
    """An error that nobody awaits is an error all the same."""
    if not task.cancelled() and (error := task.exception()):
        logger.error("a host cannot be held: %s", error)
