"""Filters as conditions that SQL asks of each hit.

The other way round, a search would begin with every article of a portal. Only where few articles pass, they
come first.
"""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from archive.errors import QueryError
from archive.identity import FIRST_DATED, docid
from archive.search.model import Filters
from archive.search.reading import Source, reading
from archive.text import fold

COLUMNS = ("portal", "section", "author", "source")
FACTS = {"place": "article_places", "document": "article_documents", "person": "article_people"}
FEW = 5_000  # articles; so many docids are fetched sooner than hits are asked one by one
SOME = 100_000  # so many are put together by SQLite for each question, in a tenth of a second at the most
SKIPPED_TO = 100  # docids, where they lie so far apart that what is between them takes longer to read
MONTH = 30 * FIRST_DATED
# Without `indexed by` SQLite takes the unique index of docid, and reads the article for the rest.
LISTED = "articles as a indexed by idx_articles_listed"


class Chosen(NamedTuple):
    """A condition on a docid, and what it is asked with."""

    sql: str
    params: dict[str, Any]


class _Filter(NamedTuple):
    """As a condition on the article `a`; as a query of ids that an index answers; and as one of docids."""

    condition: str
    counted: str | None = None
    docids: str | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """`of_article` ask columns of the article `a`. `docids`, where few, are all that passes; `some` is a
    query of all that pass one of the conditions, the others being `beside`."""

    of_article: tuple[str, ...]
    params: dict[str, Any]
    docids: tuple[int, ...] | None = None
    some: str | None = None
    beside: tuple[str, ...] = ()

    def on(self, docid: str, listed: bool) -> Chosen:
        """`listed`: the rows are those of `a`, which need not be looked up."""
        if self.docids is not None:
            few = among(docid, "few", self.docids, listed)
            return Chosen(f" and {few.sql}", few.params)
        sql = f" and {docid} between :low and :high" if "low" in self.params else ""
        # The plus hides it from FTS5, which would skip to each of them.
        sql += f" and {'' if listed else '+'}{docid} in ({self.some})" if self.some else ""
        asked = "".join(f" and {condition}" for condition in (self.beside if self.some else self.of_article))
        if asked and not listed:
            asked = f" and exists (select 1 from {LISTED} where a.docid = {docid}{asked})"
        return Chosen(sql + asked, self.params)


def conditions(connection: sqlite3.Connection, filters: Filters) -> Conditions:
    params, asked = dict[str, Any](), list[_Filter]()
    if filters.since or filters.until:
        params["low"], params["high"] = days(filters)
    for name in COLUMNS:
        if chosen := getattr(filters, name):
            params[name] = json.dumps(chosen)
            asked.append(_of_column(name))
    for name, table in FACTS.items():
        if (chosen := getattr(filters, name)) and is_told(connection, name):
            params[name] = json.dumps(chosen)
            asked.append(_of_fact(connection, name, table))
        elif chosen:
            asked.append(_Filter("false"))
    asked += _of_fate(filters)
    every = Conditions(tuple(one.condition for one in asked), params)
    return _narrowed(connection, every, asked)


def _of_column(name: str) -> _Filter:
    passing = f"{name} in (select value from json_each(:{name}))"
    return _Filter(
        f"a.{passing}",
        f"select 1 from articles where {passing}",
        f"select docid from articles where {passing}",
    )


def _of_fact(connection: sqlite3.Connection, name: str, table: str) -> _Filter:
    mentions = f"from {table} where {name} in (select value from json_each(:{name}))"
    return _Filter(
        f"exists (select 1 {mentions} and article = a.id)",
        f"select 1 {mentions}",
        f"select docid from articles {_by_id(connection)} where id in (select article {mentions})",
    )


def _by_id(connection: sqlite3.Connection) -> str:
    """SQLite would read the articles, for it takes the ids of rows to be the quickest way to anything."""
    index = "select 1 from sqlite_master where name = 'idx_articles_stated'"
    return "indexed by idx_articles_stated" if connection.execute(index).fetchone() else ""


def _of_fate(filters: Filters) -> list[_Filter]:
    asked = list[_Filter]()
    if filters.gone is not None:
        gone = "articles where gone_at is not null"
        is_gone = _Filter("a.gone_at is not null", f"select 1 from {gone}", f"select docid from {gone}")
        asked.append(is_gone if filters.gone else _Filter("a.gone_at is null"))
    if filters.changed is not None:
        asked.append(_Filter("a.version > 1" if filters.changed else "not (a.version > 1)"))
    return asked


def is_told(connection: sqlite3.Connection, name: str) -> bool:
    """An archive of before does not tell of all that can be filtered by."""
    asked = "select 1 from sqlite_master where type = 'table' and name = ?"
    return connection.execute(asked, [FACTS[name]]).fetchone() is not None


def days(filters: Filters) -> tuple[int, int]:
    """The lowest and the highest docid within the dates; without dates, of all dated articles."""
    low = docid(0, filters.since.isoformat()) if filters.since else FIRST_DATED
    high = docid(FIRST_DATED - 1, filters.until.isoformat()) if filters.until else 2**63 - 1
    return low, high


def among(
    docid: str, name: str, docids: Collection[int], listed: bool = False, ranking: bool = False
) -> Chosen:
    """A condition on a docid. Of a few, FTS5 skips to each, which costs it up to half a millisecond;
    but where they are to be ranked, it would weigh the words in all texts again for each.

    Of many, or where they lie within months, it reads all that lie between the first and the last: a plus
    hides the rest of it from FTS5.
    """
    params: dict[str, Any] = {name: json.dumps(list(docids))}
    few = f"{docid} in (select value from json_each(:{name}))"
    if listed or not docids:
        return Chosen(few, params)
    apart = max(docids) - min(docids) >= len(docids) * MONTH
    if apart and len(docids) <= SKIPPED_TO and not ranking:
        return Chosen(few, params)
    params |= {f"{name}_first": min(docids), f"{name}_last": max(docids)}
    return Chosen(f"{docid} between :{name}_first and :{name}_last and +{few}", params)


def places_named(db: Source, name: str) -> tuple[str, ...]:
    """Ids of the places with this name, in any accents, or with this id; raises QueryError where none has."""
    with reading(db) as connection:
        known = connection.execute("select id, name from places").fetchall()
    found = tuple(id for id, title in known if id == name or fold(title) == fold(name))
    if not found:
        raise QueryError(f"Không bài nào nói đến “{name}”. · No article names a place “{name}”.")
    return found


def _narrowed(connection: sqlite3.Connection, every: Conditions, asked: list[_Filter]) -> Conditions:
    """Begin with the filter that fewest pass, where they are not too many."""
    counts = [(_count(connection, one.counted, every.params), one) for one in asked if one.counted]
    least, first = min(counts, key=lambda one: one[0], default=(SOME + 1, _Filter("")))
    if least > SOME:
        return every
    beside = tuple(condition for condition in every.of_article if condition != first.condition)
    narrowed = replace(every, some=first.docids, beside=beside)
    return replace(narrowed, docids=_passing(connection, narrowed)) if least <= FEW else narrowed


def _count(connection: sqlite3.Connection, counted: str, params: dict[str, Any]) -> int:
    return int(connection.execute(f"select count(*) from ({counted} limit {SOME + 1})", params).fetchone()[0])


def _passing(connection: sqlite3.Connection, asked: Conditions) -> tuple[int, ...]:
    where = asked.on("a.docid", listed=True)
    found = connection.execute(f"select a.docid from {LISTED} where true{where.sql}", where.params)
    return tuple(row[0] for row in found)
