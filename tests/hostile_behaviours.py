"""One thing that a server does wrong, and what a crawl has to make of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from threading import Event

from hostile_server import HTML, Asked, answer, page

SITE = "http://hostile.test"
OK = ("article:selectors",)
TRIES = 2  # how often the test's crawl asks for what fails
LOST = ("failed",)  # nothing came, however often it was asked for; only the last time is kept
AGAIN = ("failed",) * (TRIES - 1)  # what came was kept, and asked for again
CUT = (*AGAIN, *OK)
Pieces = Callable[[Asked], Iterator[bytes]]


@dataclass(frozen=True)
class Behaviour:
    """`outcomes` are those of the captures of its address, one after another; empty: it must not be asked for.

    `title` is that of the article that comes of it, if one does. `note` is how the note of the last capture
    begins. `again` is what a second crawl makes of it, where that is something else. `linked`: the front page
    leads there; what is not linked is met with on the way. `tries`: how often it is asked for, where not
    everything that was asked has brought an answer.
    """

    name: str
    url: str
    does: str
    answers: bytes | Pieces
    outcomes: tuple[str, ...] = OK
    title: str | None = None
    note: str | None = None
    again: tuple[str, ...] | None = None
    linked: bool = True
    tries: int | None = None

    def __call__(self, asked: Asked) -> Iterator[bytes]:
        return iter([self.answers]) if isinstance(self.answers, bytes) else self.answers(asked)


@dataclass(frozen=True)
class Trap:
    """Addresses without end, all of which begin with `start`; `most` may be asked for, `counted` as a trap or not."""

    name: str
    start: str
    does: str
    answers: Pieces
    most: int
    titles: tuple[str, ...] = field(default=())

    def __call__(self, asked: Asked) -> Iterator[bytes]:
        return self.answers(asked)


def at(path: str, host: str = "hostile.test") -> str:
    return f"http://{host}{path}"


def good(title: str, *headers: str) -> bytes:
    """An article as it should be."""
    return answer("200 OK", *(headers or (HTML,)), body=page(title))


def raw(*lines: str, body: bytes = b"") -> bytes:
    """An answer exactly as these lines say."""
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def first(wrong: bytes | Pieces, then: bytes, times: int = TRIES) -> Pieces:
    """The one for a whole crawl, from then on the other: what was lost comes with the next."""

    def pieces(asked: Asked) -> Iterator[bytes]:
        if asked.times >= times:
            return iter([then])
        return iter([wrong]) if isinstance(wrong, bytes) else wrong(asked)

    return pieces


def hanging(start: bytes = b"") -> Pieces:
    """Silence behind the first bytes, longer than anybody waits."""

    def pieces(_: Asked) -> Iterator[bytes]:
        yield start
        Event().wait(20)

    return pieces


def dripping(start: bytes = b"", seconds: float = 0.2) -> Pieces:
    """Byte after byte, each in time, and never an end."""

    def pieces(_: Asked) -> Iterator[bytes]:
        yield start
        for byte in repeat(b"x", 500):
            Event().wait(seconds)
            yield byte

    return pieces
