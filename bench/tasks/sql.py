"""What the SQL behind searches costs in sqlite3 alone: `python -m bench.tasks.sql FOLDER COUNT ROUNDS`.

The statements that Datasette runs for each address, values filled in, are taken down once; then a bare
connection runs them, ROUNDS times over. Tells seconds of a processor for one search.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import process_time
from typing import Any

from archive.access import connect
from archive.serve import application
from bench.queries import queries
from bench.searching import address


async def traced(datasette: Any, addresses: Iterable[str]) -> list[str]:
    """All statements that these addresses run in the archive, each asked for the first time."""
    datasette.executor = ThreadPoolExecutor(1)  # and so one connection, whose statements are seen
    await datasette.invoke_startup()
    database = datasette.get_database("archive")
    seen = list[str]()
    await datasette.client.get(address("kho"))  # what is asked once in a process is no part of it
    await database.execute_fn(lambda connection: connection.set_trace_callback(seen.append))
    for one in addresses:
        response = await datasette.client.get(one)
        assert response.status_code == 200, (one, response.status_code, response.text)
    await database.execute_fn(lambda connection: connection.set_trace_callback(None))
    # Those that FTS5 runs itself are told as comments.
    return [sql for sql in seen if sql.lstrip().lower().startswith(("select", "with"))]


def spent(connection: sqlite3.Connection, statements: Iterable[str]) -> float:
    began = process_time()
    for sql in statements:
        connection.execute(sql).fetchall()
    return process_time() - began


def main() -> None:
    data, count, rounds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    datasette = application(data)
    statements = asyncio.run(traced(datasette, map(address, queries(count))))
    with closing(connect(data / "archive.db")) as bare:
        datasette._prepare_connection(bare, "archive")  # its functions, which the statements call
        spent(bare, statements)
        took = [spent(bare, statements) / count for _ in range(rounds)]
    print(json.dumps({"seconds": took, "statements": len(statements) / count}))


if __name__ == "__main__":
    main()
