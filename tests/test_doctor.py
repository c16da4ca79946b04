"""`backan doctor`: what is wrong with the installation, the data folder and the archive, and what to do."""

import fcntl
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from examined_folders import CONTACT, EVERY, NOW, backan, found, in_order, only, scheduled
from runs import rows

from archive import lock
from archive.alarms import Alarm, Rule
from archive.model import Ended
from archive.schema.quality import UNREAD
from archive.store import Archive
from archive.warc.writer import WarcWriter
from crawler.cli import main
from crawler.doctor import checkup, installation, records, told
from crawler.doctor.finding import Finding, Group, Level


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return in_order(tmp_path)


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}


def test_all_is_well_with_a_folder_in_order(data: Path) -> None:
    assert found(data) == []


def test_looking_changes_nothing_and_makes_no_file(data: Path) -> None:
    scheduled(data, EVERY, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")  # the command has the machine's clock
    before = contents(data)
    assert backan("--offline", "--data", data).exit_code == 0
    assert backan("--offline", "--json", "--data", data).exit_code == 0
    assert contents(data) == before


def test_it_works_while_a_crawl_runs(data: Path) -> None:
    with lock.crawling(data, "mic"), Archive(data / "archive.db") as archive:
        archive.start_crawl("mic-2", "mic", "live", "2026-11-22T00:00:00Z")
        writer = WarcWriter(data / "warc", "mic-2", {})
        writer.open()
        findings = checkup.local(data, NOW, CONTACT, ["mic"])
        writer.close()
    assert [finding for finding in findings if finding.level != Level.OK] == []
    assert f"mic is being crawled just now by process {os.getpid()}" in [finding.what for finding in findings]
    assert any(finding.what.endswith("1 being written") for finding in findings)


def test_without_an_archive_it_says_how_to_begin(tmp_path: Path) -> None:
    [nowhere] = found(tmp_path / "nowhere")
    assert (nowhere.level, nowhere.what) == (Level.WARN, f"{tmp_path}/nowhere is not there yet")
    assert only(tmp_path).advice == "`backan crawl` or `backan demo` makes one"
    assert list(tmp_path.iterdir()) == []


def test_captures_without_an_archive_are_bad(data: Path) -> None:
    (data / "archive.db").unlink()
    lost = only(data)
    assert (lost.level, lost.what) == (Level.BAD, "there is no archive.db")
    assert "backan rebuild" in str(lost.advice)


@pytest.mark.parametrize(
    ("name", "advice"), [("archive.db", "backan rebuild"), ("frontier.db", "move it away")]
)
def test_a_file_that_is_no_database_is_told(name: str, advice: str, data: Path) -> None:
    (data / name).write_bytes(b"no database" * 1000)
    broken = only(data)
    assert (broken.level, broken.what) == (Level.BAD, f"{name} cannot be read: file is not a database")
    assert advice in str(broken.advice)


def test_a_damaged_archive_is_told(data: Path) -> None:
    path = data / "archive.db"
    [(page, root)] = rows(
        data, "select 4096, rootpage from sqlite_master where name = 'idx_captures_crawl_outcome_replaced'"
    )
    bytes_ = bytearray(path.read_bytes())
    bytes_[(root - 1) * page + 8 : (root - 1) * page + 200] = b"\xff" * 192
    path.write_bytes(bytes_)
    damaged = found(data)[0]
    assert damaged.level == Level.BAD
    assert "damaged" in damaged.what or "malformed" in damaged.what
    assert "backan rebuild" in str(damaged.advice)


def test_the_check_of_a_large_file_ends_in_time(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "STEPS", 1)
    [first, *_] = records.records(data, patience=0)
    assert first.level == Level.OK
    assert "as far as 0 seconds let see" in first.what


def test_a_crawl_that_is_yet_to_come_tells_of_a_wrong_clock(data: Path) -> None:
    with Archive(data / "archive.db") as archive:
        archive.start_crawl("mic-9", "mic", "live", "2026-12-24T18:00:00Z")
    future = only(data)
    assert (future.level, "2026-12-24T18:00:00Z" in future.what) == (Level.WARN, True)
    assert "timedatectl" in str(future.advice)


def test_an_older_archive_is_brought_up_to_date_by_any_crawl(data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute("delete from _sqlite_migrations where name = 'm007_logbook'")
    connection.close()
    older = only(data)
    assert (older.level, older.advice) == (Level.WARN, "any crawl brings it up to date")
    assert older.what == "archive.db is of an older version: m007_logbook missing"


def test_an_archive_with_articles_of_before_is_to_be_rebuilt(data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute(f"pragma user_version = {UNREAD}")
    connection.close()
    unread = only(data)
    assert (unread.level, unread.advice) == (Level.WARN, "`backan rebuild` reads them of the WARC files")
    assert "people, figures, copies and files are not known yet" in unread.what


def test_an_archive_of_a_newer_program_is_bad(data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute("update _sqlite_migrations set name = 'm999_later' where name = 'm007_logbook'")
    connection.close()
    newer = only(data)
    assert (newer.level, "update the program" in str(newer.advice)) == (Level.BAD, True)
    assert newer.what == "archive.db was made by a newer version of the program (m999_later)"


@pytest.mark.parametrize(
    "damage",
    ["drop trigger articles_fts_insert", "insert into articles_fts(articles_fts) values ('delete-all')"],
)
def test_an_index_out_of_step_is_told(damage: str, data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute(damage)
    connection.close()
    finding = only(data)
    assert finding.level == Level.BAD
    assert "searches miss some" in finding.what


def test_what_a_killed_crawl_has_left_is_told_and_left_alone(data: Path) -> None:
    (data / "warc" / "mic-2-00000.warc.gz.open").write_bytes(b"")
    left = only(data)
    assert (left.level, left.what) == (
        Level.WARN, "1 WARC file left open by a crawl that was killed: mic-2-00000.warc.gz.open"
    )  # fmt: skip
    assert (data / "warc" / "mic-2-00000.warc.gz.open").exists()


@pytest.mark.parametrize(
    ("ended", "what"),
    [
        (Ended("2026-11-21T01:00:00Z", "finished", alarms=(Alarm(Rule.NO_PAGES),)), "no pages"),
        (Ended("2026-11-21T01:00:00Z", "blocked"), "it ended as blocked"),
    ],
)
def test_what_was_wrong_with_the_last_crawl_is_told(ended: Ended, what: str, data: Path) -> None:
    with Archive(data / "archive.db") as archive:
        archive.start_crawl("mic-2", "mic", "live", "2026-11-21T00:00:00Z")
        archive.finish_crawl("mic-2", ended)
    finding = only(data)
    assert (finding.level, finding.portal) == (Level.WARN, "mic")
    assert finding.what == f"the last crawl of mic, 2026-11-21: {what}"
    with Archive(data / "archive.db") as archive:
        archive.start_crawl("mic-3", "mic", "live", "2026-11-22T00:00:00Z")
        archive.finish_crawl("mic-3", Ended("2026-11-22T01:00:00Z", "finished"))
    assert found(data) == []


def test_too_little_disk_is_bad(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "schedule.toml").write_text('disk_free = "5 GB"\n')
    usage = shutil.disk_usage(data)._replace(free=4_900_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    full = only(data)
    assert (full.level, full.what) == (Level.BAD, "only 4.9 GB free, below the 5 GB of `disk_free`")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5_100_000_000))
    assert found(data) == []


def test_a_folder_that_cannot_be_written_to_is_bad(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "warc")
    closed = only(data)
    assert closed.level == Level.BAD
    assert closed.what.startswith(f"{data}/warc cannot be written to by ")
    assert "chown -R " in str(closed.advice)


def test_a_file_in_place_of_the_folder_is_bad(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert only(tmp_path / "data").what == f"{tmp_path}/data is no folder"


def test_a_contact_is_asked_for(data: Path) -> None:
    [finding] = found(data, {})
    assert (finding.level, finding.what) == (
        Level.WARN, "BACKAN_CONTACT is not set: no site can reach who crawls it"
    )  # fmt: skip


def test_a_broken_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    [finding] = [one for one in installation.installation(CONTACT) if one.level == Level.BAD]
    assert finding.what.startswith("trafilatura cannot be used: ModuleNotFoundError")


@pytest.mark.parametrize(
    ("needs", "told"),
    [
        (["scrapy>=99"], "scrapy is 2.19.0, but >=99 is needed"),
        (["no-such-package-of-ours>=1"], "no-such-package-of-ours is missing"),
        (["no-such-package-of-ours; python_version < '3'", "click>=8"], None),
    ],
)
def test_packages_that_do_not_fit_are_told(
    needs: list[str], told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "requires", lambda _: needs)
    assert [one.what for one in installation.installation(CONTACT) if one.level == Level.BAD] == [told][
        : bool(told)
    ]


def test_a_checkout_compares_no_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> list[str]:
        raise PackageNotFoundError

    monkeypatch.setattr(installation, "requires", missing)
    assert "it runs from a checkout" in " ".join(one.what for one in installation.installation(CONTACT))


def test_a_portal_with_a_mistake_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise SyntaxError("spiders/mic.py, line 3")

    module = ModuleType("crawler.portals")
    module.load = broken  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "crawler.portals", module)
    [finding] = [one for one in installation.installation(CONTACT) if one.level == Level.BAD]
    assert "spiders/mic.py, line 3" in finding.what


def test_the_marks_read_without_colour_and_fit_the_terminal(data: Path) -> None:
    (data / "warc" / "mic-2-00000.warc.gz.open").write_bytes(b"")
    result = CliRunner(env={"BACKAN_CONTACT": ""}).invoke(main, ["doctor", "--offline", "--data", str(data)])
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert "\n  warn  1 WARC file left open by a crawl that was killed:\n" in result.output
    assert "\n        -> nothing is lost: the next crawl salvages it by itself\n" in result.output
    assert all(len(line.replace(str(data), "data")) <= 80 for line in result.output.splitlines())
    headings = [line for line in result.output.splitlines() if line and not line.startswith(" ")]
    assert headings[:-1] == ["Installation", "Data folder", "Archive", "Schedule"]
    assert headings[-1].startswith("0 bad, 2 to look at, ")


def test_what_others_wrote_cannot_write_to_the_terminal() -> None:
    evil = Finding(Group.PORTALS, Level.BAD, "a \x1b[2J b", "c \x9b d\n$ e \x07")
    assert "\x1b[2J" not in told.of_findings([evil])
    assert not {"\x07", "\x9b"} & set(told.of_findings([evil]))


def test_something_bad_ends_with_3_and_stands_in_json(data: Path) -> None:
    (data / "archive.db").unlink()
    result = backan("--offline", "--json", "--data", data)
    assert result.exit_code == 3
    assert {"group": "Archive", "level": "bad", "what": "there is no archive.db"}.items() <= next(
        one for one in json.loads(result.output) if one["level"] == "bad"
    ).items()


@pytest.fixture(autouse=True)
def nothing_is_held(tmp_path: Path) -> Iterator[None]:
    """Whoever looks at a lock must let go of it."""
    yield
    for path in (tmp_path / "locks").glob("*"):
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
