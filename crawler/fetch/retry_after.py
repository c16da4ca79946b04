"""Leave a host alone as long as it asks for: Retry-After on 429 and 503, and 429 alone.

Scrapy knows neither (https://github.com/scrapy/scrapy/issues/3849).
"""

import logging
import re
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self

from scrapy import Spider, signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.utils.asyncio import call_later
from scrapy.utils.httpobj import urlparse_cached

HELD = "held"  # the flag of a response that asks to wait
TOO_MANY, UNAVAILABLE = 429, 503
DOUBLINGS = 20  # beyond any limit, and still a number of seconds
logger = logging.getLogger(__name__)


class HeldError(Exception):
    """The host wants to be left alone; the request was not sent."""


class RetryAfter:
    """Holds a host that says 429, or 503 with a Retry-After, in the scheduler and in the downloader.

    RETRY_AFTER_MAX   seconds that a host is held at most, whatever it says; 0 switches this off
    RETRY_AFTER_FIRST seconds after a 429 that states none; they double as long as the host says no

    A handler of `response_downloaded`, because behind it, and before any middleware, Scrapy sends the next
    request. That the page is asked for again is up to `Retry`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.longest = crawler.settings.getfloat("RETRY_AFTER_MAX", 3600)
        self.first = crawler.settings.getfloat("RETRY_AFTER_FIRST", 30)
        self.refusals: Counter[str] = Counter()  # one upon another, by host
        self.until: dict[str, float] = {}  # by the clock of `monotonic`

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        if not extension.longest:
            raise NotConfigured
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        return extension

    def response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        host = urlparse_cached(request).hostname or ""
        if response.status not in (TOO_MANY, UNAVAILABLE):
            self.refusals.pop(host, None)
            return
        stated = seconds_stated(response, datetime.now(UTC))
        if stated is None and response.status == UNAVAILABLE:
            return  # a failure like others
        left = self.until.get(host, 0) - monotonic()
        if left <= 0:  # else it answers what was asked before it said no
            self.refusals[host] += 1
        seconds = stated or self.first * 2 ** min(self.refusals[host] - 1, DOUBLINGS)
        if seconds > self.longest:
            logger.warning("%s asks for %g s; it gets RETRY_AFTER_MAX, %g s", host, seconds, self.longest)
            seconds = self.longest
        response.flags.append(HELD)
        if seconds > left:
            logger.info("HTTP %d: %s is left alone for %g s", response.status, host, seconds)
            self.hold(host, request, seconds)

    def hold(self, host: str, request: Request, seconds: float) -> None:
        """Ask nothing of a host for so long; `request` is one that was sent to it."""
        self.until[host] = monotonic() + seconds
        leave_alone(self.crawler, host, request, seconds)


def leave_alone(crawler: Crawler, host: str, request: Request, seconds: float) -> None:
    """Ask nothing of a host for so long, or for longer where that was said already."""
    engine = crawler.engine
    assert engine
    slot = engine.downloader.slots.get(request.meta.get(Downloader.DOWNLOAD_SLOT, host))
    if slot:
        pause(engine.downloader, slot, seconds)
    if hold := getattr(engine.scheduler, "hold", None):  # ours, not Scrapy's
        hold(host, seconds)
        if slot:
            give_back(slot)


def seconds_stated(response: Response, now: datetime) -> float | None:
    """What a response asks to wait, in seconds; None where it states nothing that lies ahead.

    It may be a date; what that means tells the server's own clock, if the response has a `Date`.
    """
    value = _header(response, "Retry-After")
    if re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        return float(value) or None
    if (until := _date(value)) is None:
        return None
    ahead = (until - (_date(_header(response, "Date")) or now)).total_seconds()
    return ahead if ahead > 0 else None


def pause(downloader: Downloader, slot: Slot, seconds: float) -> None:
    """Send nothing from a slot for so long, whatever its delay; a longer pause stays as it is."""
    if slot.lastseen + slot.delay > monotonic() + seconds:
        return
    if slot.latercall:
        slot.latercall.cancel()
    slot.latercall = call_later(seconds, downloader._latercall, slot)
    slot.lastseen = monotonic() + seconds - slot.delay  # an idle slot is forgotten, and its pause with it


def give_back(slot: Slot) -> None:
    """Return what waits in a slot to the scheduler, where it is safe, and keeps nobody who wants to stop."""
    while slot.queue:
        _, waiting = slot.queue.popleft()
        waiting.errback(HeldError())


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1").strip()


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
