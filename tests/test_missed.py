"""Runs that were not made stand in the logbook and in a WARC file, and disturb nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from killing import Crawls
from runs import rows

from archive.errors import ArchiveError
from archive.warc.file import warc_files
from crawler.cli import main
from crawler.desk import missed
from crawler.desk.rounds import Missed
from crawler.replica import Replica


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica() as one:
        yield one


def some(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def noted(data: Path, at: datetime) -> datetime:
    what = Missed(3, some("2026-03-01 03:00"), some("2026-03-03 03:00"))
    return missed.note(data, "mst", what, at, source="via")


def here(data: Path, *words: str) -> None:
    """Run a command in this process, which takes less time."""
    done = CliRunner().invoke(main, [*words, "--data", str(data)])
    assert done.exit_code == 0, done.output


def test_what_was_missed_stands_in_the_logbook_and_outlives_a_rebuild(
    replica: Replica, tmp_path: Path
) -> None:
    crawls = Crawls(tmp_path, replica.url, ("mst",))
    crawls.run("--limit", "2")
    assert noted(tmp_path, datetime.now(UTC)) == some("2026-03-03 03:00")
    crawls.run("--limit", "2")
    query = "select * from crawls order by id"
    before = rows(tmp_path, query)
    [(id, started, arguments)] = rows(
        tmp_path, "select id, started_at, arguments from crawls where outcome = 'missed'"
    )
    assert id == "mst-missed-20260301T030000Z"
    assert started == "2026-03-01T03:00:00Z"
    assert arguments == '{"missed": 3, "until": "2026-03-03T03:00:00Z"}'
    here(tmp_path, "verify")
    here(tmp_path, "rebuild", "--jobs", "1")
    assert rows(tmp_path, query) == before
    here(tmp_path, "export", "--wacz")
    here(tmp_path, "verify", "--manifest")


def test_what_was_noted_already_is_not_noted_again(tmp_path: Path) -> None:
    noted(tmp_path, datetime.now(UTC))
    more = Missed(9, some("2026-03-01 03:00"), some("2026-03-09 03:00"))
    assert missed.note(tmp_path, "mst", more, datetime.now(UTC), source="via") == some("2026-03-03 03:00")
    assert rows(tmp_path, "select count(*) from crawls") == [(1,)]
    assert missed.noted(tmp_path, "mst", more.first, datetime.now(UTC)) == some("2026-03-03 03:00")
    assert missed.noted(tmp_path, "mst", more.first, some("2026-03-04 03:00")) is None


@pytest.mark.parametrize("killed_at", ["finish_all", "sync_folder"])
def test_a_note_that_was_cut_short_is_made_good(
    tmp_path: Path, killed_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(missed, killed_at, die)
        with pytest.raises(KeyboardInterrupt):
            noted(tmp_path, datetime.now(UTC))
    assert noted(tmp_path, datetime.now(UTC)) == some("2026-03-03 03:00")
    assert rows(tmp_path, "select outcome from crawls") == [("missed",)]
    assert len(warc_files(tmp_path / "warc")) == 1
    assert not list(tmp_path.glob("*.part"))


def test_a_lost_archive_is_not_begun_anew_by_a_note(tmp_path: Path) -> None:
    missed.note(
        tmp_path, "mic", Missed(1, some("2026-02-01"), some("2026-02-01")), datetime.now(UTC), source="via"
    )
    for path in tmp_path.glob("archive.db*"):
        path.unlink()
    with pytest.raises(ArchiveError, match="rebuild"):
        noted(tmp_path, datetime.now(UTC))


def test_a_note_by_a_clock_that_is_ahead_refuses_no_crawl(replica: Replica, tmp_path: Path) -> None:
    noted(tmp_path, datetime.now(UTC) + timedelta(days=300))
    Crawls(tmp_path, replica.url, ("mst",)).run("--limit", "2")
