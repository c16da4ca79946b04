"""Ask for nothing where robots.txt cannot be had (RFC 9309, 2.3.1.4): Scrapy asks for everything then."""

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from archive.errors import ArchiveError
from crawler.desk.schedule import UNREACHABLE
from crawler.errors import reason

MOST = 500 << 10  # bytes that count, as RFC 9309 (2.5) has it: a longer one would hold up every request


class RobotsError(Exception):
    """A page was not asked for, as nobody knows whether it may be; the next crawl finds out.

    No IgnoreRequest, which says that a page was left out on purpose: this one has failed.
    """


class RobotsTxt(RobotsTxtMiddleware):
    """Scrapy's own, but for a host whose robots.txt fails: by a status of 5xx, or without an answer at all.

    ROBOTS_UNREACHABLE `disallow`, or `allow` for a site where it is broken for good

    A status of 4xx, a redirect out of the portal, or a page in its place say that there is none: all is
    allowed.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        stated = crawler.settings["ROBOTS_UNREACHABLE"]
        if stated not in UNREACHABLE:
            raise ArchiveError(f"ROBOTS_UNREACHABLE={stated}: write {' or '.join(UNREACHABLE)}")
        self.allows = stated == "allow"
        self.unreachable: dict[str, str] = {}  # why, by host and port

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        await super().process_request(request)
        why = self.unreachable.get(urlparse_cached(request).netloc)
        if why and not self.allows and not request.meta.get("dont_obey_robotstxt"):
            raise RobotsError(f"robots.txt cannot be had: {why}")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status // 100 == 5:
            self._robots_error(ServerError(f"HTTP {response.status}"), netloc)
        else:
            await super()._parse_robots(response.replace(body=response.body[:MOST]), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if not isinstance(exc, IgnoreRequest):  # of the guard, which lets nothing out of the portal
            self.unreachable[netloc] = str(exc) if isinstance(exc, ServerError) else reason(exc)
        super()._robots_error(exc, netloc)


class ServerError(Exception):
    """A robots.txt was answered with an error of the server."""
