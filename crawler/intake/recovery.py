"""Put in order what a killed crawl or import has left, before anything else is done."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from archive import lock
from archive.errors import ArchiveError
from archive.store import Archive
from archive.warc.file import warc_files
from archive.warc.salvage import salvage
from archive.warc.writer import abandoned
from crawler.intake.again import take_in_again
from crawler.intake.survey import Crawl, Portals, crawl_begun_in, settle, survey
from crawler.intake.surveys import Surveys
from crawler.intake.warc_file import (
    begin,
    finish,
    finish_all,
    is_running,
    siblings,
    take_in_file,
    take_in_waiting,
)
from crawler.portals import load
from crawler.tally import captures_of
from crawler.wording import counted


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done: files made whole, crawls and imports that had no end, captures that were unknown."""

    files: int = 0
    crawls: int = 0
    captures: int = 0

    def __bool__(self) -> bool:
        return bool(self.files or self.crawls)

    def __str__(self) -> str:
        return (
            f"Salvaged {counted(self.files, 'file')} of {counted(self.crawls, 'crawl')} that had not ended: "
            + (f"{counted(self.captures, 'capture')} taken in" if self.captures else "nothing was missing")
        )


def recover(data: Path, portals: Portals | None = None) -> Recovered:
    """End the WARC files that killed crawls have left `.open`, take in what the archive does not have of
    them, and mark these crawls as killed. Where there is nothing to do, no file is read.

    Raises ArchiveError where the data folder cannot be written to.
    """
    folder = data / "warc"
    if not (abandoned(folder) or (data / "archive.db").exists()):
        return Recovered()
    try:
        with Archive(data / "archive.db") as archive:  # for writing: another crawl may be making it just now
            if not (abandoned(folder) or _without_end(archive)):
                return Recovered()
            with lock.recovering(data):
                return _recover(archive, folder, load() if portals is None else portals)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot write to {data}: {error}") from error


def _recover(archive: Archive, folder: Path, portals: Portals) -> Recovered:
    _begin_all(archive, folder, portals)
    salvaged = salvage(folder)
    left = [
        crawl
        for crawl in _without_end(archive)
        if crawl.portal in portals and not is_running(folder, crawl.id)
    ]
    if not salvaged and not left:
        return Recovered()
    _refuse_lead(archive, folder, left)
    files = set(salvaged).union(*(_files(archive, folder, crawl) for crawl in left))
    return _take_in(archive, folder, salvaged, sorted(files), left, portals)


def _begin_all(archive: Archive, folder: Path, portals: Portals) -> None:
    """Make a row of each crawl that was killed before it had made one: when its file is salvaged, and this
    here is killed too, nothing else would tell that the file is not known."""
    begun = [crawl_begun_in(path, portals) for path in abandoned(folder)]
    known = {crawl.id for crawl in _without_end(archive)}
    for crawl in begun:
        if crawl and crawl.id not in known:
            begin(archive, crawl, portals)


def _refuse_lead(archive: Archive, folder: Path, left: list[Crawl]) -> None:
    """A power cut may leave rows of records that have not reached the disk; those cannot be taken back."""
    query = (
        "select warc_file, max(warc_offset + warc_length) from captures "
        "where crawl = ? and warc_file is not null group by warc_file"
    )
    for crawl in left:
        for name, end in archive.db.execute(query, [crawl.id]):
            path = folder / name
            if not path.exists() or path.stat().st_size < end:
                raise ArchiveError(
                    f"{folder.parent / 'archive.db'} knows more than {path} holds, as after a power cut: "
                    "`backan rebuild` makes it anew"
                )


def _take_in(
    archive: Archive,
    folder: Path,
    salvaged: list[Path],
    files: list[Path],
    left: list[Crawl],
    portals: Portals,
) -> Recovered:
    captures, crawls = 0, {crawl.id for crawl in left}
    surveys = [survey(file, portals) for file in files]
    kin = {path for held in surveys for path in siblings(archive, folder, held)} - set(files)
    late = settle([*surveys, *(survey(path, portals) for path in sorted(kin))])
    for held in surveys:
        done = take_in_file(archive, folder, held, portals)
        captures += sum(captures_of(tally) for tally in done.tallies.values())
        crawls |= held.crawls.keys()
    take_in_again(archive, folder, late, portals)
    finish_all(archive, folder, surveys)
    for crawl in left:  # also those of which no file is left
        finish(archive, crawl, folder)
    take_in_waiting(archive, folder, Surveys(portals), surveys)
    return Recovered(len(salvaged), len(crawls), captures)


def _without_end(archive: Archive) -> list[Crawl]:
    """The crawls that run, or were killed and are not marked so."""
    query = "select id, portal, source, started_at from crawls where outcome is null"
    return [Crawl(*row) for row in archive.db.execute(query)]


def _files(archive: Archive, folder: Path, crawl: Crawl) -> Iterator[Path]:
    """Of our own crawl all that bear its name or are known to be of it, of an import the file that it is
    named by."""
    imported = folder / crawl.id.removeprefix(f"{crawl.portal}-")
    ours = set(folder.glob(f"{escape(crawl.id)}-*"))
    known = "select distinct warc_file from captures where crawl = ? and warc_file is not null"
    ours |= {folder / file for (file,) in archive.db.execute(known, [crawl.id])}
    return (path for path in warc_files(folder) if path in ours or path == imported)
