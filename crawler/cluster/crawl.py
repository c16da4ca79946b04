"""Crawl portals on a cluster: each portal in slices, one after the other, each on any worker."""

import logging
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from types import FrameType
from typing import Any

from archive import lock
from archive.errors import ArchiveError
from archive.model import Tally
from archive.store import Archive
from crawler.beginning import refuse_loss
from crawler.cluster.connect import connected, result_of, submitted
from crawler.cluster.guard import BEAT, LOST, driving
from crawler.cluster.manifest import STATE, Slice, load, manifest
from crawler.cluster.merge import merge, merge_leftovers
from crawler.cluster.portal_state import ARCHIVE, FRONTIER, take_out
from crawler.cluster.reading import WARC, share
from crawler.cluster.store import Store, new_run, store_url
from crawler.cluster.work import Task, crawl_slice
from crawler.crawl import Crawled, disk_free, robots_of, tls_of
from crawler.desk import schedule
from crawler.errors import UNWRITABLE, unwritable
from crawler.health.rules import PAUSED
from crawler.mixture import refuse_mixture
from crawler.portals import load as load_portals
from crawler.settings import USER_AGENT
from crawler.tally import captures_of, total
from crawler.wording import counted

SLICE = 3600.0  # seconds
LATE = 60.0  # seconds past the time that there is: slices that began late are asked to end then
ENV = ("BACKAN_CONTACT",)  # of the driver, for the workers too
logger = logging.getLogger(__name__)
Tell = Callable[[str], object]


def crawl(
    portals: Sequence[str],
    data: Path,
    cluster: str,
    *,
    store: str | None = None,
    slice: float = SLICE,
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    via: str | None = None,
    fresh: bool = False,
    seconds: float | None = None,
    settings: Mapping[str, Any] | None = None,
    tell: Tell = lambda line: None,
) -> list[Crawled]:
    """Crawl these portals on the cluster at an address, as `crawler.crawl.crawl` does here.

    Each is crawled for `slice` seconds at a time; what a worker loses that is killed is no more than that.
    `tell` hears a line of each slice. A first Ctrl-C ends all slices gracefully. Raises ArchiveError where
    the cluster or the store cannot be used, or the data folder cannot be written to.
    """
    given = dict(settings or {})
    if via is None:
        refuse_mixture(data, str(given.get("BACKAN_SOURCE") or "live"))
    asked = {"since": since, "until": until, "limit": limit, "via": via, "fresh": fresh, "settings": given}
    run = new_run()
    with ExitStack() as held:
        for name in portals:
            held.enter_context(lock.crawling(data, name))
        files = Store(store_url(store, data))
        client = held.enter_context(connected(cluster, files))
        end = held.enter_context(driving(run))
        crawls = [_of(name, data, run, files.url, asked) for name in portals]
        driver = _Driver(client, end, data, files, slice, seconds, tell)
        try:
            driver.begin(crawls)
            with driver.listening():
                driver.drive(crawls)
        except (OSError, sqlite3.Error) as error:
            raise ArchiveError(unwritable(error, data)) from error
    return [one.crawled for one in crawls]


@dataclass(slots=True)
class _Portal:
    """A portal that is being crawled: what was asked of it, and what its slices have come to so far."""

    task: Task
    done: list[Crawled] = field(default_factory=list)
    broken: str | None = None

    @property
    def crawled(self) -> Crawled:
        """All slices as one crawl: how the last has ended, and what all have brought."""
        if not self.done:
            return Crawled(self.task.portal, "", "failed", Tally(), self.broken)
        last = self.done[-1]
        return replace(
            last,
            tally=total(one.tally for one in self.done),
            resumed=self.done[0].resumed,
            broken=self.broken or last.broken,
            outcome="failed" if self.broken else last.outcome,
        )


