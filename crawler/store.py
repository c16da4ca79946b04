"""Take what the spiders read into the archive."""

from typing import Protocol, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archive.model import Capture, Page
from crawler.logbook import Logbook


class Reading(Protocol):
    """The item of every portal."""

    capture: Capture
    page: Page


class Store:
    """The item pipeline: an adapter to `Archive.take_in`."""

    def __init__(self, logbook: Logbook) -> None:
        self.logbook = logbook

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if (logbook := crawler.get_extension(Logbook)) is None:
            raise NotConfigured
        return cls(logbook)

    async def process_item(self, item: Reading) -> Reading:
        await self.logbook.take_in(item.capture, item.page)
        return item
