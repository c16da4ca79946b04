"""What one question may take of the machine, and that it cannot write.

Datasette limits how long a query runs and how many rows it returns, but not how large they are.
"""

import sqlite3
import sys
from collections.abc import Callable
from typing import Any
from weakref import ref

from datasette import hookimpl

from archive.search import open_vocabularies
from archive.site.options import DATABASE

LONGEST_VALUE = 8_000_000  # bytes; a whole row of a table can be no longer either
MOST_COLUMNS = 64
# Pragmas with a value that tell something; every other one changes something. Datasette lets readers write
# none anyway; to have SQLite itself ask costs a statement a few microseconds at most.
TELLING = {"table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list"}
TELLING |= {"recursive_triggers"}  # which sqlite-utils sets on every connection, and which fires none here
MOST_ANSWERED = 32_000_000  # bytes in memory; written out as JSON they take several times as many


class Answer:
    """Makes the texts and rows of an answer, and ends it before it fills the machine."""

    def __init__(self) -> None:
        self.cursor: Callable[[], sqlite3.Cursor | None] = lambda: None
        self.taken = 0
        self.in_row = 0

    def text(self, value: bytes) -> str:
        text = str(value, "utf-8", "replace")
        self.in_row = self._bounded(self.in_row + sys.getsizeof(text))
        return text

    def row(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self.cursor() is not cursor:
            self.cursor = ref(cursor)  # to hold the cursor would keep its view of the database open
            self.taken = 0
        blobs = sum(len(value) for value in values if isinstance(value, bytes))
        self.taken = self._bounded(self.taken + self.in_row + blobs)
        self.in_row = 0
        return sqlite3.Row(cursor, values)

    def _bounded(self, size: int) -> int:
        if size <= MOST_ANSWERED:
            return size
        self.in_row = 0
        raise sqlite3.OperationalError("the answer is too large: ask for fewer rows or columns")


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    conn.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, MOST_COLUMNS)
    answer = Answer()
    conn.text_factory, conn.row_factory = answer.text, answer.row
    if database == DATABASE:
        open_vocabularies(conn)
    if not database.startswith("_"):  # `_internal` is Datasette's own, in memory, and it writes there
        conn.execute("pragma query_only = on")
        conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        conn.set_authorizer(_permitted)


def _permitted(action: int, what: str | None, value: str | None, *_: object) -> int:
    opens = action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
    changes = action == sqlite3.SQLITE_PRAGMA and value is not None and (what or "").lower() not in TELLING
    return sqlite3.SQLITE_DENY if opens or changes else sqlite3.SQLITE_OK
