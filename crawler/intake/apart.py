"""Pages that end the process that reads them: within which time they must be read, and how one is told from
others that were to be read with it."""

import multiprocessing
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from crawler.intake.workers import LATE, begin

T = TypeVar("T")
R = TypeVar("R")
LONGEST = 120.0  # seconds of a processor for one page
# By the clock so much longer than by the processor's time: others may have the processor, or a file is read
# apart, which has 600 seconds of its own (archive/attached/apart.py).
WAITING = 5.5


class EndedError(Exception):
    """A process has ended in the middle of its work, and why."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What takes longer ends this process, without a word of Python's: where a page hangs, nothing else may
    run."""
    _allow(seconds)
    try:
        yield
    finally:
        _allow(0)


def _allow(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, WAITING * seconds)


def too_slow(code: int) -> bool:
    """Whether a process with this exit code has taken its time."""
    return -code in LATE


def why(code: int) -> str:
    """What a page has done to the process that read it, which has ended with this code."""
    if too_slow(code):
        return "takes too long to be read"
    name = f"exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
    return f"ends the process that reads it ({name})"


def apart(work: Callable[[T], R], piece: T) -> R:
    """What comes of it in a process of its own. Raises EndedError where that ends instead, and whatever the
    work raises there."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_do, args=(theirs, work, piece), daemon=True
    )
    process.start()
    theirs.close()
    with ours:
        try:
            told: R | Exception = ours.recv()
        except (EOFError, OSError):  # nothing came, or not all of it
            process.join()
            raise EndedError(why(process.exitcode or 0)) from None
    process.join()
    if isinstance(told, Exception):
        raise told
    return told


def _do(told: Connection, work: Callable[[Any], Any], piece: Any) -> None:
    begin()
    try:
        told.send(work(piece))
    except Exception as error:
        told.send(portable(error))


def portable(error: Exception) -> Exception:
    """Some errors cannot be pickled, others not unpickled."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
