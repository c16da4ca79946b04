"""What the frontier knows of pages that have answered before: when to ask again, and for what exactly."""

from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Connection

from archive.model import Kind
from crawler.frontier.due import is_due

Due = Callable[
    [Kind, str, str, int, int], str
]  # kind, first and last answer, checks, changes: when to ask again


@dataclass(frozen=True, slots=True)
class Visit:
    """A page as it was captured last: what a conditional request and a revisit record refer to.

    `captured_at` is when its bytes came, and `warc_file`, `warc_offset` are where they lie; `sha256` is of
    the body as received and `digest` its WARC-Payload-Digest. `checks`: how often it has been the same since.
    """

    url: str
    captured_at: str
    sha256: str
    digest: str
    warc_file: str
    warc_offset: int
    etag: str | None = None
    last_modified: str | None = None
    checks: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that has just answered, be it with 404. `changed`: its text is another than before.

    `visit` is None where the answer was no page that could be referred to.
    """

    key: str
    url: str
    kind: Kind
    at: str
    visit: Visit | None
    changed: bool


class Visits:
    """The table `visits`: a row for each page of a portal, by its key."""

    def __init__(self, connection: Connection, due: Due) -> None:
        self.db, self._due = connection, due

    def of(self, portal: str, key: str) -> Visit | None:
        row = self.db.execute(
            "select url, captured_at, sha256, digest, warc_file, warc_offset, etag, last_modified, checks "
            "from visits where portal = ? and key = ? and captured_at is not null",
            [portal, key],
        ).fetchone()
        return Visit(*row) if row else None

    def is_due(self, portal: str, key: str, now: str, changed_at: str | None = None) -> bool:
        """Whether to ask for a page: it is new, its time has come, or it says that it has changed since."""
        row = self.db.execute(
            "select checked_at, due_at from visits where portal = ? and key = ?", [portal, key]
        ).fetchone()
        return row is None or is_due(row[0], row[1], now, changed_at)

    def update(self, portal: str, run: int, seen: Seen) -> None:
        """Note an answer, and when to ask again."""
        row = self.db.execute(
            "select first_at, checks, changes, linked_run from visits where portal = ? and key = ?",
            [portal, seen.key],
        ).fetchone()
        first_at, checks, changes = (row[0], row[1] + 1, row[2] + seen.changed) if row else (seen.at, 0, 0)
        checks = 0 if seen.changed else checks
        due_at = self._due(seen.kind, first_at, seen.at, checks, changes)
        linked_run = row[3] if row else run
        visit = seen.visit
        record: list[object] = [None] * 7
        if visit:
            record = [visit.captured_at, visit.sha256, visit.digest, visit.warc_file, visit.warc_offset,
                      visit.etag, visit.last_modified]  # fmt: skip
        page = [portal, seen.key, seen.kind, seen.url, first_at, seen.at, checks, changes, due_at, linked_run]
        marks = ", ".join("?" * 17)
        self.db.execute(f"insert or replace into visits values ({marks})", [*page, *record])

    def link(self, portal: str, key: str, run: int) -> None:
        """Note that a run has met with a page, be it too early to ask for it."""
        self.db.execute("update visits set linked_run = ? where portal = ? and key = ?", [run, portal, key])

    def unlinked(self, portal: str, run: int, since: int, now: str) -> list[tuple[str, str]]:
        """Keys and addresses of the articles that this run has not met with: those that a run from `since`
        on has, and those whose time has come."""
        query = (
            "select key, url from visits where portal = ? and kind = ? and linked_run < ? "
            "and (due_at <= ? or linked_run >= ?) order by key"
        )
        return list(self.db.execute(query, [portal, Kind.ARTICLE, run, now, since]))
