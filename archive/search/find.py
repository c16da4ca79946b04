"""Pages of hits, one after the other by key: what is added meanwhile moves nothing that follows."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from archive.search.hits import hits
from archive.search.index import Index
from archive.search.keys import Key, read
from archive.search.model import COUNTED, NO_FILTERS, RANKED, Filters, Hit, Order, Result
from archive.search.question import Question, asked, question
from archive.search.reading import Source, reading

WALKED = 100  # hits at a time

Page = tuple[tuple[Hit, ...], str | None]


@dataclass(frozen=True, slots=True)
class _Found:
    """The newest hits, up to one more than COUNTED, and the newest as typed, up to RANKED."""

    all: Index
    typed: Index | None
    newest: list[int]
    newest_typed: list[int]

    @property
    def whole(self) -> bool:
        return len(self.newest) <= COUNTED


def search(
    db: Source,
    words: str,
    *,
    filters: Filters = NO_FILTERS,
    order: Order = Order.RELEVANCE,
    exact: bool = False,
    limit: int = 20,
    after: str | None = None,
) -> Result:
    """Find articles in an open archive, or in the file `archive.db` at a path; without words, all of them.

    `exact` keeps to the accents typed; `after` is the `next` of the page before. By date one can go on
    without end; relevance ranks the newest RANKED hits of either kind, as typed and not, and ends there.
    Raises QueryError where `words` hold nothing to look for, `after` is no key of this order, or the search
    takes too long, and ArchiveError where the archive cannot be read.
    """
    query = asked(words)
    order = order if query else _dated(order)
    key = read(after, order)
    with reading(db) as connection:
        found = _found(connection, question(connection, query, filters, exact))
        total = len(found.newest)
        typed = total if found.typed is None else len(found.newest_typed)
        page, following = _page(connection, found, order, max(0, limit), key)
        return Result(min(total, COUNTED), total > COUNTED, min(typed, COUNTED), page, following)


def every(
    db: Source,
    words: str,
    *,
    filters: Filters = NO_FILTERS,
    order: Order = Order.NEWEST,
    exact: bool = False,
    limit: int | None = None,
) -> Iterator[Hit]:
    """All hits, as `search` would show them page after page."""
    query, left = asked(words), limit
    order = order if query else _dated(order)
    with reading(db) as connection:
        found = _found(connection, question(connection, query, filters, exact))
        key: Key | None = None
        while left is None or left > 0:
            size = WALKED if left is None else min(left, WALKED)
            page, following = _page(connection, found, order, size, key)
            yield from page
            if following is None:
                return
            key = read(following, order)
            left = None if left is None else left - len(page)


def _dated(order: Order) -> Order:
    """Without words there is nothing to rank by."""
    return Order.NEWEST if order is Order.RELEVANCE else order


def _found(connection: sqlite3.Connection, asked: Question) -> _Found:
    newest = asked.all.newest(connection, COUNTED + 1)
    if len(newest) <= COUNTED:
        asked = asked.within(newest)
    typed = asked.typed.newest(connection, RANKED) if asked.typed and newest else []
    return _Found(asked.all, asked.typed, newest, typed)


def _page(connection: sqlite3.Connection, found: _Found, order: Order, limit: int, key: Key | None) -> Page:
    if order is Order.RELEVANCE:
        return _by_relevance(connection, found, limit, key)
    if order is Order.NEWEST:
        docids = found.all.newest(connection, limit + 1, *([key.docid] if key else []))
    else:
        docids = found.all.oldest(connection, limit + 1, key.docid if key else None)
    shown = docids[:limit]
    following = Key(shown[-1]).written(order) if shown and len(docids) > limit else None
    typed = found.typed.within(shown).newest(connection, limit) if found.typed else shown
    known = hits(connection, found.all, set(shown).difference(typed), exact=False)
    known |= hits(connection, found.typed or found.all, typed, exact=True)
    return tuple(known[docid] for docid in shown if docid in known), following


def _by_relevance(connection: sqlite3.Connection, found: _Found, limit: int, key: Key | None) -> Page:
    rows, known = list[tuple[int, int, float]](), dict[int, Hit]()
    for stage, (index, docids) in enumerate(_stages(connection, found)):
        if key and stage < key.stage:
            continue
        after = (key.docid, key.rank) if key and stage == key.stage else None
        ranked = index.ranked(connection, docids, limit + 1 - len(rows), after) if docids else []
        rows += [(stage, docid, rank) for docid, rank in ranked]
        known |= hits(connection, index, [docid for at, docid, _ in rows[:limit] if at == stage], stage == 0)
        if len(rows) > limit:
            break
    page = tuple(known[docid] for _, docid, _ in rows[:limit] if docid in known)
    if len(rows) <= limit or not page:
        return page, None
    stage, docid, rank = rows[limit - 1]
    return page, Key(docid, stage, rank).written(Order.RELEVANCE)


def _stages(connection: sqlite3.Connection, found: _Found) -> Iterator[tuple[Index, list[int]]]:
    """What relevance ranks: hits as typed, then the others, unless not even all of the first are ranked."""
    if found.typed is None:
        yield found.all, found.newest if found.whole else found.all.newest(connection, RANKED)
        return
    yield found.typed, found.newest_typed
    if found.whole:
        typed = set(found.newest_typed)
        yield found.all, [docid for docid in found.newest if docid not in typed]
    elif len(found.newest_typed) < RANKED:
        yield found.all, found.all.excluding(found.newest_typed).newest(connection, RANKED)
