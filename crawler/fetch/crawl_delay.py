"""Wait between two requests as long as a host's robots.txt asks for.

Scrapy reads Crawl-delay and does not follow it (https://github.com/scrapy/scrapy/issues/892).
"""

import logging
from typing import Self

from scrapy import signals
from scrapy.core.downloader import Downloader
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request
from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class CrawlDelay:
    """Keeps the delay of a host at least so long, and its requests one after another.

    CRAWL_DELAY_MAX seconds that are waited at most, whatever robots.txt says; 0 switches this off

    To stand behind AutoThrottle in EXTENSIONS: that one sets the delay anew after each response, knows one
    least delay for all hosts, and both hear of responses in the order of the extensions.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.agent: str = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        self.longest = settings.getfloat("CRAWL_DELAY_MAX", 300)
        self.delays: dict[str, float] = {}  # by the downloader's slot: a host

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        if not extension.longest or not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        crawler.signals.connect(extension.robots_parsed, signals.robots_parsed)
        crawler.signals.connect(extension.response_downloaded, signals.response_downloaded)
        return extension

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        stated = robotparser.crawl_delay(self.agent)
        if not stated or stated < 0:
            return
        host = self._downloader.get_slot_key(request)
        logger.info("robots.txt of %s asks for %g s between requests", host, stated)
        if stated > self.longest:
            logger.warning("%s gets CRAWL_DELAY_MAX, %g s instead of %g s", host, self.longest, stated)
        # One host may have several: for http and for https.
        delay = self.delays[host] = max(self.delays.get(host, 0), min(stated, self.longest))
        # For slots to come: one that is idle for a minute is forgotten. The jitter would go below the delay.
        known = self._downloader.per_slot_settings.get(host, {})
        usual = known.get("delay", self._downloader._delay)
        self._downloader.per_slot_settings[host] = known | {
            "delay": max(delay, usual), "concurrency": 1, "jitter": 0,
        }  # fmt: skip
        self._keep(host)

    def response_downloaded(self, request: Request) -> None:
        self._keep(request.meta.get(Downloader.DOWNLOAD_SLOT, ""))

    def _keep(self, host: str) -> None:
        slot = self._downloader.slots.get(host)
        if slot and host in self.delays:
            slot.delay = max(slot.delay, self.delays[host])
            slot.concurrency, slot.jitter = 1, 0

    @property
    def _downloader(self) -> Downloader:
        assert self.crawler.engine
        return self.crawler.engine.downloader
