"""What the pages show besides search results: all about one article, and what is often asked."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Generic, TypeVar

Row = dict[str, Any]
T = TypeVar("T")


class Remembered(Generic[T]):
    """A question whose answer is kept, so that asking takes no more than a hundredth of the time.

    A small archive is asked for every visitor, a large one for one of many.
    """

    SHARE = 100

    def __init__(
        self, question: Callable[[sqlite3.Connection], T], clock: Callable[[], float] = monotonic
    ) -> None:
        self.question = question
        self.clock = clock
        self.answer: T | None = None
        self.again_at = 0.0

    def __call__(self, connection: sqlite3.Connection) -> T:
        began = self.clock()
        if self.answer is None or began >= self.again_at:
            self.answer = self.question(connection)
            ended = self.clock()
            self.again_at = ended + self.SHARE * (ended - began)
        return self.answer


def is_demonstration(connection: sqlite3.Connection) -> bool:
    """Whether the articles are the invented ones of the demo; they never stand beside real ones."""
    return bool(rows(connection, "select 1 from crawls where source = 'demo' limit 1"))


def portals(connection: sqlite3.Connection) -> dict[str, str]:
    """What each is called, by its id."""
    return {
        id: title or id for id, title in connection.execute("select id, title from portals order by title")
    }


def languages_of(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, str | None]:
    """The languages that articles are in, by their ids."""
    sql = "select id, language from articles where id in (select value from json_each(?))"
    return dict(connection.execute(sql, [json.dumps(list(ids))]).fetchall())


def rows(connection: sqlite3.Connection, sql: str, *params: object) -> list[Row]:
    cursor = connection.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
