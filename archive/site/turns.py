"""How many requests of one address are worked on at the same time."""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from archive.site.rate import network


class TooManyError(Exception):
    """More of them wait than anybody would wait for."""


@dataclass(slots=True)
class _Line:
    free: Semaphore
    length: int = 0  # those who are in it, at work or waiting


class Turns:
    """The others wait in line, each address in its own: who asks for a hundred pages at once lets those pass
    who ask for one. Remembers nobody who waits for nothing.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self.at_once, self.waiting = at_once, waiting
        self.lines = dict[str, _Line]()

    @asynccontextmanager
    async def turn(self, address: str) -> AsyncIterator[None]:
        """Raises TooManyError."""
        key = network(address)
        line = self.lines.setdefault(key, _Line(Semaphore(self.at_once)))
        if line.length >= self.at_once + self.waiting:
            raise TooManyError
        line.length += 1
        try:
            async with line.free:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self.lines[key]
