"""The archive: one SQLite file, opened for writing by a crawl, an import or a rebuild."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from sqlite3 import DatabaseError
from sqlite3 import Error as SqliteError
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from archive import articles, bulk, counts, gone, statements, stories
from archive.alarms import Alarm
from archive.attached import rows as files
from archive.copies import rows as copies
from archive.database import open_for_writing, writing
from archive.errors import ArchiveError
from archive.facts import rows as facts
from archive.identity import row_id
from archive.model import Article, Capture, Change, Ended, Outcome, Page, PortalInfo
from archive.said import prepared
from archive.schema import CHILDREN, migrations

_CAPTURED = tuple(field.name for field in fields(Capture))
CACHE = 32 << 10  # kilobytes of pages in memory, so that no page is written twice within a transaction
CHECKPOINT = 8_000  # pages of the journal (32 MB): what changes with every article is then written once


class Archive:
    """An open `archive.db`. Not for sharing between threads at the same moment.

    Each call that writes is one transaction; `with archive:` closes it.
    """

    def __init__(self, path: Path | str) -> None:
        """Open or create the file at `path` and bring its schema up to date.

        Raises ArchiveError where the file is no SQLite database or its folder cannot be written.
        """
        path = Path(path)
        self._is_bulk = self._is_synced = False
        try:
            self.db = Database(open_for_writing(path))  # in one thread, and used from another
            self.db.execute(f"pragma cache_size = -{CACHE}")
            self.db.execute(f"pragma wal_autocheckpoint = {CHECKPOINT}")
            self.db.execute("pragma temp_store = memory")  # what a part that fails is taken back from
            with self.writing():
                migrations.apply(self.db)
        except (OSError, SqliteError) as error:
            way_out = "; `backan rebuild` makes it anew" if type(error) is DatabaseError else ""
            raise ArchiveError(f"cannot open {path}: {error}{way_out}") from error

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def writing(self, on_disk: bool = False) -> Iterator[None]:
        """One transaction, as all that writes is; see `archive/database.py`.

        One within another is a part of that, and what it wrote is taken back where it fails. `on_disk`: it
        and all before it outlive a power cut; what else is lost is made good from WARC files.
        """
        if self.db.conn.in_transaction:
            with self._part():
                yield
            return
        if on_disk != self._is_synced and not self._is_bulk:
            self.db.execute(f"pragma synchronous = {'full' if on_disk else 'normal'}")
            self._is_synced = on_disk
        with writing(self.db.conn):
            yield

    @contextmanager
    def in_bulk(self) -> Iterator[None]:
        """Take in all that a new archive is made of, with nothing to be kept from a crash: what follows from
        the rows is made at the end, see `archive/bulk.py`.

        Of what is asked meanwhile only ids and captures are to be relied on. Raises ArchiveError where there
        are captures already.
        """
        with bulk.begun(self.db):
            self._is_bulk = True
            try:
                yield
            finally:
                self._is_bulk = False

    @contextmanager
    def _part(self) -> Iterator[None]:
        """Where SQLite has taken back the whole transaction, as on a full disk, no part of it is left."""
        self.db.conn.execute("savepoint part")
        try:
            yield
        except BaseException:
            if self.db.conn.in_transaction:
                self.db.conn.execute("rollback to part")
                self.db.conn.execute("release part")
            raise
        self.db.conn.execute("release part")

    def put_portal(self, portal: PortalInfo) -> None:
        with self.writing():
            self.db.table("portals").upsert(asdict(portal), pk="id")

    def start_crawl(
        self,
        crawl: str,
        portal: str,
        source: str,
        started_at: str,
        arguments: str | None = None,
        settings: str | None = None,
    ) -> None:
        """Make the row of a crawl. `arguments` are its limits, `settings` how it asks: each a JSON object."""
        row = {"id": crawl, "portal": portal, "source": source, "started_at": started_at}
        with self.writing(on_disk=True):
            self.db.table("crawls").upsert(row | {"arguments": arguments, "settings": settings}, pk="id")

    def finish_crawl(self, crawl: str, ended: Ended) -> None:
        """Note how a crawl ended, and count what its portal's crawls have brought."""
        row = {"finished_at": ended.at, "outcome": ended.outcome, "complete": int(ended.complete),
               "met": ended.met, "traps": ended.traps}  # fmt: skip
        with self.writing(on_disk=True):
            self.db.table("crawls").update(crawl, row)
            self.put_alarms(crawl, ended.alarms)
            gone.mark_of(self.db.conn, crawl)
            counts.recount(self.db.conn, self.db.table("crawls").get(crawl)["portal"], crawl)

    def put_alarms(self, crawl: str, alarms: Iterable[Alarm]) -> None:
        """Note what was wrong with a crawl, in place of what was noted before."""
        with self.writing():
            self.db.execute("delete from alarms where crawl = ?", [crawl])
            self.db.table("alarms").insert_all({"crawl": crawl, **asdict(alarm)} for alarm in alarms)

    def mark_killed(self, crawl: str) -> None:
        """End a crawl that never came to its end."""
        self.end_at_last_capture(crawl, "killed")

    def end_at_last_capture(self, crawl: str, outcome: str) -> None:
        """End a crawl of which no file tells when it ended; that is no earlier than is known of it."""
        query = """
            select max(started_at, coalesce(finished_at, ''), coalesce(
                (select max(captured_at) from captures where crawl = crawls.id), '')) from crawls where id = ?
        """
        (last,) = self.db.execute(query, [crawl]).fetchone()
        self.finish_crawl(crawl, Ended(last, outcome))

    def recount(self, portal: str) -> None:
        """Count anew what each crawl of a portal has brought."""
        with self.writing():
            counts.recount(self.db.conn, portal)

    def take_in(self, capture: Capture, page: Page) -> Change | None:
        """The one way from a capture to a stored article; returns what it did to the article, if any.

        Taking in the same capture again changes nothing, and the order of taking in does not matter: the
        article is as its newest whole capture has it, its versions are in the order of their capture, and
        only while there is no whole one do captures cut short count. Called by the live crawl, the import of
        WARC files and the rebuild alike.
        """
        page = prepared(page)
        article, row = page.article, capture_row(capture, page)
        with self.writing():
            id = self._article(capture.portal, row["key"], article)
            statements.upsert(self.db.conn, "captures", row | {"article": id})
            files.take_in(self.db, row, page.file)
            if id is None:
                return None
            change = None
            if article and page.said:
                offers = files.offers_of(self.db, id)
                change = articles.store(self.db, id, article, page.said, row, self._is_bulk)
                files.offer_anew(self.db, offers, files.offers_of(self.db, id))
            if not self._is_bulk:
                self._mark_gone(id, row, change)
            return change

    @contextmanager
    def anew(self, id: int) -> Iterator[None]:
        """One transaction: an article is forgotten, and all its captures must be taken in again.

        With it goes what a capture has brought that turned out to be no page, or another one.
        """
        with self.writing():
            offered = files.offered_by(self.db, id)
            for table in ("versions", *CHILDREN, "stories"):
                self.db.execute(f"delete from {table} where article = ?", [id])
            facts.forget(self.db.conn, [id])
            copies.forget(self.db.conn, [id])
            self.db.execute("delete from articles where id = ?", [id])
            # No text counts before it has been taken in again, and each may be another article's now.
            self.db.execute("update captures set text_sha256 = null, article = null where article = ?", [id])
            yield
            files.name_anew(self.db, offered)

    @contextmanager
    def file_anew(self, id: int) -> Iterator[None]:
        """One transaction: a file is forgotten, and all its captures must be taken in again."""
        with self.writing():
            self.db.execute("delete from files where id = ?", [id])
            self.db.execute("update captures set file = null where file = ?", [id])
            yield

    def _article(self, portal: str, key: str | None, article: Article | None) -> int | None:
        if key is None:
            return None
        if article and article.story:
            return stories.enter(self.db, portal, key, article.story, self._is_bulk)
        return stories.article_of(self.db.conn, portal, key)

    def _mark_gone(self, id: int, capture: dict[str, Any], change: Change | None) -> None:
        if change:
            later = "select 1 from captures where article = ? and captured_at > ? limit 1"
            if self.db.conn.execute(later, [id, capture["captured_at"]]).fetchone() is None:
                self.db.conn.execute(
                    "update articles set gone_at = null where id = ? and gone_at is not null", [id]
                )
                return
        gone.mark(self.db.conn, [id])


def capture_row(capture: Capture, page: Page) -> dict[str, Any]:
    """The row of a capture, but for its article; the page is `prepared`."""
    article = page.article
    return {name: getattr(capture, name) for name in _CAPTURED} | {
        "id": capture_id(capture),
        "outcome": page.outcome.value,
        "note": page.note,
        "text_sha256": page.said.digest if page.said else None,
        "key": article.key if article else page.key,
        "replaced": int(page.replaced),
        "whole": int(page.whole),
        "lacks": ", ".join(_lacking(page)) or None,
        "file": files.file_id(capture.url) if page.file else None,
    }


def _lacking(page: Page) -> Iterator[str]:
    """What the page of an article ought to tell and does not."""
    if page.outcome == Outcome.UNREADABLE:
        yield from ("title", "body")
    elif page.article:
        if not page.article.body:
            yield "body"
        if page.article.published_at is None:
            yield "date"


def capture_id(capture: Capture) -> int:
    """By the place of its record; by address and time where no response came."""
    if capture.warc_file is None:
        return row_id(capture.url, capture.captured_at)
    return row_id(capture.warc_file, capture.warc_offset)
