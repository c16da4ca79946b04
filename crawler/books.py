"""What one crawl writes: its WARC files, its rows in the archive, its part of the frontier. In one thread."""

import logging
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from functools import partial
from hashlib import sha256
from time import clock_gettime, sleep
from types import MappingProxyType

from archive import lock
from archive.alarms import Alarm, Rule
from archive.errors import ArchiveError
from archive.model import Capture, Change, Ended, Kind, Page, Tally
from archive.store import Archive
from archive.warc.reader import Exchange, read_at
from archive.warc.writer import Revisited, WarcWriter, Written
from crawler.beginning import latest, refuse_loss
from crawler.clock import STEADY, Clock, compact, seconds_between
from crawler.frontier.due import Schedule, due_at
from crawler.frontier.frontier import LEASE, Frontier, stated
from crawler.frontier.passes import Pass
from crawler.frontier.records import Lease, Run, Settled, State
from crawler.frontier.visits import Visit
from crawler.health import rules as health
from crawler.intake import ending
from crawler.intake.fate import take_in
from crawler.intake.recovery import recover
from crawler.plan import Plan
from crawler.portals import load

WHOLE = stated({})  # the arguments of a crawl without limits

logger = logging.getLogger(__name__)


class Books:
    """All that is written in a crawl, in the order in which a kill does no harm.

    First the WARC record, then the rows in the archive, then "done" in the frontier: what the frontier has
    for done is in the archive, and what the archive has is in a WARC file.
    """

    frontier: Frontier | None = None
    run: Run | None = None
    archive: Archive | None = None
    warc: WarcWriter | None = None
    passes: Mapping[str, Pass] = MappingProxyType({})  # by host, as they were at the start

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = Clock()
        self.crawl = ""
        self.alarms: tuple[Alarm, ...] = (Alarm(Rule.UNFINISHED),)  # until it is closed
        self.held_for: float | None = None  # seconds until a host is free, where only held ones have requests
        self._held = ExitStack()
        self._written: dict[Capture, Written] = {}
        self._renewed = clock_gettime(STEADY)

    def open(self) -> None:
        """Raises ArchiveError where nothing can be written, or somebody else crawls this portal."""
        plan = self.plan
        self._held.enter_context(lock.crawling(plan.data, plan.portal.name))
        archive = self.archive = Archive(plan.data / "archive.db")
        refuse_loss(archive, plan.data)
        recover(plan.data, {**load(), plan.portal.name: plan.portal})
        made = "portal = ? and outcome is not 'missed'"
        known = archive.db.table("crawls").count_where(made, [plan.portal.name])
        archive.put_portal(plan.portal.info())
        self.clock = Clock(after=latest(archive, plan.portal.name, self.clock.now()))
        started_at = self._open_warc()
        archive.start_crawl(
            self.crawl, plan.portal.name, plan.source, started_at, stated(plan.arguments), plan.settings
        )
        if plan.frontier:
            # A frontier without an archive would pass over pages that nobody has.
            self._open_frontier(started_at, fresh=plan.fresh or not known)

    def write(
        self,
        url: str,
        status: int,
        mime: str | None,
        request: bytes,
        head: bytes,
        body: bytes,
        ip: str | None = None,
        truncated: str | None = None,
        visit: Visit | None = None,
    ) -> Capture:
        """Write an exchange, as a revisit if it brought what `visit` has; see `WarcWriter.write`."""
        digest = sha256(body).hexdigest()
        revisit = None
        if visit and visit.url == url and status == 304:
            digest = visit.sha256
            revisit = Revisited(url, visit.captured_at, visit.digest, "server-not-modified")
        elif self._is_same(visit, url, status, digest) and not truncated and visit:
            revisit = Revisited(url, visit.captured_at, visit.digest, "identical-payload-digest")
        at = self.clock.now()
        written = self._the_warc().write(url, at, request, head, body, ip, truncated, revisit)
        place = written.place
        capture = Capture(
            url, self.plan.portal.name, at, self.crawl, status, mime, digest,
            place.file, place.offset, place.length,
        )  # fmt: skip
        self._written[capture] = written
        return capture

    def capture(self, url: str) -> Capture:
        """A capture, now, of a request that brought no response."""
        return Capture(url, self.plan.portal.name, self.clock.now(), self.crawl)

    def note(self, capture: Capture, fields: Mapping[str, str]) -> None:
        """Write down how a capture came about, beside its response or in place of one."""
        written = self._written.get(capture)
        self._the_warc().note(capture.url, capture.captured_at, fields, written.id if written else None)

    def group(self) -> AbstractContextManager[None]:
        """One transaction for several captures."""
        return self._the_archive().writing()

    def take_in(self, capture: Capture, page: Page, keep: bool = False) -> tuple[Page, Change | None]:
        """Take a capture into the archive; `keep`: somebody is going to ask for its `visit`."""
        archive = self._the_archive()
        if not keep:
            self._written.pop(capture, None)
        return take_in(archive, capture, page)

    def visit(
        self, capture: Capture, before: Visit | None, etag: str | None, modified: str | None
    ) -> Visit | None:
        """What the next request of this page may refer to: this capture, or what it refers to itself."""
        written = self._written.pop(capture, None)
        if written is None or capture.sha256 is None:
            return None
        if before and written.is_revisit:
            return replace(before, etag=etag, last_modified=modified)
        return Visit(
            capture.url, capture.captured_at, capture.sha256, written.digest, written.place.file,
            written.place.offset, etag, modified,
        )  # fmt: skip

    def original(self, visit: Visit) -> Exchange:
        """The response that a page brought when it was captured last. Raises WarcError if it is not there."""
        found = read_at(self.plan.data / "warc" / visit.warc_file, visit.warc_offset)
        if not isinstance(found, Exchange) or sha256(found.body).hexdigest() != visit.sha256:
            raise ArchiveError(f"{visit.warc_file}, byte {visit.warc_offset}: not what was captured")
        return found

    def turn(self, settled: Sequence[Settled], want: int) -> list[Lease]:
        """Make durable what was settled, and lease up to `want` requests; see `Frontier.turn`."""
        frontier, run = self._the_frontier()
        until = self.clock.now(ahead=LEASE)
        if settled:
            self._the_warc().sync()
        if clock_gettime(STEADY) - self._renewed > LEASE / 3:
            frontier.renew(run, until)
            self._renewed = clock_gettime(STEADY)
        now = self.clock.now()
        leases = frontier.turn(run, settled, want, now, until)
        self.held_for = seconds_between(now, frontier.next_release(now)) if want and not leases else None
        return leases

    def hold(self, host: str, seconds: float) -> None:
        frontier, _ = self._the_frontier()
        frontier.hold(host, self.clock.now(), self.clock.now(ahead=seconds + 1))  # in whole seconds, not less

    def keep_pass(self, host: str, cookie: Pass) -> None:
        """Keep the cookie that has opened a host, for the crawls to come."""
        if self.frontier:
            self.frontier.passes.keep(host, cookie, self.clock.now())

    def unlinked(self) -> list[tuple[str, str]]:
        """Articles, by key and address, that a crawl of the whole portal should have met with."""
        frontier, run = self._the_frontier()
        return frontier.unlinked(run, self.clock.now()) if self._saw_all() else []

    @property
    def not_due(self) -> int:
        """How many pages were not asked for, because they were not long ago."""
        return self.frontier.not_due if self.frontier else 0

    @property
    def resumed(self) -> bool:
        """Whether it goes on with a crawl that was interrupted."""
        return bool(self.run and self.run.resumed)

    def met_with(self, kind: Kind) -> Iterator[str]:
        """The pages of a kind that this run has met with before it was interrupted, by their keys."""
        return self.frontier.keys(self.run, kind) if self.frontier and self.run else iter(())

    def close(
        self, outcome: str, tally: Tally, errors: int = 0, cause: str | None = None, traps: int = 0
    ) -> None:
        """End the crawl: first in its WARC file, then in the archive, then in the frontier.

        `errors` are exceptions in the spider, `cause` says why most of what failed did, and `traps` are links
        that were not followed.
        """
        if self.archive is None or self.warc is None:
            return
        if self.frontier and self.run and outcome == "finished":
            self.frontier.fail_leased(self.run, "nobody has said what became of it")
        complete = outcome == "finished" and self._saw_all()
        met = self.frontier.met(self.run) if self.frontier and self.run else None
        plan = self.plan
        run = health.Run(
            self.crawl, plan.portal.name, plan.source, outcome, tally, stated(plan.arguments), met,
            self.not_due, self.resumed, errors, cause, plan.disk_free,
        )  # fmt: skip
        self.alarms = health.examine(run, self.archive.db.conn, plan.data)
        ended = Ended(self.clock.now(), outcome, complete, met, traps, self.alarms)
        self.warc.note(ending.address(self.crawl), ended.at, ending.fields_of(self.crawl, ended))
        self.warc.close()
        self.archive.finish_crawl(self.crawl, ended)
        self.archive.close()
        if self.frontier and self.run:
            self.frontier.release(self.run)
            if outcome == "finished":
                self.frontier.end_run(self.run, ended.at, outcome)
            self.frontier.close()

    def abandon(self) -> None:
        """Let go of everything, after `close` or in its stead where nothing can be written any more."""
        self._held.close()

    def _is_same(self, visit: Visit | None, url: str, status: int, digest: str) -> bool:
        """Whether a page is as it was, and the record is there that a revisit would refer to."""
        if visit is None or (visit.url, 200, visit.sha256) != (url, status, digest):
            return False
        try:
            self.original(visit)
        except ArchiveError as error:
            logger.warning("%s is kept whole once more: %s", visit.url, error)
            return False
        return True

    def _saw_all(self) -> bool:
        """Whether the whole portal was asked for, nothing is left to do, and every listing has answered."""
        if not self.frontier or not self.run or self.run.arguments != WHOLE:
            return False
        counts = self.frontier.counts(self.run)
        if counts.get(State.PENDING) or counts.get(State.LEASED):
            return False
        return all(kind == Kind.ARTICLE for kind, _, _ in self.frontier.failed(self.run))

    def _open_warc(self) -> str:
        """Begin the first WARC file, which names the crawl; returns when it began."""
        plan, folder = self.plan, self.plan.data / "warc"
        while True:
            started_at = self.clock.now()
            self.crawl = f"{plan.portal.name}-{compact(started_at)}"
            if not next(folder.glob(f"{self.crawl}-*"), None):
                break
            sleep(0.1)  # the crawl before this one began in the same second
        of_crawl = {"isPartOf": self.crawl, "portal": plan.portal.name, "source": plan.source}
        limits = {"arguments": stated(plan.arguments), "settings": plan.settings}
        info = {**plan.info, **of_crawl, "startedAt": started_at, **limits}
        warc = WarcWriter(folder, self.crawl, info, plan.level, plan.max_size, started_at=started_at)
        warc.open()
        self.warc = warc
        return started_at

    def _open_frontier(self, now: str, fresh: bool) -> None:
        plan = self.plan
        owner = f"{socket.gethostname()}:{os.getpid()}:{self.crawl}"
        due = partial(due_at, schedule=Schedule.of(plan.portal))
        frontier = Frontier(plan.data / "frontier.db", owner, due)
        self.run = frontier.open_run(plan.portal.name, stated(plan.arguments), now, fresh)
        frontier.release(self.run, everybody=True)  # nobody else crawls this portal: the lock is ours
        self.frontier = frontier
        if plan.fresh:
            frontier.passes.forget(plan.portal.covers)
        self.passes = frontier.passes.of(plan.portal.covers)
        if self.run.resumed:
            logger.info("%s goes on with the crawl begun %s", self.crawl, self.run.begun_at)

    def _the_archive(self) -> Archive:
        if self.archive is None:
            raise ArchiveError("the archive is not open")
        return self.archive

    def _the_warc(self) -> WarcWriter:
        if self.warc is None:
            raise ArchiveError("the WARC file is not open")
        return self.warc

    def _the_frontier(self) -> tuple[Frontier, Run]:
        if self.frontier is None or self.run is None:
            raise ArchiveError("the frontier is not open")
        return self.frontier, self.run
