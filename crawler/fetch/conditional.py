"""Ask for a page that the archive has only if it is another by now: If-None-Match, If-Modified-Since, 304."""

import logging
from typing import Self
from urllib.parse import urldefrag

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.statscollectors import StatsCollector

from archive.errors import ArchiveError
from archive.warc.reader import Exchange
from crawler.fetch.capture import CONDITIONS, is_conditional
from crawler.frontier.visits import Visit
from crawler.intake.fate import headers_of
from crawler.logbook import Logbook

EVERY = 5  # of so many checks of an address one is unconditional: some servers say 304 for ever
logger = logging.getLogger(__name__)


class NotModified(IgnoreRequest):
    """A server answers 304 Not Modified where nothing was given to compare with."""


class Conditional:
    """Sets the conditions of a request, and puts the archived response in the place of a 304.

    It stands above the cookies, which are those of today's response, and below everything that reads a
    body. Every other request drops the conditions that it has from the one it was copied from.
    """

    def __init__(self, logbook: Logbook, stats: StatsCollector) -> None:
        self.logbook, self.stats = logbook, stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if (logbook := crawler.get_extension(Logbook)) is None:
            raise NotConfigured
        return cls(logbook, crawler.stats)

    def process_request(self, request: Request) -> None:
        for name in CONDITIONS:
            request.headers.pop(name, None)
        if request.meta.get("unconditional"):
            request.meta.pop("visit", None)  # the record that it points to is of no use
        visit: Visit | None = request.meta.get("visit")
        if visit and may_compare(request, visit):
            for name, value in zip(CONDITIONS, (visit.etag, visit.last_modified), strict=True):
                if value:
                    request.headers[name] = value.encode("latin-1", "replace")

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status != 304:
            return response
        if is_conditional(request) and (original := await self._original(request.meta["visit"])):
            self.stats.inc_value("backan/not_modified")
            return restored(original, response)
        if request.meta.get("unconditional"):
            raise NotModified("HTTP 304, and nothing was given to compare with")
        again = request.replace(dont_filter=True)
        again.meta["unconditional"] = True
        return again

    async def _original(self, visit: Visit) -> Exchange | None:
        """The archived response; None if it cannot stand for the page."""
        try:
            original = await self.logbook.original(visit)
        except ArchiveError as error:
            logger.warning("%s is asked for again without conditions: %s", visit.url, error)
            return None
        return original if original.status == 200 and original.intact and not original.truncated else None


def may_compare(request: Request, visit: Visit) -> bool:
    """Whether a validator of that visit says anything about this request."""
    same = request.method == "GET" and urldefrag(request.url).url == visit.url
    return same and (visit.checks + 1) % EVERY != 0


def restored(original: Exchange, answer: Response) -> Response:
    """The archived response, still encoded, as the answer to a request of today."""
    headers = headers_of(original)
    return answer.replace(
        cls=responsetypes.from_args(headers=headers, url=answer.url, body=original.body),
        status=original.status,
        headers=headers,
        body=original.body,
        flags=[*answer.flags, "not_modified"],
    )
