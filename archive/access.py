"""How an archive is opened for reading: live, or frozen where nobody can write."""

import sqlite3
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote

from archive.errors import ArchiveError

CLOSED_FOLDER = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


class Access(StrEnum):
    """The parameter of SQLite's URI: https://sqlite.org/uri.html"""

    LIVE = "mode=ro"  # what a crawl writes is seen
    FROZEN = "immutable=1"  # without locks, and without files beside the archive


def access(archive: Path) -> Access:
    """Find out, by reading from it, how an archive can be opened.

    In WAL mode SQLite reads through a -shm file beside the archive, which it cannot make in a folder or on
    a medium that is read-only. With no rows left in a -wal file either, the archive is whole as it is.

    Raises ArchiveError where there is no archive, or none that can be read.
    """
    try:
        if not archive.is_file():
            raise ArchiveError(f"no archive at {archive}: run `backan demo` or `backan crawl` first")
        return _access(archive)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot read {archive}: {error}") from error


def connect(archive: Path) -> sqlite3.Connection:
    """Open an archive for reading only; raises as `access` does."""
    return _open(archive, access(archive))


def glimpse(file: Path) -> sqlite3.Connection:
    """Open any file of ours for a few questions, and leave nothing behind: to read in WAL mode makes -shm
    and -wal files where there are none. Where there are, somebody writes or was killed: they are read too.
    """
    beside = file.with_name(f"{file.name}-wal")
    return _open(file, Access.LIVE if beside.exists() and beside.stat().st_size else Access.FROZEN)


def _access(archive: Path) -> Access:
    try:
        return _tried(archive, Access.LIVE)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in CLOSED_FOLDER:
            raise
    wal = archive.with_name(f"{archive.name}-wal")
    if wal.exists() and wal.stat().st_size:
        raise ArchiveError(
            f"{wal} holds rows that can only be read in a folder that can be written: copy both files to one"
        )
    return _tried(archive, Access.FROZEN)


def _tried(archive: Path, how: Access) -> Access:
    with closing(_open(archive, how)) as connection:
        connection.execute("select 1 from articles limit 1")
    return how


def _open(archive: Path, how: Access) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(archive))}?{how}", uri=True)
