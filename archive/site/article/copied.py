"""The same story in nearly the same words on other portals: who was first, who copied, what was cut."""

import sqlite3
from dataclasses import dataclass

from archive.site.lookup import Row, rows

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Copy:
    """Another article of the story. `kept` is the share of the first one's words that a copy has, `cut` and
    `added` count words; of the first one itself they are None."""

    article: Row
    kept: float | None = None
    cut: int | None = None
    added: int | None = None


@dataclass(frozen=True, slots=True)
class Copies:
    """The others of a story of `total` articles; `first` is None where the article asked for is the first."""

    total: int
    first: Copy | None
    own: Copy | None
    others: tuple[Copy, ...]

    @property
    def ids(self) -> set[int]:
        return {copy.article["id"] for copy in (self.first, *self.others) if copy}


def copies(connection: sqlite3.Connection, id: int) -> Copies | None:
    """None where an article is the only one of its story; an archive of before knows of no copies."""
    if not rows(connection, "select 1 from sqlite_master where type = 'table' and name = 'copies'"):
        return None
    own = rows(connection, "select * from copies where article = ?", id)
    first = own[0]["first"] if own else id
    count = rows(connection, "select count(*) as n from copies where first = ?", first)[0]["n"]
    if not count:
        return None
    query = f"""select a.id, a.title, a.portal, a.published_at, a.gone_at, c.kept, c.words_cut, c.words_added
        from copies as c join articles as a on a.id = c.article where c.first = ? and a.id <> ?
        order by a.published_at, a.docid limit {SHOWN}"""
    others = tuple(
        Copy(row, row["kept"], row["words_cut"], row["words_added"])
        for row in rows(connection, query, first, id)
    )
    told = "select id, title, portal, published_at, gone_at from articles where id = ?"
    return Copies(
        total=count + 1,
        first=Copy(rows(connection, told, first)[0]) if own else None,
        own=Copy(own[0], own[0]["kept"], own[0]["words_cut"], own[0]["words_added"]) if own else None,
        others=others,
    )


def pair(connection: sqlite3.Connection, one: int, other: int) -> tuple[Row, Row] | None:
    """Two articles with their texts, to be compared; None where there is not either."""
    query = """select a.id, a.title, a.lead, a.body, a.published_at, a.url, a.source, p.title as portal
        from articles as a left join portals as p on p.id = a.portal where a.id = ?"""
    found = [row for id in (one, other) for row in rows(connection, query, id)]
    if len(found) < 2:
        return None
    for row in found:
        row["sha256"] = (row["title"], row["lead"], row["body"])  # what versions are told apart by
    return found[0], found[1]
