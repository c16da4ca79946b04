"""Send every request to one server, as to a forward proxy: the demo's replica, or a replay of an archive."""

from typing import Any
from weakref import WeakKeyDictionary

from scrapy import Spider, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future

from crawler.fetch.patience import Agent
from crawler.fetch.tls import policy_of
from crawler.fetch.wire import Factory


class Via(HTTP11DownloadHandler):
    """Scrapy's own handler; it trusts the certificates of BACKAN_CA_BUNDLE too, see crawler/fetch/tls.py.

    DOWNLOAD_TIMEOUT seconds without a byte end a download, and so does a head that takes so long
    CAPTURE_MAXTIME  seconds end it in any case; what came is kept, see crawler/fetch/patience.py

    With BACKAN_VIA set, it asks that server for all addresses.

    There is no TLS to that server: the request line holds the address in full, as http, and
    `X-Forwarded-Proto` the scheme it had. The response bears its original address.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.via: str | None = crawler.settings.get("BACKAN_VIA")
        if policy := policy_of(crawler.settings):
            self._contextFactory: Any = policy
        self._pool._factory = Factory
        self._longest = crawler.settings.getfloat("CAPTURE_MAXTIME")
        self._agents: WeakKeyDictionary[Request, Agent] = WeakKeyDictionary()
        crawler.signals.connect(self._bytes_received, signals.bytes_received)

    async def download_request(self, request: Request) -> Response:
        if not self.via:
            return await self._download(request)
        scheme, _, rest = request.url.partition("://")
        detour = request.replace(url=f"http://{rest}", meta={**request.meta, "proxy": self.via})
        detour.headers["X-Forwarded-Proto"] = scheme
        response = await self._download(detour)
        request.meta["download_latency"] = detour.meta["download_latency"]
        return response.replace(url=request.url, ip_address=None)

    async def _download(self, request: Request) -> Response:
        agent = self._agents[request] = Agent(
            self._longest,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))

    def _bytes_received(self, data: bytes, request: Request, spider: Spider) -> None:
        if agent := self._agents.get(request):
            agent.came()
