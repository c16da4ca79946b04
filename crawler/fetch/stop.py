"""End a crawl within seconds: what is being received may come in, what still waits is left to the next."""

import asyncio

from scrapy import signals
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from crawler.fetch.retry_after import HeldError

LOOK = 0.2  # seconds from look to look whether the crawl is to end: Scrapy sends no signal


class StoppedError(HeldError, IgnoreRequest):
    """The crawl ends; the request was not sent, or had no answer in time."""


class StoppingDownloader(Downloader):
    """Scrapy's own, where a crawl that is to end would wait for all that has been handed out.

    STOP_GRACE seconds that an answer may take yet, once the crawl is to end

    That is an hour where a host wants to be left alone for so long, minutes where robots.txt asks for them.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.grace = crawler.settings.getfloat("STOP_GRACE", 5)
        self._is_stopping = False
        self._transfers: set[asyncio.Task[Response]] = set()
        self._watch: asyncio.Task[None] | None = None
        crawler.signals.connect(self._spider_opened, signals.spider_opened)

    def _spider_opened(self) -> None:
        self._watch = asyncio.ensure_future(self._stop_in_time())

    def close(self) -> None:
        if self._watch:
            self._watch.cancel()
        super().close()

    async def _stop_in_time(self) -> None:
        while not self._is_to_end():
            await asyncio.sleep(LOOK)
        self._is_stopping = True
        for slot in self.slots.values():
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(StoppedError())
        await asyncio.sleep(self.grace)
        for transfer in self._transfers:
            transfer.cancel()

    def _is_to_end(self) -> bool:
        assert self.crawler.engine
        slot = self.crawler.engine._slot
        return slot is None or slot.closing is not None

    async def _enqueue_request(self, request: Request) -> Response:
        if self._is_stopping:
            raise StoppedError
        return await super()._enqueue_request(request)

    async def _download(self, slot: Slot, request: Request) -> Response:
        transfer = asyncio.ensure_future(super()._download(slot, request))
        self._transfers.add(transfer)
        try:
            return await transfer
        except asyncio.CancelledError:
            raise StoppedError from None
        finally:
            self._transfers.discard(transfer)
