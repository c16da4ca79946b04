"""Rows of reading one page: how long it takes, and how much of the text comes of it."""

from bench.measure import Goal, Row, task
from bench.plan import Plan


def reading(plan: Plan) -> list[Row]:
    """All three read each page in turn, in one process; a round is a process."""
    speed = Row("read", "read a page: pages/s", "trafilatura, metadata", Goal(">=", 12))
    found = Row("read", "words found: F1", "trafilatura, metadata", Goal(">", 1))
    parsing = Row("read", "read a page: ms", "bare lxml parsing", Goal("<=", 4))
    for number in range(1, plan.rounds + 1):
        told = task("read", plan.few).told
        ms, f1 = told["ms"], told["f1"]
        plan.tell(f"round {number} of {plan.rounds}: ms a page {ms}, F1 {f1}")
        speed.values.append(ms["trafilatura"] / ms["ours"])
        found.values.append(f1["ours"] / f1["trafilatura"])
        parsing.values.append(ms["ours"] / ms["lxml"])
        for name, value in ms.items():
            parsing.sides.setdefault(f"{name}, ms of a processor", []).append(value)
        for name, value in f1.items():
            found.sides.setdefault(f"{name}, F1", []).append(value)
    return [speed, found, parsing]
