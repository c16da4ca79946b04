"""How our SQLite files are opened for writing, and how they are written to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import SQLITE_BUSY, Connection, OperationalError, connect
from time import sleep

STATEMENTS = 512  # that a connection keeps prepared, more than storing has


def open_for_writing(path: Path, autocommit: bool = False) -> Connection:
    """Open or create a file, in WAL mode; for several threads, one at a time.

    `autocommit`: a statement outside of `writing` is a transaction of its own, not the beginning of one.
    Raises OSError and sqlite3.Error.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = connect(
        path,
        check_same_thread=False,
        timeout=30,
        isolation_level=None if autocommit else "DEFERRED",
        cached_statements=STATEMENTS,
    )
    _switch_to_wal(connection)
    connection.execute("pragma synchronous = normal")
    return connection


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """One transaction, with the write lock from the start: a reader cannot wait to become a writer."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _switch_to_wal(connection: Connection, patience: int = 200) -> None:
    """Of several that open a new file at once one switches; SQLite lets the others fail, not wait."""
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except OperationalError as error:
            patience -= 1
            if error.sqlite_errorcode != SQLITE_BUSY or not patience:
                raise
            sleep(0.05)
