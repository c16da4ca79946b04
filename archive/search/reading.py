"""The archive, opened for a search."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive.access import connect
from archive.errors import ArchiveError, QueryError
from archive.search.completions import open_vocabularies

Source = sqlite3.Connection | Path | str


@contextmanager
def reading(db: Source) -> Iterator[sqlite3.Connection]:
    """An open archive, or the file `archive.db` at a path. SQLite's errors end here."""
    try:
        if isinstance(db, sqlite3.Connection):
            yield db
            return
        with closing(connect(Path(db))) as connection:
            open_vocabularies(connection)
            yield connection
    except sqlite3.Error as error:
        if "interrupted" in str(error):
            raise QueryError("Tìm quá lâu, hãy thêm từ. · This takes too long: add a word.") from error
        raise ArchiveError(f"cannot search the archive: {error}") from error
