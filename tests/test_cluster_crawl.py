"""A crawl by the workers of a cluster, one of whom is killed, comes to what one machine would have made."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from clusters import Cluster, likeness, with_s3
from runs import rows, run

from crawler.cluster.crawl import crawl
from crawler.cluster.guard import driving
from crawler.cluster.store import Store
from crawler.demo import HURRY
from crawler.replica import Replica

PORTALS = ["giamngheo", "hoinongdan", "mst", "pacnam", "sonnptnt", "ubmttq"]
SETTINGS = {**HURRY, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
HERE = """
import sys
from pathlib import Path
from typing import Any
from crawler.crawl import crawl
done = crawl({portals!r}, Path(sys.argv[1]), via=sys.argv[2], settings={settings!r})
sys.exit(any(one.outcome != "finished" for one in done))
"""


@pytest.fixture(scope="module")
def replica() -> Iterator[str]:
    with Replica() as replica:
        yield replica.url


@pytest.fixture(scope="module")
def alone(replica: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one machine makes of the portals."""
    data = tmp_path_factory.mktemp("alone")
    run("-c", HERE.format(portals=PORTALS, settings=SETTINGS), str(data), replica)
    return data


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with with_s3(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def captures(folder: Path) -> bool:
    """Whether a worker is in the middle of a slice: it has written pages that nobody else has."""
    return any(path.stat().st_size > 20_000 for path in folder.rglob("*.warc.gz.open"))


def test_a_crawl_of_six_portals_of_which_a_worker_is_killed_is_that_of_one_machine(
    alone: Path, replica: str, two: Cluster, tmp_path: Path
) -> None:
    told: list[str] = []
    two.have(2)
    with two.killing(captures) as killed:
        done = crawl(PORTALS, tmp_path, two.address, via=replica, settings=SETTINGS, tell=told.append)
    assert two.lost(*killed, "crawl_slice") >= 1
    assert [(one.portal, one.outcome, one.broken) for one in done] == [
        (name, "finished", None) for name in PORTALS
    ]
    assert likeness(tmp_path) == likeness(alone)
    assert len(told) == len(PORTALS) == len(list((tmp_path / "logs").glob("crawl-*.log")))
    assert list((tmp_path / "state").rglob("*.*")) == []
    before = likeness(tmp_path)
    run("-c", "from crawler.cli import main; main()", "rebuild", "--jobs", "1", "--data", str(tmp_path))
    assert likeness(tmp_path) == before


def test_a_crawl_in_slices_through_s3_goes_on_where_it_was_and_asks_again_only_for_what_is_due(
    alone: Path, replica: str, two: Cluster, tmp_path: Path
) -> None:
    more = {"via": replica, "settings": {**SETTINGS, "DOWNLOAD_DELAY": 0.1}, "store": "s3://backan/a"}
    told: list[str] = []
    [done] = crawl(["mst"], tmp_path, two.address, slice=2, tell=told.append, **more)
    assert (done.outcome, done.broken) == ("finished", None)
    assert len(told) > 1
    articles = "select key, title, body from articles where portal = 'mst' order by 1"
    assert rows(tmp_path, articles) == rows(alone, articles)
    assert rows(
        tmp_path,
        "select count(*) from (select url from captures where not replaced and url not like '%/robots.txt' group by url having count(*) > 1)",
    ) == [(0,)]
    assert rows(tmp_path, "select count(*) from crawls where outcome = 'paused'") == [(len(told) - 1,)]
    [done] = crawl(["mst"], tmp_path, two.address, **more)
    assert (done.outcome, done.broken, done.tally.new, done.tally.changed) == ("finished", None, 0, 0)
    assert done.not_due
    assert rows(tmp_path, articles) == rows(alone, articles)
    stored = Store("s3://backan/a").sizes("warc")
    held = sorted(path.name for path in (tmp_path / "warc").glob("*.warc.gz"))
    assert sorted(name for name in stored if name.endswith(".gz")) == held


def test_a_slice_that_is_asked_to_end_before_it_has_begun_brings_nothing_and_fails_nothing(
    replica: str, two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def ended(run: str) -> Iterator[Any]:
        with driving(run) as end:
            end.set()
            yield end

    monkeypatch.setattr("crawler.cluster.crawl.driving", ended)
    [done] = crawl(["mst"], tmp_path, two.address, via=replica, settings=SETTINGS)
    assert (done.outcome, done.broken, done.tally.pages) == ("interrupted", None, 0)
    assert rows(tmp_path, "select count(*) from crawls") == [(0,)]
    assert list((tmp_path / "state").rglob("*.*")) == []
