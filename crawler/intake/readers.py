"""Who surveys WARC files and reads what they hold: the processes of this machine, or others like them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Protocol, TypeVar

from archive.warc.reader import Place, Unusable
from crawler.intake.reading import Read, read
from crawler.intake.survey import Found, Original, Portals, Survey, survey_anew
from crawler.intake.workers import Workers, workers

PIECE = 64  # records that a process reads at a time
FEW = 4  # pieces: fewer are read sooner than other processes have begun
T = TypeVar("T")
Originals = Mapping[Original, Place]


@dataclass(frozen=True, slots=True)
class Piece:
    """What was found in one file, or a part of that, and where the originals of its revisits are."""

    found: list[Found]
    originals: Originals

    @property
    def file(self) -> str:
        """Empty where no response came to any of it."""
        return next((one.place.file for one in self.found if one.place), "")


class Readers(Protocol):
    """Both bring their results in the order of the work, and begin no more of it than they soon need."""

    def survey(self, files: Iterable[Path]) -> Iterator[Survey]:
        """The survey of each file, whose sidecar is written anew too."""

    def read(self, pieces: Iterable[Piece]) -> Iterator[list[Read | Unusable]]:
        """What was found comes to, piece by piece or in smaller parts of them, without links to follow."""


class Here:
    """The processes of this machine; the files lie in `folder`."""

    def __init__(self, pool: Workers, folder: Path, portals: Portals) -> None:
        self._pool, self._folder, self._portals = pool, folder, portals

    def survey(self, files: Iterable[Path]) -> Iterator[Survey]:
        return self._pool.in_order(partial(survey_anew, portals=self._portals), files)

    def read(self, pieces: Iterable[Piece]) -> Iterator[list[Read | Unusable]]:
        small = (part for piece in pieces for part in parts(piece, PIECE))
        first = list(islice(small, FEW))
        pool = self._pool if len(first) == FEW else Workers(None, 1)
        reading = partial(read_piece, folder=self._folder, portals=self._portals)
        return pool.in_order(reading, chain(first, small))


@contextmanager
def here(jobs: int, folder: Path, portals: Portals) -> Iterator[Readers]:
    with workers(jobs) as pool:
        yield Here(pool, folder, portals)


def alone(folder: Path, portals: Portals) -> Readers:
    """This process and no other, for what is soon done."""
    return Here(Workers(None, 1), folder, portals)


def parts(piece: Piece, size: int) -> Iterator[Piece]:
    """A piece in parts of so many records."""
    for found in batched(piece.found, size):
        wanted = {one.original for one in found if one.original}
        yield Piece(found, {one: piece.originals[one] for one in wanted if one in piece.originals})


def read_piece(piece: Piece, folder: Path, portals: Portals) -> list[Read | Unusable]:
    return [stored(read(one, folder, portals, piece.originals)) for one in piece.found]


def stored(taken: Read | Unusable) -> Read | Unusable:
    """What is stored of it: links are followed by a crawl, and are most of what would have to be sent."""
    if isinstance(taken, Unusable):
        return taken
    capture, page = taken
    return capture, replace(page, links=())


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some
