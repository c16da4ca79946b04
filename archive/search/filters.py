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
SKIPPED_TO = 8
# Without `indexed by` SQLite takes the unique index of docid, and reads the article for the rest.
LISTED = "articles as a indexed by idx_articles_listed"


class Chosen(NamedTuple):
    """A condition on a docid, and what it is asked with."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conditions:
    """`of_article` ask columns of the article `a`; `docids`, where few, are all that passes."""

    of_article: tuple[str, ...]
    params: dict[str, Any]
    docids: tuple[int, ...] | None = None

    def on(self, docid: str, listed: bool) -> Chosen:
        """`listed`: the rows are those of `a`, which need not be looked up."""
        if self.docids is not None:
            few = among(docid, "few", self.docids, listed)
            return Chosen(f" and {few.sql}", few.params)
        sql = f" and {docid} between :low and :high" if "low" in self.params else ""
        asked = "".join(f" and {condition}" for condition in self.of_article)
        if asked and not listed:
            asked = f" and exists (select 1 from {LISTED} where a.docid = {docid}{asked})"
        return Chosen(sql + asked, self.params)


def conditions(connection: sqlite3.Connection, filters: Filters) -> Conditions:
    of_article, params = list[str](), dict[str, Any]()
    if filters.since or filters.until:
        params["low"], params["high"] = days(filters)
    for name in COLUMNS:
        if chosen := getattr(filters, name):
            of_article.append(f"a.{name} in (select value from json_each(:{name}))")
            params[name] = json.dumps(chosen)
    for name, holds in (("a.gone_at is not null", filters.gone), ("a.version > 1", filters.changed)):
        if holds is not None:
            of_article.append(name if holds else f"not ({name})")
    few: list[int] | None = None
    for name, table in FACTS.items():
        if (chosen := getattr(filters, name)) and not is_told(connection, name):
            of_article.append("false")
        elif chosen:
            params[name] = json.dumps(chosen)
            mentions = f"from {table} where {name} in (select value from json_each(:{name}))"
            of_article.append(f"exists (select 1 {mentions} and article = a.id)")
            rare = _mentioning(connection, mentions, params)
            few = few if rare is None else rare
    asked = Conditions(tuple(of_article), params)
    return replace(asked, docids=_passing(connection, asked, few)) if of_article else asked


def is_told(connection: sqlite3.Connection, name: str) -> bool:
    """An archive of before does not tell of all that can be filtered by."""
    asked = "select 1 from sqlite_master where type = 'table' and name = ?"
    return connection.execute(asked, [FACTS[name]]).fetchone() is not None


def days(filters: Filters) -> tuple[int, int]:
    """The lowest and the highest docid within the dates; without dates, of all dated articles."""
    low = docid(0, filters.since.isoformat()) if filters.since else FIRST_DATED
    high = docid(FIRST_DATED - 1, filters.until.isoformat()) if filters.until else 2**63 - 1
    return low, high


def among(docid: str, name: str, docids: Collection[int], listed: bool = False) -> Chosen:
    """A condition on a docid. Of a few, FTS5 skips to each, which costs it half a millisecond.

    Of many, it reads all that lie between the first and the last: a plus hides the rest of it from FTS5.
    """
    params: dict[str, Any] = {name: json.dumps(list(docids))}
    few = f"{docid} in (select value from json_each(:{name}))"
    if listed or len(docids) <= SKIPPED_TO:
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


def _mentioning(connection: sqlite3.Connection, mentions: str, params: dict[str, Any]) -> list[int] | None:
    """The articles of a rare place, document or person."""
    (count,) = connection.execute(
        f"select count(*) from (select 1 {mentions} limit {FEW + 1})", params
    ).fetchone()
    if count > FEW:
        return None
    sql = f"select docid from articles where id in (select article {mentions})"
    return [row[0] for row in connection.execute(sql, params)]


def _passing(
    connection: sqlite3.Connection, asked: Conditions, few: list[int] | None
) -> tuple[int, ...] | None:
    """All that pass, of these few or of all articles; None where they are many."""
    where = asked.on("a.docid", listed=True)
    of_few = among("a.docid", "few", few, listed=True) if few is not None else Chosen("true", {})
    sql = f"select a.docid from {LISTED} where {of_few.sql}{where.sql} limit {FEW + 1}"
    found = tuple(row[0] for row in connection.execute(sql, {**where.params, **of_few.params}))
    return found if len(found) <= FEW else None
