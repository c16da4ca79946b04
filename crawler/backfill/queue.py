"""What is to be fetched from a web archive, and how far its index is read: kept in `frontier.db`."""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from archive.database import open_for_writing, writing
from archive.errors import ArchiveError
from crawler.backfill.service import Found, IndexPage

FOREVER = "9"  # is behind every timestamp
TRIES = 3  # in so many backfills a capture may fail; then it is left alone
TABLES = (
    """
    create table if not exists backfill(
        id integer primary key, portal text not null, source text not null, url text not null,
        timestamp text not null, status integer, mime text not null, digest text not null, length integer,
        file text, offset integer,
        state text not null default 'pending' check (state in ('pending', 'done', 'same', 'failed')),
        tries integer not null default 0, reason text
    )
    """,
    "create unique index if not exists idx_backfill_url on backfill(portal, source, url, timestamp)",
    """
    create index if not exists idx_backfill_pending on backfill(portal, source, tries, url, timestamp)
    where state = 'pending'
    """,
    # `since` and `until` are those of the question; `newest` is the newest timestamp in the answer.
    """
    create table if not exists backfill_indexes(
        portal text not null, source text not null, name text not null, host text not null,
        since text not null, until text not null, position text, newest text, read integer not null default 0,
        primary key (portal, source, name, host, since, until)
    ) without rowid
    """,
)
COLUMNS = "url, timestamp, status, mime, digest, length, file, offset"


class State(StrEnum):
    """What became of a capture; SAME: the one before it, of the same address, had the same body."""

    PENDING = "pending"
    DONE = "done"
    SAME = "same"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of an index: its name, a host, and two timestamps or none."""

    index: str
    host: str
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the answer has been read; `is_read`: to its end."""

    position: str | None = None
    newest: str | None = None
    is_read: bool = False


class Queue:
    """The captures of one portal in one web archive; `with queue:` closes it."""

    def __init__(self, path: Path, portal: str, source: str) -> None:
        """Open or create the file, which other tables may share. Raises ArchiveError."""
        self.names = (portal, source)
        try:
            self.db = open_for_writing(path, autocommit=True)
            for statement in TABLES:
                self.db.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"cannot open {path}: {error}") from error

    def close(self) -> None:
        self.db.close()

    def reading(self, question: Question) -> Reading:
        row = self.db.execute(
            "select position, newest, read from backfill_indexes where portal = ? and source = ? and name = ?"
            " and host = ? and since = ? and until = ?",
            [*self.names, *_values(question)],
        ).fetchone()
        return Reading(row[0], row[1], bool(row[2])) if row else Reading()

    def add(self, question: Question, page: IndexPage, wanted: Iterable[Found]) -> int:
        """Enter what a page of an index has brought, with the new position; returns how much was new."""
        with writing(self.db):
            before = self.db.total_changes
            self.db.executemany(
                f"insert or ignore into backfill(portal, source, {COLUMNS}) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [[*self.names, *_values(found)] for found in wanted],
            )
            added = self.db.total_changes - before
            times = [self.reading(question).newest or "", *(found.timestamp for found in page.found)]
            self.db.execute(
                "insert or replace into backfill_indexes values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*self.names, *_values(question), page.next, max(times) or None, page.next is None],
            )
        return added

    def try_failed_again(self) -> None:
        """Those that failed in earlier backfills are to be fetched again, unless they did too often."""
        self.db.execute(
            "update backfill set state = 'pending' where portal = ? and source = ? and state = 'failed'"
            f" and tries < {TRIES}",
            self.names,
        )

    def next(self, since: str, until: str) -> tuple[int, Found] | None:
        """A pending capture between two timestamps, if stated; those that have failed come last."""
        row = self.db.execute(
            f"select id, {COLUMNS} from backfill where portal = ? and source = ? and state = 'pending'"
            " and timestamp between ? and ? order by tries, url, timestamp limit 1",
            [*self.names, since, until or FOREVER],
        ).fetchone()
        return (row[0], Found(*row[1:])) if row else None

    def repeats(self, found: Found) -> bool:
        """Whether the capture of this address before it is there and had the same body.

        A line about a revisit may state no status; its digest says enough.
        """
        row = self.db.execute(
            "select digest, status, state from backfill where portal = ? and source = ? and url = ?"
            " and timestamp < ? order by timestamp desc limit 1",
            [*self.names, found.url, found.timestamp],
        ).fetchone()
        if row is None or row[2] not in (State.DONE, State.SAME):
            return False
        return row[0] == found.digest and (row[1] == found.status or found.status is None)

    def settle(self, id: int, state: State, reason: str | None = None) -> None:
        self.db.execute(
            "update backfill set state = ?, reason = ?, tries = tries + ? where id = ?",
            [state, reason, state == State.FAILED, id],
        )

    def left(self) -> int:
        """How many captures are still to be fetched."""
        query = "select count(*) from backfill where portal = ? and source = ? and state = 'pending'"
        return int(self.db.execute(query, self.names).fetchone()[0])

    def given_up(self) -> int:
        """How many captures have failed too often to be asked for again."""
        query = (
            "select count(*) from backfill where portal = ? and source = ? and state = 'failed'"
            f" and tries >= {TRIES}"
        )
        return int(self.db.execute(query, self.names).fetchone()[0])


def _values(thing: Found | Question) -> list[object]:
    return list(asdict(thing).values())
