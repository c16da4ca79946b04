"""What runs in a data folder now and what is to run next, found out without leaving a trace in it.

The locks say what runs, `captures` how far it has come, the frontier what is left to do. Of the frontier
nothing is told where there is none, or where it cannot be read: the archive is worth a look all the same.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from archive import lock
from archive.access import glimpse
from archive.advice import to_do
from archive.alarms import Rule
from archive.counts import FAILURES
from archive.logbook import SCHEDULE, Wrong

LOCK = "crawl-"  # how the names of the locks of portals begin
WAITING = ("pending", "leased")
PATIENCE = timedelta(days=1)  # a slot may wait so long for the hours in which a portal may be crawled


@dataclass(frozen=True, slots=True)
class Running:
    """A crawl that goes on. `process` holds its lock, and is 0 where it has not said which it is; `crawl` to
    `since` are None until it has its row.

    `done` are captures; `queued` is None where the frontier does not tell; `last_at` and `last_url` are of
    the capture where it stands.
    """

    portal: str
    process: int
    crawl: str | None = None
    source: str | None = None
    since: str | None = None
    done: int = 0
    queued: int | None = None
    new: int = 0
    changed: int = 0
    failed: int = 0
    per_minute: float | None = None
    last_at: str | None = None
    last_url: str | None = None


@dataclass(frozen=True, slots=True)
class _Begun:
    crawl: str
    source: str
    since: str
    arguments: str | None


@dataclass(frozen=True, slots=True)
class Unended:
    """A crawl that has no end, and that no process works on: it was killed."""

    portal: str
    crawl: str
    since: str


@dataclass(frozen=True, slots=True)
class Next:
    """`at` is when the schedule has a portal for its next run."""

    portal: str
    at: str
    rule: str


@dataclass(frozen=True, slots=True)
class Desk:
    """`frontier` says why the frontier could not be read, if so."""

    running: tuple[Running, ...]
    unended: tuple[Unended, ...]
    next: tuple[Next, ...]
    frontier: str | None = None


def desk(archive: sqlite3.Connection, data: Path, now: datetime) -> Desk:
    """What goes on in a data folder; `archive` is its archive."""
    working = at_work(data)
    query = """select portal, id, source, started_at, arguments from crawls where finished_at is null
        order by started_at desc"""
    began, unended = dict[str, _Begun](), list[Unended]()
    for portal, *row in archive.execute(query):
        begun = _Begun(*row)
        if portal not in working or began.setdefault(portal, begun) is not begun:
            unended.append(Unended(portal, begun.crawl, begun.since))
    with _frontier(data) as (frontier, trouble):
        running = [
            _counted(archive, frontier, Running(portal, process), began[portal], now)
            if portal in began
            else Running(portal, process)
            for portal, process in working.items()
        ]
        coming = _next(frontier) if frontier else []
    return Desk(tuple(running), tuple(unended), tuple(coming), trouble)


def at_work(data: Path) -> dict[str, int]:
    """The portals that are being crawled, and the processes that do it."""
    portals = sorted(path.name.removeprefix(LOCK) for path in (data / "locks").glob(f"{LOCK}*"))
    found = ((portal, lock.is_crawling(data, portal)) for portal in portals)
    return {portal: process for portal, process in found if process is not None}


def wrong(desk: Desk, now: datetime, alarms: Iterable[Wrong] = ()) -> list[Wrong]:
    """What an archivist should see to: the alarms, what was killed, and what is due and does not run."""
    killed = {one.portal for one in desk.unended}
    found = [one for one in alarms if one.rule != Rule.UNFINISHED or one.portal not in killed]  # told once
    found += [_killed(one) for one in desk.unended]
    working = {one.portal for one in desk.running}
    late = (one for one in desk.next if datetime.fromisoformat(one.at) < now - PATIENCE)
    found += [_overdue(one) for one in late if one.portal not in working]
    return found


def _counted(
    archive: sqlite3.Connection,
    frontier: sqlite3.Connection | None,
    running: Running,
    begun: "_Begun",
    now: datetime,
) -> Running:
    """From indexes alone, but for a row for each article."""
    failures = ", ".join(f"'{outcome}'" for outcome in sorted(FAILURES))
    done, failed = archive.execute(
        f"""select count(*), count(*) filter (where outcome in ({failures}) and not replaced)
        from captures where crawl = ?""",
        [begun.crawl],
    ).fetchone()
    new, changed = archive.execute(
        """select count(*) filter (where v.number = 1), count(*) filter (where v.number > 1)
        from captures as c join versions as v on v.capture = c.id
        where c.crawl = ? and c.text_sha256 is not null""",
        [begun.crawl],
    ).fetchone()
    where = archive.execute(
        # The plus is for the index: the newest captures are those of what runs.
        """select captured_at, url from captures where captured_at >= ? and +crawl = ?
        order by captured_at desc limit 1""",
        [begun.since, begun.crawl],
    ).fetchone()
    seconds = max((now - datetime.fromisoformat(begun.since)).total_seconds(), 1)
    return replace(
        running,
        crawl=begun.crawl,
        source=begun.source,
        since=begun.since,
        done=done,
        queued=_queued(frontier, running.portal, begun.arguments) if frontier else None,
        new=new,
        changed=changed,
        failed=failed,
        per_minute=60 * done / seconds if done else None,
        last_at=where and where[0],
        last_url=where and where[1],
    )


@contextmanager
def _frontier(data: Path) -> Iterator[tuple[sqlite3.Connection | None, str | None]]:
    """The frontier, or why there is none to read."""
    path = data / "frontier.db"
    if not path.is_file():
        yield None, None
        return
    try:
        opened = glimpse(path)
        opened.execute("select 1 from runs limit 1")
    except (OSError, sqlite3.Error) as error:
        yield None, f"cannot read {path}: {error}; move it away, and the next crawl begins anew"
        return
    with closing(opened):
        yield opened, None


def _queued(frontier: sqlite3.Connection, portal: str, arguments: str | None) -> int | None:
    """Requests that wait or are on their way; None where the crawl keeps them elsewhere."""
    runs = "select max(id) from runs where portal = ? and arguments = ? and ended_at is null"
    of_state = "select count(*) from requests where run = ? and state = '{}'"
    try:
        (run,) = frontier.execute(runs, [portal, arguments]).fetchone()
        counts = [frontier.execute(of_state.format(state), [run]).fetchone()[0] for state in WAITING]
    except sqlite3.Error:
        return None
    return sum(counts) if run else None


def _next(frontier: sqlite3.Connection) -> list[Next]:
    """The first one first; nothing where the frontier is of before there were schedules."""
    query = "select portal, next_at, rule from slots where next_at is not null order by next_at, portal"
    try:
        return [Next(*row) for row in frontier.execute(query)]
    except sqlite3.Error:
        return []


def _killed(one: Unended) -> Wrong:
    return Wrong(
        one.portal,
        one.crawl,
        one.since,
        "unended",
        "it was killed; nothing is lost",
        "Đợt thu thập bị tắt đột ngột; không mất gì",
        to_do(Rule.UNFINISHED, one.portal),
        to_do(Rule.UNFINISHED, one.portal, english=False),
    )


def _overdue(one: Next) -> Wrong:
    return Wrong(
        one.portal,
        None,
        one.at,
        "overdue",
        "it is due for more than a day, and does not run",
        "Đã quá hạn hơn một ngày mà chưa chạy",
        *SCHEDULE,
    )
