"""Schedules run by real processes: ended at their limit, never twice at once, and taken up again after a kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from forked import FORKS, Program
from runs import ROOT, begin, rows, run

from archive import lock
from archive.errors import ArchiveError
from archive.lock import is_crawling, is_scheduling
from crawler.clock import span
from crawler.commands.telling import ALARM
from crawler.crawl import log_file
from crawler.desk import child, state
from crawler.desk.calendar import Rule, window_of
from crawler.desk.child import LONG, Child, last_words, start
from crawler.desk.hands import Hands
from crawler.desk.rounds import Missed, Start
from crawler.desk.runner import Desk
from crawler.desk.runner import run as run_desk
from crawler.desk.schedule import FILE, Entry, Schedule
from crawler.desk.state import Seen
from crawler.replica import Replica

PATIENCE = 60.0
DEAF = "import signal,time; [signal.signal(s, signal.SIG_IGN) for s in (2, 15)]; print('deaf', flush=True); time.sleep(99)"
HEARING = "import signal,sys,time; signal.signal(2, lambda *_: sys.exit(3)); print('hearing', flush=True); time.sleep(99)"
QUICK = "print('done')"
FAILING = "import sys; sys.exit('the disk is full')"


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "nothing gets on"
        time.sleep(0.02)


def due_now(data: Path, *portals: str, limit: str = "12h", pages: int = 2) -> None:
    """A schedule of which a slot is due."""
    tables = [
        f'[portals.{name}]\nevery = "1h"\ntime_limit = "{limit}"\n{f"limit = {pages}" if pages else ""}'
        for name in portals
    ]
    data.mkdir(exist_ok=True)
    (data / FILE).write_text("\n".join(tables))
    before = datetime.now(UTC) - timedelta(minutes=61)
    state.save(data, {name: Seen("every 1h", before) for name in portals})


class Programs(Hands):
    """Starts another program in place of a crawl; notes and troubles are kept in mind."""

    def __init__(self, data: Path, code: str | None) -> None:
        super().__init__(data, None, lambda line: self.said.append(line))
        self.code, self.said = code, list[str]()
        self.children: list[subprocess.Popen[bytes]] = []
        self.notes: list[tuple[Missed, str | None]] = []
        self.troubles: list[str] = []

    def start(self, run: Start, now: datetime) -> Child:
        if self.code is None:
            raise ArchiveError("cannot start a crawl")
        self.data.joinpath("logs").mkdir(exist_ok=True)
        with self.log(run.portal).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-c", self.code], stdout=log, stderr=log, start_new_session=True
            )
        self.children.append(child)
        if "signal" in self.code:
            wait_for(
                lambda: (
                    "ing" in last_words(self.log(run.portal)) or "deaf" in last_words(self.log(run.portal))
                )
            )
        return child

    def note(self, portal: str, what: Missed, at: datetime, why: str | None) -> datetime:
        self.notes.append((what, why))
        return what.last

    def trouble(self, portal: str, what: str, schedule: Schedule) -> None:
        self.troubles.append(what)


def carry_out(
    data: Path, code: str | None, grace: float = 0.3, asked: Callable[[], int] = lambda: 0
) -> tuple[Desk, Programs]:
    hands = Programs(data, code)
    desk = Desk(data, hands, grace, overtime=timedelta(0))
    run_desk(desk, lambda _: time.sleep(0.02), asked, for_ever=False)
    return desk, hands


def test_a_child_that_ends_well_leaves_its_slot_seen_to(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    desk, hands = carry_out(tmp_path, QUICK)
    assert (desk.code, hands.notes, hands.troubles) == (0, [], [])
    assert datetime.now(UTC) - state.load(tmp_path)["mic"].until < timedelta(hours=1)
    assert carry_out(tmp_path, QUICK)[1].children == []


def test_a_child_that_hears_no_signal_is_killed_at_its_limit(tmp_path: Path) -> None:
    due_now(tmp_path, "mic", limit="1s")
    desk, hands = carry_out(tmp_path, DEAF)
    assert hands.children[0].returncode == -signal.SIGKILL
    assert desk.code == 1
    assert hands.troubles == ["killed by SIGKILL: took longer than 0:00:01"]
    assert [why for _, why in hands.notes] == hands.troubles
    steps = [line.rpartition("(")[2] for line in hands.said if "being ended" in line]
    assert steps == ["SIGINT)", "SIGTERM)", "SIGKILL)"]


def test_a_child_that_hears_is_ended_gracefully_at_its_limit(tmp_path: Path) -> None:
    due_now(tmp_path, "mic", limit="1s")
    desk, hands = carry_out(tmp_path, HEARING, grace=30)
    assert hands.children[0].returncode == 3
    assert (desk.code, hands.troubles) == (3, [])


def test_a_child_that_cannot_start_is_told_and_noted_once(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    desk, hands = carry_out(tmp_path, None)
    assert desk.code == 1
    assert hands.troubles == ["could not be run: cannot start a crawl"]
    assert [(what.runs, why) for what, why in hands.notes] == [(1, hands.troubles[0])]
    assert carry_out(tmp_path, None)[1].troubles == []


def test_a_child_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    _, hands = carry_out(tmp_path, FAILING)
    assert hands.troubles == ["failed, exit code 1: the disk is full"]


def test_what_becomes_due_while_a_crawl_goes_on_does_not_wait_for_its_end(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    hands = Programs(tmp_path, HEARING)
    desk = Desk(tmp_path, hands)
    desk.round()
    due_now(tmp_path, "mic", "mst")
    desk.round()
    assert set(desk.going) == {"mic", "mst"}
    desk.stop()
    wait_for(lambda: desk.look() and not desk.going)


def test_being_asked_to_stop_ends_the_children_and_leaves_their_slots(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    before = state.load(tmp_path)["mic"].until
    desk, hands = carry_out(
        tmp_path, HEARING, grace=30, asked=lambda: int(bool(is_scheduling(tmp_path, "mic")))
    )
    assert hands.children[0].returncode == 3
    assert not desk.going
    assert state.load(tmp_path)["mic"].until == before
    assert len(carry_out(tmp_path, QUICK)[1].children) == 1


def test_a_portal_that_is_crawled_by_hand_waits(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    with lock.crawling(tmp_path, "mic"):
        _, hands = carry_out(tmp_path, QUICK)
        assert hands.children == []
        assert "mic: due since" in hands.said[0]
    assert len(carry_out(tmp_path, QUICK)[1].children) == 1


def test_nothing_is_run_while_the_archive_is_rebuilt(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    with lock.rebuilding(tmp_path):
        assert carry_out(tmp_path, QUICK)[1].children == []
    assert len(carry_out(tmp_path, QUICK)[1].children) == 1


def test_a_schedule_that_is_spoilt_is_said_once_and_taken_up_again_when_mended(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    good = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text("portals = 3")
    hands = Programs(tmp_path, QUICK)
    desk = Desk(tmp_path, hands)
    desk.round()
    desk.round()
    assert len(hands.said) == 1
    assert FILE in hands.said[0]
    (tmp_path / FILE).write_text(good)
    desk.round()
    assert list(desk.going) == ["mic"]
    wait_for(desk.look)


def test_what_is_wrong_with_one_portal_is_said_once_and_stops_no_other(tmp_path: Path) -> None:
    due_now(tmp_path, "mic")
    with (tmp_path / FILE).open("a") as file:
        file.write('\n[portals.chomoi]\nevery = "1h"\n[portals.ict]\nevery = "one hour"\n')
    desk, hands = carry_out(tmp_path, QUICK)
    assert [child.wait() for child in hands.children] == [0]
    assert sum("no portal named 'chomoi'" in line for line in hands.said) == 1
    assert sum("[portals.ict]: every" in line for line in hands.said) == 1
    assert desk.code == 1


@pytest.mark.parametrize(
    ("window", "limit", "seconds"),
    [(None, "12h", "12h"), (None, "900d", "900d"), ("22:00-06:00", "12h", "7h"), ("22:00-06:00", "2h", "2h")],
)
def test_a_crawl_is_told_to_pause_at_its_limit_and_when_its_window_closes(
    window: str | None, limit: str, seconds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "start", lambda words, *_: words)
    now = datetime(2026, 3, 2, 23, tzinfo=UTC)
    rule = Rule(None, timedelta(hours=1), window_of(window) if window else None, ZoneInfo("UTC"))
    run = Start(Entry("mic", rule, time_limit=span(limit)), rule, now, now, now)
    words = Hands(tmp_path, None, print).start(run, now)
    assert words == ["crawl", "mic", "--data", str(tmp_path), "--for", seconds]


def test_a_terminal_that_was_closed_keeps_no_crawl_from_being_ended(tmp_path: Path) -> None:
    def closed(line: str) -> None:
        raise OSError("no terminal")

    due_now(tmp_path, "mic")
    hands = Programs(tmp_path, HEARING)
    hands.echo = closed
    desk = Desk(tmp_path, hands)
    desk.round()
    desk.stop()
    wait_for(lambda: desk.look() and not desk.going)
    assert hands.children[0].returncode == 3


def test_a_log_that_has_become_long_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    log = tmp_path / "schedule-mic.log"
    log.write_text("x" * (LONG + 1))
    process = start(["--help"], 60, log)
    wait_for(lambda: process.poll() is not None)
    assert log.read_text().startswith("Usage")
    assert (tmp_path / "schedule-mic.old.log").read_text().startswith("xxx")


def test_logs_of_crawls_are_kept_for_a_year(tmp_path: Path) -> None:
    logs = log_file(tmp_path).parent
    for name, days in (("crawl-old.log", 367), ("crawl-new.log", 365), ("notes.txt", 999)):
        (logs / name).touch()
        os.utime(logs / name, (time.time() - days * 86400,) * 2)
    log_file(tmp_path)
    assert {path.name for path in logs.iterdir()} == {"crawl-new.log", "notes.txt"}


# Locks.


def hold(data: Path) -> None:
    with lock.crawling(data, "mic"):
        (data / "held").touch()
        time.sleep(99)


def test_who_crawls_is_known_and_nobody_after_a_kill(tmp_path: Path) -> None:
    assert is_crawling(tmp_path, "mic") is None
    assert list(tmp_path.iterdir()) == []
    process = FORKS.Process(target=hold, args=(tmp_path,))
    process.start()
    wait_for((tmp_path / "held").exists)
    assert is_crawling(tmp_path, "mic") == process.pid
    process.kill()
    process.join()
    assert is_crawling(tmp_path, "mic") is None


def look_on(data: Path) -> None:
    (data / "looking").touch()
    while True:
        is_crawling(data, "mic")


def test_looking_whether_a_portal_is_crawled_makes_no_crawl_fail(tmp_path: Path) -> None:
    with lock.crawling(tmp_path, "mic"):
        pass
    process = FORKS.Process(target=look_on, args=(tmp_path,))
    process.start()
    wait_for((tmp_path / "looking").exists)
    for _ in range(500):
        with lock.crawling(tmp_path, "mic"):
            pass
    process.kill()
    process.join()


# The whole of it.


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica() as one:
        yield one


def backan(*words: str) -> Program:
    return begin("-m", "crawler", *words)


def ended(process: Program, *codes: int) -> str:
    code = process.end(within=PATIENCE * 2)
    assert code in (codes or (0,)), process.output
    return process.output


def test_two_at_once_start_a_slot_once_and_its_crawl_is_in_the_logbook(
    replica: Replica, tmp_path: Path
) -> None:
    due_now(tmp_path, "mst", "mic")
    both = [backan("schedule", "due", "--via", replica.url, "--data", str(tmp_path)) for _ in range(2)]
    output = "".join(ended(one) for one in both)
    assert output.count("begins") == 2, output
    found = rows(tmp_path, "select portal, source, outcome from crawls order by 1")
    assert found == [("mic", "via", "finished"), ("mst", "via", "finished")], output
    assert '"limit": 2' in rows(tmp_path, "select arguments from crawls")[0][0]
    assert "begins" not in run(
        "-m", "crawler", "schedule", "due", "--via", replica.url, "--data", str(tmp_path)
    )


def test_a_crawl_that_takes_long_pauses_at_its_limit_and_is_not_ended(
    replica: Replica, tmp_path: Path
) -> None:
    due_now(tmp_path, "backan", limit="3s", pages=0)
    output = ended(backan("schedule", "due", "--via", replica.url, "--data", str(tmp_path)), 0, ALARM)
    assert "is being ended" not in output
    assert rows(tmp_path, "select outcome from crawls") == [("paused",)]
    assert rows(tmp_path, "select * from alarms where rule = 'unfinished'") == []
    assert datetime.now(UTC) - state.load(tmp_path)["backan"].until < timedelta(minutes=1)


def test_ctrl_c_ends_the_crawls_gracefully_and_the_next_round_goes_on(
    replica: Replica, tmp_path: Path
) -> None:
    due_now(tmp_path, "backan", pages=0)
    process = backan("schedule", "run", "--via", replica.url, "--data", str(tmp_path))
    asked = len(replica.requests)
    wait_for(lambda: len(replica.requests) > asked + 5)
    process.send_signal(signal.SIGINT)
    assert "is being ended (SIGINT)" in ended(process)
    assert rows(tmp_path, "select outcome from crawls") == [("interrupted",)]
    assert not list((tmp_path / "warc").glob("*.open"))
    assert state.load(tmp_path)["backan"].until < datetime.now(UTC) - timedelta(hours=1)


def test_a_runner_that_is_killed_leaves_a_crawl_that_is_seen_and_a_slot_that_is_run_again(
    replica: Replica, tmp_path: Path
) -> None:
    due_now(tmp_path, "backan", pages=0)
    command = ("schedule", "due", "--via", replica.url, "--data", str(tmp_path))
    first = backan(*command)
    wait_for(lambda: is_crawling(tmp_path, "backan"))
    first.send_signal(signal.SIGKILL)
    ended(first, -signal.SIGKILL)
    crawl = is_crawling(tmp_path, "backan")
    assert crawl
    assert is_scheduling(tmp_path, "backan") is None
    assert "it is being crawled already: waits" in ended(backan(*command))
    os.kill(crawl, signal.SIGINT)
    wait_for(lambda: is_crawling(tmp_path, "backan") is None)
    again = backan(*command)
    wait_for(lambda: is_crawling(tmp_path, "backan"))
    again.send_signal(signal.SIGTERM)
    ended(again, 3)
    assert rows(tmp_path, "select count(*) from crawls where outcome = 'interrupted'") == [(2,)]


def test_a_crawl_that_nobody_ends_ends_itself(tmp_path: Path) -> None:
    code = "import signal, time; from crawler.desk.child import end_after; signal.signal(2, signal.SIG_IGN); end_after(0.5); time.sleep(99)"
    assert "Timeout" in run("-c", code, expect=1)


def test_a_child_that_is_started_is_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    log = tmp_path / "logs" / "one.log"
    child = start(["portals", "--match", "https://mic.gov.vn/", "--data", str(tmp_path)], 60, log)
    wait_for(lambda: child.poll() is not None)
    assert child.poll() == 0, log.read_text()
    assert log.read_text().startswith("mic ")
