"""End a download that exceeds CAPTURE_MAXSIZE, and keep what came of it."""

from typing import Self
from weakref import WeakKeyDictionary

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured, StopDownload
from scrapy.http import Request


class Truncate:
    """Scrapy's DOWNLOAD_MAXSIZE drops the whole response; this one ends it, flagged `download_stopped`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        # Not in `meta`, which a redirected or repeated request takes over.
        self.received: WeakKeyDictionary[Request, int] = WeakKeyDictionary()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        limit = crawler.settings.getint("CAPTURE_MAXSIZE")
        if not limit:
            raise NotConfigured
        extension = cls(limit)
        crawler.signals.connect(extension.bytes_received, signals.bytes_received)
        return extension

    def bytes_received(self, data: bytes, request: Request, spider: Spider) -> None:
        self.received[request] = self.received.get(request, 0) + len(data)
        if self.received[request] > self.limit:
            raise StopDownload(fail=False)
