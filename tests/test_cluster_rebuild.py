"""A rebuild and an import by the workers of a cluster come to what one machine makes of the same files."""

import errno
import gc
import operator
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from signal import SIGSTOP
from time import sleep
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from clusters import Cluster, cluster, with_s3
from deadly_portal import Deadly
from distributed import Client
from hostile_portal import Hostile
from own_files import CRAWL, answer, end, ours
from runs import dump, rows
from warc_files import HTML, foreign, revisit, warc

from archive.errors import ArchiveError
from archive.warc.reader import exchanges
from crawler.cli import main
from crawler.cluster import connect
from crawler.cluster.readers import on_cluster
from crawler.cluster.reading import OnCluster
from crawler.cluster.store import Store, store_url
from crawler.intake.ingest import ingest
from crawler.intake.rebuild import Rebuilt, rebuild

PORTALS: dict[str, Any] = {"hostile": Hostile}
Stored = Callable[[int], object]
FILES = 50


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with with_s3(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def short(file: int, number: int) -> tuple[str, str, list[str], bytes]:
    """An article of few words: those of many would all be compared with each other."""
    text = f"<h1>Bài {file}</h1><div id=body><p>Xã Nam Mẫu có {number + file} hộ nghèo, theo 5/KH-UBND.</p></div>"
    return f"http://hostile.test/bai/{file}-{number}", "200 OK", [HTML], f"<html><body>{text}".encode()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty files: of ours and of others, with revisits of what lies in another file."""
    folder = tmp_path_factory.mktemp("files")
    made = folder / "data"
    (made / "warc").mkdir(parents=True)
    files = [
        warc(
            folder,
            *(short(file, n) for n in (1, 2)),
            name=f"file-{file:02}",
            at=f"20{file + 10}-01-01T00:00:00Z",
        )
        for file in range(FILES - 2)
    ]
    [original, *_] = exchanges(files[3])
    repeats = revisit(original.url, original.payload_digest or "", at="2061-01-01T00:00:00Z")
    files.append(foreign(folder, repeats, name="again.warc"))
    with ours(folder) as writer:
        answer(writer, "/bai/mot", 1)
        writer.note("http://hostile.test/bai/ba", "2026-01-01T00:00:04Z", {"fetchError": "no answer"})
        end(writer)
    files.append(folder / f"{CRAWL}-00000.warc.gz")
    for file in files:
        shutil.copy(file, made / "warc")
    rebuild(made, PORTALS, 1)
    return made


def again(
    data: Path, two: Cluster, copy: Path, store: str | None = None, stored: Stored = lambda size: None
) -> Rebuilt:
    """Rebuild a copy of a data folder on the cluster, and demand the same rows."""
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns("*.cdxj", "archive.db*"))
    there = partial(on_cluster, two.address, store, copy, PORTALS, keep=True)
    done = rebuild(copy, PORTALS, done_with=stored, elsewhere=there)
    assert dump(copy) == dump(data)
    assert len(list((copy / "warc").glob("*.cdxj"))) == FILES
    return done


def test_a_rebuild_on_a_cluster_has_the_same_rows_and_leaves_parts_that_duckdb_reads(
    data: Path, two: Cluster, tmp_path: Path
) -> None:
    done = again(data, two, tmp_path / "copy")
    assert (done.files, done.lost, done.unusable) == (FILES, 0, [])
    parts = tmp_path / "copy" / "parts" / "*" / "*.parquet"
    query = f"select url, outcome, article_title, text_sha256 from '{parts}' order by url, captured_at"
    here = rows(
        data,
        "select c.url, c.outcome, a.title, text_sha256 from captures as c left join articles as a on a.id = c.article and c.text_sha256 is not null order by c.url, c.captured_at",
    )
    assert duckdb.sql(query).fetchall() == here
    query = f"select count(*) from (select unnest(says_figures, recursive := true) from '{parts}')"
    assert duckdb.sql(query).fetchall() == rows(
        data,
        "select count(*) from captures as c join figures as f on f.article = c.article where c.text_sha256 is not null",
    )


def test_a_rebuild_through_s3_of_which_a_worker_is_killed_has_the_same_rows(
    data: Path, two: Cluster, tmp_path: Path
) -> None:
    two.have(2)
    worker = list(two.workers)[-1]
    is_stopped = False

    def kill(size: int) -> None:
        """One that has stopped in the middle, and has had more to do since."""
        nonlocal is_stopped
        if not is_stopped:
            two.workers[worker].send_signal(SIGSTOP)
            is_stopped = True
        elif two.workers[worker].poll() is None and two.held(client, worker):
            two.kill(worker)

    with Client(two.address, set_as_default=False) as client:
        again(data, two, tmp_path / "copy", "s3://backan/below", kill)
    assert two.lost(worker, "") >= 1


def test_pages_that_kill_and_that_hang_are_unreadable_and_cost_a_cluster_no_worker(
    two: Cluster, tmp_path: Path
) -> None:
    once = f"chet-mot-lan?{tmp_path / 'mark'}"
    pages = [
        (f"http://localhost/bai/{name}", *short(1, number)[1:])
        for number, name in enumerate(["1", "chet", "2", "treo", once, "3"])
    ]
    data = tmp_path / "data"
    (data / "warc").mkdir(parents=True)
    warc(data / "warc", *pages)
    portals: dict[str, Any] = {"deadly": Deadly}

    @contextmanager
    def there() -> Iterator[OnCluster]:
        store = Store(store_url(None, data))
        with connect.connected(two.address, store) as client:
            yield OnCluster(connect.pool_of(client), store, "run", data / "warc", portals, longest=1.0)

    two.have(2)
    living = [worker for worker, process in two.workers.items() if process.poll() is None]
    rebuild(data, portals, elsewhere=there)
    found = dict(rows(data, "select url, note from captures where outcome = 'unreadable'"))
    assert found == {
        "http://localhost/bai/chet": "ends the process that reads it (SIGKILL)",
        "http://localhost/bai/treo": "takes too long to be read",
    }
    outcomes = dict(rows(data, "select url, outcome from captures"))
    assert outcomes[f"http://localhost/bai/{once}"] == "other"  # it was read, and is no article's address
    assert {outcomes[f"http://localhost/bai/{number}"] for number in (1, 2, 3)} == {"article:selectors"}
    assert all(two.workers[worker].poll() is None for worker in living)


@pytest.mark.parametrize("busy", [0, 3])
def test_a_rebuild_whose_scheduler_dies_ends_with_that_and_leaves_the_archive(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy: float
) -> None:
    """However long the driver does something else before it hears of it."""
    monkeypatch.setattr(connect, "PATIENCE", 2.0)
    is_dead = False
    few = tmp_path / "few"
    (few / "warc").mkdir(parents=True)
    for file in sorted((data / "warc").glob("file-0*.gz")):
        shutil.copy(file, few / "warc")
    rebuild(few, PORTALS, 1)
    before = (few / "archive.db").read_bytes()

    def kill(size: int) -> None:
        nonlocal is_dead
        if not is_dead:
            small.processes[0].kill()
            sleep(busy)
        is_dead = True

    with cluster(tmp_path) as small:
        there = partial(on_cluster, small.address, None, few, PORTALS)
        with pytest.raises(ArchiveError, match="the scheduler has gone"):
            rebuild(few, PORTALS, done_with=kill, elsewhere=there)
    assert (few / "archive.db").read_bytes() == before


def test_parts_that_cannot_be_removed_cost_no_rebuild(
    two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warc").mkdir()
    warc(tmp_path / "warc", short(1, 1))

    def refuse(store: Store, below: str) -> None:
        raise ArchiveError("cannot use the store: it sleeps")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "remove", refuse)
        patch.setattr(connect, "_check", lambda *_: None)
        done = rebuild(tmp_path, PORTALS, elsewhere=partial(on_cluster, two.address, None, tmp_path, PORTALS))
    assert done.articles == 1
    assert rows(tmp_path, "select count(*) from articles") == [(1,)]


def full(piece: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(piece))


def test_what_a_worker_lacks_is_not_taken_for_what_lacks_here(two: Cluster, tmp_path: Path) -> None:
    with (
        connect.connected(two.address, Store(str(tmp_path))) as client,
        pytest.raises(ArchiveError, match=r"a\.warc: its worker cannot go on: .*No space left"),
    ):
        list(connect.pool_of(client).in_order(full, [Path("a.warc")]))


def test_an_import_on_a_cluster_has_the_same_rows(data: Path, two: Cluster, tmp_path: Path) -> None:
    files = sorted((data / "warc").glob("*.warc*"))[:5]
    with on_cluster(two.address, None, tmp_path / "there", PORTALS) as readers:
        for file in files:
            ingest(file, tmp_path / "there", PORTALS, readers=readers)
            ingest(file, tmp_path / "here", PORTALS)
    assert dump(tmp_path / "there") == dump(tmp_path / "here")
    assert list((tmp_path / "there" / "parts").rglob("*.parquet")) == []


def test_what_a_cluster_lacks_is_told(data: Path, tmp_path: Path) -> None:
    def refused(address: str, why: str, store: str | None = None) -> None:
        with pytest.raises(ArchiveError, match=why), on_cluster(address, store, data, PORTALS):
            pass
        gc.collect()  # a client that came to nothing: Dask must not close it while another one begins

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connect, "PATIENCE", 2.0)
        refused("tcp://127.0.0.1:1", "no Dask scheduler answers at tcp://127.0.0.1:1")
        refused("what?", "no Dask scheduler answers")
        refused("tcp://127.0.0.1:1", "no-such-bucket|cannot use the store", "gopher://store")
        with cluster(tmp_path, 0) as empty:
            refused(empty.address, "has no workers")
        patch.setitem(sys.modules, "distributed", None)
        refused("tcp://127.0.0.1:1", "`make scale`")


def test_workers_that_do_not_reach_the_store_are_refused(
    data: Path, two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(connect, "blind_to", operator.concat)  # says something, wherever it runs
        with (
            pytest.raises(ArchiveError, match="does not reach"),
            on_cluster(two.address, None, data, PORTALS),
        ):
            pass
    result = CliRunner().invoke(main, ["rebuild", "--store", str(tmp_path), "--data", str(data)])
    assert (result.exit_code, "--cluster" in result.output) == (2, True)
