"""Counts of the tables that readers look at, and of no others.

SQLite counts a table in one step that no time limit ends; of the tables in which FTS5 keeps an index of a
million articles that takes a second each. Datasette asks for all of them, and shows none of those.
"""

import sqlite3
from typing import Any

from datasette import hookimpl
from datasette.database import QueryInterrupted

from archive.site.options import DATABASE


@hookimpl
def startup(datasette: Any) -> None:
    database = datasette.get_database(DATABASE)
    if not database.is_mutable:  # a published copy was counted when it was made
        return

    async def counts(limit: int = 10) -> dict[str, int | None]:
        """Within so many milliseconds each; None where that is too few."""
        hidden = set(await database.hidden_table_names())
        return {
            table: None if table in hidden else await count(table, limit)
            for table in await database.table_names()
        }

    async def count(table: str, limit: int) -> int | None:
        try:
            found = await database.execute(f"select count(*) from [{table}]", custom_time_limit=limit)
        except (QueryInterrupted, sqlite3.DatabaseError):
            return None
        return int(found.rows[0][0])

    database.table_counts = counts
