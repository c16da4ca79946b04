"""`backan status`: what it tells, in which words, and that it leaves a data folder as it was."""

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from killing import Crawls, Fault, wait_for
from logbooks import FEWER, NOW, blank, left, note, schedule, stamp
from sample_archive import fill
from sqlite_utils import Database

from archive import lock, logbook, running
from archive.advice import to_do
from archive.alarms import Alarm, Rule
from archive.dates import VIETNAM
from archive.errors import ArchiveError
from archive.schema import migrations
from crawler.cli import main
from crawler.desk.status import document, short, status, told, when
from crawler.replica import Replica

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
KEYS = {
    "id", "portal", "source", "started_at", "finished_at", "outcome", "met", "pages", "new", "changed", "unchanged", "gone",
    "failed", "traps", "bytes", "complete", "arguments", "settings", "alarms", "seconds", "warc_files",
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return blank(tmp_path / "data")


def backan(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def said(data: Path, most: int = 10) -> str:
    return told(status(data, NOW, most), VIETNAM)


def part(text: str, title: str) -> str:
    """What stands below one heading."""
    return text.partition(f"{title}\n")[2].partition("\n\n")[0]


def test_a_folder_without_an_archive_is_told_and_not_made(tmp_path: Path) -> None:
    done = backan("status", "--data", str(tmp_path / "nowhere"))
    assert done.exit_code == 1
    assert "run `backan demo` or `backan crawl` first" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_archive_is_told(data: Path) -> None:
    (data / "archive.db").write_bytes(b"no database, but long enough to be taken for one" * 100)
    done = backan("status", "--data", str(data))
    assert done.exit_code == 1
    assert "backan rebuild" in done.output


def test_an_archive_of_before_the_logbook_is_told_what_brings_it_up_to_date(tmp_path: Path) -> None:
    db = Database(tmp_path / "archive.db")
    migrations.apply(db, stop_before="m007_logbook")
    db.close()
    before = left(tmp_path)
    done = backan("status", "--data", str(tmp_path))
    assert done.exit_code == 1
    assert "older version" in done.output
    assert left(tmp_path) == before


def test_an_archive_without_crawls_says_how_to_make_one(data: Path) -> None:
    done = backan("status", "--data", str(data))
    assert done.exit_code == 0
    assert "none yet; `backan crawl` makes one" in done.output
    assert "nothing is scheduled" in done.output


def test_looking_leaves_no_trace(tmp_path: Path) -> None:
    """Also no -shm and -wal file, which whoever reads in WAL mode makes."""
    fill(tmp_path / "archive.db")
    schedule(tmp_path, mic=NOW + HOUR)
    with closing(sqlite3.connect(tmp_path / "frontier.db")) as frontier:
        frontier.execute("pragma journal_mode = wal")
    before = left(tmp_path)
    for options in ((), ("--json",), ("--last", "3")):
        assert backan("status", "--data", str(tmp_path), *options).exit_code == 0
    assert left(tmp_path) == before


def test_only_the_newest_run_of_a_portal_is_complained_of(data: Path) -> None:
    note(data, "mic", NOW - 3 * DAY, alarms=[Alarm(Rule.NO_PAGES, 0, detail="connection refused")])
    note(data, "mic", NOW - 2 * DAY)
    note(data, "backan", NOW - 2 * DAY)
    note(data, "backan", NOW - DAY, alarms=[FEWER])
    wrong = part(said(data), "Wrong")
    assert "backan, yesterday 22:00: it met with 12 pages only, 400 are usual" in wrong
    assert "backan doctor" in wrong
    assert "mic" not in wrong


def test_an_import_does_not_cure_an_alarm(data: Path) -> None:
    note(data, "mic", NOW - 2 * DAY, alarms=[FEWER])
    note(data, "mic", NOW - DAY, source="wayback")
    assert "12 pages only" in part(said(data), "Wrong")


def test_where_all_is_well_that_is_said(data: Path) -> None:
    note(data, "mic", NOW - DAY)
    assert part(said(data), "Wrong").strip() == "nothing, by the newest run of each portal"


def test_missed_runs_are_complained_of_until_one_has_run(data: Path) -> None:
    missed = {"outcome": "missed", "arguments": '{"missed": 3, "until": "2026-11-20T10:00:00Z"}'}
    note(data, "mic", NOW - 3 * DAY)
    note(data, "mic", NOW - 2 * DAY, **missed)
    assert "runs missed: 3" in part(said(data), "Wrong")
    note(data, "mic", NOW - DAY)
    assert "missed" not in part(said(data), "Wrong")


def test_what_was_missed_does_not_hide_that_a_portal_had_an_alarm_when_it_ran_again(data: Path) -> None:
    note(data, "mic", NOW - 2 * DAY, outcome="missed", arguments='{"missed": 3}')
    note(data, "mic", NOW - DAY, alarms=[FEWER])
    assert "12 pages only" in part(said(data), "Wrong")


@pytest.mark.parametrize(
    ("why", "deed"),
    [
        (logbook.STILL_GOING, "backan schedule add mic --replace"),
        ("killed by SIGKILL: it hung", "schedule-mic.log"),
    ],
)
def test_why_runs_were_missed_is_told_beside_the_alarms_of_the_run_before(
    data: Path, why: str, deed: str
) -> None:
    note(data, "mic", NOW - DAY, alarms=[FEWER])
    note(data, "mic", NOW - HOUR, "missed", arguments=json.dumps({"missed": 2, "why": why}))
    wrong = " ".join(part(said(data), "Wrong").split())
    assert "12 pages only" in wrong
    assert f"runs missed: 2; {why}" in wrong
    assert deed in wrong
    assert "machine was off" not in wrong
    assert f"runs missed: 2; {why}" in part(said(data), "Last runs")


def test_a_crawl_without_an_end_that_nobody_works_on_was_killed(data: Path) -> None:
    note(data, "mic", NOW - HOUR, outcome=None)
    text = said(data)
    assert part(text, "Running").strip() == "nothing"
    assert "it was killed; nothing is lost" in part(text, "Wrong")
    assert "backan crawl mic" in part(text, "Wrong")
    assert "killed" in part(text, "Last runs")


def test_what_did_not_come_to_its_end_is_told_once(data: Path) -> None:
    note(
        data,
        "mic",
        NOW - 2 * HOUR,
        outcome="interrupted",
        alarms=[Alarm(Rule.UNFINISHED, detail="interrupted")],
    )
    note(data, "mic", NOW - HOUR, outcome=None)
    assert part(said(data), "Wrong").count("mic, ") == 1
    assert "it was killed" in part(said(data), "Wrong")


def test_what_runs_is_counted_from_its_captures(tmp_path: Path) -> None:
    """The sample has 8 articles of one portal, one of them in two versions, which one crawl brought."""
    fill(tmp_path / "archive.db")
    with closing(sqlite3.connect(tmp_path / "archive.db")) as archive, archive:
        archive.execute("update crawls set finished_at = null, outcome = null where portal = 'backan'")
        archive.execute("update captures set captured_at = '2023-11-20T03:10:00Z'")
    now = datetime(2023, 11, 20, 3, 30, tzinfo=UTC)
    with lock.crawling(tmp_path, "backan"), logbook.opened(tmp_path / "archive.db") as archive:
        (found,) = running.desk(archive, tmp_path, now).running
    assert (found.portal, found.process, found.source) == ("backan", os.getpid(), "live")
    assert (found.done, found.new, found.changed, found.failed) == (9, 8, 1, 0)
    assert found.per_minute == 9 / 30
    assert found.queued is None
    assert found.last_at == "2023-11-20T03:10:00Z"


def test_a_portal_whose_crawl_has_just_begun_runs_without_a_row(data: Path) -> None:
    with lock.crawling(data, "mic"):
        assert "just begun" in part(said(data), "Running")
    assert part(said(data), "Running").strip() == "nothing"


def test_looking_does_not_stand_in_the_way_of_a_crawl(data: Path) -> None:
    with lock.crawling(data, "mic"):
        status(data, NOW)
        with pytest.raises(ArchiveError, match="is being crawled already"), lock.crawling(data, "mic"):
            pass
    status(data, NOW)
    with lock.crawling(data, "mic"):
        pass


@pytest.fixture
def crawls(tmp_path: Path) -> Iterator[Crawls]:
    with Replica(port=0) as replica:
        yield Crawls(tmp_path / "data", replica.url, ("mst",))


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def test_a_crawl_is_seen_at_work_and_its_end_too(crawls: Crawls) -> None:
    """It stands still in the midst of writing, so that what is told can be told to be right."""
    process = crawls.start(fault=Fault("archive.warc.file:_write", "before", 31, deed=stop))
    stat = Path(f"/proc/{process.pid}/stat")
    assert wait_for(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", process)
    try:
        before = set(left(crawls.data))
        found = document(status(crawls.data, datetime.now(UTC)))
        assert set(left(crawls.data)) == before
    finally:
        os.kill(process.pid or 0, signal.SIGCONT)
    crawls.end(process)
    (one,) = found["running"]
    assert (one["portal"], one["process"], one["source"]) == ("mst", process.pid, "via")
    assert 0 < one["done"] < 26
    assert one["queued"] > 0
    assert one["last_url"].startswith("http")
    assert [run["outcome"] for run in found["runs"]] == [None]
    after = document(status(crawls.data, datetime.now(UTC), files=True))
    assert after["running"] == after["unended"] == []
    (run,) = after["runs"]
    assert run["outcome"] == "finished"
    assert run["warc_files"] == sorted(path.name for path in (crawls.data / "warc").glob("*.warc.gz"))
    assert run["settings"]["backan_via"] == crawls.via


@pytest.mark.parametrize("kind", ["damaged", "of another program", "of before there were schedules"])
def test_a_frontier_that_cannot_be_read_does_not_hide_the_rest(data: Path, kind: str) -> None:
    note(data, "mic", NOW - DAY, new=7)
    frontier = data / "frontier.db"
    if kind == "damaged":
        frontier.write_bytes(b"not a database" * 1000)
    else:
        with closing(sqlite3.connect(frontier)) as made:
            made.execute("create table runs(id)" if "before" in kind else "create table others(id)")
    with lock.crawling(data, "mic"):
        text = said(data)
    assert "finished" in part(text, "Last runs")
    assert ("cannot read" in text) == ("before" not in kind)
    assert "nothing is scheduled" in text


def test_what_is_next_is_told_in_local_words(data: Path) -> None:
    schedule(data, mic=NOW + 5 * HOUR, backan=NOW + 30 * timedelta(minutes=1), sonoivu=NOW + 3 * DAY)
    lines = part(said(data), "Next").splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        "backan today 22:30 in 30 min",
        "mic tomorrow 03:00 in 5 h 00",
        "sonoivu Mon 22:00 in 3 d 0 h",
    ]


def test_what_is_due_for_days_and_does_not_run_is_complained_of(data: Path) -> None:
    schedule(data, mic=NOW - 2 * DAY, backan=NOW - HOUR)
    wrong = part(said(data), "Wrong")
    assert "mic, Wed 22:00: it is due for more than a day" in wrong
    assert "backan schedule install" in wrong
    assert "backan," not in wrong
    with lock.crawling(data, "mic"):
        assert "mic" not in part(said(data), "Wrong")


def test_the_last_runs_are_the_newest_first(data: Path) -> None:
    for days in range(1, 13):
        note(data, "mic", NOW - days * DAY, new=days, bytes=25_400_000)
    rows = part(said(data), "Last runs").splitlines()[1:]
    assert len(rows) == 10
    assert [row.split()[1] for row in rows[:2]] == ["yest.", "Wed"]
    assert rows[0].split()[-1] == "25"
    assert len(part(said(data, 3), "Last runs").splitlines()) == 4


def test_nothing_is_wider_than_eighty_columns(data: Path) -> None:
    counts = dict.fromkeys(("met", "pages", "new", "changed", "unchanged", "gone", "failed"), 1_234_567)
    for days in (1, 3, 40, 700):
        note(data, "sonoivu", NOW - days * DAY, "cannot write", [FEWER], bytes=9 * 10**11, **counts)
    every = [Alarm(rule, 0.5, 0.1, "một lời giải thích dài " * 9) for rule in Rule]
    note(data, "backan", NOW - HOUR, "interrupted", every, **counts)
    note(data, "mic", NOW - HOUR, None)
    schedule(data, mic=NOW - 9 * DAY, backan=NOW + 200 * DAY)
    with lock.crawling(data, "mic"):
        text = said(data)
    assert max(map(len, text.splitlines())) <= 80
    assert "9999" not in text
    assert text.count("1.2M") > 10


def test_hostile_words_cannot_move_the_cursor(data: Path) -> None:
    evil = "\x1b[2J\nmic finished\u202e"
    note(data, "mic", NOW - DAY, evil, [Alarm(Rule.BLOCKED, 3, detail=evil)])
    text = said(data)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[2J\\n" in text


def test_rules_of_a_newer_program_and_odd_rows_are_told_as_they_are(data: Path) -> None:
    crawl = note(data, "mic", NOW - DAY, arguments="[no json", settings="7")
    with closing(sqlite3.connect(data / "archive.db")) as archive, archive:
        archive.execute("insert into alarms values (?, 'too-blue', 'very', null, 'sky')", [crawl])
    assert "too-blue (sky)" in part(said(data), "Wrong")
    (run,) = document(status(data, NOW))["runs"]
    assert (run["arguments"], run["settings"]) == ({}, {})
    assert run["alarms"][0]["value"] is None


def test_json_has_the_keys_that_programs_rely_on(data: Path) -> None:
    note(data, "mic", NOW - DAY, alarms=[FEWER], arguments='{"limit": 5}', complete=1)
    schedule(data, mic=datetime.now(UTC) + HOUR)
    done = backan("status", "--data", str(data), "--json")
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert set(found) == {
        "version", "data", "at", "wrong", "running", "unended", "next", "frontier", "runs", "totals",
    }  # fmt: skip
    (run,) = found["runs"]
    assert set(run) == KEYS
    assert (run["arguments"], run["complete"], run["seconds"]) == ({"limit": 5}, True, 720)
    assert run["alarms"] == [
        {"rule": "fewer-pages", "value": 12.0, "usual": 400.0, "detail": None,
         "told": "it met with 12 pages only, 400 are usual"},
    ]  # fmt: skip
    assert [one["rule"] for one in found["wrong"]] == ["fewer-pages"]
    assert set(found["next"][0]) == {"portal", "at", "rule", "in_seconds"}
    assert set(found["totals"]) == {"crawls", "captures", "articles", "gone", "bytes"}


def test_an_alarm_is_in_the_text_and_not_in_the_exit_code(data: Path) -> None:
    note(data, "mic", datetime.now(UTC) - DAY, alarms=[FEWER])
    done = backan("status", "--data", str(data))
    assert "12 pages only" in done.output
    assert done.exit_code == 0


@pytest.mark.parametrize("rule", Rule)
def test_every_alarm_says_what_to_do_in_both_languages(rule: Rule) -> None:
    english, vietnamese = to_do(rule, "mic"), to_do(rule, "mic", english=False)
    assert english != vietnamese
    assert "{" not in english + vietnamese


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(0), "today 22:00"),
        (2 * HOUR, "tomorrow 00:00"),
        (-22.5 * HOUR, "yesterday 23:30"),
        (-6 * DAY, "Sat 22:00"),
        (-7 * DAY, "13 Nov 22:00"),
        (60 * DAY, "19 Jan 22:00"),
        (-400 * DAY, "2025-10-16"),
    ],
)
def test_moments_are_told_as_one_says_them(away: timedelta, words: str) -> None:
    assert when(stamp(NOW + away), NOW.astimezone(VIETNAM)) == words


def test_a_moment_is_of_the_day_that_the_clock_shows_here() -> None:
    at = stamp(NOW + 3 * HOUR)  # 18:00 in UTC, 01:00 in Vietnam
    assert when(at, NOW.astimezone(UTC)) == "today 18:00"
    assert when(at, NOW.astimezone(VIETNAM)) == "tomorrow 01:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.4, "0 s"), (59, "59 s"), (90, "2 min"), (3600, "1 h 00"), (11_100, "3 h 05"),
     (86_400, "1 d 0 h"), (187_200, "2 d 4 h")],
)  # fmt: skip
def test_spans_are_told_in_two_units_at_most(seconds: float | None, words: str) -> None:
    assert logbook.lasting(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(None, ""), (0, "0"), (9999, "9999"), (10_000, "10k"), (999_499, "999k"), (999_500, "1.0M")],
)
def test_counts_take_five_characters_at_most(number: float | None, words: str) -> None:
    assert short(number) == words
    assert len(words) <= 5


def test_the_help_says_how_it_ends() -> None:
    assert "Ends with 0" in backan("status", "--help").output
