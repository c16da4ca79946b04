"""Answer the cookie challenge that stands before many Vietnamese government sites.

It is a page of under 200 bytes, with status 200, whose script sets a cookie and loads the page again.
"""

import re
from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

MAX_STUB = 2048
TRIES = 2
COOKIE = re.compile(rb"document\.cookie\s*=\s*[\"']([\w.-]+)=([^\"';\s]+)")


class Challenge:
    """Repeats a request with the cookie it was asked for, `TRIES` times at most.

    Where that does not help, the host's stubs go to the spider like other pages; it tells them from articles.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        self.given_up: set[str | None] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        cookie = cookie_asked_for(response)
        host = urlparse_cached(request).hostname
        if cookie is None or host in self.given_up:
            return response
        tries = request.meta.get("challenges", 0) + 1
        if tries > TRIES:
            self.given_up.add(host)
            return response
        self.stats.inc_value("backan/challenges")
        name, value = cookie
        # Counted per request, not per host: several may have left before the first stub came.
        again = request.replace(cookies={name: value}, dont_filter=True, priority=request.priority + 1)
        again.meta["challenges"] = tries
        return again


def cookie_asked_for(response: Response) -> tuple[str, str] | None:
    """Name and value of the cookie, if the response is a challenge."""
    if response.status != 200 or len(response.body) > MAX_STUB or b"reload" not in response.body:
        return None
    match = COOKIE.search(response.body)
    return (match[1].decode("latin-1"), match[2].decode("latin-1")) if match else None
