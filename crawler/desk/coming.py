"""What the schedule will do next. The time is an argument."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from pathlib import Path

from crawler.desk import state
from crawler.desk.calendar import Rule
from crawler.desk.rounds import upcoming
from crawler.desk.schedule import Entry
from crawler.desk.state import Seen


@dataclass(frozen=True, order=True)
class Coming:
    """A run, in the zone of its schedule, and its first slot: earlier where that waits for the window."""

    at: datetime
    portal: str
    slot: datetime


def coming(
    entries: Mapping[str, Entry], now: datetime, seen: Mapping[str, Seen], number: int
) -> list[Coming]:
    """The next runs after `now`, in their order; each portal's count from where `seen` says it stands."""
    return list(islice(merge(*_all(entries, now, seen)), number))


def note_next(data: Path, entry: Entry, now: datetime) -> None:
    """Write down when a portal runs next, for those who show it, or that it does not. Raises ArchiveError."""
    seen, rule = state.load(data).get(entry.portal), entry.rule
    if rule:
        stands = seen if seen and seen.rule == rule.stated() else Seen(rule.stated(), now)
        state.save(data, {entry.portal: replace(stands, next_at=upcoming(rule, stands.until, now))})
    elif seen:
        state.save(data, {}, [entry.portal])


def _all(entries: Mapping[str, Entry], now: datetime, seen: Mapping[str, Seen]) -> Iterator[Iterator[Coming]]:
    for portal, entry in entries.items():
        if rule := entry.rule:
            known = seen.get(portal)
            counts = known and known.rule == rule.stated()
            yield _of(portal, rule, now, known.until if known and counts else now)


def _of(portal: str, rule: Rule, now: datetime, after: datetime) -> Iterator[Coming]:
    for at, slots in groupby(_slots(rule, after), rule.opens):
        first = next(slots)
        if at > now:
            yield Coming(at.astimezone(rule.zone), portal, first.astimezone(rule.zone))


def _slots(rule: Rule, after: datetime) -> Iterator[datetime]:
    while slot := rule.next(after):
        yield slot
        after = slot
