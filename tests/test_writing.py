"""What waits while one transaction commits is committed together, in the order in which it came."""

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from crawler.stalls import Stalls
from crawler.writing import MOST, Part, WritingThread


class Log:
    """What the thread has done; it is held up until `go`, so that everything waits for it together."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.go = threading.Event()
        self.thread = WritingThread("test", self.group)

    @contextmanager
    def group(self) -> Iterator[None]:
        self.done.append("begin")
        try:
            yield
        except BaseException:
            self.done.append("rollback")
            raise
        self.done.append("commit")

    def work(self, name: str, error: Exception | None = None) -> Callable[[], str]:
        def do() -> str:
            self.done.append(name)
            if error:
                raise error
            return name

        return do

    def all(self, *works: tuple[Callable[[], str], Part]) -> list[str | BaseException]:
        async def running() -> list[str | BaseException]:
            first = self.thread.run(self.go.wait)
            futures = [self.thread.run(do, part=part) for do, part in works]
            for future in futures:
                future.add_done_callback(
                    lambda done: self.done.append("told") if not done.exception() else None
                )
            self.go.set()
            await first
            return await asyncio.gather(*futures, return_exceptions=True)

        try:
            return asyncio.run(running())
        finally:
            self.thread.shutdown()


GROUP, BESIDE, ALONE = Part.IN_GROUP, Part.BESIDE, Part.ALONE


def test_what_waits_is_one_transaction_and_nobody_hears_of_it_before_it_is_committed() -> None:
    log = Log()
    log.all(*((log.work(name), GROUP) for name in "abc"))
    assert log.done[:5] == ["begin", "a", "b", "c", "commit"]
    assert log.done[5:] == ["told"] * 3


def test_what_is_beside_a_transaction_is_done_in_its_turn_and_does_not_end_it() -> None:
    log = Log()
    log.all((log.work("record"), BESIDE), (log.work("row"), GROUP), (log.work("next record"), BESIDE),
            (log.work("next row"), GROUP))  # fmt: skip
    order = [one for one in log.done if one != "told"]
    assert order == ["record", "begin", "row", "next record", "next row", "commit"]


def test_what_is_alone_comes_when_all_before_it_is_committed() -> None:
    log = Log()
    log.all((log.work("row"), GROUP), (log.work("turn"), ALONE), (log.work("next row"), GROUP))
    order = [one for one in log.done if one != "told"]
    assert order == ["begin", "row", "commit", "turn", "begin", "next row", "commit"]


def test_a_transaction_does_not_grow_without_end() -> None:
    log = Log()
    log.all(*((log.work("row"), GROUP) for _ in range(MOST + 1)))
    assert [log.done.count(one) for one in ("row", "begin", "commit")] == [MOST + 1, 2, 2]


def test_a_row_that_cannot_be_written_costs_the_others_nothing() -> None:
    log = Log()
    bad, good = log.all((log.work("bad", ValueError("odd")), GROUP), (log.work("good"), GROUP))
    assert isinstance(bad, ValueError)
    assert good == "good"
    assert log.done.count("commit") == 1


def test_where_nothing_can_be_written_none_of_a_transaction_counts_as_written() -> None:
    log = Log()
    full = sqlite3.OperationalError("database or disk is full")
    found = log.all((log.work("row"), GROUP), (log.work("bad", full), GROUP))
    assert found == [full, full]
    assert log.done == ["begin", "row", "bad", "rollback"]


def test_a_transaction_that_cannot_begin_fails_what_would_have_been_in_it() -> None:
    log = Log()

    @contextmanager
    def broken() -> Iterator[None]:
        raise sqlite3.OperationalError("database is locked")
        yield

    log.thread = WritingThread("test", broken)
    [error, after] = log.all((log.work("row"), GROUP), (log.work("turn"), ALONE))
    assert isinstance(error, sqlite3.OperationalError)
    assert after == "turn"


def test_a_loop_that_stands_still_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    from test_components import part_of_a_crawl

    stalls = Stalls(part_of_a_crawl())

    async def standing_still() -> None:
        stalls.engine_started()
        await asyncio.sleep(0)
        threading.Event().wait(0.1)
        await asyncio.sleep(0.02)
        stalls.engine_stopped()

    before = gc.get_freeze_count()
    asyncio.run(standing_still())
    assert stalls.stats.get_value("backan/longest_stall") >= 80
    assert gc.get_freeze_count() > before  # what is imported keeps no loop waiting any more
    gc.unfreeze()
