"""Take in a WARC file that is already there, made by us or by others: no site is asked for anything."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import nullcontext, suppress
from itertools import chain, count
from pathlib import Path

from archive import lock
from archive.errors import ArchiveError, WarcError
from archive.store import Archive
from archive.wacz.reader import is_zip, unpack
from archive.warc.cdxj import sidecar
from archive.warc.file import sync, sync_folder, warc_files
from archive.warc.gzip_members import CHUNK, GZIP
from archive.warc.reader import OPEN
from crawler.intake.again import take_in_again
from crawler.intake.originals import ensure_sidecar
from crawler.intake.readers import Readers
from crawler.intake.survey import Found, Portals, Survey, settle, stated_crawl, survey
from crawler.intake.surveys import Surveys
from crawler.intake.warc_file import Ingested, finish_all, siblings, take_in_file, take_in_waiting
from crawler.mixture import refuse_mixture

PART = ".part"  # behind the name of a copy that is not whole yet


class NoResponseError(WarcError):
    """A WARC file without a single response."""


def ingest_all(
    path: Path,
    data: Path,
    portals: Portals,
    read: Callable[[int], object] = lambda _: None,
    surveys: Surveys | None = None,
    readers: Readers | None = None,
) -> list[Ingested]:
    """Take in a WARC file, or all those of a WACZ package; see `ingest`.

    A package is checked as a whole first: where anything is wrong with it, nothing of it is taken in.
    """
    if not is_zip(path):
        return [ingest(path, data, portals, read, surveys=surveys, readers=readers)]
    with lock.importing(data):
        done = _ingest_package(path, data, portals, read, readers)
    if not done:
        raise NoResponseError(f"{path} holds no HTTP response")
    return done


def _ingest_package(
    path: Path, data: Path, portals: Portals, read: Callable[[int], object], readers: Readers | None
) -> list[Ingested]:
    unpacked, done, surveys = data / f"{path.name}{PART}", [], Surveys(portals)
    try:
        shutil.rmtree(unpacked, ignore_errors=True)  # left by an import that was killed
        unpacked.mkdir(parents=True)
        for file in unpack(path, unpacked, read):
            # Some hold only what pictures and texts were made of pages.
            with suppress(NoResponseError):
                done.append(ingest(file, data, portals, move=True, surveys=surveys, readers=readers))
    except OSError as error:
        raise ArchiveError(f"cannot write to {data}: {error}") from error
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return done


def ingest(
    path: Path,
    data: Path,
    portals: Portals,
    read: Callable[[int], object] = lambda _: None,
    move: bool = False,
    surveys: Surveys | None = None,
    readers: Readers | None = None,
) -> Ingested:
    """Copy a WARC file into the data folder and take in its responses; `surveys` are those made before, and
    `readers` read it, if there are any.

    What the archive has from this very file already is passed over, so doing it twice changes nothing, and
    one that was interrupted is completed. `read` is told all bytes of the file, twice. With `move` the file
    itself goes there. Raises WarcError where there is not even one whole response, and ArchiveError where
    the data folder cannot be written to or must not be mixed with this file.
    """
    size = path.stat().st_size
    held = survey(path, portals, read)
    if held.is_empty:
        raise held.error or NoResponseError(f"{path} holds no HTTP response")
    with lock.writing(data):
        refuse_mixture(data, held.source)
        try:
            # A file that is to be moved comes out of a package, which is taken in by one at a time anyway.
            with nullcontext() if move else lock.importing(data):
                file = copy_in(path, data / "warc", move)
                ensure_sidecar(file)
            if (file.name, file.stat().st_size) != (path.name, size):
                held = survey(file, portals)
            surveys = surveys or Surveys(portals)
            surveys.keep(file, held)
            with Archive(data / "archive.db") as archive:
                return take_in_new(archive, file.parent, held, surveys, read, readers)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"cannot write to {data}: {error}") from error


def take_in_new(
    archive: Archive,
    folder: Path,
    held: Survey,
    surveys: Surveys,
    read: Callable[[int], object] = lambda _: None,
    readers: Readers | None = None,
) -> Ingested:
    """Take in a file that lies in `folder` now, and what it tells of those that were there before."""
    kin = [surveys.of(path) for path in siblings(archive, folder, held)]
    late = settle([held, *kin], new=held)
    done = take_in_file(archive, folder, held, surveys.portals, _told(read), readers)
    take_in_again(archive, folder, late, surveys.portals)
    finish_all(archive, folder, [held])
    take_in_waiting(archive, folder, surveys, [held])
    return done


def _told(read: Callable[[int], object]) -> Callable[[Found], None]:
    """Tell of the bytes up to a record that has been taken in; records that are none are nearly free."""
    behind = 0

    def tell(found: Found) -> None:
        nonlocal behind
        end = found.place.offset + found.place.length if found.place else behind
        read(max(0, end - behind))
        behind = max(behind, end)

    return tell


def copy_in(path: Path, folder: Path, move: bool = False) -> Path:
    """Copy or move a file into a folder: once, whatever its name, and never over another.

    One that is the beginning of a file there is that file. Raises WarcError where a file of ours there is the
    beginning of it, a copy made before it was whole: its captures would be there twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for held in warc_files(folder):
        if not held.is_file() or not _begin_alike(path, held):
            continue
        if path.stat().st_size <= held.stat().st_size:
            return held
        if not move and stated_crawl(held):  # a package is taken in as a whole
            raise WarcError(
                f"{path} begins with all that {held} holds: move that one away, run `backan rebuild`, and "
                "take in this one again"
            )
    target = _free_name(folder, _warc_name(path))
    part = target.with_name(target.name + PART)
    try:
        (shutil.move if move else shutil.copyfile)(path, part)
        sync(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(folder)  # the original may be removed now
    return target


def _begin_alike(one: Path, other: Path) -> bool:
    """Whether the shorter of two files is the beginning of the longer one."""
    left = min(one.stat().st_size, other.stat().st_size)
    with one.open("rb") as first, other.open("rb") as second:
        while left:
            size = min(left, CHUNK)
            if first.read(size) != second.read(size):
                return False
            left -= size
    return True


def _warc_name(path: Path) -> str:
    """A name by which every tool knows the file as a WARC file."""
    name = path.name.removesuffix(OPEN)
    if name.endswith((".warc", ".warc.gz")):
        return name
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return f"{re.sub(r'([.]warc)?([.]gz)?$', '', name, count=1, flags=re.I)}.warc{'.gz' if packed else ''}"


def _free_name(folder: Path, name: str) -> Path:
    stem, dot, suffix = name.rpartition(".warc")
    names = chain([name], (f"{stem}-{number}{dot}{suffix}" for number in count(2)))
    # A file has a sidecar of its stem, also one that a crawl is writing.
    taken = {taken for path in folder.iterdir() for taken in (path.name, sidecar(path).name)}
    return next(folder / name for name in names if sidecar(folder / name).name not in taken)
