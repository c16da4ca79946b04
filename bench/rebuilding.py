"""Rows of making the archive anew from its WARC files."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.measure import BrokenError, Came, Goal, Row, compare, in_turn, task
from bench.plan import Plan


def cores(plan: Plan) -> list[Row]:
    """By all cores beside one, of heavy pages."""
    count = os.cpu_count() or 1
    row = Row("cores", f"rebuild: pages/s on {count} cores", "on one core", Goal(">=", 1.7))
    if count < 2:
        row.failed = "this machine has one core"
        return [row]
    data = _made(plan, "heavy", plan.pages)
    sides = {f"{jobs} jobs": _rebuilt(plan.pages, data, jobs, {}) for jobs in (count, 1)}
    compare(row, in_turn(sides, plan.rounds, plan.tell), *sides)
    return [row]


def growth(plan: Plan) -> list[Row]:
    """Of many short articles beside few."""
    large, small = (f"{count:,}" for count in (plan.size, plan.small))
    peaks: dict[str, list[float]] = {large: [], small: []}
    sides = {}
    for name, count in ((large, plan.size), (small, plan.small)):
        sides[name] = _rebuilt(count, _made(plan, "short", count), os.cpu_count() or 1, peaks, name)
    # One that takes hours is not run more than once.
    came = in_turn(sides, plan.rounds if plan.size <= 20_000 else 1, plan.tell)
    beside = f"at {small}"
    speed = Row("growth", f"rebuild: pages/s at {large}", beside, Goal(">=", 0.9))
    memory = Row("growth", f"rebuild: memory at {large}", beside, Goal("<=", 1.2))
    compare(speed, came, large, small)
    compare(memory, Came(peaks, came.failed), large, small)
    return [speed, memory]


def _made(plan: Plan, kind: str, count: int) -> Path:
    data = plan.folder / f"{kind}-{count}"
    if not data.exists():
        plan.tell(f"writing WARC files of {count} {kind} pages")
        task("warcs", data, kind, count)
    return data


def _rebuilt(
    count: int, data: Path, jobs: int, peaks: dict[str, list[float]], name: str = ""
) -> Callable[[], float]:
    return partial(_rebuild, count, data, jobs, peaks.get(name))


def _rebuild(count: int, data: Path, jobs: int, peaks: list[float] | None) -> float:
    told = task("rebuild", data, jobs).told
    if told["articles"] < count:
        raise BrokenError(f"{told['articles']} articles of {count}")
    if peaks is not None:
        peaks.append(told["peak"])
    return float(told["pages_per_second"])
