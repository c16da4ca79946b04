"""What the pages show besides search results: the archive at a glance, and all about one article."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Overview:
    """`gone` is None where counting took too long."""

    articles: int
    captures: int
    gone: int | None
    portals: list[Row]
    newest: list[Row]


@dataclass(frozen=True, slots=True)
class Dossier:
    """An article's row, its portal's, and the rows that belong to it, in the order of the page."""

    article: Row
    portal: Row
    captures: list[Row]
    versions: list[Row]
    images: list[Row]
    attachments: list[Row]
    links: list[Row]
    related: list[Row]


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


def overview(connection: sqlite3.Connection, newest: int = 12) -> Overview:
    """Counts, the portals with what is held of each, and the newest articles by date of publication."""
    portals = _rows(
        connection,
        """select *, (select count(*) from articles where portal = p.id) as articles,
            (select min(published_at) from articles where portal = p.id) as first,
            (select max(published_at) from articles where portal = p.id) as last
        from portals p order by articles desc, id""",
    )
    shown = _rows(
        connection,
        """select id, title, portal, section, published_at, gone_at, lead from articles
        where published_at is not null order by published_at desc limit ?""",
        newest,
    )
    captures = _rows(connection, "select count(*) as n from captures")[0]["n"]
    return Overview(sum(p["articles"] for p in portals), captures, _gone(connection), portals, shown)


def is_demonstration(connection: sqlite3.Connection) -> bool:
    """Whether the articles are the invented ones of the demo; they never stand beside real ones."""
    return bool(_rows(connection, "select 1 from crawls where source = 'demo' limit 1"))


def portals(connection: sqlite3.Connection) -> list[Row]:
    return _rows(connection, "select id, title from portals order by title")


def dossier(connection: sqlite3.Connection, id: int) -> Dossier | None:
    """None where no article has this id."""
    found = _rows(connection, "select * from articles where id = ?", id)
    if not found:
        return None
    article = found[0]
    portal = _rows(connection, "select * from portals where id = ?", article["portal"])
    of_article = {
        table: _rows(connection, f"select * from {table} where article = ? order by position", id)
        for table in ("images", "attachments", "links")
    }
    return Dossier(
        article=article,
        portal=portal[0] if portal else {"id": article["portal"], "title": article["portal"]},
        # Captures of the address that gave no article belong here too: they show when the page went.
        captures=_rows(
            connection,
            "select * from captures where article = ? or url = ? order by captured_at",
            id,
            article["url"],
        ),
        versions=_rows(
            connection,
            "select number, captured_at, sha256 from versions where article = ? order by number",
            id,
        ),
        # A related article is in the archive where its address has been captured as one.
        related=_rows(
            connection,
            """select r.*, (select c.article from captures c
                where c.url = r.url and c.article is not null limit 1) as held
            from related r where r.article = ? order by r.position""",
            id,
        ),
        **of_article,
    )


def _gone(connection: sqlite3.Connection) -> int | None:
    """The one count that reads every article: asked last, for it may use up the time limit."""
    try:
        return int(_rows(connection, "select count(*) as n from articles where gone_at is not null")[0]["n"])
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return None
        raise


def _rows(connection: sqlite3.Connection, sql: str, *params: object) -> list[Row]:
    cursor = connection.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
