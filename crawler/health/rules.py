"""The rules by which a crawl that has ended is taken for a success, or for an alarm."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from sqlite3 import Connection

from archive.alarms import Alarm, Rule
from archive.model import Tally
from crawler.health.figures import shut
from crawler.health.history import before, level, usable
from crawler.health.shares import jumped
from crawler.tally import articles

FINISHED = "finished"
PAUSED = "paused"  # the outcome of a crawl that was given only so much time
STOPPED = "blocked"  # of one that was ended, as its site let nothing through
NOTHING = (Rule.NO_PAGES, Rule.NO_ARTICLES)
HALF = 0.5  # of what is usual: portals grow, and a crawl that is hindered a little is told otherwise
FEW = 3  # crawls, below which nothing is usual yet
LEAST_FEWER = 5  # pages: of a portal of four, two are no sign of anything
LEAST_SHUT = 3  # pages: one or two may be odd ones, taken for a rejection by the words on them


@dataclass(frozen=True, slots=True)
class Run:
    """A crawl that is about to end, as it knows itself.

    `outcome` and `arguments` as in `crawls`; `met` as in `Ended`; `not_due` are pages that were not asked for
    because they were not long ago; `resumed`: it went on with one that was interrupted; `errors` are
    exceptions in its spider; `cause` says why most of what failed did. `disk_free`: so many bytes should be
    free where the archive is.
    """

    crawl: str
    portal: str
    source: str
    outcome: str
    tally: Tally
    arguments: str = "{}"
    met: int | None = None
    not_due: int = 0
    resumed: bool = False
    errors: int = 0
    cause: str | None = None
    disk_free: int = 0


def examine(run: Run, archive: Connection, data: Path) -> tuple[Alarm, ...]:
    """What is wrong with a crawl. The archive holds its row, its captures, and those of all before it."""
    alarms = list(_of_the_end(run, archive))
    if run.outcome in (FINISHED, PAUSED):
        alarms += _of_the_pages(run, archive, nothing=bool(alarms))
    if run.errors:
        alarms.append(Alarm(Rule.ERRORS, run.errors))
    if run.disk_free and (free := disk_usage(data).free) < run.disk_free:
        alarms.append(Alarm(Rule.DISK, free))
    return tuple(alarms)


def _of_the_end(run: Run, archive: Connection) -> Iterator[Alarm]:
    if run.outcome == STOPPED:
        hosts = shut(archive, run.crawl, always=True)
        yield Alarm(Rule.BLOCKED, hosts.total(), detail=_named(hosts) or None)
    elif run.outcome not in (FINISHED, PAUSED):
        yield Alarm(Rule.UNFINISHED, detail=run.outcome)
    elif not run.tally.pages and (run.cause or not run.resumed or run.outcome == PAUSED):
        yield Alarm(Rule.NO_PAGES, 0, detail=run.cause)
    elif not articles(run.tally) and not run.not_due and not run.resumed:
        yield Alarm(Rule.NO_ARTICLES, 0)


def _of_the_pages(run: Run, archive: Connection, nothing: bool) -> Iterator[Alarm]:
    """`nothing`: it is known already that none were there, and need not be told as fewer."""
    if not nothing and (fewer := _fewer(run, archive)):
        yield fewer
    yield from jumped(archive, run.portal, run.crawl)
    hosts = shut(archive, run.crawl)
    # Of a crawl that asks for little, all that it asked for may be less.
    if hosts.total() >= min(LEAST_SHUT, max(run.tally.pages, 1)):
        yield Alarm(Rule.BLOCKED, hosts.total(), detail=_named(hosts))


def _fewer(run: Run, archive: Connection) -> Alarm | None:
    """By what the run has met with, linked and there: how much of it was asked for differs from day to day.

    A crawl that was paused has not met with all yet, and the one that ends its run has. Of older programs
    nothing is known: they did not count it.
    """
    if run.outcome != FINISHED or run.met is None:
        return None
    comparable = usable(before(archive, run.crawl), Rule.FEWER_PAGES)
    numbers = [one.met for one in comparable if one.met is not None and one.rules.isdisjoint(NOTHING)]
    if len(numbers) < FEW:
        return None
    usual = level(numbers, max)
    if run.met >= usual * HALF or usual - run.met < LEAST_FEWER:
        return None
    return Alarm(Rule.FEWER_PAGES, run.met, usual)


def _named(hosts: Counter[str]) -> str:
    return ", ".join(f"{host} {count}" for host, count in hosts.most_common(3))
