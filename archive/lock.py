"""Who may write into a data folder: locks that the system itself releases when their holder is killed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EAGAIN
from pathlib import Path
from time import monotonic, sleep

from archive.errors import ArchiveError

TAKEN = (EACCES, EAGAIN)  # every other error: some network file systems know no locks
PATIENCE = 0.25  # seconds: who only looks whether a lock is held holds it for a moment himself


@contextmanager
def crawling(data: Path, portal: str) -> Iterator[None]:
    """One crawl of a portal at a time, and none while the archive is rebuilt. Raises ArchiveError."""
    with (
        writing(data),
        _hold(
            data, f"crawl-{portal}", fcntl.LOCK_EX, f"{portal} is being crawled already{{}}: wait for its end"
        ),
    ):
        yield


def is_crawling(data: Path, portal: str) -> int | None:
    """The process that crawls a portal, if one does; 0 where it has not said which it is. Writes nothing."""
    return _holder(data, f"crawl-{portal}")


@contextmanager
def scheduling(data: Path, portal: str) -> Iterator[None]:
    """One at a time runs what a portal's schedule says. Raises ArchiveError."""
    with _hold(data, f"schedule-{portal}", fcntl.LOCK_EX, f"{portal} is run by its schedule already{{}}"):
        yield


def is_scheduling(data: Path, portal: str) -> int | None:
    """The process that runs what a portal's schedule says, as `is_crawling`."""
    return _holder(data, f"schedule-{portal}")


@contextmanager
def deciding(data: Path) -> Iterator[None]:
    """One at a time decides what is run now; the next one waits, and sees what the first has begun."""
    with _hold(data, "schedule", fcntl.LOCK_EX, "", wait=True):
        yield


@contextmanager
def writing(data: Path) -> Iterator[None]:
    """Many may write, SQLite sees to that, but not while the archive is rebuilt. Raises ArchiveError."""
    with _hold(data, "archive", fcntl.LOCK_SH, "the archive is being rebuilt{}: wait for its end"):
        yield


@contextmanager
def rebuilding(data: Path) -> Iterator[None]:
    """Nobody else writes. Raises ArchiveError."""
    with _hold(data, "archive", fcntl.LOCK_EX, "the archive is being written to: wait for the end of it"):
        yield


def is_rebuilding(data: Path) -> int | None:
    """The process that rebuilds the archive, as `is_crawling`."""
    return _holder(data, "archive")


@contextmanager
def recovering(data: Path) -> Iterator[None]:
    """One at a time; the next one waits, and will find nothing left to do."""
    with _hold(data, "recovery", fcntl.LOCK_EX, "", wait=True):
        yield


@contextmanager
def importing(data: Path) -> Iterator[None]:
    """One at a time puts a file into the data folder; the next one waits, for the names that are free."""
    with _hold(data, "import", fcntl.LOCK_EX, "", wait=True):
        yield


@contextmanager
def indexing(data: Path) -> Iterator[None]:
    """One at a time writes a sidecar that is missing; the next one waits, and will find it."""
    with _hold(data, "index", fcntl.LOCK_EX, "", wait=True):
        yield


@contextmanager
def publishing(data: Path) -> Iterator[None]:
    """One at a time makes a public copy. Raises ArchiveError."""
    with _hold(data, "publish", fcntl.LOCK_EX, "a copy is being published already{}: wait for its end"):
        yield


@contextmanager
def keeping(file: Path) -> Iterator[None]:
    """A file that is not to be removed. Many may keep it, and it may be read-only."""
    handle = os.open(file, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def is_kept(file: Path) -> bool:
    handle = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except OSError as error:
        return error.errno in TAKEN
    finally:
        os.close(handle)


@contextmanager
def alone(folder: Path, refusal: str) -> Iterator[None]:
    """One at a time in a folder, which may be read-only. Raises ArchiveError, with the refusal."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in TAKEN:
                raise ArchiveError(refusal) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def _hold(data: Path, name: str, kind: int, refusal: str, wait: bool = False) -> Iterator[None]:
    path = data / "locks" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ArchiveError(f"cannot write to {data}: {error.strerror}") from error
    try:
        try:
            _lock(file, kind, None if wait else PATIENCE)
        except OSError as error:
            if error.errno in TAKEN:
                holder = _said(file)
                raise ArchiveError(refusal.format(f" by process {holder}" if holder else "")) from error
        if kind == fcntl.LOCK_EX:
            os.ftruncate(file, 0)
            os.pwrite(file, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(file)  # which releases it; the file stays, for to remove it would let two hold it


def _lock(file: int, kind: int, patience: float | None) -> None:
    """Take a lock, within so many seconds if others hold it. Raises OSError."""
    if patience is None:
        fcntl.flock(file, kind)
        return
    until = monotonic() + patience
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in TAKEN or monotonic() >= until:
                raise
        sleep(0.01)


def _holder(data: Path, name: str) -> int | None:
    """Who holds a lock alone, as he wrote it down himself. A file that is not there is not made."""
    try:
        file = os.open(data / "locks" / name, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except OSError as error:
        return int(_said(file) or 0) if error.errno in TAKEN else None
    finally:
        os.close(file)


def _said(file: int) -> str:
    """The process that wrote itself down in a lock."""
    said = os.pread(file, 20, 0).decode("ascii", "ignore").strip()
    return said if said.isdecimal() else ""
