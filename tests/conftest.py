"""What several test files share."""

from collections.abc import Iterator

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader


@pytest.fixture(scope="session", autouse=True)
def _disks_may_be_small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKAN_DISK_FREE", "0")
        yield


@pytest.fixture(scope="session")
def portals() -> SpiderLoader:
    return SpiderLoader(Settings({"SPIDER_MODULES": ["spiders"]}))
