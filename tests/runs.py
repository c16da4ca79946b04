"""Run crawls in processes of their own, and look at what they left."""

import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forked import PATIENCE, Program

FTS = ("articles_fts", "articles_fts_exact", "files_fts", "files_fts_exact")
ROOT = Path(__file__).parents[1]
HURRY = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "BLOCK_FIRST=0")


@dataclass(frozen=True)
class Demo:
    """What `backan demo` has left, and the file of what it printed."""

    data: Path
    printed: Path


def begin(*command: str, **more: str) -> Program:
    """Begin a Python program in the checkout; `more` are of its environment."""
    return Program(command, ROOT, environment() | more)


def run(*command: str, expect: int | None = 0, **more: str) -> str:
    """Run one to its end; returns what it printed, to both ends."""
    program = begin(*command, **more)
    code = program.end()
    assert expect is None or code == expect, program.output
    return program.output


def run_anew(*command: str, expect: int = 0) -> str:
    """The same from Python's own start on, and to the end of the last process that holds its output."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    output = done.stdout + done.stderr
    assert done.returncode == expect, output
    return output


def environment() -> dict[str, str]:
    path = os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(ROOT), str(ROOT / "tests")])
    return {**os.environ, "PYTHONPATH": path.strip(os.pathsep)}


def rows(data: Path, sql: str, *params: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(data / "archive.db") as connection:
        found = connection.execute(sql, params).fetchall()
    connection.close()
    return found


def dump(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables of an archive, and all words of its indexes; but for when it was migrated."""
    with sqlite3.connect(data / "archive.db") as connection:
        query = (
            "select name from sqlite_master where type = 'table' and sql not like '%virtual%' order by name"
        )
        names = [name for (name,) in connection.execute(query)]
        indexes = [name for name in FTS if f"{name}_data" in names]
        stored = [
            name for name in names if not name.startswith(("_sqlite", "sqlite_", "articles_fts", "files_fts"))
        ]
        found = {
            name: connection.execute(f"select * from {name} order by 1, 2").fetchall() for name in stored
        }
        for name in indexes:
            connection.execute(f"create virtual table temp.words using fts5vocab(main, {name}, instance)")
            found[name] = connection.execute("select * from temp.words order by 1, 2, 3, 4").fetchall()
            connection.execute("drop table temp.words")
    connection.close()
    return found


def differences(one: Path, other: Path) -> dict[str, tuple[list[Any], list[Any]]]:
    """What only the one archive has, and only the other, by table: a few rows of each."""
    left, right = dump(one), dump(other)
    assert left.keys() == right.keys()
    return {
        name: (sorted(set(left[name]) - set(right[name]), key=repr)[:3],
               sorted(set(right[name]) - set(left[name]), key=repr)[:3])
        for name in left
        if left[name] != right[name]
    }  # fmt: skip
