"""See to it that every response becomes a capture in the archive, also those that no spider reads."""

from dataclasses import replace
from typing import TypeVar

from scrapy.core.downloader import Downloader as ScrapyDownloader
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.spiders import Spider
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from archive.model import Capture, Kind, Outcome, Page
from crawler.errors import reason
from crawler.logbook import Logbook
from crawler.portals import Portal

T = TypeVar("T", bound=Response | Request | Failure)


class Downloader(ScrapyDownloader):
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
        if request.callback is not NO_CALLBACK:  # as robots.txt has, which was never queued
            self.crawler.stats.inc_value("backan/settled")
        capture = request.meta.get("capture")
        page = fate(result, request, capture)
        if page and self.logbook:
            capture = capture or self.logbook.capture(request.url)
            page = replace(page, key=article_key(self.logbook.portal, capture.url))
            self.logbook.take_in(capture, page, replaced=isinstance(result, Request))
        return result


def article_key(portal: type[Portal], url: str) -> str | None:
    """The article whose address it is, as reading a page tells it too."""
    return portal.key(url) if portal.classify(url) == Kind.ARTICLE else None


def fate(result: Response | Request | Failure, request: Request, capture: Capture | None) -> Page | None:
    """What to note of a request whose response no spider reads; None if one does, or if it was not sent."""
    if isinstance(result, Response):
        return Page(Outcome.ROBOTS) if request.callback is NO_CALLBACK else None
    if isinstance(result, Failure):
        if capture is None and isinstance(result.value, IgnoreRequest):
            return None  # stopped by the guard or by robots.txt
        return Page(Outcome.FAILED, note=reason(result.value))
    if capture is None or capture.status is None:
        return None  # asked again; the last attempt will be noted
    if 300 <= capture.status < 400:
        return Page(Outcome.REDIRECT)
    if result.meta.get("challenges", 0) > request.meta.get("challenges", 0):
        return Page(Outcome.CHALLENGE)
    why = "incomplete" if capture.status < 300 else f"HTTP {capture.status}"
    return Page(Outcome.FAILED, note=f"{why}, asked again")
