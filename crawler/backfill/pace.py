"""Ask no faster than is polite, and wait where an archive cannot answer now."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from wayback import RateLimit

from crawler.backfill.service import BusyError, TroubleError
from crawler.progress import clock as told

T = TypeVar("T")
WAITS = (5.0, 30.0, 120.0, 300.0)  # seconds before each further attempt
LONGEST = 3600.0  # who asks us to wait longer is asked again another day


class Pace(RateLimit):  # type: ignore[misc]  # wayback has no types
    """A limit of the library `wayback`, by a clock that nobody sets back."""

    def __init__(
        self,
        per_second: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(per_second)
        self._gap = 1 / per_second if per_second else 0.0
        self._sleep, self._clock = sleep, clock
        self._next = clock()

    def wait(self) -> None:
        if (ahead := self._next - self._clock()) > 0:
            self._sleep(ahead)
        self._next = self._clock() + self._gap


class Patience:
    """Asks again where an archive is busy or in trouble, and says so."""

    def __init__(self, say: Callable[[str], None], sleep: Callable[[float], None] = time.sleep) -> None:
        self._say, self._sleep = say, sleep

    def ask(self, work: Callable[[], T]) -> T:
        """Do the work. Raises BusyError or TroubleError after too many attempts, or for too long a wait."""
        for wait in WAITS:
            try:
                return work()
            except (BusyError, TroubleError) as error:
                if error.wait > LONGEST:
                    raise
                pause = max(wait, error.wait)
                self._say(f"{error}; asking again in {told(pause)}")
                self._sleep(pause)
        return work()


def stated_wait(retry_after: str | None) -> float:
    """The seconds that a `Retry-After` asks for, which may be a date; 0 where it asks for nothing we know."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
