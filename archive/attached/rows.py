"""Store files: one row an address, as its newest whole capture has it, whatever the order of taking in."""

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archive import statements
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

OFFERS = """
    select t.file, t.position, t.title, a.published_at from attachments as t
    join articles as a on a.id = t.article where t.article = ? and t.file is not null
"""
Offer = tuple[int, int, str, str | None]  # of one article: the file, the place, its words, the article's day
UNDATED = "~"  # behind all days


def file_id(url: str) -> int:
    """One number for all ways to write the address of a file: http or https, `www.` or not, in any case."""
    return row_id("file", surt(url))


def offered_by(db: Database, article: int) -> set[int]:
    """The files that an article offers, be they there or not."""
    query = "select file from attachments where article = ?"
    return {id for (id,) in db.conn.execute(query, [article])} - {None}


def offers_of(db: Database, article: int) -> set[Offer]:
    """As `offered_by`, with all that a file is named and dated by."""
    return set(db.conn.execute(OFFERS, [article]))


def point_to(db: Database, article: int) -> None:
    """Join what an article offers to the files, whether they are there yet or not."""
    offers = db.conn.execute("select url, position from attachments where article = ?", [article]).fetchall()
    db.conn.executemany(
        "update attachments set file = ? where article = ? and position = ?",
        [(file_id(url), article, position) for url, position in offers],
    )


def take_in(db: Database, capture: dict[str, Any], file: File | None) -> None:
    """Store what a capture has brought, where it is newer than what is there, or whole where that is not.

    Of a capture that has turned out to be no file the text goes; see `Archive.file_anew`.
    """
    if file is None:
        db.conn.execute("delete from files where capture = ?", [capture["id"]])
        return
    id = capture["file"]
    shown = db.conn.execute(SHOWN, [id]).fetchone()
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
        statements.insert(db.conn, "files", {"id": id} | row)


def offer_anew(db: Database, before: set[Offer], after: set[Offer]) -> None:
    """Name and date the files of which one article's offers have become others.

    All articles that offer a file are asked only where this one does not tell: there may be a form that every
    article of a portal offers.
    """
    asked = {file for file, *_ in before - after}
    for file, _, words, day in sorted(after - before, key=lambda offer: offer[:2]):
        if file not in asked and not _offered_once_more(db, file, words, day):
            asked.add(file)
    name_anew(db, asked)


def name_anew(db: Database, files: Iterable[int]) -> None:
    """Name and date these files by the articles that offer them now."""
    for id in sorted(files):
        known = db.conn.execute("select url, captured_at from files where id = ?", [id]).fetchone()
        if known:
            _update(db, id, _told_by_articles(db, id, *known))


def _offered_once_more(db: Database, id: int, words: str, day: str | None) -> bool:
    """Name and date a file by one more offer; returns whether that is all that is needed for it."""
    query = "select url, captured_at, title, published_at from files where id = ?"
    known = db.conn.execute(query, [id]).fetchone()
    if known is None:
        return True
    url, captured_at, title, first = known
    is_name = has_file_name(words, url)
    if (day or UNDATED) >= (first or UNDATED):
        return is_name or words == title
    _update(db, id, _told(id, title if is_name else words, day, captured_at))
    return True


def _told_by_articles(db: Database, id: int, url: str, captured_at: str) -> dict[str, Any]:
    """The words of a link, or its name in its address; the day of the first article, or none."""
    offers = db.conn.execute(OFFERED, [id]).fetchall()
    published_at = offers[0][1] if offers else None
    words = (title for title, _ in offers if not has_file_name(title, url))
    return _told(id, next(words, file_name(url)), published_at, captured_at)


def _told(id: int, title: str, published_at: str | None, captured_at: str) -> dict[str, Any]:
    return {"title": title, "published_at": published_at, "docid": docid(id, published_at or captured_at)}


def _update(db: Database, id: int, row: dict[str, Any]) -> None:
    """Only what differs: a change of the text costs a change of both indexes."""
    (known,) = statements.rows(db.conn, "select * from files where id = ?", [id])
    statements.update(
        db.conn, "files", id, {name: value for name, value in row.items() if value != known[name]}
    )
