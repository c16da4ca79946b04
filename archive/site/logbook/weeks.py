"""What the crawls of each week have read, portal by portal."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from archive.dates import VIETNAM
from archive.logbook import MISSED

WEEKS = 53  # so that a year ago is still there
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Week:
    """`crawls` that began in it, and those of them that gave an alarm; none of them where all were missed."""

    crawls: int
    new: int
    changed: int
    unchanged: int
    alarms: int

    @property
    def articles(self) -> int:
        return self.new + self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class Year:
    """The weeks by their Mondays, one after the other; `of` holds those in which a portal was crawled."""

    mondays: tuple[date, ...]
    of: dict[str, dict[date, Week]]


def year(connection: sqlite3.Connection, last: date, portal: str | None = None) -> Year:
    """The weeks up to the one that holds the day `last`, in Vietnam's time; of one portal or of all.

    Rows of `crawls` alone are summed up: of 10,000 it takes a few hundredths of a second.
    """
    monday = last - timedelta(days=last.weekday())
    mondays = tuple(monday - WEEK * ago for ago in reversed(range(WEEKS)))
    params = [MISSED, begin(mondays[0]), begin(monday + WEEK), *([portal] if portal else ())]
    query = f"""select portal, date(started_at, '+7 hours', 'weekday 0', '-6 days') as monday,
            sum(outcome is not ?), sum(coalesce(new, 0)), sum(coalesce(changed, 0)),
            sum(coalesce(unchanged, 0)), sum(exists (select 1 from alarms where crawl = c.id))
        from crawls as c where started_at >= ? and started_at < ? {"and portal = ?" if portal else ""}
        group by portal, monday order by portal, monday"""
    of: dict[str, dict[date, Week]] = {}
    for name, day, *counts in connection.execute(query, params):
        of.setdefault(name, {})[date.fromisoformat(day)] = Week(*counts)
    return Year(mondays, of)


def last_day(connection: sqlite3.Connection) -> date | None:
    """The day in Vietnam on which the newest crawl began."""
    (stamp,) = connection.execute("select max(started_at) from crawls").fetchone()
    return datetime.fromisoformat(stamp).astimezone(VIETNAM).date() if stamp else None


def begin(monday: date) -> str:
    """The first moment of a day in Vietnam, as `crawls` states times."""
    return datetime.combine(monday, time(), VIETNAM).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def summed(weeks: Sequence[Week]) -> Week:
    return Week(
        sum(week.crawls for week in weeks),
        sum(week.new for week in weeks),
        sum(week.changed for week in weeks),
        sum(week.unchanged for week in weeks),
        sum(week.alarms for week in weeks),
    )
