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

# What ends a process that takes too long, by its processor's time or by the clock; see apart.py.
LATE = (signal.SIGPROF, signal.SIGALRM)
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


class Processes:
    """So many of this machine, begun anew rather than forked: this one may have threads."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = self._begun()

    def submit(self, work: Callable[[T], R], piece: T, /) -> Future[R]:
        try:
            return self._pool.submit(work, piece)
        except BrokenProcessPool:  # one was killed, and the others with it
            self.end()
            self._pool = self._begun()
            return self._pool.submit(work, piece)

    def end(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _begun(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._count, multiprocessing.get_context("spawn"), initializer=begin)


class Workers:
    """A pool of processes, or this one alone, with no more than `ahead` pieces of work at any time."""

    def __init__(self, pool: Pool | None, ahead: int) -> None:
        self._pool, self._ahead = pool, ahead

    @property
    def is_alone(self) -> bool:
        return self._pool is None

    def in_order(
        self, work: Callable[[T], R], pieces: Iterable[T], again: Callable[[T], R] | None = None
    ) -> Iterator[R]:
        """What `work` makes of each piece, and `again` of those whose process was killed.

        Raises ArchiveError where one was killed and nobody does its work again.
        """
        if self._pool is None:
            yield from map(work, pieces)
            return
        running: deque[tuple[T, Future[R]]] = deque()
        try:
            for piece in pieces:
                running.append((piece, self._pool.submit(work, piece)))
                if len(running) >= self._ahead:
                    yield _done(*running.popleft(), again)
            while running:
                yield _done(*running.popleft(), again)
        finally:
            for _, future in running:
                future.cancel()


def _done(piece: T, future: Future[R], again: Callable[[T], R] | None) -> R:
    try:
        return future.result()
    except BrokenProcessPool as error:
        if again is None:
            raise ArchiveError("a process that reads pages was killed, perhaps for want of memory") from error
    return again(piece)


@contextmanager
def workers(jobs: int) -> Iterator[Workers]:
    """So many processes of this machine. A single one is this."""
    if jobs == 1:
        yield Workers(None, 1)
        return
    pool = Processes(jobs)
    try:
        yield Workers(pool, 4 * jobs)
    finally:
        pool.end()


def begin() -> None:
    """What every process does first that works for another: it ends with it, if that began it by
    multiprocessing, and not before."""
    for late in LATE:
        signal.signal(late, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the one that began the work ends it
    logging.getLogger().addHandler(logging.NullHandler())  # libraries warn of odd pages with pieces of them
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A pool's processes wait for work for ever where their parent was killed."""
    wait([parent])
    os._exit(1)
