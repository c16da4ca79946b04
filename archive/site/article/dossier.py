"""All about one article: its text, of any version, what proves it, what belongs to it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from archive.site.article.said import Said, said
from archive.site.lookup import Row, rows

LONGEST_VALUE = 1 << 30  # bytes: whatever the archive took in
MOST_CAPTURES = 25  # of hundreds, the newest; the table of captures has the others
MOST_VERSIONS = 25
LISTED = 8_000  # characters of one list


@dataclass(frozen=True, slots=True)
class Listed:
    """The first rows of a list, and how many there are in all."""

    rows: list[Row]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class Dossier:
    """An article's row, with the text of the version wanted; its portal's; and what belongs to it.

    `proof` is the capture that this text was read from; `captures` and `versions` are the newest ones, newest
    first. What it says, lists and neighbours are of the newest text only: they are not kept of older ones.
    """

    article: Row
    portal: Row
    version: Row | None
    proof: Row | None
    captures: Listed
    versions: Listed
    images: Listed
    attachments: Listed
    links: Listed
    related: Listed
    said: Said

    @property
    def newest(self) -> bool:
        return self.version is None or self.version["number"] == self.article["version"]


@contextmanager
def long_values(connection: sqlite3.Connection) -> Iterator[None]:
    """Lift the limit on the length of one value, for a question that is ours and asks for one article."""
    before = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    factory = connection.text_factory
    connection.text_factory = lambda value: str(value, "utf-8", "replace")
    try:
        yield
    finally:
        connection.text_factory = factory
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)


def dossier(connection: sqlite3.Connection, id: int, number: int | None = None) -> Dossier | None:
    """Of the newest version, or of the one with a number. None where there is no such article or version."""
    found = rows(connection, "select * from articles where id = ?", id)
    version = text_of(connection, id, number or found[0]["version"]) if found else None
    if not found or (number and not version):
        return None
    article = found[0]
    newest = version is None or version["number"] == article["version"]
    if version and not newest:
        article = {**article, **{name: version[name] for name in ("title", "lead", "body")}}
    portal = rows(connection, "select * from portals where id = ?", article["portal"])
    capture = version["capture"] if version and not newest else article["capture"]
    proof = rows(connection, "select * from captures where id = ?", capture)
    lists = {
        name: _belonging(connection, name, id, newest)
        for name in ("images", "attachments", "links", "related")
    }
    return Dossier(
        article=article,
        portal=portal[0]
        if portal
        else {"id": article["portal"], "title": article["portal"], "publisher": None},
        version=version,
        proof=proof[0] if proof else None,
        captures=_captures(connection, article),
        versions=versions(connection, id),
        said=said(connection, id) if newest else Said(),
        **lists,
    )


def text_of(connection: sqlite3.Connection, id: int, number: int) -> Row | None:
    """One version of an article, with its text."""
    found = rows(connection, "select * from versions where article = ? and number = ?", id, number)
    return found[0] if found else None


def versions(connection: sqlite3.Connection, id: int, most: int = MOST_VERSIONS) -> Listed:
    """Which there are, without their texts; newest first."""
    columns = "number, captured_at, sha256, capture"
    shown = f"select {columns} from versions where article = ? order by number desc limit ?"
    total = rows(connection, "select count(*) as n from versions where article = ?", id)[0]["n"]
    return Listed(rows(connection, shown, id, most), total)


def _captures(connection: sqlite3.Connection, article: Row) -> Listed:
    """Captures of the address that gave no article belong here too: they show when the page went."""
    of_article = "from captures where article = ? or url = ?"
    keys = article["id"], article["url"]
    total = rows(connection, f"select count(*) as n {of_article}", *keys)[0]["n"]
    newest = f"select * {of_article} order by captured_at desc, id desc limit {MOST_CAPTURES}"
    return Listed(rows(connection, newest, *keys), total)


_BELONGING: dict[str, str] = {
    # An image, a file or a related article is in the archive where its address has been captured as one.
    "images": """select i.*, (select c.id from captures c where c.url = i.url and c.status = 200
        and c.mime like 'image/%' order by c.captured_at desc limit 1) as held from images i""",
    "attachments": """select f.*, (select c.id from captures c where c.url = f.url and c.status = 200
        order by c.captured_at desc limit 1) as held from attachments f""",
    "links": "select l.*, null as held from links l",
    "related": """select r.*, (select c.article from captures c where c.url = r.url and c.article is not null
        limit 1) as held from related r""",
}


def _belonging(connection: sqlite3.Connection, table: str, id: int, newest: bool) -> Listed:
    if not newest:
        return Listed([], 0)
    total = rows(connection, f"select count(*) as n from {table} where article = ?", id)[0]["n"]
    found = rows(connection, f"{_BELONGING[table]} where article = ? order by position limit 100", id)
    shown, taken = list[Row](), 0
    for row in found:
        taken += sum(len(value) for value in row.values() if isinstance(value, str))
        if taken > LISTED:
            break
        shown.append(row)
    return Listed(_with_texts(connection, shown), total)


def _with_texts(connection: sqlite3.Connection, shown: list[Row]) -> list[Row]:
    """Of attachments, `file` only where its text is there. An archive of before has no such column."""
    stated = [row["file"] for row in shown if row.get("file") is not None]
    if not stated:
        return shown
    query = "select id from files where id in (select value from json_each(?))"
    there = {row["id"] for row in rows(connection, query, json.dumps(stated))}
    return [row if row["file"] in there else {**row, "file": None} for row in shown]


def plain(value: Any, longest: int = 300) -> str | None:
    """A short field for a page: a hostile one may be as long as a book."""
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= longest else f"{text[:longest]}…"
