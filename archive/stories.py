"""One article under several keys: a story that two engines of one host have told.

A key of one engine and a key of another with one story name one article, and so do all keys that hang
together in this way. Two keys of one engine do not: two notices of a day may have one title. What has come
together stays together, so the order of taking in does not matter.
"""

from collections.abc import Collection
from sqlite3 import Connection
from typing import Any

from sqlite_utils import Database

from archive import statements, versions
from archive.attached import rows as files
from archive.copies import rows as copies
from archive.facts import rows as facts
from archive.identity import docid, row_id
from archive.schema import CHILDREN

Row = dict[str, Any]


def article_of(connection: Connection, portal: str, key: str) -> int:
    """The id of the article that a key names, whether there is one yet or not."""
    query = "select article from stories where portal = ? and key = ? limit 1"
    found = connection.execute(query, [portal, key]).fetchone()
    return int(found[0]) if found else row_id(portal, key)


def held_as(connection: Connection, portal: str, key: str) -> int:
    """`article_of` for readers, who may meet an archive that no version with stories has written to."""
    known = connection.execute("select 1 from sqlite_master where name = 'stories'").fetchone()
    return article_of(connection, portal, key) if known else row_id(portal, key)


def enter(db: Database, portal: str, key: str, story: str, in_bulk: bool = False) -> int:
    """Note that a key has told a story; returns the id of the article, which others may have become too."""
    known = db.conn.execute(
        "select article from stories where portal = ? and key = ? and story = ?", [portal, key, story]
    ).fetchone()
    if known:
        return int(known[0])
    engine = key.partition("/")[0]
    query = "select key, article from stories where portal = ? and story = ?"
    same = db.conn.execute(query, [portal, story])
    articles = {article for name, article in same if name.partition("/")[0] != engine}
    own = article_of(db.conn, portal, key)
    id = _unite(db, portal, key, articles | {own}, in_bulk) if articles - {own} else own
    statements.insert(db.conn, "stories", {"portal": portal, "key": key, "story": story, "article": id})
    return id


def _unite(db: Database, portal: str, key: str, articles: Collection[int], in_bulk: bool) -> int:
    """Make one article of several, all of whose keys but perhaps this one are in `stories`."""
    chosen = f"in ({', '.join(map(str, articles))})"
    keys = [key, *(k for (k,) in db.execute(f"select key from stories where article {chosen}"))]
    id = row_id(portal, min(keys))
    rows = statements.rows(
        db.conn,
        "select a.*, c.whole, c.captured_at as shown_at from articles as a "
        f"join captures as c on c.id = a.capture where a.id {chosen}",
    )
    for table in ("captures", "stories"):
        db.execute(f"update {table} set article = ? where article {chosen}", [id])
    if rows:
        offered = set().union(*(files.offered_by(db, row["id"]) for row in rows))
        _unite_rows(db, id, min(keys), rows, in_bulk)
        files.name_anew(db, offered)
    return id


def _unite_rows(db: Database, id: int, key: str, rows: list[Row], in_bulk: bool) -> None:
    """The newest of the rows, whole ones first, and the versions of all that are as whole."""
    shown = max(rows, key=lambda row: (row["whole"], row["shown_at"], row["capture"]))
    counting = [row for row in rows if row["whole"] == shown["whole"]]
    texts = [text for row in counting for text in versions.texts(db, row["id"])]
    copies.forget(db.conn, [row["id"] for row in rows], in_bulk)
    for row in rows:
        db.execute("delete from versions where article = ?", [row["id"]])
        if row is not shown:
            db.execute("delete from articles where id = ?", [row["id"]])
            for table in CHILDREN:
                db.execute(f"delete from {table} where article = ?", [row["id"]])
    facts.forget(db.conn, [row["id"] for row in rows if row is not shown], in_bulk)
    facts.move(db.conn, shown["id"], id)
    for table in CHILDREN:
        db.execute(f"update {table} set article = ? where article = ?", [id, shown["id"]])
    versions.renumber(db, id, shown["whole"], texts)
    news = {
        "id": id,
        "docid": docid(id, shown["published_at"]),
        "key": key,
        "first_captured_at": min(row["first_captured_at"] for row in counting),
        "last_captured_at": max(row["last_captured_at"] for row in counting),
        "version": versions.number_of(db, id, shown["capture"]),
    }
    changes = ", ".join(f"{name} = :{name}" for name in news)
    db.execute(f"update articles set {changes} where id = :was", news | {"was": shown["id"]})
    copies.replace(db.conn, id, in_bulk=in_bulk)
