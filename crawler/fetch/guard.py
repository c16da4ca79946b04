"""Let no request out that a portal does not cover, or that would change something on its server."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Request

from crawler.portals import Portal, is_portal


class Guard:
    """The last word on every request: followed links, redirects, retries and robots.txt pass here."""

    def __init__(self, portal: type[Portal], crawler: Crawler) -> None:
        self.portal, self.stats = portal, crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not is_portal(crawler.spidercls):
            raise NotConfigured
        return cls(crawler.spidercls, crawler)

    def process_request(self, request: Request) -> None:
        if not self.portal.covers(request.url):
            self.stats.inc_value("backan/guard/outside")
            raise IgnoreRequest(f"no host of {self.portal.name}: {request.url}")
        if self.portal.forbidden(request.url):
            self.stats.inc_value("backan/guard/forbidden")
            raise IgnoreRequest(f"would change something on the server: {request.url}")
