"""The thread that does all the writing of a crawl: one thing after the other, in the order they come."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, TypeVar

from crawler.errors import ends_everything

T = TypeVar("T")
MOST = 32  # pieces of work in one transaction: who reads the archive sees them then, and others may write


class Part(Enum):
    """What a piece of work has to do with a transaction."""

    IN_GROUP = "goes into one with others that wait"
    BESIDE = "has nothing to do with it, and does not end it"
    ALONE = "comes when all before it is committed"


@dataclass(slots=True)
class Work:
    do: Callable[[], Any]
    part: Part
    told: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self.do()
        except BaseException as error:
            self.error = error

    def tell(self) -> None:
        if self.error:
            self.told.set_exception(self.error)
        else:
            self.told.set_result(self.result)


class WritingThread:
    """What comes while one transaction commits is committed together: `group` is that transaction.

    So a commit costs less the more there is to do, and nobody waits for others to come. Nobody hears of a
    thing that is done in a group before the group is committed.
    """

    def __init__(self, name: str, group: Callable[[], AbstractContextManager[None]]) -> None:
        self._group = group
        self._waiting: deque[Work] = deque()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    def run(self, do: Callable[..., T], *args: object, part: Part = Part.ALONE) -> "asyncio.Future[T]":
        work = Work(partial(do, *args), part)
        self._waiting.append(work)
        self._pool.submit(self._do_next)
        return asyncio.wrap_future(work.told)

    def shutdown(self) -> None:
        self._pool.shutdown()

    def _do_next(self) -> None:
        work = self._take()
        if work is None:
            return  # it was done together with others
        if work.part == Part.IN_GROUP:
            self._do_group(work)
        else:
            work.run()
            work.tell()

    def _do_group(self, first: Work) -> None:
        done, work = [first], first
        try:
            with self._group():
                while True:
                    work.run()
                    if work.error and ends_everything(work.error):
                        raise work.error
                    more = self._take_more() if len(done) < MOST else None
                    if more is None:
                        break
                    done.append(work := more)
        except BaseException as error:  # nothing of it is kept
            for lost in done:
                lost.error = error
        for work in done:
            work.tell()

    def _take_more(self) -> Work | None:
        """The next for a group, after what does not end it."""
        while self._waiting and self._waiting[0].part != Part.ALONE:
            if work := self._take():
                if work.part == Part.IN_GROUP:
                    return work
                work.run()
                work.tell()
        return None

    def _take(self) -> Work | None:
        while self._waiting:
            work = self._waiting.popleft()
            if work.told.set_running_or_notify_cancel():
                return work
        return None
