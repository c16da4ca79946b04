"""What several test files share."""

import fcntl
import os
import shutil
from collections.abc import Iterator

import pytest
from runs import Demo, run
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

# Of processes that take one file after the other, all but one would wait for the last of these.
BEGUN_FIRST = (
    "test_hostile_fields.py", "test_journey.py", "test_captured.py", "test_kills.py", "test_cluster_crawl.py",
    "test_rounds.py", "test_rebuild.py", "test_runner.py", "test_hostile_crawl.py", "test_alarms.py",
    "test_cluster_rebuild.py", "test_article_page.py", "test_memory.py", "test_again.py", "test_crawl_again.py",
    "test_backfill_trouble.py", "test_attachments.py", "test_blocks.py", "test_polite_crawl.py", "test_robots.py",
    "test_tls.py", "test_adversity.py", "test_publish.py", "test_bench.py", "test_calendar.py", "test_health.py",
)  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """More than there are cores: half of a crawl's time here it waits for what is slow by design."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(BEGUN_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session", autouse=True)
def _machines_may_be_small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKAN_DISK_FREE", "0")
        patch.setenv("BACKAN_READERS", "0")  # a process more for each crawl, that imports everything anew
        yield


@pytest.fixture(scope="session")
def portals() -> SpiderLoader:
    return SpiderLoader(Settings({"SPIDER_MODULES": ["spiders"]}))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """A crawl of the replica, as the command does it: one for all who test side by side, so not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # each of them has a folder in it
    one = Demo(folder / "demo", folder / "demo.output")
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not one.printed.exists():
            shutil.rmtree(one.data, ignore_errors=True)  # of who has failed
            printed = run("-m", "crawler", "demo", "--no-serve", "--data", str(one.data))
            one.printed.write_text(printed)
    return one
