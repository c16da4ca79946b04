"""Search the articles: the one function behind `backan search` and the pages.

What was typed with accents finds those very words first, then the same letters under any accents; what
was typed without accents finds all spellings at once. See `archive/query.py` for what can be typed.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from archive.access import connect
from archive.errors import ArchiveError, QueryError
from archive.identity import FIRST_DATED, docid
from archive.query import Query, parse
from archive.text import STROKE

COUNTED = 1_000  # hits are counted, and paged through, up to here
RANKED = 2_000  # ranking costs 1.5 to 1.9 µs a hit: only the newest are ranked
SNIPPET_TOKENS = 40

# Noncharacters, which no interchanged text holds: they mark matches on the way out of SQLite only.
_OPEN, _CLOSE, _GAP = "\ufdd0", "\ufdd1", "\ufdd2"
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")
_STOPS = (".", "!", "?", ":", ";", "…", "”")
_LAYOUT = re.compile(r"(?:\s*\|\s*|\s*\n\s*|^(?:#+|-) )+", re.MULTILINE)
# Punctuation beside a space parts sentences and clauses; without one it holds 125/KH-UBND together.
_APART = re.compile(r"\s*[^\w\s]+\s+|\s+[^\w\s]+")
_AGAIN = rf"{_CLOSE}\g<0>{_OPEN}"
_BETWEEN = re.compile(f"{_CLOSE}( +){_OPEN}")
_MATCH = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")

Span = tuple[int, int]


class Order(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found. `…_matches` are (start, end) offsets, in characters, of what matched.

    `exact`: it holds the words as typed, accents included (always so where none were typed).
    """

    id: int
    title: str
    url: str
    portal: str
    published_at: str | None
    author: str | None
    source: str | None
    section: str | None
    gone_at: str | None
    exact: bool
    snippet: str
    title_matches: tuple[Span, ...]
    snippet_matches: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """`total` stops at COUNTED, and `capped` says that there are more; `exact` of them as typed."""

    total: int
    capped: bool
    exact: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class _Search:
    """One index, and which of its rows are wanted: `match` finds them, `ranking` finds and ranks them."""

    table: str
    match: str
    ranking: str
    filters: str
    params: dict[str, Any]

    @property
    def where(self) -> str:
        return f"{self.table} match :match{self.filters}"

    def excluding(self, other: "_Search") -> "_Search":
        found = f"select rowid from {other.table} where {other.table} match :other"
        filters, params = f"{self.filters} and rowid not in ({found})", {**self.params, "other": other.match}
        return replace(self, filters=filters, params=params)

    def count(self, connection: sqlite3.Connection) -> int:
        sql = f"select count(*) from (select 1 from {self.table} where {self.where} limit {COUNTED + 1})"
        return int(connection.execute(sql, {**self.params, "match": self.match}).fetchone()[0])

    def docids(self, connection: sqlite3.Connection, order: Order, limit: int, offset: int) -> list[int]:
        where = self.where
        params = {**self.params, "match": self.match, "limit": limit, "offset": offset}
        by = {Order.NEWEST: "rowid desc", Order.OLDEST: f"rowid < {FIRST_DATED}, rowid"}.get(order)
        if by is None:
            # The newest hits are the highest rowids, and a range of rowids is cheap for FTS5 to skip to.
            newest = f"select rowid from {self.table} where {where} order by rowid desc limit {RANKED}"
            floor = f"select min(rowid) from ({newest})"
            where = f"{self.table} match :ranking{self.filters} and rowid >= ({floor})"
            by, params["ranking"] = "rank, rowid desc", self.ranking
        sql = f"select rowid from {self.table} where {where} order by {by} limit :limit offset :offset"
        return [row[0] for row in connection.execute(sql, params)]

    def hits(self, connection: sqlite3.Connection, docids: list[int], exact: bool) -> Iterator[Hit]:
        marks = f"'{_OPEN}', '{_CLOSE}'"
        columns = ", ".join(f"a.{name}" for name in _SHOWN)
        sql = f"""
            select f.rowid, {columns}, coalesce(a.lead, ''), a.body,
                highlight({self.table}, 0, {marks}),
                snippet({self.table}, 1, {marks}, '{_GAP}', {SNIPPET_TOKENS}),
                snippet({self.table}, 2, {marks}, '{_GAP}', {SNIPPET_TOKENS})
            from {self.table} f join articles a on a.docid = f.rowid
            where {self.table} match :match and f.rowid in (select value from json_each(:docids))"""
        rows = connection.execute(sql, {"match": self.ranking, "docids": json.dumps(docids)})
        found = {row[0]: _hit(tuple(row)[1:], exact) for row in rows}
        return (found[docid] for docid in docids if docid in found)


_SHOWN = ("id", "title", "url", "portal", "published_at", "author", "source", "section", "gone_at")


def search(
    db: sqlite3.Connection | Path | str,
    words: str,
    *,
    limit: int = 20,
    offset: int = 0,
    order: Order = Order.RELEVANCE,
    portal: str | None = None,
    since: date | None = None,
    until: date | None = None,
    exact: bool = False,
) -> Result:
    """Find articles in an open archive, or in the file `archive.db` at a path.

    `since` and `until` are days of publication, both included; with either, undated articles are left
    out. `exact` keeps to the accents typed. Raises QueryError where `words` hold nothing to look for or
    the search takes too long, and ArchiveError where the archive cannot be read.
    """
    query = parse(words)
    filters, params = _filters(query, portal, since, until)
    as_typed = _wanted("articles_fts_exact", query.exact, filters, params)
    any_accents = _wanted("articles_fts", query.folded, filters, params)
    with _reading(db) as connection:
        if exact or not query.accented:
            return _page(connection, [as_typed if exact else any_accents], limit, offset, order)
        return _page(connection, [as_typed, any_accents.excluding(as_typed)], limit, offset, order)


