"""Slow down where pages are blocked, ask for them again, and stop a portal that lets nothing through."""

import asyncio
import logging
from dataclasses import dataclass, field
from time import monotonic
from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.utils.httpobj import urlparse_cached

from archive.counts import BLOCKED, GOOD
from archive.model import NOT_THERE, Page
from crawler.fetch.challenge import COUNTED
from crawler.fetch.retry_after import DOUBLINGS, give_back, leave_alone

REASON = "blocked"  # how the crawl ends then
TRIES = 3  # of a page that is blocked, in one crawl or in several
COUNTER = "blocks"  # in a request's `meta`: how often it was blocked
LAST = 1000  # a page that was blocked is asked for again when so much less important ones have been
logger = logging.getLogger(__name__)


@dataclass
class Host:
    """`row`: so many pages were blocked one after another, without a good one in between; the last time the
    host was held `until` then, by the clock of `monotonic`, and all others had given so many good pages
    `elsewhere`. `good` pages it gave in all; `before`: how many of them until a page was blocked, by its key.
    """

    row: int = 0
    until: float = 0
    elsewhere: int = 0
    good: int = 0
    before: dict[str, int] = field(default_factory=dict)


class Block:
    """Told of each page that was read. One that is blocked is a rejection, a login page, a challenge that
    stays, or an error page in the place of a page.

    BLOCK_FIRST seconds that a host is left alone after a blocked page, 60 unless said otherwise; they double
                with each one after it, until a good page comes
    BLOCK_MAX   seconds at most, 3600; 0 switches all of this off
    BLOCK_STOPS so many blocked pages of a host one after another end the portal's crawl, 5; the next one goes
                on. It does not end while other hosts of the portal go on giving good pages

    A page that is blocked once more, where others of its host have come meanwhile, is so by itself: it is
    given up until the next run, and slows nothing down.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        settings = crawler.settings
        self.first = settings.getfloat("BLOCK_FIRST", 60)
        self.longest = settings.getfloat("BLOCK_MAX", 3600)
        self.stops = settings.getint("BLOCK_STOPS", 5)
        self.hosts: dict[str, Host] = {}
        self._end: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def heard(self, request: Request, page: Page) -> Request | None:
        """Hear what a request has brought; returns the request that is to take its place, if one is."""
        if not self.longest or page.note == NOT_THERE:
            return None
        name = urlparse_cached(request).hostname or ""
        host = self.hosts.setdefault(name, Host())
        key, blocks = request.meta.get("key") or request.url, request.meta.get(COUNTER, 0) + 1
        good_before = host.before.pop(key, None)  # None also where it was blocked in a crawl before
        if page.outcome in GOOD:
            host.good += 1
            host.row = 0
        if page.outcome not in BLOCKED:
            return None
        if good_before is not None and host.good > good_before:
            return None  # it is so by itself
        self._slow_down(name, host, request)
        if blocks >= TRIES:
            return None
        host.before[key] = host.good
        return self._again(request, blocks)

    def _slow_down(self, name: str, host: Host, request: Request) -> None:
        if monotonic() < host.until:
            return  # it answers what was asked for before the host was held
        host.row += 1
        before, host.elsewhere = host.elsewhere, sum(h.good for h in self.hosts.values() if h is not host)
        if host.row >= self.stops and host.elsewhere == before:
            self._stop(name)
            return
        seconds = min(self.first * 2 ** min(host.row - 1, DOUBLINGS), self.longest)
        host.until = monotonic() + seconds
        logger.warning("%s blocks %s: it is left alone for %g s", name, request.url, seconds)
        if seconds:
            leave_alone(self.crawler, name, request, seconds)

    def _again(self, request: Request, blocks: int) -> Request:
        again = request.replace(dont_filter=True, priority=request.priority - LAST)
        again.meta[COUNTER] = blocks
        again.meta.pop(COUNTED, None)  # its challenge is to be answered anew
        self.crawler.stats.inc_value("backan/blocked/again")
        return again

    def _stop(self, name: str) -> None:
        engine = self.crawler.engine
        if self._end is None and engine:
            logger.error("%s blocked %d pages one after another: the crawl ends", name, self.stops)
            if slot := engine.downloader.slots.get(name):
                give_back(slot)
            self._end = asyncio.ensure_future(engine.close_spider_async(reason=REASON))
