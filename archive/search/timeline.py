"""Hits over time, counted from their docids alone, which begin with the day of publication."""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from archive.identity import EPOCH, FIRST_DATED
from archive.search.index import Index
from archive.search.model import FACETED, NO_FILTERS, Bar, Filters, Timeline
from archive.search.newest import Newest, newest
from archive.search.question import asked, question
from archive.search.reading import Source, reading

MOST_BARS = 72

Range = tuple[int, int]  # of docids; the second is not in it

_WRITTEN = {"year": 4, "month": 7, "day": 10}  # characters of a day that name its period


def timeline(
    db: Source,
    words: str,
    *,
    filters: Filters = NO_FILTERS,
    exact: bool = False,
    among: Newest | None = None,
) -> Timeline:
    """Count all hits by year, month or day: the shortest of them that makes no more than MOST_BARS.

    Years there may be more. `among` are the `newest` of the same search, where they are known. Raises as
    `search` does.
    """
    query = asked(words)
    with reading(db) as connection:
        hits = newest(connection, words, filters=filters, exact=exact) if among is None else among
        if len(hits) <= FACETED:
            return _timeline(*_ends(hits), lambda ranges: _counts_of(hits, ranges))
        index = question(connection, query, filters, exact).all
        if index.conditions:
            days = _days(connection, index)
            return _timeline(*_ends(days), lambda ranges: _counts_of(days, ranges))
        first, last = (
            connection.execute(
                f"{index.rows(f' and {index.docid} >= {FIRST_DATED}', order)} limit 1", index.params
            ).fetchone()
            for order in ("asc", "desc")
        )
        return _timeline(
            first and first[0], last and last[0], lambda ranges: _counts(connection, index, ranges)
        )


def _timeline(first: int | None, last: int | None, counts: Callable[[list[Range]], list[int]]) -> Timeline:
    """`first` and `last`: the lowest and the highest docid with a date."""
    undated = [(0, FIRST_DATED)]
    if first is None or last is None:
        return Timeline((), "year", *counts(undated))
    step, starts = _periods(*(date.fromordinal(docid // FIRST_DATED + EPOCH) for docid in (first, last)))
    ranges = [(_docid(start), _docid(end)) for start, end in pairwise(starts)]
    counted = counts(undated + ranges)
    periods = [start.isoformat()[: _WRITTEN[step]] for start in starts]
    bars = tuple(Bar(period, count) for period, count in zip(periods, counted[1:], strict=False))
    return Timeline(bars, step, counted[0])


def _days(connection: sqlite3.Connection, index: Index) -> Newest:
    """The day of each hit, as the lowest docid that it can have.

    To ask for each period what passes the filters takes longer.
    """
    sql = f"select json_group_array(docid / {FIRST_DATED}) from ({index.rows()})"
    (found,) = connection.execute(sql, index.params).fetchone()
    return [day * FIRST_DATED for day in json.loads(found)]


def _ends(docids: Newest) -> tuple[int | None, int | None]:
    dated = [docid for docid in docids if docid >= FIRST_DATED]
    return min(dated, default=None), max(dated, default=None)


def _counts_of(docids: Newest, ranges: list[Range]) -> list[int]:
    ascending = sorted(docids)
    return [bisect_left(ascending, end) - bisect_left(ascending, start) for start, end in ranges]


def _periods(first: date, last: date) -> tuple[str, list[date]]:
    """The step, and the first day of each period, of the one after the last too."""
    if (last - first).days < MOST_BARS:
        return "day", list(_walk(first, last, lambda day: day + timedelta(1)))
    if (last.year - first.year) * 12 + last.month - first.month < MOST_BARS:
        return "month", list(_walk(first.replace(day=1), last, _next_month))
    return "year", list(_walk(date(first.year, 1, 1), last, lambda day: date(day.year + 1, 1, 1)))


def _walk(day: date, last: date, following: Callable[[date], date]) -> Iterator[date]:
    while day <= last:
        yield day
        day = following(day)
    yield day


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _docid(day: date) -> int:
    return (day.toordinal() - EPOCH) * FIRST_DATED


def _counts(connection: sqlite3.Connection, index: Index, ranges: list[Range]) -> list[int]:
    """How many hits lie in each range."""
    rows = index.rows(f" and {index.docid} >= first and {index.docid} < after")
    # Materialized, or the JSON is read again for each hit: SQLite checks the range that FTS5 kept to.
    sql = f"""
        with ranges as materialized (
            select value ->> 0 as first, value ->> 1 as after from json_each(:ranges))
        select (select count(*) from ({rows})) from ranges"""
    params = {**index.params, "ranges": json.dumps(ranges)}
    return [row[0] for row in connection.execute(sql, params)]
