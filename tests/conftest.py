"""What several test files share."""

import fcntl
import os
import shutil
from collections.abc import Iterator

import pytest
from runs import Demo, run
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader


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
