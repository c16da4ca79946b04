"""Have the pages of a crawl read beside it."""

import asyncio
from functools import partial
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.model import Page
from crawler.beside.child import read
from crawler.beside.readers import Readers, let_go, shared
from crawler.portals import Portal, portal_crawled


class ReadBeside:
    """Gives a portal its `reader`: processes, or a thread where BACKAN_READERS is 0."""

    def __init__(self, portal: type[Portal], crawler: Crawler) -> None:
        self.portal, self.crawler = portal, crawler
        self._readers: Readers | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(portal_crawled(crawler), crawler)
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self, spider: Any) -> None:
        readers = self._readers = shared(self.crawler.settings)
        if readers:
            readers.users += 1
            spider.reader = partial(readers.read, self.portal)
        else:
            spider.reader = partial(_read_in_thread, self.portal)

    def spider_closed(self, spider: Spider) -> None:
        if self._readers:
            let_go(self._readers)


async def _read_in_thread(portal: type[Portal], response: Response) -> Page:
    return await asyncio.to_thread(read, portal, response)
