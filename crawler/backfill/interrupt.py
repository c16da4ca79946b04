"""End on Ctrl-C between two captures, never within one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Within `with`, SIGINT and SIGTERM raise KeyboardInterrupt; where something is done `whole`, at its end.

    For the main thread, which alone gets signals.
    """

    def __init__(self) -> None:
        self._asked = self._busy = False
        self._before: dict[int, Any] = {}

    @contextmanager
    def whole(self) -> Iterator[None]:
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
        if self._asked:
            raise KeyboardInterrupt

    def ignore(self) -> None:
        """From here on nothing is interrupted."""
        self._busy = True

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        if not self._busy:
            raise KeyboardInterrupt
