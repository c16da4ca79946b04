"""Make the archive anew from its WARC files alone, on all cores."""

import os
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeVar

from archive import lock
from archive.errors import ArchiveError
from archive.model import Capture, Ended, Page
from archive.store import Archive
from archive.swap import put_in_place, remove
from archive.warc.cdxj import sidecar, write_sidecar
from archive.warc.file import warc_files
from archive.warc.reader import Place, Unusable
from archive.warc.salvage import salvage
from crawler.errors import ends_everything, reason
from crawler.intake.fate import take_in
from crawler.intake.originals import find_originals
from crawler.intake.reading import LOST, Read, read
from crawler.intake.survey import Crawl, Found, Original, Portals, Survey, settle, stated_crawl, survey
from crawler.intake.workers import Workers, workers

NEW = ".new"  # behind the name of the archive that is not whole yet
PIECE = 64  # records that a process reads at a time
REVISITS = 100_000  # so many have their originals looked for at a time
T = TypeVar("T")
Originals = Mapping[Original, Place]
Piece = tuple[list[Found], Originals]


@dataclass(slots=True)
class Rebuilt:
    """What the new archive was made of.

    `salvaged` are files that a crash had left; `damaged` are files with what is wrong; `unusable` are
    responses that could not be stored; `lost` revisits of records that are in no file.
    """

    files: int = 0
    crawls: int = 0
    captures: int = 0
    articles: int = 0
    lost: int = 0
    salvaged: list[str] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)


def rebuild(
    data: Path,
    portals: Portals,
    jobs: int | None = None,
    done_with: Callable[[int], object] = lambda _: None,
) -> Rebuilt:
    """Make `archive.db` anew by `jobs` processes, and put it in place of the old one when it is whole.

    Of damaged files all whole records are taken in. `done_with` is told bytes of WARC files, all in all
    somewhat fewer than there are. Raises ArchiveError where somebody else writes to the archive, where there
    is no WARC file, or where the new one cannot be written.
    """
    path, folder = data / "archive.db", data / "warc"
    if not folder.is_dir():
        raise ArchiveError(f"{folder} holds no WARC files to make an archive of")
    new = path.with_name(path.name + NEW)
    with lock.rebuilding(data):
        try:
            remove(new)
            salvaged = [file.name for file in salvage(folder)]
            files = warc_files(folder)
            _refuse_one_stem(files)
            with workers(jobs or os.cpu_count() or 1) as pool, Archive(new) as archive:
                made = _Rebuild(archive, folder, portals, pool, done_with)
                made.done.salvaged = salvaged
                made.run(_by_crawl(files))
            put_in_place(new, path)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"cannot make {path} anew: {error}") from error
    return made.done


