"""What is to be crawled, and how."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from scrapy import Spider
from scrapy.settings import BaseSettings

from crawler.portals import Portal

ARGUMENTS = ("since", "until", "limit")
MATTER = (  # of the settings: what says how a site was asked
    "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY", "CONCURRENT_REQUESTS_PER_DOMAIN", "DOWNLOAD_TIMEOUT",
    "CAPTURE_MAXTIME", "CAPTURE_MAXSIZE", "ROBOTS_UNREACHABLE", "DOWNLOAD_VERIFY_CERTIFICATES",
    "BACKAN_CA_BUNDLE", "BACKAN_VIA",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be crawled, and how; `info` goes into the warcinfo record, `level` is that of gzip.

    `arguments` are the limits of the crawl (`since` and the like); `settings` how it asks, as a JSON object;
    `frontier` is False where Scrapy keeps its requests in memory. `disk_free`: fewer bytes are an alarm.
    """

    portal: type[Portal]
    data: Path
    source: str
    info: Mapping[str, str]
    arguments: Mapping[str, object]
    settings: str = "{}"
    frontier: bool = True
    fresh: bool = False
    level: int = 6
    max_size: int = 1 << 30
    disk_free: int = 0


def plan_of(portal: type[Portal], spider: Spider, settings: BaseSettings, frontier: bool) -> Plan:
    """What Scrapy's settings and the spider's arguments say."""
    info = {
        "software": f"backan-archive (Scrapy/{version('scrapy')}, warcio/{version('warcio')})",
        "format": "WARC File Format 1.1",
        "http-header-user-agent": settings["USER_AGENT"],
        "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "via": settings["BACKAN_VIA"] or "",
        "certificates": "checked" if settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES") else "not checked",
    }
    return Plan(
        portal,
        Path(settings["BACKAN_DATA"]),
        settings["BACKAN_SOURCE"] or ("via" if settings["BACKAN_VIA"] else "live"),
        info,
        {name: getattr(spider, name, None) for name in ARGUMENTS},
        json.dumps({name.lower(): settings[name] for name in MATTER if settings[name] is not None}),
        frontier=frontier,
        fresh=settings.getbool("BACKAN_FRESH"),
        level=settings.getint("WARC_GZIP_LEVEL", 6),
        max_size=settings.getint("WARC_MAX_SIZE", 1 << 30),
        disk_free=settings.getint("BACKAN_DISK_FREE"),
    )
