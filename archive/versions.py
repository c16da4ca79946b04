"""The versions of an article: its texts in the order of their capture, whatever the order of taking in."""

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from sqlite3 import Connection
from typing import Any

from sqlite_utils import Database

from archive.model import Article

TEXT = ("title", "lead", "body")


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


def number(db: Database, id: int, article: Article, capture: dict[str, Any]) -> int:
    """Number the versions of an article that was just captured once more; returns how many there are.

    A text is a new version where it differs from the one captured before it, so one that comes back is a
    version again. Expects the capture's row to be there.
    """
    newest = next(
        db.query("select * from versions where article = ? order by number desc limit 1", [id]), None
    )
    if newest is None or _follows(db, id, newest, capture):
        count = newest["number"] if newest else 0
        if newest and newest["sha256"] == capture["text_sha256"]:
            return int(count)
        _insert(db, id, count + 1, capture, {name: getattr(article, name) for name in TEXT})
        return int(count + 1)
    return _renumber(db, id, article, capture)


def _follows(db: Database, id: int, newest: dict[str, Any], capture: dict[str, Any]) -> bool:
    """Whether no capture of the article's text is newer: then only its end can change."""
    later = db.execute(
        "select 1 from captures where article = ? and text_sha256 is not null and (captured_at, id) > (?, ?)",
        [id, capture["captured_at"], capture["id"]],
    )
    return capture["id"] != newest["capture"] and later.fetchone() is None


def _renumber(db: Database, id: int, article: Article, capture: dict[str, Any]) -> int:
    texts = {v["sha256"]: v for v in db.query("select * from versions where article = ?", [id])}
    own = {name: getattr(article, name) for name in TEXT}
    texts.setdefault(capture["text_sha256"], own)
    captures = db.query(
        "select id, captured_at, text_sha256 from captures where article = ? and text_sha256 is not null "
        "order by captured_at, id",
        [id],
    )
    runs = [next(run) for _, run in groupby(captures, key=lambda row: row["text_sha256"])]
    db.execute("delete from versions where article = ?", [id])
    for position, first in enumerate(runs, 1):
        _insert(db, id, position, first, own if first["id"] == capture["id"] else texts[first["text_sha256"]])
    return len(runs)


def _insert(db: Database, id: int, position: int, capture: dict[str, Any], text: dict[str, Any]) -> None:
    db.table("versions").insert(
        {
            "article": id,
            "number": position,
            "captured_at": capture["captured_at"],
            "capture": capture["id"],
            "sha256": capture["text_sha256"],
            **{name: text[name] for name in TEXT},
        }
    )


def text_digest(article: Article) -> str:
    """SHA-256, in hex, of what makes a version: title, lead and body, white space aside."""
    words = [" ".join((part or "").split()) for part in (article.title, article.lead, article.body)]
    return sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
