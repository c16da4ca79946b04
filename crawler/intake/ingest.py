"""Take in a WARC file that is already there, made by us or by others: no site is asked for anything."""

import filecmp
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

from archive import lock
from archive.errors import ArchiveError, WarcError
from archive.store import Archive
from archive.wacz.reader import is_zip, unpack
from archive.warc.cdxj import sidecar
from archive.warc.gzip_members import GZIP
from archive.warc.reader import OPEN
from crawler.intake.originals import WARC, ensure_sidecar
from crawler.intake.survey import Found, Portals, survey
from crawler.intake.warc_file import Ingested, take_in_file, take_in_waiting
from crawler.mixture import refuse_mixture

PART = ".part"  # behind the name of a copy that is not whole yet


class NoResponseError(WarcError):
    """A WARC file without a single response."""


def ingest_all(
    path: Path, data: Path, portals: Portals, read: Callable[[int], object] = lambda _: None
) -> list[Ingested]:
    """Take in a WARC file, or all those of a WACZ package; see `ingest`.

    A package is checked as a whole first: where anything is wrong with it, nothing of it is taken in.
    """
    if not is_zip(path):
        return [ingest(path, data, portals, read)]
    unpacked, done = data / f"{path.name}{PART}", []
    try:
        shutil.rmtree(unpacked, ignore_errors=True)  # left by an import that was killed
        unpacked.mkdir(parents=True)
        for file in unpack(path, unpacked, read):
            with suppress(
                NoResponseError
            ):  # such as those that hold what pictures and texts were made of pages
                done.append(ingest(file, data, portals, move=True))
    except OSError as error:
        raise ArchiveError(f"cannot write to {data}: {error}") from error
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    if not done:
        raise NoResponseError(f"{path} holds no HTTP response")
    return done


def ingest(
    path: Path,
    data: Path,
    portals: Portals,
    read: Callable[[int], object] = lambda _: None,
    move: bool = False,
) -> Ingested:
    """Copy a WARC file into the data folder and take in its responses.

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
            file = copy_in(path, data / "warc", move)
            if (file.name, file.stat().st_size) != (path.name, size):
                held = survey(file, portals)
            ensure_sidecar(file)
            with Archive(data / "archive.db") as archive:
                done = take_in_file(archive, file.parent, held, portals, _told(read))
                take_in_waiting(archive, file.parent, portals)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(f"cannot write to {data}: {error}") from error
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
    """Copy or move a file into a folder: once, whatever its name, and never over another."""
    folder.mkdir(parents=True, exist_ok=True)
    size = path.stat().st_size
    for held in sorted(held for pattern in WARC for held in folder.glob(pattern)):
        if held.is_file() and held.stat().st_size == size and filecmp.cmp(path, held, shallow=False):
            return held
    target = _free_name(folder, _warc_name(path))
    part = target.with_name(target.name + PART)
    (shutil.move if move else shutil.copyfile)(path, part)
    with part.open("rb") as file:  # the original may be removed now
        os.fsync(file.fileno())
    return part.rename(target)


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
