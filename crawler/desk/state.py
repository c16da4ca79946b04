"""Up to when each portal's slots are seen to: what the schedule remembers, in `frontier.db`."""

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection, DatabaseError, connect
from sqlite3 import Error as SqliteError

from sqlite_utils import Database

from archive.database import open_for_writing, writing
from archive.errors import ArchiveError
from crawler.clock import FORM
from crawler.frontier.schema import migrations

SLOTS = "select portal, rule, until, next_at from slots"


@dataclass(frozen=True, slots=True)
class Seen:
    """The slots of a portal are seen to up to `until`, as its rule stood then; `next_at` is when it runs
    next, window and all, None where it never does."""

    rule: str
    until: datetime
    next_at: datetime | None = None


def load(data: Path) -> dict[str, Seen]:
    """By portal; nothing is written. Raises ArchiveError."""
    path = data / "frontier.db"
    if not path.exists():
        return {}
    try:
        with closing(connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            rows = connection.execute(SLOTS).fetchall() if _has_slots(connection) else []
    except SqliteError as error:
        raise _unusable(data, error) from error
    return {
        portal: Seen(rule, _moment(until), _moment(next_at) if next_at else None)
        for portal, rule, until, next_at in rows
    }


def save(data: Path, changed: Mapping[str, Seen], gone: Collection[str] = ()) -> None:
    """Write down what has changed, and forget portals that have no schedule any more. Raises ArchiveError."""
    if not changed and not gone:
        return
    rows = [
        (portal, seen.rule, _text(seen.until), _text(seen.next_at) if seen.next_at else None)
        for portal, seen in changed.items()
    ]
    try:
        with closing(_open(data)) as connection, writing(connection):
            connection.executemany("delete from slots where portal = ?", [(portal,) for portal in gone])
            connection.executemany(
                "insert into slots(portal, rule, until, next_at) values (?, ?, ?, ?) "
                "on conflict(portal) do update set rule = excluded.rule, until = excluded.until, "
                "next_at = excluded.next_at",
                rows,
            )
    except (OSError, SqliteError) as error:
        raise _unusable(data, error) from error


def _open(data: Path) -> Connection:
    connection = open_for_writing(data / "frontier.db", autocommit=True)
    try:
        if _has_slots(connection):
            return connection
        with writing(connection):
            migrations.apply(Database(connection))
    except BaseException:
        connection.close()
        raise
    return connection


def _has_slots(connection: Connection) -> bool:
    query = "select 1 from sqlite_master where name = 'slots'"
    return connection.execute(query).fetchone() is not None


def _unusable(data: Path, error: Exception) -> ArchiveError:
    way_out = "; move it away, and the schedule counts from now" if type(error) is DatabaseError else ""
    return ArchiveError(f"cannot open {data / 'frontier.db'}: {error}{way_out}")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(FORM)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
