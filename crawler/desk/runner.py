"""Run what the schedule says: start crawls, end those that hang, and remember what was seen to."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from signal import SIGINT, SIGKILL, SIGTERM, Signals

from archive import lock
from archive.errors import ArchiveError
from archive.logbook import STILL_GOING
from crawler.commands.telling import ALARM
from crawler.desk import schedule, state
from crawler.desk.child import Child
from crawler.desk.hands import Hands
from crawler.desk.rounds import Missed, Round, Start, plan, seen_to, upcoming
from crawler.desk.schedule import Schedule
from crawler.desk.state import Seen
from crawler.wording import counted

TICK = 30.0  # seconds from one round to the next
GRACE = 60.0  # seconds between two steps of ending a crawl
STEPS = (SIGINT, SIGTERM, SIGKILL)  # the second stops a crawl at once; what the third leaves is put in order
OVERTIME = timedelta(minutes=5)  # that a crawl may take to pause, at its limit or when its window closes
EVERYTHING = ""  # in place of a portal


@dataclass(slots=True)
class Going:
    """A crawl that goes on; its locks are held until it has ended. `steps` of ending it have been taken."""

    start: Start
    child: Child
    held: ExitStack
    began: datetime
    since: float  # by the steady clock, as `hurried`
    limit: float  # seconds
    closes: datetime | None
    steps: int = 0
    hurried: float = 0.0
    why: str | None = None  # it is being ended


class Desk:
    """Whoever runs schedules, of which there may be several at once: for one thread, which calls `look` often
    and `round` now and then, until it has asked it to `stop` and nothing is `going` any more.
    """

    def __init__(
        self, data: Path, hands: Hands, grace: float = GRACE, overtime: timedelta = OVERTIME
    ) -> None:
        self.data, self.hands, self.grace, self.overtime = data, hands, grace, overtime
        self.going: dict[str, Going] = {}
        self.codes: set[int] = set()
        self.is_stopping = False
        self._said: dict[str, str] = {}  # what holds for longer, by portal
        self._schedule, self._text = Schedule(), ""

    @property
    def code(self) -> int:
        """The worst of the exit codes so far."""
        return 1 if 1 in self.codes else max(self.codes, default=0)

    def round(self) -> None:
        """Start what is due, unless others have. What goes wrong is said."""
        try:
            now_holds = self._load()
            for portal, fault in now_holds.faults.items():
                self._complain(portal, fault)
            self._round(now_holds)
        except ArchiveError as error:
            self._complain(EVERYTHING, str(error))

    def look(self) -> bool:
        """See which crawls have ended, and end those that hang. Whether one has ended."""
        before = len(self.going)
        for portal, going in list(self.going.items()):
            code = going.child.poll()
            if code is None:
                self._hurry(going)
                continue
            del self.going[portal]
            with going.held:
                self._finish(going, code)
        return len(self.going) < before

    def stop(self) -> None:
        """Start no more, and end what goes on: gracefully when asked for the first time, then at once."""
        self.is_stopping = True
        for going in self.going.values():
            self._step(going, "the schedule was asked to stop")

    def _load(self) -> Schedule:
        """The schedule as it stands in the file now; a file that has not changed is not read again."""
        path = self.data / schedule.FILE
        text = schedule.text_of(path)
        if text is not None and text != self._text:
            self._schedule, self._text = schedule.read(text, path, strict=False), text
        return self._schedule if text is not None else Schedule()

    def _round(self, now_holds: Schedule) -> None:
        names = {*now_holds.entries, *self.going}
        with lock.deciding(self.data):
            if lock.is_rebuilding(self.data) is not None:
                self._once(EVERYTHING, "the archive is being rebuilt: everything waits for its end")
                return
            running = {name for name in names if lock.is_scheduling(self.data, name) is not None}
            by_hand = {name for name in names - running if lock.is_crawling(self.data, name) is not None}
            now, seen = self.hands.now(), state.load(self.data)
            decided = plan(now, now_holds.entries, seen, running, by_hand, now_holds.at_once)
            state.save(self.data, decided.changed, decided.gone)
            for start in decided.starts:
                self._begin(start, now)
        self._tell(decided)

    def _tell(self, decided: Round) -> None:
        for portal, why in decided.anew.items():
            self.hands.say(f"{portal}: {why}; counted from now")
        for portal, (due, why) in decided.waits.items():
            self._once(portal, f"{portal}: due since {due:%d %b %H:%M} UTC, but {why}: waits")
        self._said.pop(EVERYTHING, None)

    def _once(self, about: str, what: str) -> None:
        """Say something that holds for longer only the first time."""
        if self._said.get(about) != what:
            self._said[about] = what
            self.hands.say(what)

    def _begin(self, start: Start, now: datetime) -> None:
        portal = start.portal
        with ExitStack() as held:
            held.enter_context(lock.writing(self.data))
            held.enter_context(lock.scheduling(self.data, portal))
            try:
                if not self._note_missed(start, now):
                    return
                child = self.hands.start(start, now)
            except ArchiveError as error:
                before = (
                    f" ({counted(start.missed.runs, 'run')} before it were missed)" if start.missed else ""
                )
                self._settle(start, now, f"could not be run: {error}{before}")
                return
            limit = start.entry.time_limit.total_seconds()
            closes, since = start.rule.closes(now), self.hands.steady()
            self.going[portal] = Going(start, child, held.pop_all(), now, since, limit, closes)
        late = now - start.due
        told = f", {late} late" if late > timedelta(minutes=10) else ""
        self.hands.say(f"{portal}: begins, due {start.due:%d %b %H:%M} UTC{told} (process {child.pid})")

    def _note_missed(self, start: Start, now: datetime) -> bool:
        """Note what was missed before this run. False where it shows that somebody was killed between a note
        and remembering it: then the next round goes on from there.
        """
        portal, missed = start.portal, start.missed
        if missed is None:
            noted = self.hands.noted(portal, start.first, now)
            if noted:
                self._save(start, min(noted, start.slot), now)
            return noted is None
        noted = self.hands.note(portal, missed, now, None)
        self._save(start, noted, now)
        self.hands.say(
            f"{portal}: {counted(missed.runs, 'run')} missed, from {missed.first:%d %b %H:%M} "
            f"to {missed.last:%d %b %H:%M} UTC"
        )
        return noted >= missed.last

    def _hurry(self, going: Going) -> None:
        """End a crawl that has not paused by itself, at its limit or when its window closed; step by step."""
        if going.steps:
            if self.hands.steady() - going.hurried >= self.grace:
                self._step(going, going.why)
        elif self.hands.steady() - going.since >= going.limit + self.overtime.total_seconds():
            self._step(going, f"took longer than {timedelta(seconds=going.limit)}")
        elif going.closes and self.hands.now() >= going.closes + self.overtime:
            self._step(going, "its window has closed")

    def _step(self, going: Going, why: str | None) -> None:
        if going.steps == len(STEPS):
            return
        signal = STEPS[going.steps]
        going.steps, going.hurried, going.why = going.steps + 1, self.hands.steady(), why
        going.child.send_signal(signal)
        self.hands.say(f"{going.start.portal}: {why}: is being ended ({signal.name})")

    def _finish(self, going: Going, code: int) -> None:
        start, portal, now = going.start, going.start.portal, self.hands.now()
        if code == 1 and lock.is_crawling(self.data, portal) is not None:
            self.hands.say(f"{portal}: is being crawled already: waits")
            return
        self.codes.add(code if code in (0, ALARM) else 1)
        self.hands.say(f"{portal}: ended after {now - going.began} ({told(code)})")
        if self.is_stopping and code:
            return  # not at an end: the next round goes on with it
        failure = None
        if code not in (0, ALARM):
            why = going.why or (self.hands.printed(portal) if code > 0 else None)
            failure = f"{told(code)}: {why}" if why else told(code)
        self._settle(start, now, failure, going.began)

    def _settle(
        self, start: Start, now: datetime, failure: str | None, began: datetime | None = None
    ) -> None:
        """A slot is seen to, and with it those that came up meanwhile. A failure is told, and if no crawl in
        the logbook tells of it, noted there."""
        portal = start.portal
        if failure:
            self.codes.add(1)
            self.hands.trouble(portal, failure, self._schedule)
        until, meanwhile = seen_to(start.rule, start.slot, now)
        try:
            if failure and not (began and self.hands.has_crawl(portal, began)):
                self.hands.note(portal, Missed(1, start.first, start.slot), now, failure)
        except ArchiveError as error:
            self._complain(EVERYTHING, str(error))
        try:
            self._save(start, start.slot if meanwhile else until, now)  # first: a kill must not undo it
            if meanwhile:
                self._save(start, self.hands.note(portal, meanwhile, now, STILL_GOING), now)
                self.hands.say(f"{portal}: {counted(meanwhile.runs, 'run')} missed: {STILL_GOING}")
        except ArchiveError as error:
            self._complain(EVERYTHING, str(error))

    def _save(self, start: Start, until: datetime, now: datetime) -> None:
        next_at = upcoming(start.rule, until, now, is_running=until < start.first)
        state.save(self.data, {start.portal: Seen(start.rule.stated(), until, next_at)})

    def _complain(self, about: str, what: str) -> None:
        self.codes.add(1)
        self._once(about, what)


def told(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        return f"killed by {Signals(-code).name}"
    return {0: "well", ALARM: "with an alarm"}.get(code, f"failed, exit code {code}")


def run(desk: Desk, sleep: Callable[[float], None], asked: Callable[[], int], for_ever: bool) -> None:
    """Make rounds until `asked` to stop, or, if not for ever, until nothing is left to do.

    `asked` says how often one was asked so far. What becomes due while crawls go on is not left to wait for
    their end.
    """
    stops, next_round = 0, desk.hands.steady()
    while True:
        while stops < asked():
            stops += 1
            desk.stop()
        has_ended = desk.look()
        if not desk.is_stopping and (has_ended or desk.hands.steady() >= next_round):
            desk.round()
            next_round = desk.hands.steady() + TICK
        if not desk.going and (desk.is_stopping or not for_ever):
            return
        sleep(0.2 if desk.going else 1.0)
