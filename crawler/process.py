"""The process that crawls run in: how it ends."""

import asyncio
from collections.abc import Callable
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler

LOOK = 0.05  # seconds from look to look: Scrapy has nothing that could be awaited


class Process(AsyncCrawlerProcess):
    """Scrapy's own, which at a first Ctrl-C forgets a crawl that is being opened or closed.

    The first is opened, and then closed; the other is closed to its end. A second Ctrl-C ends everything.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._made: list[Crawler] = []
        self._is_killed = False

    def _create_crawler(self, spidercls: Any) -> Crawler:
        crawler = super()._create_crawler(spidercls)
        self._made.append(crawler)
        return crawler

    def _signal_kill(self, signum: int, frame: Any) -> None:
        self._is_killed = True
        super()._signal_kill(signum, frame)

    async def stop(self) -> None:
        await self._while(_is_opening)
        if not self._is_killed:
            await super().stop()
        await self._while(_is_open)

    async def _while(self, condition: Callable[[Crawler], bool]) -> None:
        """Wait as long as it is true of a crawler."""
        while not self._is_killed and any(map(condition, self._made)):
            await asyncio.sleep(LOOK)


def _is_open(crawler: Crawler) -> bool:
    return crawler._engine is not None and crawler._engine.spider is not None


def _is_opening(crawler: Crawler) -> bool:
    return _is_open(crawler) and crawler.crawling and not crawler.engine.running
