"""Work in a process apart, which a page may end, and the time within which it must be read.

It is none of multiprocessing's, whose processes may have no children where they are a worker of Dask.
"""

import atexit
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from select import select
from subprocess import TimeoutExpired
from threading import get_ident
from typing import Any, BinaryIO, TypeVar

from archive.child import Child, begin, end
from archive.errors import ArchiveError
from crawler.intake.workers import LATE
from crawler.intake.workers import begin as begin_work

T = TypeVar("T")
R = TypeVar("R")
LONGEST = 120.0  # seconds of a processor for one page
# By the clock so much longer than by the processor's time: others may have the processor, or a file is read
# apart, which has 600 seconds of its own (archive/attached/apart.py).
WAITING = 5.5
IDLE = 60.0  # seconds for which the process waits to be asked
TO_END = 5.0  # seconds from when it has closed its output until it is no more
READY = b"\x06"  # what the process says when it has begun


class EndedError(Exception):
    """A process has ended in the middle of its work, and why; `too_slow`: it has taken its time."""

    def __init__(self, code: int) -> None:
        super().__init__(why(code))
        self.too_slow = too_slow(code)


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


class Apart:
    """A process that is begun when it is first needed, and anew where a piece of work was its end."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def each(self, work: Callable[[T], R], pieces: Sequence[T]) -> Iterator[R]:
        """What comes of each piece, one after the other. Raises EndedError where one ends the process,
        ArchiveError where none can be begun, and whatever the work raises there."""
        if not pieces:  # it would be asked without an answer, and the next question lie with this one
            return
        child = self._begun()
        assert child.stdin
        try:
            with suppress(OSError):  # it has ended, as is heard next
                pickle.dump((work, pieces), child.stdin)
                child.stdin.flush()
            for _ in pieces:
                told = _heard(child)
                if isinstance(told, Exception):
                    raise told
                yield told
        except BaseException:  # what it has yet to tell is no answer to what it is asked next
            self.close()
            raise

    def close(self) -> None:
        """End it, whatever it does."""
        if child := self._child:
            self._child = None
            child.kill()
            end(child)

    def _begun(self) -> Child:
        if self._child and self._child.poll() is None:
            return self._child
        self.close()
        self._child = child = begin("-c", f"from {__name__} import serve; serve()", what="pages")
        assert child.stdout
        if child.stdout.read(len(READY)) != READY:
            self.close()
            raise ArchiveError("the process that reads pages cannot be begun; is everything installed?")
        return child


def own_apart() -> Apart:
    """That of this thread, which is kept for what comes next."""
    return _apart_of(os.getpid(), get_ident())


@cache
def _apart_of(process: int, thread: int) -> Apart:
    apart = Apart()
    atexit.register(apart.close)
    return apart


def serve() -> None:
    """In the process apart: do what is asked for, until nobody asks or hears any more."""
    begin_work()
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no answer
    with suppress(EOFError, BrokenPipeError):
        told.write(READY)
        told.flush()
        while select([asked], [], [], IDLE)[0]:
            for answer in _answers(asked):
                told.write(answer)
                told.flush()
    os._exit(0)


def _answers(asked: BinaryIO) -> Iterator[bytes]:
    """To one question, pickled: of each piece, or what was wrong. Raises EOFError where nobody asks."""
    try:
        work, pieces = pickle.load(asked)
    except EOFError:
        raise
    except Exception as error:
        yield pickle.dumps(portable(error))
        return
    try:
        for piece in pieces:
            yield pickle.dumps(work(piece))
    except Exception as error:
        yield pickle.dumps(portable(error))


def _heard(child: Child) -> Any:
    assert child.stdout
    try:
        return pickle.load(child.stdout)
    except (EOFError, OSError, pickle.UnpicklingError):  # nothing came, or not all of it
        with suppress(TimeoutExpired):
            child.wait(TO_END)
        child.kill()
        raise EndedError(child.wait()) from None


def portable(error: Exception) -> Exception:
    """Some errors cannot be pickled, others not unpickled."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
