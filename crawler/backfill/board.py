"""Show how a backfill gets on: one line that renews itself on a terminal, plain lines elsewhere."""

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from crawler.progress import INTERVAL
from crawler.wording import printable


class Board:
    """Within `with`, `show` says where it stands, and `say` what has to be read whenever it happens."""

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic) -> None:
        self._console, self._clock = console, clock
        self._status: Status | None = None
        self._shown_at = clock()

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def show(self, line: str) -> None:
        if self._status:
            self._status.update(printable(line).replace("[", r"\["))
        elif self._clock() - self._shown_at >= INTERVAL:
            self.say(line)

    def say(self, line: str) -> None:
        self._shown_at = self._clock()
        self._console.out(printable(line), highlight=False)
