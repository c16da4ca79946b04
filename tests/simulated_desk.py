"""A machine on which time passes at will: crawls that are no processes, a desk that is killed, nights asleep."""

import random
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGINT, SIGKILL

from archive import lock
from archive.errors import ArchiveError
from crawler.desk.hands import SLACK, Hands
from crawler.desk.rounds import Missed, Start
from crawler.desk.runner import Desk
from crawler.desk.schedule import Schedule

KILLED = -int(SIGKILL)


class Killed(BaseException):
    """As the desk's process would be, at this very moment."""


@dataclass
class FakeChild:
    """A crawl that ends at a time of the machine's steady clock, or never."""

    world: "World"
    start: Start
    began: datetime
    since: float
    ends: float | None  # None: it hangs, and hears no signal but the last
    code: int
    held: ExitStack
    pid: int = 1
    ended: bool = False

    def poll(self) -> int | None:
        if not self.ended:
            return None
        if self not in self.world.seen_to:
            self.world.seen_to.append(self)
        return self.code

    def send_signal(self, number: int, /) -> None:
        if number == SIGINT and self.ends is not None:
            self.ends, self.code = self.world.awake + 20, 3
        elif number == SIGKILL:
            self.ends, self.code = self.world.awake, KILLED

    def pass_time(self) -> None:
        # What hangs ends itself at last, as crawler/desk/child.py has it.
        latest = self.since + self.start.entry.time_limit.total_seconds() + SLACK
        if not self.ended and self.world.awake >= min(self.ends or latest, latest):
            self.ended = True
            self.held.close()


@dataclass
class World(Hands):
    """What the desk sees of the machine; `chance` says how crawls go."""

    data: Path
    wall: datetime
    chance: random.Random
    awake: float = 0.0
    children: list[FakeChild] = field(default_factory=list)
    seen_to: list[FakeChild] = field(default_factory=list)  # whose end the desk has seen
    unstarted: list[Start] = field(default_factory=list)
    notes: dict[tuple[str, datetime], Missed] = field(default_factory=dict)
    whys: dict[tuple[str, datetime], str | None] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    kill_in_note: str | None = None
    by_hand: dict[str, tuple[float, ExitStack]] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.wall

    def steady(self) -> float:
        return self.awake

    def start(self, run: Start, now: datetime) -> FakeChild:
        if self.chance.random() < 0.01:
            self.unstarted.append(run)
            raise ArchiveError("no more processes")
        assert not [one for one in self.children if one.start.portal == run.portal and not one.ended]
        held, code, minutes = ExitStack(), 0, self.chance.expovariate(1 / 50) + 1
        if self.chance.random() < 0.01:
            self.crawl_by_hand(run.portal, hours=1)
        try:
            held.enter_context(lock.crawling(self.data, run.portal))
        except ArchiveError:
            code, minutes = 1, 0.05
        else:
            code = self.chance.choices((0, 3, 1, KILLED), (80, 10, 5, 5))[0]
        hangs = code == 0 and self.chance.random() < 0.03
        limit = run.entry.time_limit.total_seconds()
        ends = None if hangs else self.awake + min(60 * minutes, limit)  # where it pauses by itself
        child = FakeChild(self, run, now, self.awake, ends, code, held)
        self.children.append(child)
        return child

    def printed(self, portal: str) -> str:
        return "what it printed"

    def note(self, portal: str, what: Missed, at: datetime, why: str | None) -> datetime:
        if self.kill_in_note == "before":
            self.kill_in_note = None
            raise Killed
        known = self.notes.setdefault((portal, what.first), what)
        self.whys.setdefault((portal, what.first), why)
        if self.kill_in_note == "after":
            self.kill_in_note = None
            raise Killed
        return min(known.last, what.last)

    def noted(self, portal: str, first: datetime, at: datetime) -> datetime | None:
        known = self.notes.get((portal, first))
        return known.last if known else None

    def has_crawl(self, portal: str, since: datetime) -> bool:
        return self.chance.random() < 0.5

    def say(self, what: str) -> None:
        self.said.append(f"{self.wall} {what}")

    def trouble(self, portal: str, what: str, schedule: Schedule) -> None:
        self.troubles.append(f"{portal}: {what}")

    def crawl_by_hand(self, portal: str, hours: float) -> None:
        held = ExitStack()
        try:
            held.enter_context(lock.crawling(self.data, portal))
        except ArchiveError:
            return
        self.by_hand[portal] = (self.awake + 3600 * hours, held)

    def pass_time(self, seconds: float) -> None:
        """The machine is awake."""
        self.wall += timedelta(seconds=seconds)
        self.awake += seconds
        for child in self.children:
            child.pass_time()
        self.children = [one for one in self.children if not one.ended]
        for portal, (until, held) in list(self.by_hand.items()):
            if self.awake >= until:
                del self.by_hand[portal]
                held.close()

    def sleep(self, hours: float) -> None:
        self.wall += timedelta(hours=hours)


def kill(desk: Desk) -> None:
    """The system takes the locks of who is killed; its crawls go on."""
    for going in desk.going.values():
        going.held.close()
    desk.going.clear()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
