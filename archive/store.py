"""The archive: one SQLite file, opened for writing by a crawl, an import or a rebuild."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection, OperationalError, connect
from sqlite3 import Error as SqliteError
from time import sleep
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from archive.errors import ArchiveError
from archive.identity import docid, row_id
from archive.model import Article, Capture, Change, Page, PortalInfo, Tally
from archive.schema import CHILDREN, migrations
from archive.text import word_count


class Archive:
    """An open `archive.db`. Not for sharing between threads at the same moment.

    Each call that writes is one transaction; `with archive:` closes it.
    """

    def __init__(self, path: Path | str) -> None:
        """Open or create the file at `path` and bring its schema up to date.

        Raises ArchiveError where the file is no SQLite database or its folder cannot be written.
        """
        path = Path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # The crawl opens the archive in one thread and stores from another, one at a time.
            connection = connect(path, check_same_thread=False, timeout=30)
            _switch_to_wal(connection)
            connection.execute("pragma synchronous = normal")
            self.db = Database(connection)
            with self.writing():
                migrations.apply(self.db)
        except (OSError, SqliteError) as error:
            raise ArchiveError(f"cannot open {path}: {error}") from error

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, with the write lock from the start: a reader cannot wait to become a writer."""
        self.db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    def put_portal(self, portal: PortalInfo) -> None:
        with self.writing():
            self.db.table("portals").upsert(asdict(portal), pk="id")

    def start_crawl(self, crawl: str, portal: str, source: str, started_at: str) -> None:
        with self.writing():
            row = {"id": crawl, "portal": portal, "source": source, "started_at": started_at}
            self.db.table("crawls").upsert(row, pk="id")

    def finish_crawl(self, crawl: str, finished_at: str, outcome: str, tally: Tally) -> None:
        counts = {name: getattr(tally, name) for name in ("pages", "new", "changed", "unchanged", "failed")}
        with self.writing():
            self.db.table("crawls").update(crawl, {"finished_at": finished_at, "outcome": outcome, **counts})

    def take_in(self, capture: Capture, page: Page) -> Change | None:
        """The one way from a capture to a stored article; returns what it did to the article, if any.

        Taking in the same capture again changes nothing. Called by the live crawl, the import of WARC
        files and the rebuild alike.
        """
        place = (
            (capture.warc_file, capture.warc_offset)
            if capture.warc_file
            else (capture.url, capture.captured_at)
        )
        capture_id = row_id(*place)
        with self.writing():
            article = row_id(capture.portal, page.article.key) if page.article else None
            row = {
                **asdict(capture),
                "id": capture_id,
                "outcome": page.outcome.value,
                "note": page.note,
                "article": article,
            }
            self.db.table("captures").upsert(row, pk="id")
            if page.article is None or article is None:
                return None
            return self._store(article, page.article, capture, capture_id, page.whole)

    def _store(self, id: int, article: Article, capture: Capture, capture_id: int, whole: bool) -> Change:
        digest = text_digest(article)
        known = self.db.query(
            "select a.version, a.first_captured_at, a.last_captured_at, v.sha256 from articles a "
            "join versions v on v.article = a.id and v.number = a.version where a.id = ?",
            [id],
        )
        old = next(iter(known), None)
        if old is None:
            self._insert_version(id, 1, article, capture, capture_id, digest)
            self._write(id, article, capture, capture_id, version=1, first=capture.captured_at)
            return Change.NEW
        if capture.captured_at < old["last_captured_at"]:
            # An older capture (from a web archive) of an article already held: its text is no newer state.
            self.db.table("articles").update(
                id, {"first_captured_at": min(old["first_captured_at"], capture.captured_at)}
            )
            return Change.UNCHANGED
        if digest == old["sha256"] or not whole:
            self.db.table("articles").update(id, {"last_captured_at": capture.captured_at})
            return Change.UNCHANGED
        version = old["version"] + 1
        self._insert_version(id, version, article, capture, capture_id, digest)
        self._write(id, article, capture, capture_id, version, old["first_captured_at"])
        return Change.CHANGED

    def _write(
        self, id: int, article: Article, capture: Capture, capture_id: int, version: int, first: str
    ) -> None:
        row: dict[str, Any] = {
            "id": id,
            "docid": docid(id, article.published_at),
            "portal": capture.portal,
            "key": article.key,
            "url": article.url,
            "title": article.title,
            "author": article.author,
            "source": article.source,
            "section": article.section,
            "published_at": article.published_at,
            "date_label": article.date_label,
            "language": article.language,
            "views": article.views,
            "words": word_count(f"{article.lead or ''} {article.body}"),
            "first_captured_at": first,
            "last_captured_at": capture.captured_at,
            "gone_at": None,
            "version": version,
            "capture": capture_id,
            "lead": article.lead,
            "body": article.body,
        }
        # Never INSERT OR REPLACE: it leaves stale rows in the full-text indexes.
        self.db.table("articles").upsert(row, pk="id")
        for table in CHILDREN:
            self._replace(table, id, getattr(article, table))

    def _replace(self, table: str, article: int, things: Iterable[Any]) -> None:
        self.db.execute(f"delete from {table} where article = ?", [article])
        rows = [
            {"article": article, "position": position, **asdict(thing)}
            for position, thing in enumerate(things, 1)
        ]
        self.db.table(table).insert_all(rows)

    def _insert_version(
        self, id: int, number: int, article: Article, capture: Capture, capture_id: int, digest: str
    ) -> None:
        self.db.table("versions").insert(
            {
                "article": id,
                "number": number,
                "captured_at": capture.captured_at,
                "capture": capture_id,
                "sha256": digest,
                "title": article.title,
                "lead": article.lead,
                "body": article.body,
            }
        )


def _switch_to_wal(connection: Connection, patience: int = 200) -> None:
    """Of several that open a new file at once one switches; SQLite lets the others fail, not wait."""
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except OperationalError:
            patience -= 1
            if not patience:
                raise
            sleep(0.05)


def text_digest(article: Article) -> str:
    """SHA-256, in hex, of what makes a version: title, lead and body, white space aside."""
    words = [" ".join((part or "").split()) for part in (article.title, article.lead, article.body)]
    return sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()
