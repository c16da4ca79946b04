"""What several test files share."""

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader


@pytest.fixture(scope="session")
def portals() -> SpiderLoader:
    return SpiderLoader(Settings({"SPIDER_MODULES": ["spiders"]}))
