"""The whole system in a minute, offline: crawl a replica of the portals with the real spiders."""

from pathlib import Path

from crawler.crawl import Crawled, crawl
from crawler.mixture import refuse_mixture
from crawler.portals import load
from crawler.replica import Replica

# The replica is ours and on this machine: no politeness is due to it. All else is as in a real crawl.
HURRY = {
    "BACKAN_SOURCE": "demo",
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    "BLOCK_FIRST": 0,
    "BACKAN_DISK_FREE": 0,  # it needs little, and is not for long
}
SEARCHES = ("bac kan", '"nông thôn mới"', "chuyển đổi số")


def demo(data: Path) -> list[Crawled]:
    """Crawl all portals of the replica into a data folder.

    Raises ArchiveError where it cannot be written, or holds articles of real sites.
    """
    refuse_mixture(data, "demo")
    with Replica(port=0) as replica:
        return crawl(list(load()), data, via=replica.url, settings=HURRY)
