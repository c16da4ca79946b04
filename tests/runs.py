"""Run crawls in processes of their own, and look at what they left."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HURRY = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0")


def run(*command: str, expect: int = 0) -> str:
    """Run a Python program in the checkout; returns what it printed, to both ends."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=240
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
