"""What a search costs on many articles, as a page and as the same SQL in bare sqlite3: side by side, in one run.

    python tests/benchmarks/search.py [ROUNDS]

SIZE (100000) articles of 4 KB are built once, into FOLDER (a temporary one, thrown away, unless given). Each round
asks, one after the other: Datasette in this process for our pages, a bare connection for the statements that they
ran, and Datasette for its own page of the table with the same search. Milliseconds of a processor, the median;
"its SQL" is all that SQLite was asked for that answer: hits, their ranks and passages, filters, chart, names.
"""

import asyncio
import logging
import os
import sqlite3
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any
from urllib.parse import urlencode

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
from many_articles import build

from archive.access import connect
from archive.query import folded_match
from archive.serve import application

SEARCHES = ("nong thon", "Bắc Kạn", '"nông thôn mới"', "hồ ba bể", "lua -ngo", "của")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    size = int(os.environ.get("SIZE", "100000"))
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(os.environ.get("FOLDER") or folder)
        if not (data / "archive.db").exists():
            print(f"building {size} articles in {data}", file=sys.stderr)
            data.mkdir(parents=True, exist_ok=True)
            build(data / "archive.db", size)
        asyncio.run(compare(data, rounds))


async def compare(data: Path, rounds: int) -> None:
    datasette = application(data)
    datasette._settings["sql_time_limit_ms"] = datasette.sql_time_limit_ms = (
        60_000  # the slow is measured too
    )
    datasette.executor = ThreadPoolExecutor(1)  # and so one connection, whose statements are seen
    await datasette.invoke_startup()
    database = datasette.get_database("archive")
    heads = ("page", "its SQL", "ratio", "data", "its SQL", "ratio", "table", "to page")
    print(f"{'':15}{''.join(f'{head:>8}' for head in heads)}")
    with closing(connect(data / "archive.db")) as bare:
        bare.create_function("escape_fts", 1, folded_match)
        ratios = list[float]()
        for words in SEARCHES:
            addresses = {
                "page": f"/?{urlencode({'q': words})}",
                "data": f"/tim.json?{urlencode({'q': words})}",
                "table": f"/archive/articles?{urlencode({'_search': words, '_nofacet': 1, '_size': 20})}",
            }
            statements = {
                name: await traced(datasette, database, address) for name, address in addresses.items()
            }
            spent = dict[str, list[float]]()
            for _ in range(rounds):
                for name, address in addresses.items():
                    began = process_time()
                    response = await datasette.client.get(address)
                    spent.setdefault(name, []).append(process_time() - began)
                    assert response.status_code == 200, (address, response.status_code, response.text)
                    spent.setdefault(f"{name} SQL", []).append(run(bare, statements[name]))
            print(row(words, {name: 1000 * median(times) for name, times in spent.items()}))
            ratios.append(median(spent["page"]) / median(spent["page SQL"]))
    print(f"page to its SQL: median {median(ratios):.2f}, most {max(ratios):.2f}; goal 1.3")


def row(words: str, ms: dict[str, float]) -> str:
    pairs = (
        f"{ms[name]:8.1f}{ms[f'{name} SQL']:8.1f}{ms[name] / ms[f'{name} SQL']:8.2f}"
        for name in ("page", "data")
    )
    return f"{words:15}{''.join(pairs)}{ms['table']:8.1f}{ms['table'] / ms['page']:8.2f}"


async def traced(datasette: Any, database: Any, address: str) -> list[str]:
    """The statements, values filled in, that a second request for an address runs in the archive."""
    seen = list[str]()
    await datasette.client.get(address)
    await database.execute_fn(lambda connection: connection.set_trace_callback(seen.append))
    await datasette.client.get(address)
    await database.execute_fn(lambda connection: connection.set_trace_callback(None))
    # Those that FTS5 runs itself are told as comments.
    return [sql for sql in seen if sql.lstrip().lower().startswith(("select", "with"))]


def run(connection: sqlite3.Connection, statements: list[str]) -> float:
    began = process_time()
    for sql in statements:
        connection.execute(sql).fetchall()
    return process_time() - began


if __name__ == "__main__":
    main()
