"""The portals, found by Scrapy's spider loader: this package knows them by name only."""

from datetime import timedelta
from typing import Any, ClassVar, Protocol, TypeGuard

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader

from archive.explained import Explained
from archive.model import Kind, Page, PortalInfo


class Portal(Protocol):
    """What the crawler asks of a spider class; `spiders/portal.py` says what the answers mean."""

    name: str
    hosts: ClassVar[tuple[str, ...]]
    recheck: ClassVar[tuple[timedelta, ...]]
    recheck_shortest: ClassVar[timedelta]
    recheck_longest: ClassVar[timedelta]

    @classmethod
    def info(cls) -> PortalInfo: ...
    @classmethod
    def covers(cls, url: str) -> bool: ...
    @classmethod
    def classify(cls, url: str) -> Kind: ...
    @classmethod
    def key(cls, url: str) -> str: ...
    @classmethod
    def forbidden(cls, url: str) -> bool: ...
    @classmethod
    def read(cls, response: Response) -> Page: ...
    @classmethod
    def explain(cls, response: Response) -> Explained: ...


def is_portal(spider: type[Spider]) -> TypeGuard[type[Portal]]:
    """Whether a spider is a portal; `scrapy shell` and `scrapy fetch` also run with Scrapy's own."""
    return hasattr(spider, "covers")


def portal_crawled(crawler: Crawler) -> type[Portal]:
    """The portal that a crawl is of. Raises NotConfigured where it is no portal, and in `scrapy shell`, whose
    mark is KEEP_ALIVE: there one looks at pages and keeps none."""
    if not is_portal(crawler.spidercls) or crawler.settings.getbool("KEEP_ALIVE"):
        raise NotConfigured
    return crawler.spidercls


def project_settings(overrides: dict[str, Any] | None = None) -> Settings:
    """Our settings, wherever the command was called from: no `scrapy.cfg` is looked for."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(overrides or {}, priority="cmdline")
    return settings


def load(settings: Settings | None = None) -> dict[str, type[Portal]]:
    """All portals by their name, in the order of names."""
    loader = get_spider_loader(settings or project_settings())
    classes = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: cls for name, cls in classes.items() if is_portal(cls)}


def match(url: str, portals: dict[str, type[Portal]]) -> tuple[str | None, Kind]:
    """The portal that covers an address, and what the address leads to."""
    for name, portal in portals.items():
        if portal.covers(url):
            return name, portal.classify(url)
    return None, Kind.OUTSIDE
