"""One slice of a portal at a time on a cluster, and none that nobody waits for any more."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from signal import SIGINT
from typing import Any

from archive.errors import ArchiveError

BEAT = 0.5  # seconds from look to look
LOST = (OSError, RuntimeError, ValueError)  # what Dask raises where the scheduler is out of reach


@contextmanager
def driving(run: str) -> Iterator[Any]:
    """In the driver: while it lasts, its slices are waited for. Gives an event that is set to ask all of them
    to come to their end."""
    from distributed import Event, Semaphore

    alive = Semaphore(max_leases=1, name=_driver(run))
    if not alive.acquire(timeout=60):
        raise ArchiveError(f"another process drives the crawl {run}")
    try:
        yield Event(_end(run))
    finally:
        with suppress(*LOST):
            alive.release()


@contextmanager
def alone(portal: str, run: str) -> Iterator[None]:
    """On a worker: nobody else of this cluster crawls the portal. Waits for that; a lease runs out by itself
    where the worker that has it was killed.

    Nobody tells a worker that its lease has run out while it lives: that happens when the scheduler does not
    hear of it, and then it does not reach the scheduler either, which `attend` sees at its next look.
    """
    from distributed import Semaphore

    lease = Semaphore(max_leases=1, name=f"backan-crawl-{portal}")
    driver = Semaphore(max_leases=1, name=_driver(run))
    while not lease.acquire(timeout=BEAT):
        if not driver.get_value():
            raise ArchiveError(f"{portal}: nobody waits for this crawl any more")
    try:
        yield
    finally:
        with suppress(*LOST):
            lease.release()


def attend(child: "subprocess.Popen[bytes]", portal: str, run: str) -> int:
    """On a worker: wait for a crawl to end; returns its exit code. Ctrl-C of the driver reaches it too: where
    that ends it before it has begun to crawl, the code is -SIGINT, as of any program.

    Raises ArchiveError, and ends it at once, where the driver has gone or the scheduler is out of reach: then
    the slice does not count, and another worker may have begun it anew.
    """
    from distributed import Event, Semaphore

    driver, end, asked = Semaphore(max_leases=1, name=_driver(run)), Event(_end(run)), False
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return child.wait(BEAT)
            try:
                is_wanted, is_over = driver.get_value() > 0, end.is_set()
            except LOST as error:
                raise ArchiveError(f"{portal}: the scheduler is out of reach") from error
            if not is_wanted:
                raise ArchiveError(f"{portal}: nobody waits for this crawl any more")
            if is_over and not asked:
                child.send_signal(SIGINT)  # as Ctrl-C, so that what it has done counts
                asked = True
    finally:
        child.kill()
        child.wait()
        if child.stdin:
            child.stdin.close()


def is_ending(run: str) -> bool:
    """On a worker: whether the driver has asked all slices to end."""
    from distributed import Event

    return bool(Event(_end(run)).is_set())


def _driver(run: str) -> str:
    return f"backan-driver-{run}"


def _end(run: str) -> str:
    return f"backan-end-{run}"