def marked(
    text: str, spans: tuple[Span, ...], before: str, after: str, escape: Callable[[str], str] = str
) -> str:
    """The text with its matches between `before` and `after`, every piece of it through `escape`."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [escape(text[position:start]), before, escape(text[start:end]), after]
        position = end
    return "".join([*pieces, escape(text[position:])])


def _page(
    connection: sqlite3.Connection, searches: list[_Search], limit: int, offset: int, order: Order
) -> Result:
    """One page of the hits of several searches, one after the other; the first has the exact hits."""
    counts, hits = list[int](), list[Hit]()
    offset = max(0, offset)
    limit = max(0, min(limit, COUNTED - offset))
    for wanted in searches:
        before = sum(counts)
        if before > COUNTED:
            break
        counts.append(wanted.count(connection))
        docids = wanted.docids(connection, order, limit - len(hits), max(0, offset - before))
        hits += wanted.hits(connection, docids, exact=wanted is searches[0])
    total = sum(counts)
    return Result(min(total, COUNTED), total > COUNTED, min(counts[0], COUNTED), tuple(hits))


def _filters(
    query: Query, portal: str | None, since: date | None, until: date | None
) -> tuple[str, dict[str, Any]]:
    where: list[str] = []
    params: dict[str, Any] = {}
    if since or until:
        where.append("rowid between :low and :high")
        params["low"] = docid(0, since.isoformat()) if since else FIRST_DATED
        params["high"] = docid(FIRST_DATED - 1, until.isoformat()) if until else 2**63 - 1
    if portal:
        # Asked of each hit: the other way round, a search would begin with every article of the portal.
        where.append("(select portal from articles where docid = {table}.rowid) = :portal")
        params["portal"] = portal
    for table, match in (
        ("articles_fts", query.without_folded()),
        ("articles_fts_exact", query.without_exact()),
    ):
        if match:
            where.append(f"rowid not in (select rowid from {table} where {table} match :without_{table})")
            params[f"without_{table}"] = match
    return "".join(f" and {condition}" for condition in where), params


def _wanted(table: str, expression: Callable[[bool], str], filters: str, params: dict[str, Any]) -> _Search:
    return _Search(table, expression(False), expression(True), filters.format(table=table), params)


def _joint(layout: re.Match[str]) -> str:
    """What joins two blocks on one line: a dot between them, unless the first closes with one of its own."""
    return " " if layout.string[: layout.start()].endswith(_STOPS) else " · "


def _hit(row: tuple[Any, ...], exact: bool) -> Hit:
    *shown, lead, body, title_marked, lead_marked, body_marked = row
    values = dict(zip(_SHOWN, shown, strict=True))
    title, title_matches = _spans(_restore(title_marked, values["title"]))
    only_in_lead = _OPEN in (lead_marked or "") and _OPEN not in body_marked
    best = _restore(lead_marked, lead) if only_in_lead else _restore(body_marked, body)
    snippet, snippet_matches = _spans(_LAYOUT.sub(_joint, best.replace(_GAP, " … ")).strip(" ·"))
    return Hit(
        **{**values, "title": title},
        exact=exact,
        snippet=snippet,
        title_matches=title_matches,
        snippet_matches=snippet_matches,
    )


def _restore(found: str, original: str) -> str:
    """Give a passage of the folded index, where đ is d, the letters of the text that it was cut from."""
    plain = _MARKS.sub("", found).strip(_GAP)
    start = original.translate(STROKE).find(plain.translate(STROKE))
    if start < 0:
        return found
    letters = iter(original[start : start + len(plain)])
    return "".join(c if c in (_OPEN, _CLOSE, _GAP) else next(letters, c) for c in found)


def _spans(text: str) -> tuple[str, tuple[Span, ...]]:
    """Take the marks out of a text; return it with where they were."""
    plain, spans, start = "", list[Span](), 0
    for piece in re.split(f"([{_OPEN}{_CLOSE}])", _tidied(text)):
        if piece == _OPEN:
            start = len(plain)
        elif piece != _CLOSE:
            plain += piece
        elif start < len(plain):
            spans.append((start, len(plain)))
            start = len(plain)
    return plain, tuple(spans)


def _tidied(text: str) -> str:
    """FTS5 marks word by word, and a phrase across a full stop: join the words, end matches with a clause."""
    return _MATCH.sub(
        lambda match: f"{_OPEN}{_APART.sub(_AGAIN, match[1])}{_CLOSE}", _BETWEEN.sub(r"\1", text)
    )


@contextmanager
def _reading(db: sqlite3.Connection | Path | str) -> Iterator[sqlite3.Connection]:
    """SQLite's errors end here."""
    try:
        if isinstance(db, sqlite3.Connection):
            yield db
            return
        with closing(connect(Path(db))) as connection:
            yield connection
    except sqlite3.Error as error:
        if "interrupted" in str(error):
            raise QueryError("Tìm quá lâu, hãy thêm từ. · This takes too long: add a word.") from error
        raise ArchiveError(f"cannot search the archive: {error}") from error
