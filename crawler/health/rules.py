"""The rules by which a crawl that has ended is taken for a success, or for an alarm."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from archive.alarms import Alarm, Rule
from archive.model import Tally
from crawler.tally import articles

PAUSED = "paused"  # the outcome of a crawl that was given only so much time


@dataclass(frozen=True, slots=True)
class Run:
    """A crawl that is about to end, as it knows itself.

    `outcome` and `arguments` as in `crawls`; `met` as in `Ended`; `not_due` are pages that were not asked for
    because they were not long ago; `resumed`: it went on with one that was interrupted; `errors` are
    exceptions in its spider; `cause` says why most of what failed did.
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


def examine(run: Run, archive: Connection, data: Path) -> tuple[Alarm, ...]:
    """What is wrong with a crawl. The archive holds its captures, and those of all before it."""
    if run.outcome not in ("finished", PAUSED):
        return (Alarm(Rule.UNFINISHED, detail=run.outcome),)
    return tuple(_alarms(run))


def _alarms(run: Run) -> Iterator[Alarm]:
    if not run.tally.pages and (run.cause or not run.resumed):
        yield Alarm(Rule.NO_PAGES, 0, detail=run.cause)
    elif not articles(run.tally) and not run.not_due and not run.resumed:
        yield Alarm(Rule.NO_ARTICLES, 0)
    if run.errors:
        yield Alarm(Rule.ERRORS, run.errors)
