"""The rows of one article: as its newest whole capture has it, whatever the order of taking in."""

from dataclasses import fields
from typing import Any

from sqlite_utils import Database

from archive import statements, versions
from archive.attached import rows as files
from archive.copies import rows as copies
from archive.facts import rows as facts
from archive.identity import docid
from archive.model import Article, Change
from archive.said import Said
from archive.schema import CHILDREN

Row = dict[str, Any]
_STATED = tuple(f.name for f in fields(Article) if f.name not in (*CHILDREN, "story"))
_SHOWN = "select whole, captured_at, id from captures where id = ?"
_CHILDREN = {table: ("article", "position", *columns) for table, columns in CHILDREN.items()}
_KNOWN = {
    table: f"select {', '.join(columns)} from {table} where article = ? order by position"
    for table, columns in _CHILDREN.items()
}
_INSERT = {table: statements.inserting(table, columns) for table, columns in _CHILDREN.items()}


def store(db: Database, id: int, article: Article, said: Said, capture: Row, in_bulk: bool) -> Change:
    """Store what a capture, whose row is there, says of an article; `in_bulk`: see `archive/bulk.py`."""
    known = next(iter(statements.rows(db.conn, "select * from articles where id = ?", [id])), None)
    if known is None:
        _begin(db, id, article, said, capture, in_bulk)
        return Change.NEW
    shown = db.conn.execute(_SHOWN, [known["capture"]]).fetchone()
    if capture["whole"] < shown[0]:
        return Change.UNCHANGED
    times = [capture["captured_at"]]
    if capture["whole"] > shown[0]:
        db.conn.execute("delete from versions where article = ?", [id])
    else:
        times += [known["first_captured_at"], known["last_captured_at"]]
    news: Row = {"first_captured_at": min(times), "last_captured_at": max(times)}
    if (capture["whole"], capture["captured_at"], capture["id"]) > shown:
        kept = {name: known[name] for name in ("key", "gone_at")}
        news = _row(id, article, said, capture) | news | kept
        _replace_children(db, id, article)
        facts.replace(db.conn, id, said.facts, in_bulk)
    grown = versions.record(db, id, article, capture)
    news["version"] = versions.number_of(db, id, news.get("capture") or known["capture"])
    # Only what differs: a change of the text costs a change of both indexes. And never INSERT OR REPLACE,
    # which leaves stale rows in them.
    statements.update(
        db.conn, "articles", id, {name: value for name, value in news.items() if value != known[name]}
    )
    if "title" in news:
        copies.replace(db.conn, id, said.drawn, in_bulk)
    return Change.CHANGED if grown else Change.UNCHANGED


def _begin(db: Database, id: int, article: Article, said: Said, capture: Row, in_bulk: bool) -> None:
    """An article without a row has no other in a new archive; in one that was mended by hand it may."""
    statements.insert(db.conn, "articles", _row(id, article, said, capture))
    if in_bulk:
        for table in CHILDREN:
            db.conn.executemany(_INSERT[table], _children(id, article, table))
        if article.attachments:
            files.point_to(db, id)
        facts.begin(db.conn, id, said.facts)
        versions.begin(db, id, article, capture)
    else:
        _replace_children(db, id, article)
        facts.replace(db.conn, id, said.facts)
        versions.record(db, id, article, capture)
    copies.replace(db.conn, id, said.drawn, in_bulk)
    # Captures older than the column, of an address that has had no article so far.
    db.conn.execute("update captures set key = ? where article = ? and key is null", [capture["key"], id])


def _replace_children(db: Database, id: int, article: Article) -> None:
    for table in CHILDREN:
        rows = _children(id, article, table)
        if rows == db.conn.execute(_KNOWN[table], [id]).fetchall():
            continue
        db.conn.execute(f"delete from {table} where article = ?", [id])
        db.conn.executemany(_INSERT[table], rows)
        if table == "attachments":
            files.point_to(db, id)


def _children(id: int, article: Article, table: str) -> list[tuple[object, ...]]:
    things = enumerate(getattr(article, table), 1)
    return [(id, position, *(getattr(one, c) for c in CHILDREN[table])) for position, one in things]


def _row(id: int, article: Article, said: Said, capture: Row) -> Row:
    return {name: getattr(article, name) for name in _STATED} | {
        "id": id,
        "docid": docid(id, article.published_at),
        "portal": capture["portal"],
        "words": said.words,
        "first_captured_at": capture["captured_at"],
        "last_captured_at": capture["captured_at"],
        "gone_at": None,
        "version": 1,
        "capture": capture["id"],
    }
