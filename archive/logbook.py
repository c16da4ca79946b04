"""The logbook as it is read: crawls with their alarms, newest first, and what is wrong by now.

Rows of `crawls` alone are read: what they count was counted when each crawl ended.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from archive.access import glimpse
from archive.advice import to_do
from archive.alarms import Alarm, Rule
from archive.coherence import has_column
from archive.errors import ArchiveError

ASKED = "('live', 'via', 'demo')"  # the sources of crawls that asked a portal; others took in what there was
MISSED = "missed"  # the outcome of a run that never was
STILL_GOING = "the run before was still going on"  # why runs were missed, as their arguments say it
LONGEST = 300  # characters of a reason that an imported WARC file tells
OLD = (
    "the archive is of an older version of this program: the next `backan crawl` or `backan rebuild` "
    "brings it up to date"
)
NOTHING_RAN = ("the machine was off, or nothing ran the schedule", "máy tắt, hoặc lịch không được chạy")
SCHEDULE = (
    "See to it that something runs the schedule: `backan schedule install`.",
    "Hãy để hệ thống chạy lịch: `backan schedule install`.",
)
SELDOMER = (
    "Let it run more seldom: `backan schedule add {} --replace`.",
    "Hãy giãn lịch ra: `backan schedule add {} --replace`.",
)
FAILED = (
    "Read logs/schedule-{0}.log, and run `backan doctor {0}`.",
    "Đọc logs/schedule-{0}.log, rồi chạy `backan doctor {0}`.",
)


@dataclass(frozen=True, slots=True)
class Noted:
    """An alarm as the archive has it; `rule` may be one that only a newer program knows."""

    rule: str
    value: float | None = None
    usual: float | None = None
    detail: str | None = None

    def told(self, english: bool = True) -> str:
        if self.rule in set(Rule):
            return Alarm(Rule(self.rule), self.value, self.usual, self.detail).told(english)
        return f"{self.rule} ({self.detail})" if self.detail else self.rule


@dataclass(frozen=True, slots=True)
class Crawl:
    """A row of `crawls`, and its alarms. What an older program did not note is None."""

    id: str
    portal: str
    source: str | None
    started_at: str
    finished_at: str | None
    outcome: str | None
    met: int | None
    pages: int | None
    new: int | None
    changed: int | None
    unchanged: int | None
    gone: int | None
    failed: int | None
    traps: int | None
    bytes: int | None
    complete: int
    arguments: str | None
    settings: str | None
    alarms: tuple[Noted, ...] = ()

    @property
    def seconds(self) -> int | None:
        """None for one that has no end, and for runs that were missed: these took no time."""
        if not self.finished_at or self.outcome == MISSED:
            return None
        took = datetime.fromisoformat(self.finished_at) - datetime.fromisoformat(self.started_at)
        return round(took.total_seconds())

    @property
    def limits(self) -> dict[str, Any]:
        """What `arguments` says, where it is a JSON object: a WARC file may be anybody's."""
        return an_object(self.arguments)


