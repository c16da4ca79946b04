"""Make whole what a crash has left: WARC files cut to their last whole record, and ended."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archive.errors import ArchiveError, WarcError
from archive.warc.cdxj import SUFFIX, sidecar, write_sidecar
from archive.warc.file import is_still, sync_folder
from archive.warc.reader import OPEN, Unusable, records


def salvage(folder: Path) -> list[Path]:
    """End every WARC file in a folder that its writer has left `.open`; returns them, by their final names.

    What follows the last whole record is cut off: nothing behind it was ever counted as captured. A file
    without one is removed. May be killed at any moment, and done again. Raises ArchiveError where a file
    cannot be written, or its name is taken.
    """
    salvaged = []
    try:
        for path in sorted(folder.glob(f"*.warc.gz{OPEN}")):  # ours are all packed
            with _held(path) as file:
                if file and (ended := _salvage(path, file)):
                    salvaged.append(ended)
        _remove_lone_sidecars(folder)
    except OSError as error:
        raise ArchiveError(f"cannot salvage what a crash has left in {folder}: {error}") from error
    return salvaged


@contextmanager
def _held(path: Path) -> Iterator[BinaryIO | None]:
    """The file, locked as its writer would; None where a process is writing it or has ended it just now."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = is_still(file, path)
        except OSError:  # also where a file system knows no locks: who would know then?
            ours = False
        yield file if ours else None


def _salvage(path: Path, file: BinaryIO) -> Path | None:
    """In this order, so that what is left is `.open` until all of it is done."""
    final = path.with_name(path.name.removesuffix(OPEN))
    size = _size_of_whole_records(path)
    if not size:
        sidecar(path).unlink(missing_ok=True)
        path.unlink()
        sync_folder(path.parent)
        return None
    if final.exists():
        raise ArchiveError(f"{path} cannot get its name, for {final} is there: move one of them away")
    file.truncate(size)
    os.fsync(file.fileno())
    write_sidecar(path)
    path.rename(final)
    sync_folder(path.parent)
    return final


def _size_of_whole_records(path: Path) -> int:
    size = 0
    try:
        for record in records(path):
            if not isinstance(record, Unusable) and not record.intact:
                break
            size = record.place.offset + record.place.length
    except WarcError as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from error
    return size


def _remove_lone_sidecars(folder: Path) -> None:
    for path in folder.glob(f"*{SUFFIX}"):
        # A file loses `.open` when it is ended, so that name is looked for first.
        names = (f"{path.stem}.warc{packed}{is_open}" for is_open in (OPEN, "") for packed in (".gz", ""))
        if not any((folder / name).exists() for name in names):
            path.unlink(missing_ok=True)
