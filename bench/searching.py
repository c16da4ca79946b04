"""Rows of searches through HTTP: beside their SQL alone, and in an archive ten times as large."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote_plus, urlsplit

from archive.access import connect
from archive.query import parse
from archive.search.model import NO_FILTERS
from archive.search.question import question
from bench.measure import BrokenError, Came, Goal, Row, compare, task
from bench.plan import Plan
from bench.queries import queries
from bench.served import serving

CLIENTS, OF_EACH = 10, 20
BYTES = 600  # of a text
TICKS = os.sysconf("SC_CLK_TCK")


def address(words: str) -> str:
    return f"/tim.json?q={quote_plus(words)}"


def search(connection: HTTPConnection, words: str) -> float:
    """Seconds by the clock until all of the answer was there."""
    began = time.perf_counter()
    connection.request("GET", address(words))
    response = connection.getresponse()
    answer = response.read()
    seconds = time.perf_counter() - began
    if response.status != 200:
        raise BrokenError(f"HTTP {response.status} for {words}: {answer[:200]!r}")
    return seconds


def asked(server: str, words: list[str]) -> list[float]:
    """One after the other, over one connection."""
    connection = HTTPConnection(urlsplit(server).netloc, timeout=120)
    try:
        return [search(connection, one) for one in words]
    finally:
        connection.close()


def through_http(plan: Plan) -> list[Row]:
    """CPU of a server that CLIENTS ask at once, for each request, beside that of the same SQL."""
    row = Row("http", f"search, {CLIENTS} clients: CPU a request", "the same SQL alone", Goal("<=", 1.3))
    data = _archive(plan, plan.searched)
    words = queries(CLIENTS * OF_EACH)
    sides: dict[str, list[float]] = {"HTTP, ms": [], "SQL, ms": []}
    shares = [words[n::CLIENTS] for n in range(CLIENTS)]
    for number in range(1, plan.rounds + 1):
        with _served(data) as (server, process), ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(partial(asked, server), shares))  # as the SQL is run once before it is timed
            before = _processor_time(process)
            list(clients.map(partial(asked, server), shares))
            sides["HTTP, ms"].append(1000 * (_processor_time(process) - before) / len(words))
        sides["SQL, ms"].append(1000 * task("sql", data, len(words), 1).told["seconds"][0])
        plan.tell(f"round {number} of {plan.rounds}: {sides}")
    return [compare(row, Came(sides), *sides)]


def scale(plan: Plan) -> list[Row]:
    """The same searches in an archive and in one of a tenth of its size."""
    sizes = {f"{count:,}": count for count in (plan.searched, plan.searched // 10)}
    large, small = sizes
    came = Came({name: [] for name in sizes})
    worst = Row("scale", f"slowest of 200 searches, {large}", "", Goal("<=", 1), "s")
    for number in range(1, plan.rounds + 1):
        for name, count in sizes.items():
            with _served(_archive(plan, count)) as (server, _):
                found = asked(server, queries())
            came.values[name].append(quantiles(found, n=20)[-1])
            if name == large:
                worst.values.append(max(found))
        plan.tell(f"round {number} of {plan.rounds}: p95 in seconds {came.values}, slowest {worst.values}")
    hits = {name: _hits(_archive(plan, count), queries()) for name, count in sizes.items()}
    more = hits[large] / hits[small]
    row = Row(
        "scale", f"search, p95 of 200 at {large}", f"at {small}; {more:.1f} times the hits", Goal("<=", more)
    )
    return [compare(row, came, large, small), worst]


def _hits(data: Path, words: Iterable[str]) -> int:
    """Of all these searches; an answer counts no further than a page needs."""
    with closing(connect(data / "archive.db")) as connection:
        return sum(
            question(connection, parse(one), NO_FILTERS).all.count(connection, sys.maxsize) for one in words
        )


def _archive(plan: Plan, count: int) -> Path:
    data = plan.folder / f"archive-{count}"
    if not data.exists():
        plan.tell(f"filling an archive of {count} articles")
        task("archive", data, count, BYTES)
    return data


@contextmanager
def _served(data: Path) -> Iterator[tuple[str, int]]:
    with serving("serve", data) as served:
        yield served


def _processor_time(process: int) -> float:
    """Seconds that a process has used up to now."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
