"""The archive at a glance: what the front page and the dashboard tell in numbers.

Every question reads indexes alone or a few rows, and is asked by itself: what takes longer than the time
limit of the pages is None, and the page says what is missing.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from archive.site.lookup import Row, rows

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Overview:
    """`gone` is None where counting took too long."""

    articles: int
    captures: int
    gone: int | None
    portals: list[Row]
    newest: list[Row]


def overview(connection: sqlite3.Connection, newest: int = 12) -> Overview:
    """Counts, the portals with what is held of each, and the newest articles by date of publication."""
    portals = rows(
        connection,
        """select *, (select count(*) from articles where portal = p.id) as articles,
            (select min(published_at) from articles where portal = p.id) as first,
            (select max(published_at) from articles where portal = p.id) as last
        from portals p order by articles desc, id""",
    )
    shown = rows(
        connection,
        """select id, title, portal, section, published_at, gone_at, version, url, lead, language
        from articles where published_at is not null order by published_at desc limit ?""",
        newest,
    )
    captures = rows(connection, "select count(*) as n from captures")[0]["n"]
    gone = unless_too_long(connection, _gone)
    return Overview(sum(p["articles"] for p in portals), captures, gone, portals, shown)


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a portal; `first` and `last` are days of publication."""

    portal: str
    title: str
    articles: int
    gone: int
    changed: int
    first: str | None
    last: str | None
    expected: int | None


@dataclass(frozen=True, slots=True)
class Month:
    portal: str
    month: str
    articles: int


@dataclass(frozen=True, slots=True)
class Told:
    """A place that articles tell about; `district` is the name of the one that it lies in."""

    id: str
    name: str
    kind: str
    district: str | None
    latitude: float | None
    longitude: float | None
    articles: int


@dataclass(frozen=True, slots=True)
class Cited:
    id: int
    number: str
    kind: str | None
    issuer: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Captured:
    """`article` is the one of this address, whether or not this capture could be read as it."""

    id: int
    url: str
    portal: str
    captured_at: str
    status: int | None
    outcome: str | None
    article: int | None
    title: str | None


def held(connection: sqlite3.Connection) -> list[Held]:
    """Of every portal, the one with most articles first."""
    found = rows(
        connection,
        # Only what is gone or has changed is sorted by portal.
        """with ended as (
            select portal, count(gone_at) as gone, sum(version > 1) as changed
            from articles indexed by idx_articles_listed where gone_at is not null or version > 1
            group by portal)
        select p.id as portal, coalesce(p.title, p.id) as title,
            (select count(*) from articles where portal = p.id) as articles,
            coalesce(e.gone, 0) as gone, coalesce(e.changed, 0) as changed,
            (select substr(min(published_at), 1, 10) from articles where portal = p.id) as first,
            (select substr(max(published_at), 1, 10) from articles where portal = p.id) as last, p.expected
        from portals as p left join ended as e on e.portal = p.id order by articles desc, p.id""",
    )
    return [Held(**row) for row in found]


def months(connection: sqlite3.Connection) -> list[Month]:
    """Articles by portal and month of publication, in order of time; undated ones are left out.

    Month for month, each a stretch of an index: to group all articles by month would sort them, and of a
    million takes six times as long.
    """
    found = rows(
        connection,
        """with recursive spans(portal, month, last) as (
            select id, (select substr(min(published_at), 1, 7) from articles where portal = p.id),
                (select substr(max(published_at), 1, 7) from articles where portal = p.id)
            from portals as p
            union all
            select portal, substr(date(month || '-01', '+1 month'), 1, 7), last from spans where month < last
            limit 50000),
        counted as (select portal, month, (select count(*) from articles where portal = spans.portal
            and published_at >= month and published_at < month || '~') as articles from spans)
        select * from counted where articles > 0 order by month, portal""",
    )
    return [Month(**row) for row in found]


def newest_captures(connection: sqlite3.Connection, most: int = 12) -> list[Captured]:
    """The last responses received, whatever became of them."""
    found = rows(
        connection,
        """select c.id, c.url, c.portal, c.captured_at, c.status, c.outcome, c.article, a.title
        from captures as c left join articles as a on a.id = c.article
        order by c.captured_at desc limit ?""",
        most,
    )
    return [Captured(**row) for row in found]


def most_cited(connection: sqlite3.Connection, most: int = 15) -> list[Cited]:
    found = rows(
        connection,
        """select d.id, d.number, d.kind, d.issuer, c.articles
        from (select document, count(distinct article) as articles
            from article_documents group by document order by articles desc, document limit ?) as c
        join documents as d on d.id = c.document order by c.articles desc, d.number""",
        most,
    )
    return [Cited(**row) for row in found]


def places_told(connection: sqlite3.Connection) -> list[Told]:
    """Every place that an article tells about, the one told about most first."""
    found = rows(
        connection,
        """select id, name, kind, district, latitude, longitude, articles from places_told
        where articles > 0 order by articles desc, id""",
    )
    return [Told(**row) for row in found]


def unless_too_long(connection: sqlite3.Connection, question: Callable[[sqlite3.Connection], T]) -> T | None:
    """The answer, or None where the time limit of the page ended the question.

    Whatever is asked of the same connection afterwards, within the same limit, ends at once.
    """
    try:
        return question(connection)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return None
        raise


def _gone(connection: sqlite3.Connection) -> int:
    return int(rows(connection, "select count(*) as n from articles where gone_at is not null")[0]["n"])
