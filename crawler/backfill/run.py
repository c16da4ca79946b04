"""Bring the captures of one portal over from a web archive, and go on where an earlier backfill ended."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.console import Console

from archive import lock
from archive.errors import ArchiveError
from crawler.backfill.board import Board
from crawler.backfill.interrupt import Interrupt
from crawler.backfill.keeper import Keeper
from crawler.backfill.outcome import Backfilled
from crawler.backfill.pace import Patience
from crawler.backfill.queue import Queue
from crawler.backfill.service import Service, ServiceError
from crawler.backfill.work import Work
from crawler.intake.recovery import recover
from crawler.mixture import refuse_mixture
from crawler.portals import Portal, load


def backfill(
    portal: type[Portal],
    service: Service,
    data: Path,
    user_agent: str,
    *,
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    sleep: Callable[[float], None] = time.sleep,
    console: Console | None = None,
) -> Backfilled:
    """Read the index for what is new since the last time, then fetch what is wanted and not there.

    `since` and `until` (YYYY-MM-DD) are days of capture, `limit` a number of captures to fetch. Ends early,
    with everything kept and the position too, on Ctrl-C and where the service does not answer. Raises
    ArchiveError where the data folder cannot be written to. For the main thread, which alone gets signals.
    """
    done = Backfilled(portal.name, service.name)
    try:
        refuse_mixture(data, service.name)
        with lock.crawling(data, portal.name):
            recovered = recover(data, {**load(), portal.name: portal})
            with (
                Interrupt() as interrupt,
                Board(console or Console(stderr=True)) as board,
                closing(Queue(data / "frontier.db", portal.name, service.name)) as queue,
            ):
                if recovered:
                    board.say(str(recovered))
                keeper = Keeper(data, portal, service.name, user_agent)
                work = Work(portal, service, queue, keeper, board, Patience(board.say, sleep), done)
                try:
                    work.read_indexes(since, until)
                    work.fetch_all(since, until, limit, interrupt)
                    done.outcome = "finished"
                except KeyboardInterrupt:
                    done.outcome = "interrupted"
                except ServiceError as error:
                    done.outcome, done.stopped = "interrupted", str(error)
                finally:
                    interrupt.ignore()
                    keeper.close(done.outcome)
                done.crawl, done.tally = keeper.crawl, keeper.tally
                done.left, done.given_up = queue.left(), queue.given_up()
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot write to {data}: {error}") from error
    return done
