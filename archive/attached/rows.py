"""Store files: one row an address, as its newest whole capture has it, whatever the order of taking in."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archive.attached.kinds import file_name, has_file_name
from archive.identity import docid, row_id
from archive.model import File
from archive.text import word_count
from archive.warc.surt import surt

CUT_SHORT = "cut short"  # only a part of it came
SHOWN = """
    select c.whole, c.captured_at, c.id from files as f join captures as c on c.id = f.capture where f.id = ?
"""
# The articles that offer a file, the oldest first: the first to name it names it.
OFFERED = """
    select t.title, a.published_at from attachments as t join articles as a on a.id = t.article
    where t.file = ? order by a.published_at is null, a.published_at, a.id, t.position
"""


def file_id(url: str) -> int:
    """One number for all ways to write the address of a file: http or https, `www.` or not, in any case."""
    return row_id("file", surt(url))


def offered_by(db: Database, article: int) -> set[int]:
    """The files that an article offers, be they there or not."""
    return {id for (id,) in db.execute("select file from attachments where article = ?", [article])} - {None}


def point_to(db: Database, article: int) -> None:
    """Join what an article offers to the files, whether they are there yet or not."""
    offers = db.execute("select url, position from attachments where article = ?", [article]).fetchall()
    db.conn.executemany(
        "update attachments set file = ? where article = ? and position = ?",
        [(file_id(url), article, position) for url, position in offers],
    )


def take_in(db: Database, capture: dict[str, Any], file: File | None) -> None:
    """Store what a capture has brought, where it is newer than what is there, or whole where that is not.

    Of a capture that has turned out to be no file the text goes; see `Archive.file_anew`.
    """
    if file is None:
        db.execute("delete from files where capture = ?", [capture["id"]])
        return
    id = capture["file"]
    shown = db.execute(SHOWN, [id]).fetchone()
    if shown and (capture["whole"], capture["captured_at"], capture["id"]) < shown:
        return
    trouble = file.trouble if capture["whole"] else "; ".join(filter(None, (CUT_SHORT, file.trouble)))
    row = {
        "url": capture["url"], "portal": capture["portal"], "kind": file.kind, "pages": file.pages,
        "words": word_count(file.text), "trouble": trouble, "capture": capture["id"],
        "captured_at": capture["captured_at"], "text": file.text,
    }  # fmt: skip
    row |= _told_by_articles(db, id, capture["url"], capture["captured_at"])
    if shown:
        _update(db, id, row)
    else:
        db.table("files").insert({"id": id} | row)


def name_anew(db: Database, files: Iterable[int]) -> None:
    """Name and date these files by the articles that offer them now."""
    for id in sorted(files):
        known = db.execute("select url, captured_at from files where id = ?", [id]).fetchone()
        if known:
            _update(db, id, _told_by_articles(db, id, *known))


def _told_by_articles(db: Database, id: int, url: str, captured_at: str) -> dict[str, Any]:
    """The words of a link, or its name in its address; the day of the first article, or none."""
    offers = db.execute(OFFERED, [id]).fetchall()
    published_at = offers[0][1] if offers else None
    words = (title for title, _ in offers if not has_file_name(title, url))
    return {
        "title": next(words, file_name(url)),
        "published_at": published_at,
        "docid": docid(id, published_at or captured_at),
    }


def _update(db: Database, id: int, row: dict[str, Any]) -> None:
    """Only what differs: a change of the text costs a change of both indexes."""
    known = next(db.query("select * from files where id = ?", [id]))
    if news := {name: value for name, value in row.items() if value != known[name]}:
        db.table("files").update(id, news)
