"""See to it that every response becomes a capture in the archive, also those that no spider reads."""

from collections.abc import Mapping
from typing import TypeVar

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.spiders import Spider
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from archive.model import Capture
from crawler.errors import reason
from crawler.fetch.stop import StoppingDownloader
from crawler.frontier.records import State
from crawler.frontier.scheduler import scheduler_of
from crawler.intake.fate import Fate, Successor, page_of
from crawler.logbook import Logbook

T = TypeVar("T", bound=Response | Request | Failure)


class Downloader(StoppingDownloader):
    """Scrapy's own. Here, behind all middlewares, and only here, is known what became of a request.

    A response goes to the spider, which reads it, unless robots.txt was asked for. A new request takes the
    place of the response after a redirect, a challenge or a failure. And a failure may have had no response.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.logbook = crawler.get_extension(Logbook)

    def fetch(self, request: Request, spider: Spider | None = None) -> Deferred[Response | Request]:
        request.meta.pop("capture", None)  # copied from the request that this one follows upon
        return super().fetch(request).addBoth(self._settle, request)

    def _settle(self, result: T, request: Request) -> T:
        for_spider = isinstance(result, Response) and request.callback is not NO_CALLBACK
        if self.logbook and not self.logbook.broken:
            self._record(self.logbook, result, request, for_spider)
        scheduler = scheduler_of(self.crawler)
        if isinstance(result, Failure) and scheduler and "lease" in request.meta:
            left_out = isinstance(result.value, IgnoreRequest) and "capture" not in request.meta
            state = State.DONE if left_out else State.FAILED
            scheduler.settle(request.meta["lease"], state, reason(result.value))
        return result

    def _record(
        self, logbook: Logbook, result: Response | Request | Failure, request: Request, for_spider: bool
    ) -> None:
        capture: Capture | None = request.meta.get("capture")
        fate = fate_of(result, request, capture)
        if capture is None and fate.error:
            capture = logbook.capture(request.url)
        if capture is None:
            return  # stopped before it was sent, or asked again; the last attempt will be noted
        logbook.note(capture, fields(request, fate))
        if not for_spider:
            response = result if isinstance(result, Response) else unread(capture)
            logbook.take_in(capture, page_of(logbook.portal, capture.url, response, fate))


def fate_of(result: Response | Request | Failure, request: Request, capture: Capture | None) -> Fate:
    """What became of a request, apart from its response."""
    if isinstance(result, Failure):
        stopped = capture is None and isinstance(result.value, IgnoreRequest)  # by the guard or by robots.txt
        return Fate() if stopped else Fate(error=reason(result.value))
    if isinstance(result, Response) or capture is None or capture.status is None:
        return Fate()
    if 300 <= capture.status < 400 and capture.status != 304:
        return Fate(Successor.REDIRECT)
    if result.meta.get("challenges", 0) > request.meta.get("challenges", 0):
        return Fate(Successor.CHALLENGE)
    return Fate(Successor.RETRY)


def unread(capture: Capture) -> Response | None:
    """What is left of a response whose place another request has taken: its status."""
    return None if capture.status is None else Response(capture.url, status=capture.status)


def fields(request: Request, fate: Fate) -> Mapping[str, str]:
    """What a metadata record says of a capture, in the terms of Heritrix as far as it has them."""
    meta = request.meta
    found = {
        "via": meta.get("via"),
        "hopsFromSeed": "L" * meta.get("depth", 0) + "R" * meta.get("redirect_times", 0),
        "fetchTimeMs": round(meta["download_latency"] * 1000) if "download_latency" in meta else None,
        "successor": fate.successor,
        "fetchError": fate.error,
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "")}
