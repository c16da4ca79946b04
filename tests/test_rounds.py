"""Every slot that cron would fire is seen to exactly once, whatever befalls the machine; and what a round decides.

`YEARS=20 pytest tests/test_rounds.py` simulates as many years as that.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from simulated_desk import Killed, World, kill, moment

from archive import lock
from archive.logbook import STILL_GOING
from crawler.desk import calendar, state
from crawler.desk.calendar import Rule
from crawler.desk.rounds import Missed, Round, Wait, plan, seen_to, upcoming
from crawler.desk.runner import GRACE, OVERTIME, TICK, Desk
from crawler.desk.schedule import FILE, Entry
from crawler.desk.state import Seen

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def rule(
    cron: str | None = None, every: str | None = None, window: str | None = None, zone: ZoneInfo = HANOI
) -> Rule:
    return Rule(
        cron,
        calendar.every_of(every) if every else None,
        calendar.window_of(window) if window else None,
        zone,
    )


UTC_ZONE = ZoneInfo("UTC")
DAILY = rule("0 3 * * *", zone=UTC_ZONE)
AT_NIGHT = rule("0 * * * *", window="22:00-06:00", zone=UTC_ZONE)


def decided(
    at: str, until: str, one: Rule = DAILY, running: str = "", by_hand: str = "", at_once: int = 2
) -> Round:
    seen = {"mic": Seen(one.stated(), moment(until))}
    return plan(moment(at), {"mic": Entry("mic", one)}, seen, running.split(), by_hand.split(), at_once)


@pytest.mark.parametrize(
    ("at", "until", "slot", "missed"),
    [
        ("2026-03-02 02:59", "2026-03-01 03:00", None, None),
        ("2026-03-02 03:00", "2026-03-01 03:00", "2026-03-02 03:00", None),
        ("2026-03-02 11:00", "2026-03-01 03:00", "2026-03-02 03:00", None),
        (
            "2026-03-03 02:00",
            "2026-02-28 03:00",
            "2026-03-02 03:00",
            (1, "2026-03-01 03:00", "2026-03-01 03:00"),
        ),
        (
            "2026-03-05 03:00",
            "2026-03-01 03:00",
            "2026-03-05 03:00",
            (3, "2026-03-02 03:00", "2026-03-04 03:00"),
        ),
    ],
)
def test_of_what_is_due_the_last_is_run_and_the_others_were_missed(
    at: str, until: str, slot: str | None, missed: tuple[int, str, str] | None
) -> None:
    starts = decided(at, until).starts
    assert [start.slot for start in starts] == ([moment(slot)] if slot else [])
    if starts:
        assert starts[0].missed == (
            Missed(missed[0], moment(missed[1]), moment(missed[2])) if missed else None
        )


def test_a_portal_that_is_new_counts_from_now() -> None:
    found = plan(moment("2026-03-02 12:00"), {"mic": Entry("mic", DAILY)}, {}, (), (), 2)
    assert not found.starts
    assert found.changed["mic"] == Seen(
        DAILY.stated(), moment("2026-03-02 12:00"), moment("2026-03-03 03:00")
    )
    assert not found.anew


def test_a_changed_rule_counts_from_now_and_says_so() -> None:
    seen = {"mic": Seen("0 4 * * * UTC", moment("2026-02-01 04:00"))}
    found = plan(moment("2026-03-02 12:00"), {"mic": Entry("mic", DAILY)}, seen, (), (), 2)
    assert not found.starts
    assert found.changed["mic"].until == moment("2026-03-02 12:00")
    assert found.anew == {"mic": "its schedule has changed"}


def test_a_portal_without_a_schedule_is_forgotten_unless_it_runs() -> None:
    seen = {"mic": Seen("x", moment("2026-02-01")), "mst": Seen("x", moment("2026-02-01"))}
    assert plan(moment("2026-03-02"), {"mic": Entry("mic")}, seen, ["mst"], (), 2).gone == {"mic"}


def test_a_clock_set_back_a_little_repeats_nothing_and_goes_on() -> None:
    assert not decided("2026-03-02 02:00", "2026-03-02 03:00").starts
    assert not decided("2026-03-02 03:00", "2026-03-02 03:00").starts
    assert decided("2026-03-03 03:00", "2026-03-02 03:00").starts


def test_a_clock_that_was_years_ahead_does_not_stop_a_schedule() -> None:
    found = decided("2026-03-02 02:00", "2031-01-01 03:00")
    assert found.changed["mic"].until == moment("2026-03-02 02:00")
    assert found.anew == {"mic": "the clock was set back"}
    assert decided("2026-03-02 03:00", "2026-03-02 02:00").starts


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"by_hand": "mic"}, Wait.BY_HAND),
        ({"running": "mst", "by_hand": "backan"}, Wait.OTHERS),
        ({"at_once": 0}, Wait.OTHERS),
    ],
)
def test_what_cannot_run_now_waits(more: dict[str, str], why: Wait) -> None:
    found = decided("2026-03-02 03:05", "2026-03-01 03:00", **more)
    assert not found.starts
    assert found.waits == {"mic": (moment("2026-03-02 03:00"), why)}
    assert found.changed["mic"].until == moment("2026-03-01 03:00")


def test_a_portal_that_runs_is_left_to_whoever_runs_it() -> None:
    found = decided("2026-03-05 03:05", "2026-03-01 03:00", running="mic")
    assert found == Round()


def test_who_has_waited_longest_runs_first() -> None:
    entries = {
        name: Entry(name, one)
        for name, one in {"a": DAILY, "b": rule("0 1 * * *", zone=UTC_ZONE), "c": DAILY}.items()
    }
    seen = {
        name: Seen(str(entry.rule and entry.rule.stated()), moment("2026-03-01 12:00"))
        for name, entry in entries.items()
    }
    found = plan(moment("2026-03-02 04:00"), entries, seen, (), (), 2)
    assert [start.portal for start in found.starts] == ["b", "a"]
    assert list(found.waits) == ["c"]


def test_slots_that_wait_for_one_opening_are_one_run_and_none_is_missed() -> None:
    closed = decided("2026-03-02 21:59", "2026-03-02 05:00", AT_NIGHT)
    assert not closed.starts
    assert not closed.waits
    (start,) = decided("2026-03-02 22:00", "2026-03-02 05:00", AT_NIGHT).starts
    assert (start.slot, start.due, start.missed) == (
        moment("2026-03-02 22:00"),
        moment("2026-03-02 22:00"),
        None,
    )


def test_what_was_missed_in_its_window_waits_for_the_next_one() -> None:
    found = decided("2026-03-02 12:00", "2026-03-02 04:00", AT_NIGHT)
    assert found.waits == {"mic": (moment("2026-03-02 05:00"), Wait.WINDOW)}
    assert found.changed["mic"].next_at == moment("2026-03-02 22:00")
    (start,) = decided("2026-03-02 22:00", "2026-03-02 04:00", AT_NIGHT).starts
    assert start.missed == Missed(1, moment("2026-03-02 05:00"), moment("2026-03-02 05:00"))


def test_what_comes_up_during_a_run_is_missed_but_not_what_waits_for_its_window() -> None:
    until, missed = seen_to(AT_NIGHT, moment("2026-03-02 03:00"), moment("2026-03-02 07:30"))
    assert missed == Missed(2, moment("2026-03-02 04:00"), moment("2026-03-02 05:00"))
    assert until == moment("2026-03-02 05:00")


def test_every_counts_from_the_end_of_a_run() -> None:
    until, missed = seen_to(rule(every="1h"), moment("2026-03-02 03:00"), moment("2026-03-02 07:30"))
    assert (until, missed) == (moment("2026-03-02 07:30"), None)


def test_the_next_run_of_one_that_runs_is_the_one_after() -> None:
    until, now = moment("2026-03-01 03:00"), moment("2026-03-03 04:00")
    assert upcoming(DAILY, until, now) == moment("2026-03-02 03:00")
    assert upcoming(DAILY, until, now, is_running=True) == moment("2026-03-04 03:00")


# The year.

CRONS = {  # in Hanoi's time, which knows no summer
    "mic": ("0 3 * * *", None),
    "backan": ("0 */3 * * *", "22:00-06:00"),
    "giamngheo": ("15 1 * * 1,4", None),
    "sonoivu": ("30 */6 * * *", "08:00-20:00"),
}
CHANGED = {"mic": "0 4 * * *", "sonoivu": "30 */8 * * *"}  # later
LIMIT = 3 * 3600
SEEDS = range(int(os.environ.get("YEARS", "1")))


def toml(crons: dict[str, tuple[str, str | None]]) -> str:
    lines = ["at_once = 2"]
    for portal, (cron, window) in crons.items():
        lines += [f"[portals.{portal}]", f'cron = "{cron}"', 'time_limit = "3h"']
        lines += [f'window = "{window}"'] if window else []
    return "\n".join(lines)


def of_cron(cron: str, after: datetime, until: datetime) -> list[datetime]:
    """What cron would fire, by a library that is not the product's."""
    found, there = [], croniter(cron, (after + timedelta(hours=7)).replace(tzinfo=None))
    while (slot := there.get_next(datetime).replace(tzinfo=UTC) - timedelta(hours=7)) <= until:
        found.append(slot)
    return found


