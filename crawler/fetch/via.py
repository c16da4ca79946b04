"""Send every request to one server, as to a forward proxy: the demo's replica, or a replay of an archive."""

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.fetch.tls import policy_of


class Via(HTTP11DownloadHandler):
    """Scrapy's own handler; it trusts the certificates of BACKAN_CA_BUNDLE too, see crawler/fetch/tls.py.

    With BACKAN_VIA set, it asks that server for all addresses.

    There is no TLS to that server: the request line holds the address in full, as http, and
    `X-Forwarded-Proto` the scheme it had. The response bears its original address.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.via: str | None = crawler.settings.get("BACKAN_VIA")
        if policy := policy_of(crawler.settings):
            self._contextFactory: Any = policy

    async def download_request(self, request: Request) -> Response:
        if not self.via:
            return await super().download_request(request)
        scheme, _, rest = request.url.partition("://")
        detour = request.replace(url=f"http://{rest}", meta={**request.meta, "proxy": self.via})
        detour.headers["X-Forwarded-Proto"] = scheme
        response = await super().download_request(detour)
        request.meta["download_latency"] = detour.meta["download_latency"]
        return response.replace(url=request.url, ip_address=None)
