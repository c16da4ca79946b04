"""One WARC file while it is being written: whole after every record, whatever goes wrong."""

import fcntl
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

from archive.warc.cdxj import sidecar
from archive.warc.reader import OPEN


class WarcFile:
    """A new file, and the sidecar with its CDXJ lines. It is never appended to once it has been ended.

    What stands behind a cut record is lost to every reader, so a crash must end a file. Until then it has
    `.open` behind its name and is locked, so that `abandoned` can tell it from one that a crash has left.
    """

    def __init__(self, path: Path, head: bytes) -> None:
        """Begin a file with the record `head`; nothing is left behind where that fails.

        Raises FileExistsError where one of that name is there or being written, OSError where it cannot be
        written.
        """
        self.path = path
        self.size = 0  # of the whole records
        self._lines = 0  # the same of the sidecar
        self._head, self._synced = len(head), 0
        self._is_doubtful = False
        with ExitStack() as undo:
            self._file = undo.enter_context(_open_locked(open_name(path)))
            undo.callback(open_name(path).unlink, missing_ok=True)
            if path.exists():
                raise FileExistsError(path)
            self._sidecar = undo.enter_context(sidecar(path).open("wb", buffering=0))
            undo.callback(sidecar(path).unlink, missing_ok=True)
            self.append(head)
            undo.pop_all()

    def append(self, data: bytes, line: str = "") -> None:
        """Add whole records, and the line of what they hold; all or nothing, where it raises OSError."""
        self._undo_part()
        written = f"{line}\n".encode() if line else b""
        try:
            _write(self._file, data)
            _write(self._sidecar, written)
        except BaseException:
            self._undo_part()
            raise
        self.size += len(data)
        self._lines += len(written)

    def is_full(self, max_size: int) -> bool:
        return self.size >= max_size and self.size > self._head

    def sync(self) -> None:
        """Make what has been written outlast a loss of power."""
        if self._synced == self.size:
            return
        try:
            os.fsync(self._file.fileno())
            if not self._synced:
                sync_folder(self.path.parent)
        except OSError:
            self._is_doubtful = True  # Linux says so once, and forgets it
            raise
        self._synced = self.size

    def end(self) -> None:
        """Give the file its final name. Where that fails it stays `.open`, as a crash would leave it."""
        with self._sidecar, self._file:
            self._undo_part()
            self.sync()
            if self._is_doubtful:
                return
            os.fsync(self._sidecar.fileno())
            open_name(self.path).rename(self.path)
            sync_folder(self.path.parent)

    def _undo_part(self) -> None:
        """Take away what does not belong to whole records; where it cannot be done, it is tried again."""
        for file, size in ((self._file, self.size), (self._sidecar, self._lines)):
            if file.tell() != size:
                file.truncate(size)
                file.seek(size)


def warc_files(folder: Path) -> list[Path]:
    """The WARC files in a folder, in the order of names, without those that a crawl is writing."""
    return sorted(path for pattern in ("*.warc", "*.warc.gz") for path in folder.glob(pattern))


def open_name(path: Path) -> Path:
    return path.with_name(path.name + OPEN)


def abandoned(folder: Path) -> list[Path]:
    """The files that have `.open` behind their name, though nobody is writing to them any more."""
    return [path for path in sorted(folder.glob(f"*{OPEN}")) if not _is_held(path)]


def is_still(file: BinaryIO, path: Path) -> bool:
    """Whether an open file has that name still: another process may have renamed or removed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def sync(path: Path) -> None:
    """Make what a file holds outlast a loss of power."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlast a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open_locked(path: Path) -> BinaryIO:
    while True:
        file = path.open("xb", buffering=0)
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(file, fcntl.LOCK_EX)
        if is_still(file, path):
            return file
        file.close()  # between the two, another process has taken it for abandoned, and removed it


def _write(file: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _is_held(path: Path) -> bool:
    """Whether a process holds the lock on a file; what has gone or cannot be opened counts as held."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
