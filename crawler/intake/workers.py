"""Processes that do what takes the processor's time, and bring the results in the order of the work."""

import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Protocol, TypeVar

from archive.errors import ArchiveError

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Future(Protocol[R_co]):
    """What a pool of processes gives for a piece of work, Python's own and Dask's alike."""

    def result(self) -> R_co: ...
    def cancel(self) -> object: ...


class Pool(Protocol):
    """Does work elsewhere. The function is one of a module, and doing its work twice leaves one result."""

    def submit(self, work: Callable[[T], R], piece: T, /) -> Future[R]: ...


class Workers:
    """A pool of processes, or this one alone, with no more than `ahead` pieces of work at any time."""

    def __init__(self, pool: Pool | None, ahead: int) -> None:
        self._pool, self._ahead = pool, ahead

    def in_order(self, work: Callable[[T], R], pieces: Iterable[T]) -> Iterator[R]:
        """What `work` makes of each piece. Raises ArchiveError where a process was killed."""
        if self._pool is None:
            yield from map(work, pieces)
            return
        running: deque[Future[R]] = deque()
        try:
            for piece in pieces:
                running.append(self._pool.submit(work, piece))
                if len(running) >= self._ahead:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        except BrokenProcessPool as error:
            raise ArchiveError("a process that reads pages was killed, perhaps for want of memory") from error
        finally:
            for future in running:
                future.cancel()


@contextmanager
def workers(jobs: int) -> Iterator[Workers]:
    """So many processes, begun anew rather than forked: this one may have threads. A single one is this."""
    if jobs == 1:
        yield Workers(None, 1)
        return
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=begin)
    try:
        yield Workers(pool, 4 * jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def begin() -> None:
    """What every process does first that works for another: it ends with it, and not before."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that began the work ends it
    logging.getLogger().addHandler(logging.NullHandler())  # libraries warn of odd pages with pieces of them
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's processes wait for work for ever where their parent was killed."""
    parent = multiprocessing.parent_process()
    assert parent
    wait([parent.sentinel])
    os._exit(1)
