"""The two halves of a backfill: reading the indexes, fetching captures."""

import time
from datetime import datetime, timedelta
from functools import partial

from crawler.backfill.board import Board
from crawler.backfill.interrupt import Interrupt
from crawler.backfill.keeper import Keeper
from crawler.backfill.outcome import Backfilled
from crawler.backfill.pace import Patience
from crawler.backfill.queue import Question, Queue, State
from crawler.backfill.service import STAMP, BlockedError, Fetched, Found, LostError, Service, TroubleError
from crawler.backfill.wanted import wanted
from crawler.portals import Portal

IN_A_ROW = 3  # captures that cannot be fetched, however often they are asked for: it is the archive's trouble
LATE = timedelta(days=30)  # so long after a capture its line may come into an index


class Work:
    """Both write down in `done` what comes of them."""

    def __init__(
        self,
        portal: type[Portal],
        service: Service,
        queue: Queue,
        keeper: Keeper,
        board: Board,
        patience: Patience,
        done: Backfilled,
    ) -> None:
        self.portal, self.service, self.done = portal, service, done
        self.queue, self.keeper, self.board, self.patience = queue, keeper, board, patience

    def read_indexes(self, since: str | None, until: str | None) -> None:
        """Ask every index for every host; one that it tells nothing of is asked for again next time."""
        for index in self.patience.ask(partial(self.service.indexes, since, until)):
            for host in self.portal.hosts:
                question = (
                    Question(index, host, *stamps(since, until))
                    if self.service.grows
                    else Question(index, host)
                )
                try:
                    self.read_index(question)
                except BlockedError as error:
                    self.board.say(str(error))
                    self.done.blocked.append(str(error))

    def read_index(self, question: Question) -> None:
        """Enter what is wanted of what it lists, page by page, from where it was read to."""
        reading = self.queue.reading(question)
        since = question.since
        if reading.is_read:
            if not self.service.grows:
                return
            since = max(since, _before(reading.newest)) if reading.newest else since
        position = reading.position
        while True:
            times = since or None, question.until or None
            page = self.patience.ask(
                partial(self.service.page, question.index, question.host, position, *times)
            )
            chosen = [found for found in page.found if wanted(self.portal, found)]
            self.done.entered += self.queue.add(question, page, chosen)
            self.done.listed += len(page.found)
            self.done.broken += page.broken
            self.board.show(
                f"{self.portal.name}: {question.index} of {self.service.name}, {self.done.listed} captures "
                f"listed, {self.done.entered} of them new and wanted"
            )
            if page.next is None:
                return
            position = page.next

    def fetch_all(
        self, since: str | None, until: str | None, limit: int | None, interrupt: Interrupt
    ) -> None:
        """Fetch what is pending, and note what became of it only when it is kept."""
        done = self.done
        in_trouble: list[int] = []  # those behind one another that the archive did not answer for
        self.queue.try_failed_again()
        while (limit is None or done.fetched < limit) and (pending := self.queue.next(*stamps(since, until))):
            id, found = pending
            if self.queue.repeats(found):
                done.same += 1
                self.queue.settle(id, State.SAME)
                continue
            if self.keeper.holds(found.url, found.captured_at):
                done.known += 1
                self.queue.settle(id, State.DONE)
                continue
            try:
                fetched, milliseconds = self.patience.ask(partial(self._fetch, found))
                with interrupt.whole():
                    self._keep(id, fetched, milliseconds)
                in_trouble.clear()
            except (LostError, TroubleError) as error:
                in_trouble = [*in_trouble, id] if isinstance(error, TroubleError) else []
                done.failed.append(f"{found.url} of {found.captured_at}: {error}")
                self.queue.settle(id, State.FAILED, str(error))
                if len(in_trouble) == IN_A_ROW:
                    self._blame_the_archive(in_trouble)
                    raise
            self._show()

    def _fetch(self, found: Found) -> tuple[Fetched, int]:
        start = time.monotonic()
        fetched = self.service.fetch(found)
        if not self.portal.covers(fetched.url):
            raise LostError(f"another page is there: {fetched.url}")
        return fetched, round(1000 * (time.monotonic() - start))

    def _keep(self, id: int, fetched: Fetched, milliseconds: int) -> None:
        if self.keeper.holds(fetched.url, fetched.captured_at):  # under its other name, with www. or https
            self.done.known += 1
        else:
            self.keeper.keep(fetched, milliseconds)
            self.done.fetched += 1
        self.queue.settle(id, State.DONE)

    def _blame_the_archive(self, ids: list[int]) -> None:
        """That these failed says nothing of them; they are to be fetched, but after all others."""
        for id in ids:
            self.queue.settle(id, State.PENDING)
        del self.done.failed[-len(ids) :]

    def _show(self) -> None:
        done, tally = self.done, self.keeper.tally
        self.board.show(
            f"{done.portal}: {done.fetched} fetched, {self.queue.left()} left, {tally.new} new, "
            f"{tally.changed} changed, {len(done.failed)} failed"
        )


def stamps(since: str | None, until: str | None) -> tuple[str, str]:
    """The first and the last second of these days, as timestamps; empty where no day is stated."""
    return (
        f"{since}000000".replace("-", "") if since else "",
        f"{until}235959".replace("-", "") if until else "",
    )


def _before(newest: str) -> str:
    """Some time before the newest capture that an index knew."""
    return (datetime.strptime(newest, STAMP) - LATE).strftime(STAMP)
