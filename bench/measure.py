"""Run a measurement and its peer in turn, each in a process of its own, and say how they compare."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from operator import ge, gt, le, lt
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from typing import Any, Literal

ROOT = Path(__file__).parents[1]
COMPARE = {">=": ge, "<=": le, "<": lt, ">": gt}


class BrokenError(Exception):
    """A measurement that came to nothing; its message says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took: seconds of the clock and of processors, its children's with it.

    `began` and `ended` are of the clock that all processes share; `told` is what it said itself.
    """

    wall: float
    cpu: float
    began: float
    ended: float
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Goal:
    sign: Literal[">=", "<=", "<", ">"]
    value: float

    def met_by(self, value: float) -> bool:
        return bool(COMPARE[self.sign](value, self.value))


@dataclass(slots=True)
class Row:
    """One line of the table: `values` has one ratio, or figure of `unit`, of each round.

    `sides` has what each side came to in each round, for people to see the ratio's origin. Where it could not
    be measured, `failed` says why.
    """

    name: str
    what: str
    beside: str
    goal: Goal | None = None
    unit: str = ""
    values: list[float] = field(default_factory=list)
    sides: dict[str, list[float]] = field(default_factory=dict)
    failed: str | None = None

    @property
    def median(self) -> float | None:
        return median(self.values) if self.values else None

    @property
    def verdict(self) -> str:
        if self.failed:
            return "not run"
        if self.goal is None or self.median is None:
            return "reported"
        return "met" if self.goal.met_by(self.median) else "missed"

    def record(self) -> dict[str, Any]:
        return asdict(self) | {"median": self.median, "verdict": self.verdict}


def task(name: str, *arguments: object, environ: Mapping[str, str] | None = None) -> Run:
    """Run a task of `bench/tasks` to its end."""
    return process([sys.executable, "-m", f"bench.tasks.{name}", *map(str, arguments)], environ)


def environment() -> dict[str, str]:
    """So that the suite, the archive, and what the tests make archives with are found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}


def process(
    command: Sequence[str], environ: Mapping[str, str] | None = None, ok: Sequence[int] = (0,)
) -> Run:
    """Run a command to its end; the last line that it prints may be JSON. May raise BrokenError."""
    began = time.monotonic()
    with (
        TemporaryFile() as noise,
        subprocess.Popen(
            command, cwd=ROOT, env=environment() | dict(environ or {}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=noise,
        ) as running,
    ):  # fmt: skip
        assert running.stdout
        said = running.stdout.read()
        _, status, usage = os.wait4(running.pid, 0)
        ended = time.monotonic()
        running.returncode = os.waitstatus_to_exitcode(status)
        if running.returncode not in ok:
            noise.seek(0)
            raise BrokenError(
                f"{' '.join(command[:4])} ended with {running.returncode}: {noise.read().decode()[-600:]}"
            )
    return Run(ended - began, usage.ru_utime + usage.ru_stime, began, ended, _told(said))


def _told(said: bytes) -> dict[str, Any]:
    lines = said.decode(errors="replace").strip().splitlines()
    try:
        told = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@dataclass(slots=True)
class Came:
    """What each side came to, round by round; and why some could not be measured."""

    values: dict[str, list[float]]
    failed: dict[str, str] = field(default_factory=dict)


def in_turn(sides: Mapping[str, Callable[[], float]], rounds: int, tell: Callable[[str], object]) -> Came:
    """Each side once in every round, A B A B: what else the machine does befalls them alike.

    A side that is broken is left out from there on.
    """
    came = Came({name: [] for name in sides})
    for number in range(1, rounds + 1):
        for name, measure in sides.items():
            if name in came.failed:
                continue
            try:
                came.values[name].append(measure())
            except BrokenError as why:
                came.failed[name] = str(why)
                tell(f"{name}: {why}")
            else:
                tell(f"round {number} of {rounds}: {name} {came.values[name][-1]:.4g}")
    return came


def compare(row: Row, came: Came, over: str, under: str) -> Row:
    """The ratio of two sides, of each round that both came through."""
    row.failed = came.failed.get(over) or came.failed.get(under)
    row.sides |= {name: came.values[name] for name in (over, under)}
    if not row.failed:
        row.values = [one / other for one, other in zip(came.values[over], came.values[under], strict=True)]
    return row
