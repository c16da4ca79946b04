"""Makes Datasette's own `_search=` box understand Vietnamese: it asks `escape_fts` for the expression."""

import sqlite3

from datasette import hookimpl

from archive.query import folded_match


@hookimpl(trylast=True)  # after Datasette's own function of this name, to take its place
def prepare_connection(conn: sqlite3.Connection) -> None:
    conn.create_function("escape_fts", 1, folded_match, deterministic=True)
