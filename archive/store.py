"""The archive: one SQLite file, opened for writing by a crawl, an import or a rebuild."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from sqlite3 import Connection, OperationalError, connect
from sqlite3 import Error as SqliteError
from time import sleep
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from archive import versions
from archive.errors import ArchiveError
from archive.identity import docid, row_id
from archive.model import Article, Capture, Change, Page, PortalInfo, Tally
from archive.schema import CHILDREN, migrations
from archive.text import word_count
from archive.versions import text_digest

# An article is gone since the first answer of 404 or 410 that no later capture of it contradicts.
MARK_GONE = """
    with seen as (
        select min(captured_at) as gone_at from captures where article = :article and outcome = 'missing'
        and captured_at > (select last_captured_at from articles where id = :article)
    )
    update articles set gone_at = (select gone_at from seen)
    where id = :article and gone_at is not (select gone_at from seen)
"""


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

        Taking in the same capture again changes nothing, and the order of taking in does not matter: the
        article is as its newest whole capture has it, its versions are in the order of their capture.
        Called by the live crawl, the import of WARC files and the rebuild alike.
        """
        article = page.article
        key = article.key if article else page.key
        id = row_id(capture.portal, key) if key else None
        row = asdict(capture) | {"id": capture_id(capture), "outcome": page.outcome.value, "note": page.note}
        with self.writing():
            known = self._state(id)
            # A page cut short never replaces a whole text.
            counts = article is not None and (page.whole or known is None)
            row |= {"article": id, "text_sha256": text_digest(article) if article and counts else None}
            self.db.table("captures").upsert(row, pk="id")
            change = None
            if article is not None and id is not None:
                change = self._store(id, article, row, known) if counts else Change.UNCHANGED
            if id is not None:
                self.db.execute(MARK_GONE, {"article": id})
            return change

    def _state(self, article: int | None) -> dict[str, Any] | None:
        return next(self.db.query("select * from articles where id = ?", [article]), None)

    def _store(
        self, id: int, article: Article, capture: dict[str, Any], known: dict[str, Any] | None
    ) -> Change:
        if known is None:
            self.db.table("articles").insert(_row(id, article, capture))
            self._replace_children(id, article)
            versions.number(self.db, id, article, capture)
            return Change.NEW
        times = (known["first_captured_at"], known["last_captured_at"], capture["captured_at"])
        news: dict[str, Any] = {"first_captured_at": min(times), "last_captured_at": max(times)}
        shown = self.db.execute(
            "select captured_at from captures where id = ?", [known["capture"]]
        ).fetchone()
        if (capture["captured_at"], capture["id"]) > (*shown, known["capture"]):
            news = _row(id, article, capture) | news | {"gone_at": known["gone_at"]}
            self._replace_children(id, article)
        grown = versions.number(self.db, id, article, capture) - known["version"]
        news["version"] = known["version"] + grown
        # Only what differs: a change of the text costs a change of both indexes. And never INSERT OR REPLACE,
        # which leaves stale rows in them.
        self.db.table("articles").update(id, {name: v for name, v in news.items() if v != known[name]})
        return Change.CHANGED if grown > 0 else Change.UNCHANGED

    def _replace_children(self, id: int, article: Article) -> None:
        for table in CHILDREN:
            self.db.execute(f"delete from {table} where article = ?", [id])
            things = enumerate(getattr(article, table), 1)
            rows = [{"article": id, "position": position} | asdict(thing) for position, thing in things]
            self.db.table(table).insert_all(rows)


def _row(id: int, article: Article, capture: dict[str, Any]) -> dict[str, Any]:
    stated = {name: value for name, value in asdict(article).items() if name not in CHILDREN}
    return stated | {
        "id": id,
        "docid": docid(id, article.published_at),
        "portal": capture["portal"],
        "words": word_count(f"{article.lead or ''} {article.body}"),
        "first_captured_at": capture["captured_at"],
        "last_captured_at": capture["captured_at"],
        "gone_at": None,
        "version": 1,
        "capture": capture["id"],
    }


def capture_id(capture: Capture) -> int:
    """By the place of its record; by address and time where no response came."""
    if capture.warc_file is None:
        return row_id(capture.url, capture.captured_at)
    return row_id(capture.warc_file, capture.warc_offset)


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
