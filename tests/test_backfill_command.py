"""The command `backan backfill`: how fast it asks, what it tells, how it ends."""

import json
import os
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from backfills import INDEX, PORTALS, RECORDS, dump, each, fill
from click.testing import CliRunner
from fake_archives import (
    Answer,
    FakeArchives,
    articles_of,
    busy,
    fake_archives,
    hang,
    well,
)  # fmt: skip
from rich.console import Console
from runs import rows

from archive.errors import ArchiveError
from crawler.backfill.pace import Pace
from crawler.backfill.run import backfill
from crawler.backfill.wayback import MEMENTOS, SEARCHES, Wayback
from crawler.cli import main


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def test_the_wayback_machine_is_asked_no_faster_than_it_wants(tmp_path: Path) -> None:
    time = Time()
    assert SEARCHES * 60 == 24
    with fake_archives(articles_of("ict"), lines=1) as fake:
        searches, mementos = (Pace(rate, time.sleep, time) for rate in (SEARCHES, MEMENTOS))
        with closing(Wayback("test", fake.url, searches, mementos)) as service:
            backfill(PORTALS["ict"], service, tmp_path, "test", console=Console(file=StringIO()))
        assert (fake.count("cdx"), fake.count("id_/")) == (7, 7)
    assert time.slept >= 6 * 2.5 + 6 * 1.0


def test_a_pace_holds_when_time_has_passed_and_when_not() -> None:
    time = Time()
    pace = Pace(2, time.sleep, time)
    pace.wait()
    pace.wait()
    time.now += 10
    pace.wait()
    pace.wait()
    assert time.slept == 1.0


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Call `backan` with the addresses of a fake."""
    monkeypatch.setenv("BACKAN_CONTACT", "test@example.org")

    def call(fake: FakeArchives, *arguments: str) -> Any:
        for name in ("WAYBACK", "COMMONCRAWL"):
            monkeypatch.setenv(f"BACKAN_{name}_URL", fake.url)
        return CliRunner().invoke(main, ["backfill", *arguments], catch_exceptions=False)

    return call


@each
def test_the_command_tells_what_came_of_it(tmp_path: Path, called: Callable[..., Any], service: str) -> None:
    with fake_archives(articles_of("ict")) as fake:
        done = called(fake, "ict", "--from", service, "--data", str(tmp_path))
        assert done.exit_code == 0
        assert "7 captures listed, 7 of them new and wanted" in done.stdout
        assert "7 new articles" in done.stdout
        assert "in place of" in done.stderr
        again = called(fake, "ict", "--from", service, "--data", str(tmp_path), "--json")
        assert json.loads(again.stdout)["fetched"] == 0
        fake.plan(INDEX + "|collinfo", busy(9999))
        stopped = called(fake, "ict", "--from", service, "--data", str(tmp_path))
        assert stopped.exit_code == 3
        assert "run the same command again to go on" in stopped.stdout


def test_files_are_taken_in_as_ingest_does(tmp_path: Path, called: Callable[..., Any]) -> None:
    with fake_archives(articles_of("ict")) as fake:
        fill(tmp_path / "a", fake, "wayback")
        [file] = (tmp_path / "a/warc").glob("*.gz")
        done = called(fake, "ict", "--from", str(file), "--data", str(tmp_path / "b"))
    assert done.exit_code == 0
    assert dump(tmp_path / "a") == dump(tmp_path / "b")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["xyz", "--from", "wayback"], "no portal named xyz"),
        (["ict", "--from", "archive.today"], "neither a file nor one of wayback, commoncrawl"),
        (["ict", "--from", "wayback", "--from", "commoncrawl"], "one web archive at a time"),
        (["ict", "--from", __file__, "--limit", "3"], "files are taken in whole"),
        (["ict", "--from", "wayback", "--since", "2021-02-02", "--until", "2021-02-01"], "is before --since"),
    ],
)
def test_what_cannot_be_meant_is_refused(called: Callable[..., Any], arguments: list[str], why: str) -> None:
    with fake_archives([]) as fake:
        done = called(fake, *arguments)
        assert (done.exit_code, fake.asked) == (2, [])
    assert why in done.stderr


def test_ctrl_c_ends_it_between_two_captures_with_everything_kept(tmp_path: Path) -> None:
    def stop(answer: Answer) -> Answer:
        os.kill(os.getpid(), signal.SIGINT)
        return hang(answer)

    with fake_archives(articles_of("ict")) as fake:
        fake.plan(RECORDS, well, well, stop)
        done = fill(tmp_path, fake, "wayback")
        assert (done.outcome, done.alarm, done.fetched) == ("interrupted", "interrupted", 2)
        assert rows(tmp_path, "select outcome from crawls") == [("interrupted",)]
        assert [path.name for path in (tmp_path / "warc").glob("*.open")] == []
        assert fill(tmp_path, fake, "wayback").fetched == 5
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_within_a_capture_waits_for_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crawler.backfill import keeper

    real = keeper.take_in

    def interrupted(*args: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return real(*args)

    monkeypatch.setattr(keeper, "take_in", interrupted)
    with fake_archives(articles_of("ict")) as fake:
        done = fill(tmp_path, fake, "commoncrawl")
    assert (done.outcome, done.fetched, done.left) == ("interrupted", 1, 6)
    assert len(rows(tmp_path, "select * from captures")) == 1


def test_the_demos_folder_is_refused(tmp_path: Path) -> None:
    from archive.model import Ended
    from archive.store import Archive

    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(PORTALS["ict"].info())
        archive.start_crawl("demo", "ict", "demo", "2026-01-01T00:00:00Z")
        archive.finish_crawl("demo", Ended("2026-01-01T00:00:00Z", "finished"))
    with fake_archives(articles_of("ict")) as fake:
        with pytest.raises(ArchiveError, match="must not be mixed"):
            fill(tmp_path, fake, "wayback")
        assert fake.asked == []


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("in the way")
    with (
        fake_archives(articles_of("ict")) as fake,
        pytest.raises(ArchiveError, match=r"cannot write to .*File exists"),
    ):
        fill(tmp_path, fake, "wayback")


def test_a_line_tells_where_it_stands_on_a_terminal_and_elsewhere(tmp_path: Path) -> None:
    from crawler.backfill.board import Board

    time, plain = Time(), StringIO()
    with Board(Console(file=plain), time) as board:
        board.show("one")
        time.now += 6
        board.show("two")
        board.show("three")
        board.say("four")
    assert plain.getvalue().split() == ["two", "four"]
    terminal = StringIO()
    with fake_archives(articles_of("ict")[:1]) as fake:
        fill(tmp_path, fake, "wayback", console=Console(file=terminal, force_terminal=True, width=100))
    assert threading.active_count() >= 1
    assert "ict: 1 fetched, 0 left, 1 new" in terminal.getvalue()