@dataclass(frozen=True, slots=True)
class Totals:
    crawls: int
    captures: int
    articles: int
    gone: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something about a portal that asks for a deed; `rule` is that of an alarm, or `missed`, `unended` or
    `overdue`. `crawl` is None where it is of none.
    """

    portal: str
    crawl: str | None
    at: str
    rule: str
    english: str
    vietnamese: str
    to_do: str
    to_do_vietnamese: str


COLUMNS = ", ".join(field.name for field in fields(Crawl) if field.name != "alarms")


@contextmanager
def opened(archive: Path) -> Iterator[sqlite3.Connection]:
    """An archive to be read from, which is left as it was. Raises ArchiveError, for a mistake within too."""
    if not archive.is_file():
        raise ArchiveError(f"no archive at {archive}: run `backan demo` or `backan crawl` first")
    try:
        with closing(glimpse(archive)) as connection:
            check(connection)
            yield connection
    except (OSError, sqlite3.OperationalError) as error:
        raise ArchiveError(f"cannot read {archive}: {error}") from error
    except sqlite3.Error as error:
        raise ArchiveError(f"cannot read {archive}: {error}; `backan rebuild` makes it anew") from error


def check(connection: sqlite3.Connection) -> None:
    """Raises ArchiveError where the archive has no logbook yet."""
    if not has_column(connection, "crawls", "met"):
        raise ArchiveError(OLD)


def last(
    connection: sqlite3.Connection,
    most: int,
    portal: str | None = None,
    before: tuple[str, str] | None = None,
) -> list[Crawl]:
    """Up to so many crawls, newest first: of one portal or all, and from `before` on: a start and an id."""
    conditions = ["portal = ?"] if portal else []
    conditions += ["(started_at, id) < (?, ?)"] if before else []
    where = f"where {' and '.join(conditions)}" if conditions else ""
    params = (*([portal] if portal else ()), *(before or ()), most)
    return _read(connection, f"{where} order by started_at desc, id desc limit ?", *params)


def newest(connection: sqlite3.Connection) -> list[Crawl]:
    """Of each portal the crawl that asked it last and has ended, and what was missed since."""
    one = "(select id from crawls where portal = p.id and finished_at is not null and {} {})"
    ran = one.format(f"outcome <> '{MISSED}' and source in {ASKED}", "order by started_at desc limit 1")
    missed = one.format(f"outcome = '{MISSED}'", "order by started_at desc limit 1")
    found = f"where id in (select {ran} from portals as p union select {missed} from portals as p)"
    crawls = _read(connection, f"{found} order by portal, finished_at, outcome = '{MISSED}'")
    made_good = {one.id for one, after in pairwise(crawls) if one.portal == after.portal}
    return [crawl for crawl in crawls if crawl.outcome != MISSED or crawl.id not in made_good]


def totals(connection: sqlite3.Connection) -> Totals:
    counted = connection.execute(
        """select (select count(*) from crawls), (select count(*) from captures),
            (select count(*) from articles), (select count(*) from articles where gone_at is not null),
            (select coalesce(sum(bytes), 0) from crawls)"""
    ).fetchone()
    return Totals(*counted)


def wrong(crawls: list[Crawl]) -> list[Wrong]:
    """What is wrong with the newest crawls of the portals."""
    return [found for crawl in crawls for found in (_missed(crawl) or _alarms(crawl))]


def missed_because(crawl: Crawl) -> tuple[str, str] | None:
    """Why runs were missed, in English and in Vietnamese; None where they just did not come about."""
    why = crawl.limits.get("why")
    if not why:
        return None
    return (STILL_GOING, "đợt trước chưa xong") if why == STILL_GOING else (str(why)[:LONGEST],) * 2


def warc_files(connection: sqlite3.Connection, crawl: str) -> list[str]:
    """Reads all captures of the crawl: of half a million it takes a second or two."""
    query = "select distinct warc_file from captures where crawl = ? and warc_file is not null order by 1"
    return [name for (name,) in connection.execute(query, [crawl])]


def lasting(seconds: float | None) -> str:
    """45 s, 12 min, 3 h 05, 2 d 4 h; empty for None."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if seconds < 60:
        return f"{round(seconds)} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 1440:
        return f"{minutes // 60} h {minutes % 60:02}"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"


def an_object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _alarms(crawl: Crawl) -> Iterator[Wrong]:
    for alarm in crawl.alarms:
        yield Wrong(
            crawl.portal,
            crawl.id,
            crawl.started_at,
            alarm.rule,
            alarm.told(),
            alarm.told(english=False),
            to_do(alarm.rule, crawl.portal),
            to_do(alarm.rule, crawl.portal, english=False),
        )


def _missed(crawl: Crawl) -> list[Wrong]:
    if crawl.outcome != MISSED:
        return []
    count, known = crawl.limits.get("missed", 1), missed_because(crawl)
    english, vietnamese = known or NOTHING_RAN
    deeds = (SELDOMER if english == STILL_GOING else FAILED) if known else SCHEDULE
    return [
        Wrong(
            crawl.portal,
            crawl.id,
            crawl.started_at,
            MISSED,
            f"runs missed: {count}; {english}",
            f"Bỏ lỡ {count} đợt: {vietnamese}",
            *(deed.format(crawl.portal) for deed in deeds),
        )
    ]


def _read(connection: sqlite3.Connection, rest: str, *params: object) -> list[Crawl]:
    crawls = [Crawl(*row) for row in connection.execute(f"select {COLUMNS} from crawls {rest}", params)]
    alarms: dict[str, list[Noted]] = {}
    query = """select crawl, rule, value, usual, detail from alarms
        where crawl in (select value from json_each(?)) order by crawl, rowid"""
    for crawl, rule, value, usual, detail in connection.execute(
        query, [json.dumps([crawl.id for crawl in crawls])]
    ):
        alarms.setdefault(crawl, []).append(Noted(rule, _number(value), _number(usual), detail))
    return [replace(crawl, alarms=tuple(alarms.get(crawl.id, ()))) for crawl in crawls]


def _number(value: object) -> float | None:
    """A column holds what an imported WARC file said, be it a number or not."""
    return value if isinstance(value, int | float) else None
