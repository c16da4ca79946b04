"""What is new in the archive: captured for the first time, edited, or found gone, by days of Vietnam."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from archive.dates import VIETNAM
from archive.site.feeds.changes import Changes, changes
from archive.site.lookup import Row, rows

COMPARED = 40_000  # characters of a body that a list of edits looks at
MOST = 50  # entries of a list


@dataclass(frozen=True, slots=True)
class Span:
    """Times of capture, as the archive writes them: from `since`, up to and without `until`."""

    since: str
    until: str

    @classmethod
    def days(cls, last: date, count: int = 1) -> "Span":
        """So many whole days of Vietnam, up to and with the last."""
        first = last - timedelta(days=count - 1)
        return cls(_midnight(first), _midnight(last + timedelta(days=1)))


EVER = Span("", "9999")


@dataclass(frozen=True, slots=True)
class Days:
    """A day, and the nearest ones before and after it on which anything was new, edited or gone."""

    day: date
    previous: date | None
    next: date | None


def last_day(connection: sqlite3.Connection) -> date | None:
    """The last day with news; None where the archive is empty."""
    return _day(_nearest(connection, "max", "<", EVER.until))


def days_around(connection: sqlite3.Connection, day: date) -> Days:
    span = Span.days(day)
    return Days(
        day,
        _day(_nearest(connection, "max", "<", span.since)),
        _day(_nearest(connection, "min", ">=", span.until)),
    )


def new_by_portal(connection: sqlite3.Connection, span: Span) -> dict[str, int]:
    """How many articles of each portal were captured for the first time, most first."""
    counted = rows(
        connection,
        """select portal, count(*) as n from articles where first_captured_at >= ? and first_captured_at < ?
        group by portal order by n desc, portal""",
        span.since,
        span.until,
    )
    return {row["portal"]: row["n"] for row in counted}


def new(
    connection: sqlite3.Connection, span: Span, limit: int = MOST, before: tuple[str, int] | None = None
) -> list[Row]:
    """Articles captured for the first time, newest capture first; `before` is the last of the page before."""
    at, id = before or (span.until, 0)
    return rows(
        connection,
        f"""select {_LISTED}, coalesce(nullif(a.lead, ''), substr(a.body, 1, 1000)) as beginning
        from articles a where first_captured_at >= ?1 and first_captured_at < ?2
            and (first_captured_at < ?3 or (first_captured_at = ?3 and id < ?4))
        order by first_captured_at desc, id desc limit ?5""",
        span.since,
        span.until,
        at,
        id,
        limit,
    )


def gone(connection: sqlite3.Connection, span: Span = EVER, limit: int = MOST) -> list[Row]:
    """Articles found gone from their portals, the last first."""
    return rows(
        connection,
        f"""select {_LISTED}, coalesce(nullif(a.lead, ''), substr(a.body, 1, 1000)) as beginning
        from articles a where gone_at >= ? and gone_at < ? order by gone_at desc, id desc limit ?""",
        span.since,
        span.until,
        limit,
    )


def edited(connection: sqlite3.Connection, span: Span = EVER, limit: int = MOST) -> list[Row]:
    """Versions after the first of an article, the last first, each with the text it took the place of.

    `again` counts the versions before that said the very same. Of long bodies this has the beginnings.
    """
    return rows(
        connection,
        f"""select {_LISTED}, v.number, v.captured_at, v.sha256, o.number as old_number,
            v.title as new_title, o.title as old_title, v.lead as new_lead, o.lead as old_lead,
            substr(v.body, 1, {COMPARED}) as new_body, substr(o.body, 1, {COMPARED}) as old_body,
            (select count(*) from versions e where e.article = v.article and e.number < v.number
                and e.sha256 = v.sha256) as again
        from versions v join versions o on o.article = v.article and o.number = v.number - 1
            join articles a on a.id = v.article
        where v.number > 1 and v.captured_at >= ? and v.captured_at < ?
        order by v.captured_at desc, v.article desc, v.number desc limit ?""",
        span.since,
        span.until,
        limit,
    )


def told(edit: Row) -> Changes:
    """What an edit changed, in short. Takes some time: not while a connection is held."""
    old, new = (
        "\n".join(filter(None, (edit[f"{which}_{field}"] for field in ("title", "lead", "body"))))
        for which in ("old", "new")
    )
    return changes(old, new)


def count_edited(connection: sqlite3.Connection, span: Span) -> int:
    sql = "select count(*) as n from versions where number > 1 and captured_at >= ? and captured_at < ?"
    return int(rows(connection, sql, span.since, span.until)[0]["n"])


def count_gone(connection: sqlite3.Connection, span: Span) -> int:
    sql = "select count(*) as n from articles where gone_at >= ? and gone_at < ?"
    return int(rows(connection, sql, span.since, span.until)[0]["n"])


def day_in_vietnam(stamp: str) -> date:
    """The day in Vietnam of a time of capture."""
    return datetime.fromisoformat(stamp).astimezone(VIETNAM).date()


_LISTED = """a.id, a.title, a.portal, a.section, a.author, a.source, a.published_at, a.url, a.gone_at,
    a.first_captured_at, a.version, a.language"""


def _nearest(connection: sqlite3.Connection, end: str, compared: str, stamp: str) -> str | None:
    """Of what is new, edited and gone, the time next to another; each is one step into an index."""
    found = [
        connection.execute(
            f"select {end}({column}) from {table} where {column} {compared} ?{more}", [stamp]
        ).fetchone()[0]
        for table, column, more in (
            ("articles", "first_captured_at", ""),
            ("articles", "gone_at", " and gone_at is not null"),
            ("versions", "captured_at", " and number > 1"),
        )
    ]
    times = [time for time in found if time]
    return {"max": max, "min": min}[end](times) if times else None


def _day(stamp: str | None) -> date | None:
    return day_in_vietnam(stamp) if stamp else None


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
