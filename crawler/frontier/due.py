"""When to ask for a page again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from archive.dates import VIETNAM
from archive.model import Kind
from crawler.clock import FORM
from crawler.portals import Portal

# What is asked for ever less often. All else leads to pages: it is looked at in every crawl. An address of
# kind OTHER is followed only where it is a file or an image of an article.
DECAYING = frozenset((Kind.ARTICLE, Kind.NOTICE, Kind.DOCUMENT, Kind.PRINT, Kind.OTHER))
DOUBLINGS = 20  # of a step, beyond any limit, and still a time


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long to wait after a check: `steps` first, then between `shortest` and `longest`."""

    steps: Sequence[timedelta]
    shortest: timedelta
    longest: timedelta

    @classmethod
    def of(cls, portal: type[Portal]) -> Self:
        return cls(portal.recheck, portal.recheck_shortest, portal.recheck_longest)


def due_at(
    kind: Kind, first_captured_at: str, captured_at: str, checks: int, changes: int, schedule: Schedule
) -> str:
    """When to ask again for a page that was asked for last at `captured_at`; times in UTC, whole seconds.

    `checks`: how often, since it was first captured or had changed, it was found as it was; so 0 is right
    after a change. `changes`: how often it has changed in all.
    """
    if kind not in DECAYING:
        return captured_at
    first, last = (datetime.fromisoformat(moment) for moment in (first_captured_at, captured_at))
    try:
        return (last + _wait(last - first, checks, changes, schedule)).astimezone(UTC).strftime(FORM)
    except OverflowError:  # captured in the year 9999, as a foreign WARC file may say
        return captured_at


def is_due(checked_at: str, due: str, now: str, changed_at: str | None = None) -> bool:
    """Whether it is time to ask again for a page that was asked for last at `checked_at`.

    `changed_at` is what a listing or sitemap states: a time with its offset, or a day in Vietnam.
    """
    if due <= now or checked_at > now:  # a clock was set back
        return True
    if changed_at is None or (span := _span(changed_at)) is None:
        return False
    begin, end = span
    # Of a day it is unknown when; and what is yet to come is a slip of the site's.
    return begin <= datetime.fromisoformat(now) and datetime.fromisoformat(checked_at) < end


def _wait(watched: timedelta, checks: int, changes: int, schedule: Schedule) -> timedelta:
    if checks < len(schedule.steps):
        return schedule.steps[checks]
    if changes:
        return min(max(watched / changes, schedule.shortest), schedule.longest)
    steps = schedule.steps or (schedule.shortest,)
    beyond, last = checks - len(steps) + 1, steps[-1]
    return min(last * (1 << min(beyond, DOUBLINGS)), schedule.longest)


def _span(stated: str) -> tuple[datetime, datetime] | None:
    """The first moment and the last at which it may have been; None where it is no time."""
    try:
        if len(stated) == len("2026-11-21"):
            day = datetime.combine(date.fromisoformat(stated), time(), VIETNAM)
            return day, day + timedelta(days=1)
        moment = datetime.fromisoformat(stated)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
    return moment, moment
