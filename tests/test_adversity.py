"""What stands in a crawl's way is told in a line and damages nothing; when it is gone, the crawl goes on."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from errno import EROFS
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from killing import Crawls, Fault, asked, assert_sound, assert_whole, kept, rows, wait_for

from crawler.replica import Replica

PORTAL, OTHER = "mst", "pacnam"
SMALL = 8 << 20  # bytes on the small disk; a crawl of this portal leaves about two million
Kept = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(port=0) as replica:
        yield replica


@pytest.fixture(scope="module")
def undisturbed(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """What a crawl keeps that nothing stands in the way of."""
    crawls = Crawls(tmp_path_factory.mktemp("undisturbed") / "data", replica.url, (PORTAL,))
    crawls.run()
    return kept(crawls.data)


@pytest.fixture
def crawls(replica: Replica, tmp_path: Path) -> Crawls:
    replica.requests.clear()
    return Crawls(tmp_path / "data", replica.url, (PORTAL,))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own for the folder `data`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = mount("-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder))
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def on_disk(replica: Replica, disk: Path, tmp_path: Path) -> Crawls:
    replica.requests.clear()
    return Crawls(disk / "data", replica.url, (PORTAL,), log=tmp_path / "output")


def mount(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


def fill(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while ballast.write(bytes(4096)):
            pass


def refuse() -> None:
    raise OSError(EROFS, os.strerror(EROFS))


def stop() -> None:
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # this thread is the first to stand still


def told(crawls: Crawls) -> str:
    """What was printed, in one line: it is folded at 80 columns."""
    assert "Traceback" not in crawls.output
    return " ".join(crawls.output.split())


def assert_as_if_nothing_had_been(crawls: Crawls, undisturbed: Kept) -> None:
    assert kept(crawls.data) == undisturbed
    assert_whole(crawls.data)
    assert_sound(crawls.data)


FULL = "(No space left on device|database or disk is full)"
GOES_ON = "; when that is mended, the same command goes on"
HALF_WAY = Fault("crawler.books:take_in", "before", 9)
# Not within a transaction: who stands there lets nobody write.
STANDING = Fault("crawler.frontier.frontier:Frontier.turn", "before", 5, deed=stop)
MOMENTS = {
    "at the start": Fault("crawler.crawl:log_file", "before"),
    "in the midst of a record": Fault("archive.warc.file:_write", "before", 31),
    "at a commit of the archive": Fault("archive.store:Archive.writing", "before commit", 20),
    "at a commit of the frontier": Fault("crawler.frontier.frontier:Frontier._writing", "before commit", 8),
    "at the end": Fault("archive.store:Archive.finish_crawl", "before"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_disk_that_is_full_ends_a_crawl_which_goes_on_when_there_is_room(
    on_disk: Crawls, disk: Path, undisturbed: Kept, moment: str
) -> None:
    on_disk.run(fault=replace(MOMENTS[moment], deed=partial(fill, disk)), expect=1)
    assert re.search(rf"cannot write to \S+/data: {FULL}{GOES_ON}", told(on_disk))
    (disk / "ballast").unlink()
    on_disk.run()
    assert_as_if_nothing_had_been(on_disk, undisturbed)


def test_a_disk_that_is_full_while_a_killed_crawl_is_put_in_order_costs_nothing(
    on_disk: Crawls, disk: Path, undisturbed: Kept
) -> None:
    on_disk.run(fault=HALF_WAY)
    on_disk.run(fault=Fault("crawler.intake.recovery:salvage", "before", deed=partial(fill, disk)), expect=1)
    assert re.search(f"cannot .*{FULL}", told(on_disk))
    (disk / "ballast").unlink()
    on_disk.run()
    assert_as_if_nothing_had_been(on_disk, undisturbed)


def test_a_folder_that_cannot_be_written_is_told_and_left_as_it_is(
    on_disk: Crawls, disk: Path, undisturbed: Kept, replica: Replica
) -> None:
    on_disk.run()
    replica.requests.clear()
    assert mount("-o", "remount,ro", str(disk)).returncode == 0
    on_disk.run(expect=1)
    assert re.search(r"cannot write to \S+/data: Read-only file system", told(on_disk))
    assert not replica.requests
    assert mount("-o", "remount,rw", str(disk)).returncode == 0
    on_disk.run("--fresh")
    assert_as_if_nothing_had_been(on_disk, undisturbed)


def test_a_folder_that_becomes_read_only_ends_the_crawl(crawls: Crawls, undisturbed: Kept) -> None:
    """As where a disk fails, and the system lets nobody write to it any more."""
    crawls.run(fault=Fault("archive.warc.file:_write", "before", 31, refuse), expect=1)
    assert re.search(rf"cannot write to \S+/data: Read-only file system{GOES_ON}", told(crawls))
    crawls.run()
    assert_as_if_nothing_had_been(crawls, undisturbed)


@contextmanager
def held(crawls: Crawls, process: ForkServerProcess) -> Iterator[None]:
    """While a process stands still that has stopped itself."""
    stat = Path(f"/proc/{process.pid}/stat")
    assert wait_for(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", process)
    try:
        yield
    finally:
        os.kill(process.pid or 0, signal.SIGCONT)
    crawls.end(process)


def test_a_second_crawl_of_a_portal_is_refused_and_the_first_goes_on(
    crawls: Crawls, undisturbed: Kept, tmp_path: Path
) -> None:
    first = crawls.start(fault=STANDING)
    with held(crawls, first):
        second = replace(crawls, log=tmp_path / "second")
        second.run(expect=1)
        assert f"{PORTAL} is being crawled already by process {first.pid}: wait for its end" in told(second)
    assert_as_if_nothing_had_been(crawls, undisturbed)
    assert rows(crawls.data / "archive.db", "select outcome from crawls") == [("finished",)]


def test_two_portals_can_be_crawled_at_once(crawls: Crawls, undisturbed: Kept, tmp_path: Path) -> None:
    with held(crawls, crawls.start(fault=STANDING)):
        replace(crawls, log=tmp_path / "second", portals=(OTHER,)).run()
    assert_sound(crawls.data)
    assert_whole(crawls.data)
    assert len(rows(crawls.data / "archive.db", "select 1 from crawls where outcome = 'finished'")) == 2
    query = f"select url, sha256 from captures where portal = '{PORTAL}'"
    assert sorted(rows(crawls.data / "archive.db", query)) == undisturbed["bodies"]


def test_the_archive_is_not_rebuilt_while_a_portal_is_crawled(
    crawls: Crawls, undisturbed: Kept, tmp_path: Path
) -> None:
    with held(crawls, crawls.start(fault=STANDING)):
        second = replace(crawls, log=tmp_path / "second")
        second.end(second.command("rebuild"), 1)
        assert "the archive is being written to: wait for the end of it" in told(second)
    assert_as_if_nothing_had_been(crawls, undisturbed)


def test_no_portal_is_crawled_while_the_archive_is_rebuilt(
    crawls: Crawls, undisturbed: Kept, tmp_path: Path, replica: Replica
) -> None:
    crawls.run()
    replica.requests.clear()
    at_the_end = Fault("crawler.intake.rebuild:put_in_place", "before", deed=stop)
    rebuild = crawls.command("rebuild", "--jobs", "1", fault=at_the_end)
    with held(crawls, rebuild):
        second = replace(crawls, log=tmp_path / "second")
        second.run(expect=1)
        assert f"the archive is being rebuilt by process {rebuild.pid}: wait for its end" in told(second)
        assert not replica.requests
    assert_as_if_nothing_had_been(crawls, undisturbed)


def test_a_clock_that_is_set_back_far_is_told_before_anything_is_asked_for(
    crawls: Crawls, undisturbed: Kept, replica: Replica
) -> None:
    crawls.run(clock=[3600])
    replica.requests.clear()
    crawls.run(expect=1)
    assert re.search(
        f"the clock says .*, but {PORTAL} was crawled at .* already: set the clock", told(crawls)
    )
    assert not replica.requests
    crawls.run("--fresh", clock=[7200])
    assert_as_if_nothing_had_been(crawls, undisturbed)


IN_ORDER = (
    "select captured_at from captures where warc_file is not null order by crawl, warc_file, warc_offset"
)


def test_a_clock_that_is_set_back_a_little_holds_no_crawl_up_and_no_time_runs_back(
    crawls: Crawls, undisturbed: Kept
) -> None:
    crawls.run(clock=[20], fault=HALF_WAY)
    crawls.run(clock=[0])
    times = [at for (at,) in rows(crawls.data / "archive.db", IN_ORDER)]
    assert times == sorted(times)
    assert_as_if_nothing_had_been(crawls, undisturbed)


def test_a_clock_that_is_set_back_during_a_crawl_is_not_followed(crawls: Crawls, undisturbed: Kept) -> None:
    crawls.run(clock=[-10.0 * times for times in range(1000)])
    times = [at for (at,) in rows(crawls.data / "archive.db", IN_ORDER)]
    assert times == sorted(times)
    assert_as_if_nothing_had_been(crawls, undisturbed)


def forget(data: Path, name: str) -> None:
    for path in data.glob(f"{name}*"):
        path.unlink()


def test_without_its_frontier_a_crawl_asks_for_everything_and_finds_nothing_changed(
    crawls: Crawls, undisturbed: Kept, replica: Replica
) -> None:
    crawls.run()
    before = asked(replica)
    replica.requests.clear()
    forget(crawls.data, "frontier.db")
    crawls.run()
    assert asked(replica) == before
    query = "select new, changed, unchanged > 0 from crawls order by started_at"
    assert rows(crawls.data / "archive.db", query)[-1] == (0, 0, 1)
    assert_as_if_nothing_had_been(crawls, undisturbed)


def test_a_frontier_that_is_no_database_is_told_and_can_be_moved_away(
    crawls: Crawls, undisturbed: Kept
) -> None:
    crawls.run()
    forget(crawls.data, "frontier.db")
    (crawls.data / "frontier.db").write_bytes(b"no database " * 1000)
    crawls.run(expect=1)
    assert "frontier.db: file is not a database; move it away, and the crawl begins anew" in told(crawls)
    assert_sound(crawls.data)
    forget(crawls.data, "frontier.db")
    crawls.run()
    assert_as_if_nothing_had_been(crawls, undisturbed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            None,
            r"archive\.db is empty, but \S+ holds captures: `backan rebuild` makes it anew of them",
            id="removed",
        ),
        pytest.param(
            b"no database " * 1000,
            r"archive\.db: file is not a database; `backan rebuild` makes it anew",
            id="no database",
        ),
    ],
)
def test_an_archive_that_is_lost_is_told_and_made_anew(
    crawls: Crawls, undisturbed: Kept, replica: Replica, content: bytes | None, message: str
) -> None:
    """The frontier would have most of its pages for known, and ask for few of them."""
    crawls.run()
    replica.requests.clear()
    forget(crawls.data, "archive.db")
    if content:
        (crawls.data / "archive.db").write_bytes(content)
    crawls.run(expect=1)
    assert re.search(message, told(crawls))
    assert not replica.requests
    crawls.end(crawls.command("rebuild", "--jobs", "1"))
    assert_as_if_nothing_had_been(crawls, undisturbed)
    crawls.run()
    assert_as_if_nothing_had_been(crawls, undisturbed)