def opening(window: str | None, slot: datetime) -> datetime:
    """When a slot may run, by trying every quarter of an hour."""
    if window is None:
        return slot
    first, last = (int(part[:2]) for part in window.split("-"))
    while not (
        first <= (hour := (slot + timedelta(hours=7)).hour) < last
        or (first > last and (hour >= first or hour < last))
    ):
        slot += timedelta(minutes=15)
    return slot


@dataclass
class Year:
    """A desk in a world, disturbed at random; after each step what it has seen to is held against cron."""

    world: World
    chance: random.Random
    crons: dict[str, tuple[str, str | None]]
    desks: list[Desk] = field(default_factory=list)
    until: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    next_at: list[datetime] = field(default_factory=list)  # as the desk remembers it
    kinds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def round(self) -> None:
        for number, desk in enumerate(self.desks):
            try:
                desk.look()
                desk.round()
            except Killed:
                self.forget_unsettled()
                kill(desk)
                self.desks[number] = Desk(self.world.data, self.world)
        assert len({*self.world.by_hand, *(one.start.portal for one in self.world.children)}) <= 2 + len(
            self.world.by_hand
        )
        self.check()

    def forget_unsettled(self) -> None:
        """A run whose end was seen by one who was killed before he could remember it counts for nothing."""
        seen = state.load(self.world.data)
        self.world.seen_to = [
            one for one in self.world.seen_to if seen[one.start.portal].until >= one.start.slot
        ]

    def check(self) -> None:
        """What the desk has for seen to since the last time, slot by slot."""
        remembered = state.load(self.world.data)
        self.next_at = [seen.next_at for seen in remembered.values() if seen.next_at]
        for portal, seen in remembered.items():
            cron, window = self.crons[portal]
            rule_before, before = self.until.get(portal, ("", seen.until))
            self.until[portal] = (seen.rule, seen.until)
            if seen.until == before or seen.rule != rule_before:
                continue
            assert seen.until > before, "time does not run back"
            runs = [
                (one.start, one.began, one.code) for one in self.world.seen_to if one.start.portal == portal
            ]
            runs += [(start, None, 1) for start in self.world.unstarted if start.portal == portal]
            for slot in of_cron(cron, before, seen.until):
                self.account(portal, slot, opening(window, slot), runs)
        self.world.seen_to.clear()
        self.world.unstarted.clear()

    def account(self, portal: str, slot: datetime, due: datetime, runs: list) -> None:
        found = []
        for start, began, code in runs:
            if due == start.due and slot <= start.slot:
                late = began is None or began - slot > timedelta(minutes=10)
                found.append("failed" if code not in (0, 3) else "late" if late else "on time")
        told = [
            self.world.whys[name, first]
            for (name, first), missed in self.world.notes.items()
            if name == portal and first <= slot <= missed.last
        ]
        found += ["missed"] * sum(why in (None, STILL_GOING) for why in told)
        if not found and told:
            found = ["failed"]  # noted by one who was killed before he could remember it
        assert len(found) == 1, "\n".join([f"{portal} {slot} {found}", *self.world.said[-60:]])
        self.kinds[found[0]] += 1

    def disturb(self) -> None:
        kind = self.chance.choice(
            ["sleep", "kill", "by hand", "kill in note", "set back", "stop", "second desk", "off"]
        )
        self.faults[kind] += 1
        if kind == "sleep":
            self.world.sleep(self.chance.expovariate(1 / 30))
        elif kind == "kill":
            kill(self.desks[0])
            self.desks[0] = Desk(self.world.data, self.world)
        elif kind == "by hand":
            self.world.crawl_by_hand(self.chance.choice(list(self.crons)), self.chance.expovariate(1 / 6))
        elif kind == "kill in note":
            self.world.kill_in_note = self.chance.choice(["before", "after"])
        elif kind == "set back":
            self.world.wall -= timedelta(minutes=self.chance.uniform(1, 170))
        elif kind == "stop":
            self.stop()
        elif kind == "second desk":
            if len(self.desks) > 1:
                kill(self.desks.pop())
            else:
                self.desks.append(Desk(self.world.data, self.world))
        elif kind == "off":
            for desk in self.desks:
                kill(desk)
            self.world.pass_time(3600 * self.chance.expovariate(1 / 20))
            self.world.seen_to.clear()

    def stop(self) -> None:
        """Asked to end, which it does gracefully; and begun again."""
        desk = self.desks[0]
        desk.stop()
        for _ in range(20):
            self.world.pass_time(20)
            for one in self.desks:
                one.look()
            self.check()
        assert not desk.going
        self.desks[0] = Desk(self.world.data, self.world)

    def pace(self) -> float:
        """Seconds to the next moment at which something can come up."""
        wall, awake = self.world.wall, self.world.awake
        ahead = [(next_at - wall).total_seconds() for next_at in self.next_at]
        for child in self.world.children:
            latest = child.since + LIMIT + OVERTIME.total_seconds()
            ahead += [one - awake if one > awake else GRACE / 2 for one in (child.ends or latest, latest)]
        ahead += [until - awake for until, _ in self.world.by_hand.values()]
        return max(TICK, min([one for one in ahead if one > 0] + [6 * 3600])) + self.chance.uniform(0, TICK)


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder on no disk, where there is such a thing: a year has thousands of transactions."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_of_schedules_sees_to_every_slot_of_cron_exactly_once(
    in_memory: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.0)  # nobody else is there to look for a moment
    chance = random.Random(seed)
    world = World(in_memory, moment("2026-01-01 00:00"), chance)
    year = Year(world, chance, dict(CRONS), [Desk(in_memory, world)])
    (in_memory / FILE).write_text(toml(year.crons))
    changes = [moment("2026-07-01 05:30"), datetime.max.replace(tzinfo=UTC)]
    next_fault = 0.0
    while world.wall < moment("2027-01-01 00:00"):
        if world.awake >= next_fault:
            year.disturb()
            next_fault = world.awake + 3600 * chance.expovariate(1 / 30)
        if world.wall >= changes[0]:
            changes.pop(0)
            year.crons |= {portal: (cron, CRONS[portal][1]) for portal, cron in CHANGED.items()}
            (in_memory / FILE).write_text(toml(year.crons))
        year.round()
        world.pass_time(year.pace())
    for child in world.children:
        assert world.awake - child.since < LIMIT + 3 * GRACE + 3600
    assert min(year.kinds[kind] for kind in ("on time", "late", "missed", "failed")) > 100
    assert all(world.wall - until < timedelta(days=4) for _, until in year.until.values())
