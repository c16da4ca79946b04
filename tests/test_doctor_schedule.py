"""What `backan doctor` says of schedule.toml: whether it is valid, whether anything runs it, whom it tells."""

from contextlib import closing
from pathlib import Path

import pytest
from examined_folders import CONTACT, EVERY, NOTIFIED, NOW, backan, found, in_order, only, scheduled

from archive import lock
from archive.database import open_for_writing
from crawler.doctor import checkup, desk
from crawler.doctor.finding import Group, Level


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return in_order(tmp_path)


@pytest.mark.parametrize("text", ["[portals.mic]\ncron = 'often'\n", "= broken", "[portals.nowhere]\n"])
def test_a_schedule_that_is_not_valid_is_bad(text: str, data: Path) -> None:
    (data / "schedule.toml").write_text(text)
    finding = only(data)
    assert (finding.group, finding.level) == (Group.SCHEDULE, Level.BAD)
    assert finding.what.startswith("schedule.toml is not valid, so nothing runs: ")


@pytest.mark.parametrize(
    ("until", "what"),
    [
        (None, "mic is scheduled, but no round has seen it yet"),
        ("2026-11-22T04:59:00Z", "mic should have run 2026-11-22 17:59, and has not"),
        ("2026-11-22T05:01:00Z", None),
        ("2026-11-22T11:00:00Z", None),
    ],
)
def test_a_slot_that_nobody_has_run_is_told(until: str | None, what: str | None, data: Path) -> None:
    scheduled(data, NOTIFIED, until)
    assert [finding.what for finding in found(data)] == [what][: bool(what)]
    assert all("is the timer installed?" in str(finding.advice) for finding in found(data))


def test_a_slot_outside_of_its_window_is_not_overdue(data: Path) -> None:
    scheduled(data, NOTIFIED.replace('"6h"\n', '"6h"\nwindow = "22:00-06:00"\n'), "2026-11-22T04:00:00Z")
    assert found(data) == []  # it is 19:00 there
    assert len(found(data, now=NOW.replace(hour=17))) == 1


def test_a_slot_that_runs_just_now_is_not_overdue(data: Path) -> None:
    scheduled(data, NOTIFIED, "2026-11-20T00:00:00Z")
    assert len(found(data)) == 1
    with lock.scheduling(data, "mic"):
        assert found(data) == []


def test_nobody_told_of_alarms_is_worth_a_word(data: Path) -> None:
    scheduled(data, EVERY, "2026-11-22T11:00:00Z")
    assert only(data).what == "nobody is told of alarms"


@pytest.mark.parametrize(
    ("line", "level", "what"),
    [
        ("verify = false", Level.WARN, "mic: certificates are not checked (verify = false)"),
        ('ca_bundle = "mic.pem"', Level.BAD, "cannot be read"),
        ('ca_bundle = "frontier.db"', Level.BAD, "no certificate in PEM"),
    ],
)
def test_certificates_that_are_not_checked_or_not_there_are_told(
    line: str, level: Level, what: str, data: Path
) -> None:
    (data / "schedule.toml").write_text(f"[portals.mic]\n{line}\n")
    finding = only(data)
    assert (finding.level, what in finding.what) == (level, True)


def test_a_test_is_sent_to_those_who_are_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nobody is named" in backan("--offline", "--notify", "--data", data).output
    scheduled(data, NOTIFIED, "2026-11-22T11:00:00Z")
    sent: list[Path] = []
    monkeypatch.setattr("crawler.health.notify.send_test", lambda notify, data: sent.append(data) or [])
    told = checkup.local(data, NOW, CONTACT, [], notify=True)
    assert (sent, told[-1].level) == ([data], Level.OK)
    monkeypatch.setattr("crawler.health.notify.send_test", lambda *_: ["the ping: refused"])
    told = checkup.local(data, NOW, CONTACT, [], notify=True)
    assert (told[-1].level, told[-1].what) == (Level.BAD, "the ping: refused")


def test_a_frontier_of_before_the_desk_is_no_error(data: Path) -> None:
    scheduled(data, NOTIFIED, None)
    with closing(open_for_writing(data / "frontier.db")) as connection, connection:
        connection.execute("drop table slots")
    assert next(desk.desk(checkup.schedule_of(data)[0], data, NOW)).level == Level.OK
