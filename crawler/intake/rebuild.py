"""Make the archive anew from its WARC files alone, on all cores."""

import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from archive import lock
from archive.errors import ArchiveError
from archive.model import Capture, Ended, Page
from archive.store import Archive
from archive.swap import put_in_place, remove
from archive.warc.cdxj import sidecar
from archive.warc.file import warc_files
from archive.warc.reader import Place, Unusable
from archive.warc.salvage import salvage
from crawler.errors import ends_everything, reason
from crawler.intake.fate import take_in
from crawler.intake.originals import find_originals
from crawler.intake.readers import Piece, Readers, batched, here
from crawler.intake.reading import LOST
from crawler.intake.survey import Crawl, Found, Portals, Survey, settle, stated_crawl

NEW = ".new"  # behind the name of the archive that is not whole yet
REVISITS = 100_000  # so many have their originals looked for at a time
Elsewhere = Callable[[], AbstractContextManager[Readers]]


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
    elsewhere: Elsewhere | None = None,
) -> Rebuilt:
    """Make `archive.db` anew by `jobs` processes, or by the readers that are `elsewhere`, and put it in place
    of the old one when it is whole.

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
            begin = elsewhere or partial(here, jobs, folder, portals)
            with begin() as readers, Archive(new) as archive:
                made = _Rebuild(archive, folder, portals, readers, done_with)
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
        readers: Readers,
        done_with: Callable[[int], object],
    ) -> None:
        self.archive, self.folder, self.portals, self.readers = archive, folder, portals, readers
        self.done, self.done_with = Rebuilt(), done_with
        self.crawls: dict[str, Crawl] = {}

    def run(self, files: list[Path]) -> None:
        """Responses first, revisits when all sidecars are there: their originals may be in any file."""
        self.done.files = len(files)
        with self.archive.in_bulk(), TemporaryFile(dir=self.folder.parent) as revisits:
            self._store_all(self._pieces(files, revisits))
            revisits.seek(0)
            for some in batched(_loaded(revisits), REVISITS):
                originals = find_originals(self.folder, {one.original for one in some if one.original})
                self._store_all(Piece(list(found), originals) for _, found in groupby(some, key=_file))
        self._end()

    def _pieces(self, files: list[Path], revisits: IO[bytes]) -> Iterator[Piece]:
        for _, some in groupby(self.readers.survey(files), key=lambda held: held.own or held.file):
            of_crawl = list(some)
            settle(of_crawl)
            for held in of_crawl:
                self._begin(held)
                for found in held.found:
                    if found.original:
                        pickle.dump(found, revisits)
                yield Piece([found for found in held.found if not found.original], {})

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
        for some in self.readers.read(pieces):
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


def _file(found: Found) -> str:
    return found.place.file if found.place else ""


def _loaded(revisits: IO[bytes]) -> Iterator[Found]:
    while True:
        try:
            yield pickle.load(revisits)
        except EOFError:
            return
