"""One table to search in, a full-text index or the list of all articles, and which of its rows are wanted."""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from archive.identity import FIRST_DATED
from archive.query import Query
from archive.search.filters import LISTED, Chosen, Conditions, among

MOST = 2**63 - 1
FOLDED, EXACT = "articles_fts", "articles_fts_exact"


class Pair(NamedTuple):
    """The two full-text indexes of one text: under any accents, and as typed."""

    folded: str
    exact: str


ARTICLES = Pair(FOLDED, EXACT)


class Passing(Protocol):
    """What passes the filters, as `Conditions` of articles say it."""

    def on(self, docid: str, listed: bool) -> Chosen: ...


Ranked = tuple[int, float]  # docid, rank: the lower, the better


@dataclass(frozen=True, slots=True)
class Index:
    """Its rows are what `match` finds within `conditions`; `shown` finds the same, ranks and marks.

    The list of all articles has neither `match` nor `shown`. `query` is what they were written from.
    """

    table: str
    docid: str
    conditions: str
    params: dict[str, Any]
    match: str | None = None
    shown: str | None = None
    query: Query | None = None

    @property
    def where(self) -> str:
        return (f"{self.table} match :{self.table}" if self.match else "true") + self.conditions

    def rows(self, where: str = "", order: str = "") -> str:
        """SQL for docids, to stand in brackets or before a limit."""
        sql = f"select {self.docid} as docid from {self.table} where {self.where}{where}"
        return f"{sql} order by {self.docid} {order}" if order else sql

    def excluding(self, docids: Collection[int]) -> "Index":
        conditions = f"{self.conditions} and {self.docid} not in (select value from json_each(:excluded))"
        return replace(
            self, conditions=conditions, params={**self.params, "excluded": json.dumps(list(docids))}
        )

    def within(self, docids: Collection[int]) -> "Index":
        """Of these, all that pass the conditions."""
        chosen = among(self.docid, "within", docids, listed=self.match is None)
        return replace(self, conditions=f" and {chosen.sql}", params={**self.params, **chosen.params})

    def count(self, connection: sqlite3.Connection, most: int) -> int:
        sql = f"select count(*) from ({self.rows()} limit {most})"
        return int(connection.execute(sql, self.params).fetchone()[0])

    def newest(self, connection: sqlite3.Connection, limit: int, below: int = MOST) -> list[int]:
        where = f" and {self.docid} < :below" if below < MOST else ""
        params = {**self.params, "below": below, "limit": limit}
        # In one row: to fetch as many takes half as long again.
        sql = f"select json_group_array(docid) from ({self.rows(where, 'desc')} limit :limit)"
        (found,) = connection.execute(sql, params).fetchone()
        return sorted(json.loads(found), reverse=True)

    def oldest(self, connection: sqlite3.Connection, limit: int, above: int | None = None) -> list[int]:
        """The undated ones, whose docids are the lowest, come last."""
        if above is not None and above < FIRST_DATED:
            return self._between(connection, above, FIRST_DATED, limit)
        found = self._between(connection, FIRST_DATED - 1 if above is None else above, MOST, limit)
        return found + self._between(connection, -1, FIRST_DATED, limit - len(found))

    def ranked(
        self, connection: sqlite3.Connection, docids: Collection[int], limit: int, after: Ranked | None
    ) -> list[Ranked]:
        """The best of these hits, those that follow `after`."""
        chosen = among(self.docid, "chosen", docids, ranking=True)
        params = {**chosen.params, "shown": self.shown, "limit": limit}
        following = ""
        if after:
            following = "where (rank, -docid) > (:rank, :above)"
            params |= {"rank": self._rank(connection, after), "above": -after[0]}
        sql = f"""
            with ranked as materialized (
                select {self.docid} as docid, rank from {self.table}
                where {self.table} match :shown and {chosen.sql})
            select docid, rank from ranked {following} order by rank, docid desc limit :limit"""
        return [tuple(row) for row in connection.execute(sql, params)]

    def _rank(self, connection: sqlite3.Connection, key: Ranked) -> float:
        """Ranks shift a little with every article that comes: where the hit stands today."""
        sql = f"select rank from {self.table} where {self.table} match :shown and {self.docid} = :docid"
        found = connection.execute(sql, {"shown": self.shown, "docid": key[0]}).fetchone()
        return float(found[0]) if found else key[1]

    def _between(self, connection: sqlite3.Connection, above: int, below: int, limit: int) -> list[int]:
        where = f" and {self.docid} > :above and {self.docid} < :below"
        params = {**self.params, "above": above, "below": below, "limit": limit}
        sql = f"{self.rows(where, 'asc')} limit :limit"
        return [row[0] for row in connection.execute(sql, params)] if limit > 0 else []


def listing(conditions: Conditions) -> Index:
    """All articles that pass."""
    passing = conditions.on("a.docid", listed=True)
    return Index(LISTED, "a.docid", passing.sql, passing.params)


def indexed(table: str, query: Query, conditions: Passing, pair: Pair = ARTICLES) -> Index:
    """What a query finds in one of the full-text indexes of a pair."""
    folded, exact = query.without_folded(), query.without_exact()
    words, here, elsewhere, there = (
        (query.exact, exact, pair.folded, folded)
        if table == pair.exact
        else (query.folded, folded, pair.exact, exact)
    )
    docid, leaving_out = f"{table}.rowid", f" NOT {here}" if here else ""
    match, shown = f"{words()}{leaving_out}", f"{words(True)}{leaving_out}"
    passing = conditions.on(docid, listed=False)
    where, params = passing.sql, {**passing.params, table: match}
    if there:
        without = f"select rowid from {elsewhere} where {elsewhere} match :without_{elsewhere}"
        where, params[f"without_{elsewhere}"] = f"{where} and {docid} not in ({without})", there
    return Index(table, docid, where, params, match, shown, query)