class _Rebuild:
    """The process that stores; others survey the files and read what they hold."""

    def __init__(
        self,
        archive: Archive,
        folder: Path,
        portals: Portals,
        pool: Workers,
        done_with: Callable[[int], object],
    ) -> None:
        self.archive, self.folder, self.portals, self.pool = archive, folder, portals, pool
        self.done, self.done_with = Rebuilt(), done_with
        self.crawls: dict[str, Crawl] = {}

    def run(self, files: list[Path]) -> None:
        """Responses first, revisits when all sidecars are there: their originals may be in any file."""
        # The new archive counts when it is whole: until then there is nothing to be kept from a crash.
        self.archive.db.execute("pragma journal_mode = memory")
        self.archive.db.execute("pragma synchronous = off")
        self.done.files = len(files)
        with TemporaryFile(dir=self.folder.parent) as revisits:
            self._store_all(self._pieces(files, revisits))
            revisits.seek(0)
            for some in batched(_loaded(revisits), REVISITS):
                originals = find_originals(self.folder, {one.original for one in some if one.original})
                self._store_all((piece, _of(piece, originals)) for piece in batched(some, PIECE))
        self._end()

    def _pieces(self, files: list[Path], revisits: IO[bytes]) -> Iterator[Piece]:
        surveys = self.pool.in_order(partial(_survey, portals=self.portals), files)
        for _, some in groupby(surveys, key=lambda held: held.own or held.file):
            of_crawl = list(some)
            settle(of_crawl)
            for held in of_crawl:
                self._begin(held)
                for found in held.found:
                    if found.original:
                        pickle.dump(found, revisits)
                yield from ((piece, {}) for piece in batched(_first_hand(held), PIECE))

    def _begin(self, held: Survey) -> None:
        """The rows of crawls stand before their captures: what these say depends on them."""
        self.done.unusable += held.unusable
        if held.error:
            self.done.damaged[held.file] = str(held.error)
        for crawl in held.crawls.values():
            if crawl.id not in self.crawls or crawl.finished_at:
                self.crawls[crawl.id] = crawl
                self.archive.put_portal(self.portals[crawl.portal].info())
                put_row(self.archive, crawl)

    def _store_all(self, pieces: Iterable[Piece]) -> None:
        reading = partial(_read, folder=self.folder, portals=self.portals)
        for some in self.pool.in_order(reading, pieces):
            with self.archive.writing():
                for taken in some:
                    if isinstance(taken, Unusable):
                        self.done.unusable.append(taken)
                    else:
                        self._store(*taken)

    def _store(self, capture: Capture, page: Page) -> None:
        """One that cannot be stored at all must not cost those behind it."""
        try:
            page, _ = take_in(self.archive, capture, page)
        except Exception as error:
            if ends_everything(error):
                raise
            place = Place(capture.warc_file or "", capture.warc_offset or 0, capture.warc_length or 0)
            self.done.unusable.append(Unusable(place, reason(error)))
            return
        self.done.captures += 1
        self.done.lost += page.note == LOST
        self.done_with(capture.warc_length or 0)

    def _end(self) -> None:
        for crawl in self.crawls.values():
            if not crawl.finished_at:
                self.archive.end_at_last_capture(crawl.id, crawl.outcome or "killed")
        for portal in {crawl.portal for crawl in self.crawls.values()}:
            self.archive.recount(portal)
        self.done.crawls = len(self.crawls)
        self.done.articles = self.archive.db.table("articles").count


def put_row(archive: Archive, crawl: Crawl) -> None:
    """The row of a crawl, whose captures are yet to come."""
    ended = crawl.ended or Ended(crawl.finished_at or "", crawl.outcome or "")
    row = {
        "id": crawl.id, "portal": crawl.portal, "source": crawl.source, "started_at": crawl.started_at,
        "finished_at": crawl.finished_at, "outcome": crawl.outcome, "complete": int(ended.complete),
        "arguments": crawl.arguments, "settings": crawl.settings, "met": ended.met, "traps": ended.traps,
    }  # fmt: skip
    with archive.writing():
        archive.db.table("crawls").upsert(row, pk="id")
        archive.put_alarms(crawl.id, ended.alarms)


def _refuse_one_stem(files: list[Path]) -> None:
    """Each would have the other's sidecar."""
    held: dict[Path, Path] = {}
    for file in files:
        if (other := held.setdefault(sidecar(file), file)) != file:
            raise ArchiveError(
                f"{other} and {file} differ by their ending alone, but share one index {sidecar(file).name}: "
                "rename one of them"
            )


def _by_crawl(files: list[Path]) -> list[Path]:
    """Those of one crawl of ours side by side, whatever their names: what one tells holds for the others."""
    return sorted(files, key=lambda file: (stated_crawl(file) or file.name, file.name))


def batched(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some


def _first_hand(held: Survey) -> Iterator[Found]:
    return (found for found in held.found if not found.original)


def _loaded(revisits: IO[bytes]) -> Iterator[Found]:
    while True:
        try:
            yield pickle.load(revisits)
        except EOFError:
            return


def _of(piece: list[Found], originals: Originals) -> Originals:
    wanted = {one.original for one in piece if one.original}
    return {one: originals[one] for one in wanted if one in originals}


def _survey(path: Path, portals: Portals) -> Survey:
    """In another process, as `_read`. The sidecar is written anew too: it may be cut or damaged."""
    write_sidecar(path)
    return survey(path, portals)


def _read(piece: Piece, folder: Path, portals: Portals) -> list[Read | Unusable]:
    found, originals = piece
    return [read(one, folder, portals, originals) for one in found]
