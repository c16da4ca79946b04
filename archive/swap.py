"""Put a new archive in place of one that others may be reading."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from archive.errors import ArchiveError
from archive.warc.file import sync_folder

PAGES = 4096  # copied at a time: 16 MB
PATIENCE = 120  # tries, a quarter of a second each
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def put_in_place(new: Path, path: Path) -> None:
    """Give the archive at `path` the content of `new`, all of it or nothing, and remove `new`.

    In one transaction, so who reads goes on with the old rows and then sees the new ones, and a kill leaves
    the old archive. To rename would need the old -wal and -shm files gone, which a reader may be using or
    making just then. Raises ArchiveError where somebody else writes to it.
    """
    if not _can_be_written_over(path, new):  # nobody can be reading it
        _remove_journals(path)
        os.replace(new, path)
        sync_folder(path.parent)
        return
    with closing(sqlite3.connect(new)) as source, closing(sqlite3.connect(path)) as target:
        target.execute("pragma synchronous = full")
        source.backup(target, pages=PAGES, progress=_Patience(path))
    remove(new)


def remove(path: Path) -> None:
    """Remove an archive, and what SQLite keeps beside it."""
    path.unlink(missing_ok=True)
    _remove_journals(path)


class _Patience:
    def __init__(self, path: Path) -> None:
        self.path, self.tries = path, PATIENCE

    def __call__(self, status: int, remaining: int, total: int) -> None:
        self.tries = self.tries - 1 if status in BUSY else PATIENCE
        if not self.tries:
            raise ArchiveError(f"another program is writing to {self.path}: end it, and do it again")


def _can_be_written_over(path: Path, new: Path) -> bool:
    """Whether there is an archive whose pages can be replaced, whatever is in them."""
    if not path.exists():
        return False
    try:
        return _page_size(path) == _page_size(new)
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorcode & 0xFF in BUSY


def _page_size(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("select 1 from sqlite_master limit 1")
        return int(connection.execute("pragma page_size").fetchone()[0])


def _remove_journals(path: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
