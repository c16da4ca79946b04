"""Tell which requests are one and the same: by the page they ask for, not by its address."""

from hashlib import sha1
from typing import Self
from urllib.parse import parse_qs

from scrapy.crawler import Crawler
from scrapy.http import Request

from crawler.portals import Portal, is_portal

EVENT = ("__EVENTTARGET", "__EVENTARGUMENT")  # what an ASP.NET form asks for; its __VIEWSTATE always differs
NO_EVENT: list[list[str] | None] = [None, None]


class Fingerprinter:
    """Two addresses of one article are one request; two pages of one form are two."""

    def __init__(self, portal: type[Portal] | None) -> None:
        self.portal = portal

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.spidercls if is_portal(crawler.spidercls) else None)

    def fingerprint(self, request: Request) -> bytes:
        # `key` names a page of a form too; a redirected request has it from where it came.
        hops = [self._key(url) for url in request.meta.get("redirect_urls", ())]
        page = self._key(request.url) if hops else request.meta.get("key") or self._key(request.url)
        # A redirect from one address of a page to another (http to https) is no repetition of the first.
        turns = hops.count(page)
        form = parse_qs(request.body.decode("latin-1")) if request.body else {}
        return _digest(request.method, page, turns, [form.get(name) for name in EVENT])

    def _key(self, url: str) -> str:
        return self.portal.key(url) if self.portal else url


def of_link(key: str) -> bytes:
    """That of a plain request for a page, by its key."""
    return _digest("GET", key, 0, NO_EVENT)


def _digest(method: str, page: str, turns: int, event: list[list[str] | None]) -> bytes:
    return sha1(repr((method, page, turns, event)).encode(), usedforsecurity=False).digest()
