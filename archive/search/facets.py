"""What the hits can be filtered by, and how many of the newest have each value."""

import json
import sqlite3
from collections import Counter
from dataclasses import replace
from typing import Any

from archive.query import Query
from archive.search.filters import COLUMNS, FACTS, LISTED, is_told
from archive.search.filters import among as among_these
from archive.search.model import FACETED, MENTIONED, NO_FILTERS, Count, Facets, Filters
from archive.search.newest import Newest, newest
from archive.search.question import asked, question
from archive.search.reading import Source, reading

SHOWN = 12  # values of one facet

_SWITCHES = {"gone": "a.gone_at is not null", "changed": "a.version > 1"}
_COLUMNS = {name: f"a.{name}" for name in COLUMNS} | _SWITCHES
_LABELS = {
    "portal": "select id, title from portals",
    "place": "select id, name from places",
    "document": "select id, number from documents",
    "person": "select id, name || coalesce(' (' || affiliation || ')', '') from people",
}


def facets(
    db: Source,
    words: str,
    *,
    filters: Filters = NO_FILTERS,
    exact: bool = False,
    among: Newest | None = None,
) -> Facets:
    """Count the values of the newest FACETED hits, at most SHOWN of a facet and those chosen.

    A facet is counted under the filters of the others, not its own. `among` are the `newest` of the same
    search, where they are known. Raises as `search` does.
    """
    query = asked(words)
    with reading(db) as connection:
        hits = newest(connection, words, filters=filters, exact=exact) if among is None else among
        counted = hits[:FACETED]
        counts, ids = _count(connection, counted, _COLUMNS)
        counts |= {name: _mentions(connection, ids, name) for name in FACTS if is_told(connection, name)}
        for name in counts:
            if getattr(filters, name) not in ((), None):
                counts[name] = _under_the_others(connection, query, filters, exact, name)
        of = {name: _shown(connection, name, counts[name], _chosen(filters, name)) for name in counts}
        return Facets(len(counted), len(hits) > FACETED, of, min(len(counted), MENTIONED))


def _under_the_others(
    connection: sqlite3.Connection, query: Query | None, filters: Filters, exact: bool, name: str
) -> Counter[Any]:
    nothing: dict[str, Any] = {name: None if name in _SWITCHES else ()}
    index = question(connection, query, replace(filters, **nothing), exact).all
    if name not in FACTS:
        found = index.newest(connection, FACETED)
        return _count(connection, found, {name: _COLUMNS[name]})[0][name]
    return _mentions(connection, _count(connection, index.newest(connection, MENTIONED), {})[1], name)


def _count(
    connection: sqlite3.Connection, docids: Newest, columns: dict[str, str]
) -> tuple[dict[str, Counter[Any]], list[int]]:
    """All columns in one pass over the index that covers them, and the articles, the newest first."""
    named = "".join(f", {column} as {name}" for name, column in columns.items())
    counts = "".join(
        f" union all select '{name}', {name}, count(*) from hits group by {name}" for name in columns
    )
    chosen = among_these("a.docid", "hits", docids, listed=True)
    sql = f"""
        with hits as materialized (
            select a.id{named} from {LISTED} where {chosen.sql} order by a.docid desc)
        select '', json_group_array(id), count(*) from hits{counts}"""
    (_, ids, _), *rows = connection.execute(sql, chosen.params).fetchall()
    found = {name: Counter[Any]() for name in columns}
    for name, value, count in rows:
        found[name][value] = count
    return found, json.loads(ids)


def _mentions(connection: sqlite3.Connection, articles: list[int], name: str) -> Counter[Any]:
    sql = f"""
        select m.{name}, count(distinct m.article) from json_each(?) as a
        cross join {FACTS[name]} as m on m.article = a.value group by m.{name}"""
    rows = connection.execute(sql, [json.dumps(articles[:MENTIONED])])
    return Counter(dict(rows.fetchall()))


def _shown(
    connection: sqlite3.Connection, name: str, counts: Counter[Any], chosen: list[Any]
) -> tuple[Count, ...]:
    """The most frequent values, the chosen among them."""
    known = {value: count for value, count in counts.items() if value not in (None, "")}
    least = sorted(known.values())[-SHOWN:][:1]  # of thousands most are told once, and not shown
    frequent = (value for value, count in known.items() if [count] >= least or value in chosen)
    best = sorted(frequent, key=lambda value: (value not in chosen, -known[value], str(value)))
    values = best[: max(SHOWN, sum(value in chosen for value in best))]
    values += [value for value in chosen if value not in values]
    labels = _labels(connection, name, values)
    shown = [
        Count(str(value), labels.get(value) or str(value), known.get(value, 0), value in chosen)
        for value in values
    ]
    return tuple(sorted(shown, key=lambda count: (-count.count, count.label)))


def _labels(connection: sqlite3.Connection, name: str, values: list[Any]) -> dict[Any, str]:
    if name not in _LABELS or not values:
        return {}
    sql = f"{_LABELS[name]} where id in (select value from json_each(?))"
    return dict(connection.execute(sql, [json.dumps(values)]).fetchall())


def _chosen(filters: Filters, name: str) -> list[Any]:
    value = getattr(filters, name)
    return list(value) if isinstance(value, tuple) else [] if value is None else [int(value)]
