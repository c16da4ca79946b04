"""The cluster: a Dask scheduler somewhere, and workers that can do what is sent to them."""

import logging
import platform
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from archive.errors import ArchiveError
from crawler.cluster.store import MISSING, Store
from crawler.intake.workers import Future, Workers

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
R = TypeVar("R")
PATIENCE = 30.0  # seconds for the scheduler and the first worker to answer
AHEAD = 4  # pieces of work for each thread of the workers
TALKING = ("distributed.client", "distributed.semaphore")  # in stack traces, of what an ArchiveError says
PACKAGES = ("archive", "crawler", "spiders")


@contextmanager
def connected(address: str, store: Store) -> "Iterator[Client]":
    """A client of the scheduler. Raises ArchiveError where there is none, where no worker is, or where one
    runs another program or does not reach the store."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ArchiveError(MISSING) from error
    for name in TALKING:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise ArchiveError(f"no Dask scheduler answers at {address}: `dask scheduler` starts one") from error
    try:
        _check(client, address, store)
        yield client
    finally:
        client.close()


def _check(client: "Client", address: str, store: Store) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        raise ArchiveError(
            f"the scheduler at {address} has no workers: `dask worker {address}` starts one"
        ) from error
    _refuse_other_programs(client)
    probe = f"state/probe-{uuid4().hex}"
    store.claim(probe, b"")
    try:
        blind = {worker: why for worker, why in client.run(blind_to, store.url, probe).items() if why}
    finally:
        store.remove(probe)
    for worker, why in blind.items():
        raise ArchiveError(
            f"{worker} does not reach {store.url} ({why}): name one that all machines reach with --store"
        )


def _refuse_other_programs(client: "Client") -> None:
    """What a worker reads and stores must be what would be read and stored here."""
    own = program()
    found: dict[str, Any] = client.run(program, on_error="return")
    for worker, its in found.items():
        if isinstance(its, BaseException):
            raise ArchiveError(
                f"{worker} cannot run this program: `make scale` in the same checkout there installs it "
                f"({type(its).__name__}: {its})"
            ) from its
        if its != own:
            raise ArchiveError(
                f"{worker} runs {told(its)}, and this is {told(own)}: install the same on all machines"
            )


@cache
def program() -> tuple[str, str]:
    """Which Python this is, and a digest of our sources: version numbers say nothing of a checkout."""
    digest, root = sha256(), Path(__file__).parents[2]
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(f"{path.relative_to(root)} ".encode() + path.read_bytes())
    return ".".join(platform.python_version_tuple()[:2]), digest.hexdigest()[:12]


def told(its: tuple[str, str]) -> str:
    return "Python {} with the sources {}".format(*its)


def blind_to(url: str, name: str) -> str | None:
    """On a worker: why it does not see a file of the store, if so."""
    try:
        Store(url).read(name)
    except ArchiveError as error:
        return str(error)
    return None


class ClusterPool:
    """Workers of a cluster as a pool: Dask runs a piece of work again where its worker has died."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def submit(self, work: Callable[[T], R], piece: T, /) -> Future[R]:
        name = getattr(piece, "file", None) or getattr(piece, "name", None) or ""
        return _Named(submitted(self._client, work, piece), str(name))


class _Named:
    """A future that names the file where nothing came of it."""

    def __init__(self, future: Any, name: str) -> None:
        self._future, self._name = future, name

    def result(self) -> Any:
        return result_of(self._future, self._name)

    def cancel(self) -> None:
        from distributed.client import ClosedClientError

        # Where an error has ended all, its connection may have been closed before.
        with suppress(RuntimeError, ClosedClientError):
            self._future.cancel()


def submitted(client: "Client", work: Callable[[T], R], piece: T) -> Any:
    """A future of work elsewhere. Raises ArchiveError where the scheduler has gone."""
    from distributed.client import ClosedClientError

    try:
        return client.submit(work, piece, pure=False)
    except ClosedClientError as error:
        raise ArchiveError("the scheduler has gone") from error


def result_of(future: Any, name: str) -> Any:
    """What came of work elsewhere. Raises ArchiveError where its workers have died or cannot go on, or the
    scheduler has gone."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.client import ClosedClientError
    from distributed.comm.core import CommClosedError

    try:
        return future.result()
    except KilledWorker as error:
        raise ArchiveError(
            f"{name}: every worker that took it has died, perhaps for want of memory; the last was "
            f"{getattr(error.last_worker, 'address', error.last_worker)}"
        ) from error
    except (CancelledError, ClosedClientError, CommClosedError) as error:
        raise ArchiveError(f"{name}: the scheduler has gone") from error
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"{name}: its worker cannot go on: {error}") from error


def pool_of(client: "Client") -> Workers:
    threads = sum(client.nthreads().values())
    return Workers(ClusterPool(client), AHEAD * max(threads, 1))
