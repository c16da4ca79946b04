"""Search the text of the files that articles and registry pages offer, as articles are searched."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from archive.query import Query
from archive.search.completions import with_words
from archive.search.filters import Chosen, conditions, days
from archive.search.hits import on_one_line
from archive.search.index import Index, Pair, indexed
from archive.search.marks import GAP, unmarked
from archive.search.model import COUNTED, NO_FILTERS, RANKED, Filters, Span
from archive.search.passage import in_whole, passage
from archive.search.question import asked
from archive.search.reading import Source, reading

FILES = Pair("files_fts", "files_fts_exact")
OFFERING = 5  # articles that are told of one file
BEGINNING = 240  # characters of a file that stand for it where no words were asked for
_COLUMNS = "id, title, url, portal, kind, pages, words, trouble, published_at, captured_at, capture"
_OF_ARTICLES: dict[str, Any] = {"portal": (), "since": None, "until": None}


@dataclass(frozen=True, slots=True)
class Offer:
    """An article that offers a file."""

    id: int
    title: str
    url: str
    published_at: str | None


@dataclass(frozen=True, slots=True)
class FileHit:
    """A file found. `title` are the words of a link to it, else its name in its address.

    `kind` is `pdf`, `doc`, `xlsx` …; `pages` may be sheets or slides, None where a kind has none; `trouble`
    is what its text lacks (`archive.model.File`). `published_at` is that of the first article that offers it;
    `captured_at` and `capture` are of what is shown. `articles`: the newest OFFERING that offer it, of
    `offered_by` in all; none where only a page of the registry does. `…_matches` and `exact` as in `Hit`.
    """

    id: int
    title: str
    url: str
    portal: str
    kind: str
    pages: int | None
    words: int
    trouble: str | None
    published_at: str | None
    captured_at: str
    capture: int
    articles: tuple[Offer, ...]
    offered_by: int
    exact: bool
    snippet: str
    title_matches: tuple[Span, ...]
    snippet_matches: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Files:
    """The best files; `total` stops at COUNTED, and `capped` says that there are more."""

    total: int = 0
    capped: bool = False
    hits: tuple[FileHit, ...] = ()


def search_files(
    db: Source, words: str, *, filters: Filters = NO_FILTERS, exact: bool = False, limit: int = 10
) -> Files:
    """Find files by their text, title or name; without words, the newest of them.

    Folding, ranking and what can be typed are those of `search`: what holds the words as typed comes first.
    `filters.portal` is the file's own; `since` and `until` are days of the first article that offers it, else
    of its capture; by all other filters, an article passes that offers it. An archive that no version with
    files has written to has none. Raises as `search` does.
    """
    query = asked(words)
    with reading(db) as connection:
        if not connection.execute("select 1 from sqlite_master where name = 'files_fts'").fetchone():
            return Files()
        passing = _Passing(connection, filters)
        if query is None:
            return _listed(connection, passing, limit)
        everything = _indexed(connection, FILES.exact if exact else FILES.folded, query, passing)
        newest = everything.newest(connection, COUNTED + 1)
        found: dict[int, bool] = {}
        whole = newest if len(newest) <= COUNTED else None
        for index, as_typed in _stages(connection, query, everything, passing, exact) if newest else ():
            if len(found) >= limit:
                break
            if docids := _left(connection, index, found, whole):
                best = index.ranked(connection, docids, limit - len(found), None)
                found |= {docid: as_typed for docid, _ in best}
        hits = tuple(_hits(connection, found, query))
        return Files(min(len(newest), COUNTED), len(newest) > COUNTED, hits)


class _Passing:
    """The filters, as conditions on the docid of a file."""

    def __init__(self, connection: sqlite3.Connection, filters: Filters) -> None:
        of_article = conditions(connection, replace(filters, **_OF_ARTICLES))
        self.params, asked = dict(of_article.params), list[str]()
        if filters.portal:
            asked.append("f.portal in (select value from json_each(:portals))")
            self.params["portals"] = json.dumps(filters.portal)
        if of_article.docids is not None:
            asked.append("f.id in (select value from json_each(:offered))")
            self.params["offered"] = json.dumps(_offered(connection, of_article.docids))
        elif of_article.of_article:
            passing = " and ".join(of_article.of_article)
            asked.append(
                "exists (select 1 from attachments as t join articles as a on a.id = t.article "
                f"where t.file = f.id and {passing})"
            )
        self.asked = " and ".join(asked)
        self.has_days = bool(filters.since or filters.until)
        if self.has_days:
            self.params["low"], self.params["high"] = days(filters)

    def on(self, docid: str, listed: bool) -> Chosen:
        sql = f" and {docid} between :low and :high" if self.has_days else ""
        if self.asked and listed:
            sql += f" and {self.asked}"
        elif self.asked:
            sql += f" and exists (select 1 from files as f where f.docid = {docid} and {self.asked})"
        return Chosen(sql, self.params)


def _indexed(connection: sqlite3.Connection, table: str, query: Query, passing: _Passing) -> Index:
    return indexed(table, with_words(connection, query, table), passing, FILES)


def _offered(connection: sqlite3.Connection, docids: Collection[int]) -> list[int]:
    """The files that these articles offer."""
    sql = """
        select distinct t.file from json_each(?) as few cross join articles as a on a.docid = few.value
        join attachments as t on t.article = a.id where t.file is not null"""
    return [row[0] for row in connection.execute(sql, [json.dumps(list(docids))])]


def _left(
    connection: sqlite3.Connection, index: Index, found: Collection[int], whole: list[int] | None
) -> list[int]:
    """What an index finds beside what was found. Where `whole` is all, nobody asks again who passes."""
    if whole is None:
        return index.excluding(found).newest(connection, RANKED)
    left = [docid for docid in whole if docid not in found]
    return index.within(left).newest(connection, RANKED) if left else []


def _stages(
    connection: sqlite3.Connection, query: Query, everything: Index, passing: _Passing, exact: bool
) -> Iterator[tuple[Index, bool]]:
    """Files that hold the words as typed, then the others."""
    if query.accented and not exact:
        yield _indexed(connection, FILES.exact, query, passing), True
        yield everything, False
    else:
        yield everything, True


def _listed(connection: sqlite3.Connection, passing: _Passing, limit: int) -> Files:
    chosen = passing.on("f.docid", listed=True)
    listing = Index("files as f", "f.docid", chosen.sql, chosen.params)
    newest = listing.newest(connection, COUNTED + 1)
    found = dict.fromkeys(newest[: max(0, limit)], True)
    return Files(min(len(newest), COUNTED), len(newest) > COUNTED, tuple(_hits(connection, found, None)))


def _hits(connection: sqlite3.Connection, found: dict[int, bool], query: Query | None) -> Iterator[FileHit]:
    for docid, exact in found.items():
        sql = f"select {_COLUMNS}, title, text from files where docid = ?"
        (*shown, title, text) = connection.execute(sql, [docid]).fetchone()
        values = dict(zip(_COLUMNS.split(", "), shown, strict=True))
        as_typed = exact and query is not None and query.accented
        marked, cut = (in_whole(title, query, as_typed), passage(text, query, as_typed)) if query else (
            title, text[:BEGINNING] + (GAP if len(text) > BEGINNING else ""))  # fmt: skip
        values["title"], title_matches = unmarked(marked)
        snippet, snippet_matches = unmarked(on_one_line(cut.replace(GAP, " … ")))
        offers, count = _offers(connection, values["id"])
        yield FileHit(
            **values, articles=offers, offered_by=count, exact=exact, snippet=snippet,
            title_matches=title_matches, snippet_matches=snippet_matches,
        )  # fmt: skip


def _offers(connection: sqlite3.Connection, file: int) -> tuple[tuple[Offer, ...], int]:
    sql = """
        select distinct a.id, a.title, a.url, a.published_at, a.docid from attachments as t
        join articles as a on a.id = t.article where t.file = ? order by a.docid desc"""
    rows: Collection[tuple[Any, ...]] = connection.execute(sql, [file]).fetchall()
    return tuple(Offer(*row[:4]) for row in list(rows)[:OFFERING]), len(rows)
