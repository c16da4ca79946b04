"""The versions of an article: its texts in the order of their capture, whatever the order of taking in."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter
from sqlite3 import Connection
from typing import Any

from sqlite_utils import Database

from archive import statements
from archive.model import Article

TEXT = ("title", "lead", "body")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an article, and when it was first captured."""

    number: int
    captured_at: str
    title: str
    lead: str | None
    body: str

    @property
    def text(self) -> str:
        return "\n\n".join(filter(None, (self.title, self.lead, self.body)))


def history(archive: Connection, article: int) -> list[Version]:
    """The versions of an article, oldest first; none if it is not known."""
    query = "select number, captured_at, title, lead, body from versions where article = ? order by number"
    return [Version(*row) for row in archive.execute(query, [article])]


def begin(db: Database, id: int, article: Article, capture: Row) -> None:
    """The first version of an article that has not been there before."""
    _insert(db, id, 1, capture, _text_of(article, capture))


def record(db: Database, id: int, article: Article, capture: Row) -> bool:
    """Number the versions of an article that was just captured once more; returns whether there are more now.

    A text is a new version where its address said something else before and the newest version does too. So
    one that comes back is a version again, while an article with two addresses, at which it reads a little
    differently, does not get two versions by every crawl. Expects the capture's row to be there.
    """
    query = "select number, sha256 from versions where article = ? order by number desc limit 1"
    count, newest = db.conn.execute(query, [id]).fetchone() or (0, None)
    own = _text_of(article, capture)
    if not count or not _is_last(db, id, capture):
        grown: bool = renumber(db, id, capture["whole"], [own, *texts(db, id)]) > count
        return grown
    if own["sha256"] == newest or own["sha256"] == _before(db, id, capture):
        return False
    again = [text for text in texts(db, id) if text["sha256"] == own["sha256"]]
    _insert(db, id, count + 1, capture, (again or [own])[0])
    return True


def texts(db: Database, id: int) -> list[Row]:
    """The texts of an article's versions, each with the digest and the capture it has."""
    return statements.rows(db.conn, "select * from versions where article = ? order by number", [id])


def renumber(db: Database, id: int, whole: int, known: Iterable[Row]) -> int:
    """Number an article's versions anew from its captures; returns how many there are.

    Only captures that are `whole`, or only those that are not, count. `known` holds each of their texts at
    least once. White space aside they are alike; of such, the one captured first is kept.
    """
    first: dict[str, Row] = {}
    for text in sorted(known, key=itemgetter("captured_at", "capture")):
        first.setdefault(text["sha256"], text)
    captures = statements.rows(
        db.conn,
        "select id, captured_at, key, text_sha256 from captures where article = ? and whole = ? "
        "and text_sha256 is not null order by captured_at, id",
        [id, whole],
    )
    db.conn.execute("delete from versions where article = ?", [id])
    count = 0
    for count, capture in enumerate(_changes(captures), 1):
        _insert(db, id, count, capture, first[capture["text_sha256"]])
    return count


def number_of(db: Database, id: int, capture: int) -> int:
    """The number of the version that a capture of an article has the text of."""
    query = (
        "select max(number) from versions where article = ? "
        "and sha256 = (select text_sha256 from captures where id = ?)"
    )
    return int(db.conn.execute(query, [id, capture]).fetchone()[0])


def _text_of(article: Article, capture: Row) -> Row:
    """What `texts` gives, of an article as a capture has it."""
    text = {name: getattr(article, name) for name in TEXT}
    names = {"captured_at": "captured_at", "capture": "id", "sha256": "text_sha256"}
    return text | {name: capture[column] for name, column in names.items()}


def _is_last(db: Database, id: int, capture: Row) -> bool:
    """Whether no capture of the article's text is newer: then only the end of its versions can change."""
    later = db.conn.execute(
        "select 1 from captures where article = ? and whole = ? and text_sha256 is not null "
        "and (captured_at, id) > (?, ?)",
        [id, capture["whole"], capture["captured_at"], capture["id"]],
    )
    return later.fetchone() is None


def _before(db: Database, id: int, capture: Row) -> str | None:
    """The digest of what the same address said before."""
    query = (
        "select text_sha256 from captures where article = ? and whole = ? and text_sha256 is not null "
        "and key = ? and (captured_at, id) < (?, ?) order by captured_at desc, id desc limit 1"
    )
    own = [capture[name] for name in ("whole", "key", "captured_at", "id")]
    found = db.conn.execute(query, [id, *own]).fetchone()
    return found[0] if found else None


def _changes(captures: Iterable[Row]) -> Iterator[Row]:
    """Of captures in the order of time, those that make a version."""
    said: dict[str, str] = {}
    newest = None
    for capture in captures:
        text = capture["text_sha256"]
        if said.get(capture["key"]) != text != newest:
            newest = text
            yield capture
        said[capture["key"]] = text


def _insert(db: Database, id: int, position: int, capture: Row, text: Row) -> None:
    row = {
        "article": id,
        "number": position,
        "captured_at": capture["captured_at"],
        "capture": capture["id"],
        "sha256": capture["text_sha256"],
        **{name: text[name] for name in TEXT},
    }
    statements.insert(db.conn, "versions", row)


def text_digest(article: Article) -> str:
    """SHA-256, in hex, of what makes a version: title, lead and body, white space aside."""
    words = [" ".join((part or "").split()) for part in (article.title, article.lead, article.body)]
    return sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
