"""The time that captures bear."""

import re
import time
from datetime import UTC, datetime, timedelta

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}  # in seconds
FORM = "%Y-%m-%dT%H:%M:%SZ"
STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the first goes on while the machine sleeps


class Clock:
    """Starts with the machine's clock, and never runs back, even where that one is set back meanwhile."""

    def __init__(self, after: str | None = None) -> None:
        """`after`: the clock starts in the second after that, where the machine's is not there yet."""
        start = datetime.now(UTC)
        self._start = max(start, datetime.fromisoformat(after) + timedelta(seconds=1)) if after else start
        self._began = time.clock_gettime(STEADY)

    def now(self, ahead: float = 0) -> str:
        """The time in UTC, in whole seconds, as WARC files and `captures` state it; `ahead` by so many."""
        since = time.clock_gettime(STEADY) - self._began
        return (self._start + timedelta(seconds=since + ahead)).strftime(FORM)


def now() -> str:
    """The machine's time in UTC, in whole seconds."""
    return datetime.now(UTC).strftime(FORM)


def span(text: str) -> timedelta:
    """90s, 30m, 6h, 7d or 2w. Raises ValueError for anything else, and for nothing at all."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})\s*([smhdw])", text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span of time; write 90s, 30m, 6h, 7d or 2w")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def compact(moment: str) -> str:
    """20261121T070000Z for 2026-11-21T07:00:00Z: for the names of crawls and files."""
    return moment.replace("-", "").replace(":", "")


def seconds_between(now: str, then: str | None) -> float | None:
    if then is None:
        return None
    return (datetime.fromisoformat(then) - datetime.fromisoformat(now)).total_seconds()
