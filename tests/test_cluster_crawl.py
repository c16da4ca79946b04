"""A crawl by the workers of a cluster, one of whom is killed, comes to what one machine would have made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from signal import SIGINT
from typing import Any

import pytest
from clusters import Cluster, likeness, with_s3
from deadly_portal import Deadly
from runs import rows, run
from warc_files import HTML, warc

from archive.errors import ArchiveError
from archive.model import Outcome
from archive.warc.reader import Unusable
from crawler.cluster import crawl as driver
from crawler.cluster import work
from crawler.cluster.crawl import crawl
from crawler.cluster.guard import driving
from crawler.cluster.manifest import Slice
from crawler.cluster.merge import InParts, merge
from crawler.cluster.parts import read_part
from crawler.cluster.portal_state import ARCHIVE, FRONTIER
from crawler.cluster.store import Store
from crawler.demo import HURRY
from crawler.intake.readers import Piece
from crawler.intake.survey import survey
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


def test_a_slice_whose_answer_cannot_be_read_is_taken_in_by_the_next_crawl(
    alone: Path, replica: str, two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(store: Store, name: str) -> Slice:
        raise ArchiveError("cannot use the store: it sleeps")

    asked: dict[str, Any] = {"via": replica, "settings": SETTINGS}
    with monkeypatch.context() as patch:
        patch.setattr(driver, "load", fail)
        [done] = crawl(["giamngheo"], tmp_path, two.address, **asked)
    assert (done.outcome, done.broken) == ("failed", "cannot use the store: it sleeps")
    told: list[str] = []
    crawl(["giamngheo"], tmp_path, two.address, tell=told.append, **asked)
    assert told[0] == "giamngheo slice 1 of a crawl that was interrupted: taken in"
    articles = "select key, title, body from articles where portal = 'giamngheo' order by 1"
    assert rows(tmp_path, articles) == rows(alone, articles)
    assert list((tmp_path / "state").rglob("*.*")) == []


def test_ctrl_c_while_something_is_taken_in_lets_slices_end(
    replica: str, two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(data: Path, store: Store, slice: Slice, portals: Any) -> None:
        if slice.portal == "giamngheo":
            os.kill(os.getpid(), SIGINT)
        merge(data, store, slice, portals)

    monkeypatch.setattr(driver, "merge", interrupted)
    told: list[str] = []
    first, second = crawl(
        ["giamngheo", "mst"], tmp_path, two.address, via=replica, limit=2, settings=SETTINGS, tell=told.append
    )
    assert (first.outcome, first.broken, second.broken) == ("finished", None, None)
    assert told.count("Ending what is running; Ctrl-C once more ends it at once.") == 1
    assert {second.outcome, "finished", "interrupted"} == {"finished", "interrupted"}


def test_what_has_not_begun_when_the_time_is_over_does_not_begin(
    replica: str, two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "LATE", 0.0)
    settings = {**SETTINGS, "DOWNLOAD_DELAY": 0.5}
    done = crawl(PORTALS, tmp_path, two.address, via=replica, settings=settings, seconds=1.0)
    assert [one.broken for one in done] == [None] * len(PORTALS)
    assert {one.outcome for one in done} <= {"paused", "interrupted"}
    assert [one.portal for one in done if not one.tally.pages and not one.crawl]


def test_a_page_that_kills_its_reader_does_not_kill_the_worker_that_ships_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "load_portals", lambda: {"deadly": Deadly})
    (tmp_path / "warc").mkdir()
    pages = [(f"http://localhost/bai/{name}", "200 OK", [HTML], b"<h1>Tin</h1>") for name in ("chet", "1")]
    file = warc(tmp_path / "warc", *pages)
    parts = dict(work._parts(Store(str(tmp_path / "store")), tmp_path, [file], "slice"))
    [read] = read_part(tmp_path / "store" / parts[file.name])
    outcomes = {one[0].url[-1]: one[1].outcome for one in read if not isinstance(one, Unusable)}
    assert outcomes.pop("t") == Outcome.UNREADABLE
    assert outcomes.keys() == {"1"}


def test_a_slice_of_a_run_that_was_removed_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another driver has taken in what counted of it."""
    store = Store(str(tmp_path))
    begun = Slice("mst", "run", 0, "state/mst/run/00000")
    for file in (ARCHIVE, FRONTIER):
        store.claim(f"{begun.folder}/{file}", b"")
    begun.claim(store)

    def crawled(task: work.Task, data: Path) -> None:
        store.remove("state/mst/run")

    monkeypatch.setattr(work, "alone", lambda portal, run: nullcontext())
    monkeypatch.setattr(work, "bring_originals", lambda store, task, data: [])
    monkeypatch.setattr(work, "_crawl", crawled)
    with pytest.raises(ArchiveError, match="nobody waits"):
        work.crawl_slice(work.Task(store.url, "mst", "run", 1, {}))
    assert dict(store.sizes("state")) == {}


def test_a_page_that_kills_its_reader_does_not_kill_the_driver_that_reads_what_no_worker_has_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "warc").mkdir()
    file = warc(tmp_path / "warc", ("http://localhost/bai/chet", "200 OK", [HTML], b"<h1>Tin</h1>"))
    portals: dict[str, Any] = {"deadly": Deadly}
    readers = InParts(Store(str(tmp_path)), None, tmp_path / "warc", portals)
    [[read]] = readers.read([Piece(survey(file, portals).found, {})])
    assert not isinstance(read, Unusable)
    assert read[1].outcome == Outcome.UNREADABLE