class _Driver:
    """The one process that writes to the data folder; workers crawl."""

    def __init__(
        self, client: Any, end: Any, data: Path, store: Store, slice: float, seconds: float | None, tell: Tell
    ) -> None:
        self.client, self.end, self.data, self.store, self.tell = client, end, data, store, tell
        self.portals = load_portals()
        self._slice, self._until = slice, monotonic() + seconds if seconds else None
        self._is_ending = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While it lasts a first Ctrl-C asks all slices to end, when the driver waits for them next, and a
        second one ends everything."""

        def note(number: int, frame: FrameType | None) -> None:
            if self._is_ending:
                raise KeyboardInterrupt
            self._is_ending = True
            self.tell("Ending what is running; Ctrl-C once more ends it at once.")

        before = signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def begin(self, crawls: list[_Portal]) -> None:
        """Put into the store what the first slices need."""
        with Archive(self.data / "archive.db") as archive:
            refuse_loss(archive, self.data)
            for one in crawls:
                archive.put_portal(self.portals[one.task.portal].info())
        for one in crawls:
            portal = one.task.portal
            merge_leftovers(self.data, self.store, portal, self.portals, self.tell)
            folder = f"{STATE}/{portal}/{one.task.run}/00000"
            with TemporaryDirectory(prefix="backan-", dir=self.data) as scratch:
                take_out(self.data, self.portals[portal], Path(scratch))
                for file in (ARCHIVE, FRONTIER):
                    self.store.put(Path(scratch) / file, f"{folder}/{file}")
            Slice(portal, one.task.run, 0, folder).claim(self.store)
        share(self.store, self.data / WARC)

    def drive(self, crawls: list[_Portal]) -> None:
        """Have slice after slice crawled, until all portals are done; what comes is taken in meanwhile."""
        running = {self._submit(one): one for one in crawls}
        while running:
            for future in self._next(list(running)):
                one = running.pop(future)
                try:
                    done = self._came_of(future, one.task)
                except ArchiveError as error:
                    self._give_up(one, error)
                    continue
                assert done.crawled
                one.done.append(done.crawled)
                self.tell(_told(done))
                if done.crawled.outcome == PAUSED and not done.crawled.broken and not self._is_over:
                    one.task = replace(one.task, number=one.task.number + 1)
                    running[self._submit(one)] = one
                try:
                    merge(self.data, self.store, done, self.portals)
                except UNWRITABLE:
                    self._let_end(list(running))
                    raise
                if one not in running.values():
                    self.store.remove(f"{STATE}/{one.task.portal}/{one.task.run}")

    def _submit(self, one: _Portal) -> Any:
        left = self._until - monotonic() if self._until else self._slice
        asked = {**one.task.asked, "seconds": max(1.0, min(self._slice, left))}
        asked["fresh"] = asked["fresh"] and one.task.number == 1
        one.task = replace(one.task, asked=asked)
        return submitted(self.client, crawl_slice, one.task)

    def _came_of(self, future: Any, task: Task) -> Slice:
        """A slice that counts. Its worker may have been killed between that and its answer."""
        try:
            name = result_of(future, task.name)
        except ArchiveError:
            name = manifest(task.portal, task.run, task.number)
            if not self.store.has(name):
                raise
        return load(self.store, name)

    def _next(self, running: list[Any]) -> list[Any]:
        """Those that have ended, of which there is one at least. Raises ArchiveError where the scheduler has
        gone."""
        from distributed import wait
        from distributed.client import ClosedClientError

        while True:
            try:
                return list(wait(running, timeout=BEAT, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                if self._is_ending or (self._until and monotonic() >= self._until + LATE):
                    self.end.set()
            except (CancelledError, ClosedClientError, *LOST) as error:
                raise ArchiveError(
                    "the scheduler has gone; what its workers had done by then is taken in by the next crawl"
                ) from error

    def _let_end(self, running: list[Any]) -> None:
        """What slices have brought when they are asked to end is taken in by the next crawl."""
        self._is_ending = True
        with suppress(ArchiveError):
            while running:
                ended = self._next(running)
                running = [future for future in running if future not in ended]

    def _give_up(self, one: _Portal, error: ArchiveError) -> None:
        """What it has left in the store is taken in by the next crawl, as far as it counts."""
        one.broken = str(error)
        self.tell(f"{one.task.name}: {error}")
        logger.error("%s", error)

    @property
    def _is_over(self) -> bool:
        return self._is_ending or (self._until is not None and monotonic() >= self._until)


def _of(portal: str, data: Path, run: str, url: str, asked: Mapping[str, Any]) -> _Portal:
    """With what the schedule of the data folder says, which no worker has."""
    scheduled = schedule.load(data, strict=False)
    tls = {} if asked["via"] else tls_of(scheduled.of(portal))
    bundle = tls.pop("BACKAN_CA_BUNDLE", None)
    own = {"USER_AGENT": USER_AGENT, "BACKAN_DISK_FREE": disk_free(scheduled)}
    own |= robots_of(scheduled.of(portal)) | tls
    env = {name: os.environ[name] for name in ENV if name in os.environ}
    certificates = Path(bundle).read_bytes() if bundle else None
    task = Task(url, portal, run, 1, {**asked, "settings": own | asked["settings"]}, env, certificates)
    return _Portal(task)


def _told(slice: Slice) -> str:
    done = slice.crawled
    assert done
    pages, captures = counted(done.tally.pages, "page"), counted(captures_of(done.tally), "capture")
    return f"{slice.portal} slice {slice.number}: {done.outcome}, {pages}, {captures}"
