"""Who surveys WARC files and reads what they hold: the processes of this machine, or others like them."""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Protocol, TypeVar

from archive.warc.reader import Place, Unusable
from crawler.intake.apart import LONGEST, EndedError, own_apart, within
from crawler.intake.fate import unreadable_page
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

    def __init__(
        self, pool: Workers, folder: Path, portals: Portals, few: int = 0, longest: float = LONGEST
    ) -> None:
        """Fewer pieces than `few` are read by one process; `longest`: seconds that they have for a page."""
        self._pool, self._folder, self._portals = pool, folder, portals
        self._few, self._longest = few, longest

    def survey(self, files: Iterable[Path]) -> Iterator[Survey]:
        return self._pool.in_order(partial(survey_anew, portals=self._portals), files)

    def read(self, pieces: Iterable[Piece]) -> Iterator[list[Read | Unusable]]:
        small = (part for piece in pieces for part in parts(piece, PIECE))
        first = list(islice(small, self._few))
        reading = partial(read_piece, folder=self._folder, portals=self._portals)
        if self._pool.is_alone:
            return map(reading, chain(first, small))
        if len(first) < self._few:
            return Lone(self._folder, self._portals).read(chain(first, small))
        return self._pool.in_order(
            partial(reading, longest=self._longest), chain(first, small), self._read_apart
        )

    def _read_apart(self, piece: Piece) -> list[Read | Unusable]:
        return list(read_apart(piece, self._folder, self._portals, self._longest))


class Lone:
    """One process apart, for what is soon done; the files lie in `folder`."""

    def __init__(self, folder: Path, portals: Portals) -> None:
        self._folder, self._portals = folder, portals

    def survey(self, files: Iterable[Path]) -> Iterator[Survey]:
        return (survey_anew(file, portals=self._portals) for file in files)

    def read(self, pieces: Iterable[Piece]) -> Iterator[list[Read | Unusable]]:
        for piece in pieces:
            for part in parts(piece, PIECE):
                yield list(read_apart(part, self._folder, self._portals))

    def read_all(self, found: Iterable[Found], originals: Originals) -> Iterator[Read | Unusable]:
        return chain.from_iterable(self.read([Piece(list(found), originals)]))


@contextmanager
def here(jobs: int | None, folder: Path, portals: Portals) -> Iterator[Readers]:
    """So many processes; by default all cores but for what is soon read. A page that ends one of them is
    unreadable: the only one, which is this, it ends with all."""
    with workers(jobs or os.cpu_count() or 1) as pool:
        yield Here(pool, folder, portals, few=0 if jobs else FEW)


def parts(piece: Piece, size: int) -> Iterator[Piece]:
    """A piece in parts of so many records."""
    for found in batched(piece.found, size):
        wanted = {one.original for one in found if one.original}
        yield Piece(found, {one: piece.originals[one] for one in wanted if one in piece.originals})


def read_piece(
    piece: Piece, folder: Path, portals: Portals, longest: float | None = None
) -> list[Read | Unusable]:
    """`longest`: seconds after which a page ends this process, which must not be the one that stores."""
    return [read_one(one, folder, portals, piece.originals, longest) for one in piece.found]


def read_one(
    found: Found, folder: Path, portals: Portals, originals: Originals, longest: float | None
) -> Read | Unusable:
    with within(longest) if longest else nullcontext():
        return stored(read(found, folder, portals, originals))


def read_apart(
    piece: Piece, folder: Path, portals: Portals, longest: float = LONGEST
) -> Generator[Read | Unusable]:
    """What a piece comes to, read by a process that its pages may end. A page that takes too long, or is the
    end of two of them, is unreadable: one may have been killed from without."""
    reading = partial(read_one, folder=folder, portals=portals, originals=piece.originals, longest=longest)
    apart, done, ended = own_apart(), 0, False
    while done < len(piece.found):
        try:
            for taken in apart.each(reading, piece.found[done:]):
                yield taken
                done, ended = done + 1, False
        except EndedError as gone:
            if not (ended or gone.too_slow):
                ended = True
                continue
            unread = partial(unreadable_page, str(gone))
            yield stored(read(piece.found[done], folder, portals, piece.originals, unread))
            done, ended = done + 1, False


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
