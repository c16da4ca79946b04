"""What a round of the schedule decides: which portals run now, what was missed, and what has to wait.

Nothing is read, written or started here, and the time is an argument.

The slots of a portal that wait for one opening of its window are one run. Of the runs that are due only the
last is made; those before it were missed. A slot counts as seen to once its run has ended, so who is killed
meanwhile leaves it to the next round.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from crawler.desk.calendar import Rule
from crawler.desk.schedule import Entry
from crawler.desk.state import Seen

# A clock set back by less repeats no slot, and the schedule waits for the time to come again; set back by
# more it was wrong before, and the schedule counts from now. So does cron:
# https://manpages.debian.org/bookworm/cron/cron.8.en.html
SET_BACK = timedelta(hours=3)


class Wait(StrEnum):
    """Why a portal that is due does not run now."""

    BY_HAND = "it is being crawled already"
    WINDOW = "its window is closed"
    OTHERS = "others run, and no more may at once"


@dataclass(frozen=True, slots=True)
class Missed:
    """Runs that were not made: so many, for the slots from `first` to `last`."""

    runs: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Start:
    """A run to be made now, for the slots from `first` to `slot`, mostly one; since `due` it could begin."""

    entry: Entry
    rule: Rule
    first: datetime
    slot: datetime
    due: datetime
    missed: Missed | None = None

    @property
    def portal(self) -> str:
        return self.entry.portal


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be done: `waits` by portal, since when and why; `changed` is to be written down, and portals
    that are `gone` forgotten; `anew` are those that are counted from now, for a reason other than being new.
    """

    starts: tuple[Start, ...] = ()
    waits: Mapping[str, tuple[datetime, Wait]] = field(default_factory=dict)
    changed: Mapping[str, Seen] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    anew: Mapping[str, str] = field(default_factory=dict)


def plan(
    now: datetime,
    entries: Mapping[str, Entry],
    seen: Mapping[str, Seen],
    running: Collection[str],
    by_hand: Collection[str],
    at_once: int,
) -> Round:
    """What to do at this moment. `running` are the portals that their schedule runs, and who runs them sees
    to their slots; `by_hand` are those that are being crawled otherwise.
    """
    ruled = {name: entry.rule for name, entry in entries.items() if entry.rule and name not in running}
    anew = {name: why for name, rule in ruled.items() if (why := _doubt(now, rule, seen.get(name)))}
    stands = {
        name: Seen(rule.stated(), now) if name in anew or name not in seen else seen[name]
        for name, rule in ruled.items()
    }
    due = [_due(now, entries[name], rule, stands[name].until) for name, rule in ruled.items()]
    free = at_once - len({*running, *by_hand})
    starts, waits = _sort(now, [start for start in due if start], by_hand, free)
    begun = {start.portal for start in starts}
    told = {
        name: replace(stands[name], next_at=upcoming(rule, stands[name].until, now, name in begun))
        for name, rule in ruled.items()
    }
    changed = {name: one for name, one in told.items() if one != seen.get(name)}
    return Round(tuple(starts), waits, changed, frozenset(seen) - frozenset(ruled) - frozenset(running), anew)


def seen_to(rule: Rule, slot: datetime, end: datetime) -> tuple[datetime, Missed | None]:
    """Up to when slots are seen to once the run of one has ended, and which runs became due meanwhile.

    What waits for the window still does. `every` counts from the end, and misses nothing.
    """
    if rule.every:
        return max(slot, end), None
    runs = list(_runs(rule, slot, end))
    return (runs[-1][1], Missed(len(runs), runs[0][0], runs[-1][1])) if runs else (slot, None)


def upcoming(rule: Rule, until: datetime, now: datetime, is_running: bool = False) -> datetime | None:
    """When a portal runs next, if nothing comes between. What is past is overdue, and runs as soon as it can;
    where it is running, the next time is meant.
    """
    if is_running:
        until = max(rule.slots(until, now), default=until)
    if (slot := rule.next(until)) is None:
        return None
    at = rule.opens(slot)
    return at if at > now or rule.opens(now) == now else rule.opens(now)


def _doubt(now: datetime, rule: Rule, seen: Seen | None) -> str | None:
    """Why what is known of a portal's slots does not hold any more, if so."""
    if seen is None:
        return None
    if seen.rule != rule.stated():
        return "its schedule has changed"
    return "the clock was set back" if seen.until - now > SET_BACK else None


def _due(now: datetime, entry: Entry, rule: Rule, until: datetime) -> Start | None:
    runs = list(_runs(rule, until, now))
    if not runs:
        return None
    missed = Missed(len(runs) - 1, runs[0][0], runs[-2][1]) if len(runs) > 1 else None
    return Start(entry, rule, *runs[-1], missed)


def _runs(rule: Rule, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, datetime]]:
    """The runs that are due by `until`: the first and the last slot of each, and when it was due."""
    for due, found in groupby(rule.slots(after, until), rule.opens):
        if due > until:
            return
        slots = list(found)
        yield slots[0], slots[-1], due


def _sort(
    now: datetime, due: list[Start], by_hand: Collection[str], free: int
) -> tuple[list[Start], dict[str, tuple[datetime, Wait]]]:
    """Who begins and who waits: first come, first served."""
    starts: list[Start] = []
    waits: dict[str, tuple[datetime, Wait]] = {}
    for start in sorted(due, key=lambda start: (start.due, start.portal)):
        if start.portal in by_hand:
            waits[start.portal] = (start.due, Wait.BY_HAND)
        elif start.rule.opens(now) > now:
            waits[start.portal] = (start.due, Wait.WINDOW)
        elif len(starts) >= free:
            waits[start.portal] = (start.due, Wait.OTHERS)
        else:
            starts.append(start)
    return starts, waits
