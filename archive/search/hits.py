"""Articles found, with the passage that matches."""

import re
import sqlite3
from collections.abc import Collection
from typing import Any

from archive.query import Query
from archive.search.filters import among
from archive.search.index import EXACT, Index
from archive.search.marks import CLOSE, GAP, OPEN, restored, unmarked
from archive.search.model import Hit
from archive.search.passage import LONG, in_whole, passage

SNIPPET_TOKENS = 40
BEGINNING = 400  # characters of an article that stand for it where no words were asked for

_SHOWN = (
    "id", "title", "url", "portal", "published_at", "author", "source", "section", "gone_at", "version",
)  # fmt: skip
_STOPS = (".", "!", "?", ":", ";", "…", "”")
_LAYOUT = re.compile(r"(?:\s*\|\s*|\s*\n\s*|^(?:#+|-) )+", re.MULTILINE)


def hits(
    connection: sqlite3.Connection, index: Index, docids: Collection[int], exact: bool
) -> dict[int, Hit]:
    """The articles of these docids, which the index finds."""
    if not docids:
        return {}
    columns = ", ".join(f"a.{name}" for name in _SHOWN)
    if index.shown is None or index.query is None:
        chosen = among("a.docid", "docids", docids)
        beginning = f"substr(coalesce(nullif(a.lead, ''), a.body), 1, {BEGINNING})"
        sql = f"select a.docid, {columns}, {beginning} from articles as a where {chosen.sql}"
        return {docid: _listed(row) for docid, *row in connection.execute(sql, chosen.params)}
    chosen, marks = among("f.rowid", "docids", docids), f"'{OPEN}', '{CLOSE}'"
    marked = (
        f"highlight({index.table}, 0, {marks})",
        f"snippet({index.table}, 1, {marks}, '{GAP}', {SNIPPET_TOKENS})",
        f"snippet({index.table}, 2, {marks}, '{GAP}', {SNIPPET_TOKENS})",
    )
    short = f"length(a.title) + length(coalesce(a.lead, '')) + length(a.body) <= {LONG}"
    sql = f"""
        select f.rowid, {columns}, coalesce(a.lead, ''), a.body,
            {", ".join(f"case when {short} then {expression} end" for expression in marked)}
        from {index.table} f cross join articles a on a.docid = f.rowid
        where {index.table} match :shown and {chosen.sql}"""
    params = {"shown": index.shown, **chosen.params}
    as_typed = index.table == EXACT
    return {
        docid: _found(row if row[-1] is not None else _long(row, index.query, as_typed), exact)
        for docid, *row in connection.execute(sql, params)
    }


def _long(row: list[Any], query: Query, as_typed: bool) -> list[Any]:
    *shown, lead, body, _, _, _ = row
    title = in_whole(shown[_SHOWN.index("title")], query, as_typed)
    return [*shown, lead, body, title, *(passage(text, query, as_typed) for text in (lead, body))]


def _listed(row: list[Any]) -> Hit:
    *shown, beginning = row
    if len(beginning) == BEGINNING:
        beginning = beginning.rsplit(None, 1)[0] + " …"
    values = dict(zip(_SHOWN, shown, strict=True))
    return Hit(**values, exact=True, snippet=on_one_line(beginning), title_matches=(), snippet_matches=())


def _found(row: list[Any], exact: bool) -> Hit:
    *shown, lead, body, title_marked, lead_marked, body_marked = row
    values = dict(zip(_SHOWN, shown, strict=True))
    title, title_matches = unmarked(restored(title_marked, values["title"]))
    only_in_lead = OPEN in (lead_marked or "") and OPEN not in body_marked
    best = restored(lead_marked, lead) if only_in_lead else restored(body_marked, body)
    snippet, snippet_matches = unmarked(on_one_line(best.replace(GAP, " … ")))
    return Hit(
        **{**values, "title": title},
        exact=exact,
        snippet=snippet,
        title_matches=title_matches,
        snippet_matches=snippet_matches,
    )


def on_one_line(text: str) -> str:
    """What is laid out in blocks and cells, as one line that is read."""
    return _LAYOUT.sub(_joint, text).strip(" ·")


def _joint(layout: re.Match[str]) -> str:
    """What joins two blocks on one line: a dot between them, unless the first closes with one of its own."""
    return " " if layout.string[: layout.start()].endswith(_STOPS) else " · "
