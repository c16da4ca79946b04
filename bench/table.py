"""One table of ratios for a terminal of 80 columns, and the same with every single figure as JSON."""

import platform
import sys
from collections.abc import Iterable
from importlib.metadata import version
from os import cpu_count
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from bench.measure import Row

WIDTH = 80
COLOURS = {"met": "green", "missed": "red", "not run": "yellow", "reported": ""}
VERSIONS = ("scrapy", "lxml", "trafilatura", "datasette", "warcio", "twisted")


def table(rows: Iterable[Row]) -> Table:
    made = Table(box=box.SIMPLE_HEAD, width=WIDTH, pad_edge=False, padding=(0, 1, 0, 0))
    made.add_column("measurement", ratio=1)
    made.add_column("beside", ratio=1)
    for head in ("ratio", "spread", "goal"):
        made.add_column(head, justify="right", no_wrap=True)
    made.add_column("", no_wrap=True)
    for row in rows:
        goal = f"{row.goal.sign} {short(row.goal.value)}" if row.goal else ""
        verdict = Text(row.verdict, COLOURS[row.verdict])
        made.add_row(row.what, row.failed or row.beside, _median(row), spread(row.values), goal, verdict)
    return made


def spread(values: list[float]) -> str:
    """The least and the most."""
    return f"{short(min(values))}–{short(max(values))}" if values else ""


def short(value: float) -> str:
    """Three digits, and never an exponent."""
    return f"{value:.3g}" if 0.001 <= abs(value) < 1_000 else f"{value:,.0f}"


def _median(row: Row) -> str:
    return "" if row.median is None else f"{short(row.median)} {row.unit}".strip()


def record(rows: Iterable[Row], about: dict[str, Any]) -> dict[str, Any]:
    """What the JSON file holds; `about` says when, and of how much."""
    return {**about, "machine": machine(), "rows": [row.record() for row in rows]}


def machine() -> dict[str, Any]:
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        "cpu": cpu, "cores": cpu_count(), "memory_bytes": int(memory) << 10, "system": platform.platform(),
        "python": sys.version.split()[0], "versions": {name: version(name) for name in VERSIONS},
    }  # fmt: skip


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text().splitlines() if path.exists() else []
