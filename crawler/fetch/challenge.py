"""Answer the cookie challenge that stands before many Vietnamese government sites.

It is a page of under 200 bytes, with status 200, whose script sets a cookie and loads the page again.
"""

import re
from typing import Self

from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawler.fetch.cookies import Cookies
from crawler.frontier.passes import Pass
from crawler.logbook import Logbook

MAX_STUB = 2048
TRIES = 2
COUNTED = "challenges"  # in a request's `meta`: how often it was sent again with a cookie
# Of a value only what may stand in a header, and no more of it than a header should hold: a stub may have
# been made up by anybody.
_NAME, _VALUE = rb"[A-Za-z0-9_.-]{1,64}", rb"[!#-&(-+\--:<-\[\]-~]{1,512}"
COOKIE = re.compile(rb"document\.cookie\s*=\s*[\"']\s*(" + _NAME + rb")=(" + _VALUE + rb")\s*[\"';]")


class Challenge:
    """Repeats a request with the cookie it was asked for, `TRIES` times at most.

    Where that does not help, the stub goes to the spider like other pages; it tells them from articles. A
    cookie that did help is kept in the frontier, and goes with the host's first request of the next crawl.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler, self.stats = crawler, crawler.stats
        self.given: dict[str, Pass] = {}  # by host: what its last stub asked for, and may help or not
        self.closed: set[str] = set()  # hosts whose last cookie did not help
        self.has_begun = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not self.has_begun:  # the frontier is open by now
            self.has_begun = True
            logbook = self.crawler.get_extension(Logbook)
            for host, cookie in (logbook.passes if logbook else {}).items():
                self._show(host, cookie)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        host, tries = urlparse_cached(request).hostname or "", request.meta.get(COUNTED, 0)
        cookie = cookie_asked_for(response)
        if cookie is None:
            self.closed.discard(host)
            if tries and (helped := self.given.pop(host, None)):
                self._keep(host, helped)
            return response
        self.given[host] = cookie
        self._show(host, cookie)  # in any case: another request may have more luck with it
        if tries >= TRIES:
            self.closed.add(host)
        if host in self.closed:
            return response
        self.stats.inc_value("backan/challenges")
        # Counted per request, not per host: several may have left before the first stub came.
        again = request.replace(dont_filter=True, priority=request.priority + 1)
        again.meta[COUNTED] = tries + 1
        return again

    def _show(self, host: str, cookie: Pass) -> None:
        if cookies := self.crawler.get_downloader_middleware(Cookies):
            cookies.show(host, *cookie)

    def _keep(self, host: str, cookie: Pass) -> None:
        if logbook := self.crawler.get_extension(Logbook):
            logbook.keep_pass(host, cookie)


def cookie_asked_for(response: Response) -> Pass | None:
    """Name and value of the cookie, if the response is a challenge."""
    if response.status != 200 or len(response.body) > MAX_STUB or b"reload" not in response.body:
        return None
    match = COOKIE.search(response.body)
    return (match[1].decode("ascii"), match[2].decode("ascii")) if match else None
