"""What an export of a search holds: its columns, and its rows page after page."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archive.search import Hit, Order, Result, search
from archive.site.wanted import Wanted
from archive.text import fold

PAGE = 50  # hits asked for at once: a moment of one of Datasette's threads
WHOLE = 25  # whole articles at once, of which each may be large
MOST_ROWS = 100_000  # of an export, unless the owner says otherwise

COLUMNS = (
    "id", "title", "portal", "section", "author", "source", "published_at", "date_label", "url", "archive",
    "words", "version", "gone_at", "first_captured_at", "last_captured_at", "lead", "snippet",
)  # fmt: skip
_ASKED = ("date_label", "words", "first_captured_at", "last_captured_at", "lead")

Values = list[Any]
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Taking:
    """An export: a search, in the order of dates, with the bodies of the articles or without."""

    wanted: Wanted
    body: bool

    @property
    def columns(self) -> tuple[str, ...]:
        return (*COLUMNS, "body") if self.body else COLUMNS

    @property
    def file(self) -> str:
        """The beginning of a name for the file, of plain letters."""
        letters = "".join(c if c.isascii() and c.isalnum() else " " for c in fold(self.wanted.q))
        return "-".join(["backan", *letters.split()])[:60]

    def page(self, connection: sqlite3.Connection, after: str | None) -> Result:
        """Relevance ranks the first few thousand only, and all are wanted: then the newest come first."""
        order = Order.NEWEST if self.wanted.order is Order.RELEVANCE else self.wanted.order
        wanted = self.wanted
        return search(
            connection,
            wanted.q,
            filters=wanted.filters,
            order=order,
            exact=wanted.exact,
            limit=PAGE,
            after=after,
        )

    def rows(self, connection: sqlite3.Connection, hits: Sequence[Hit], address: Address) -> list[Values]:
        asked = (*_ASKED, "body") if self.body else _ASKED
        sql = f"select {', '.join(asked)} from articles where id = ?"
        found = list[Values]()
        for hit in hits:
            row = connection.execute(sql, [hit.id]).fetchone()
            more = dict(zip(asked, row, strict=True)) if row else {}
            values = {name: getattr(hit, name, None) for name in self.columns}
            values |= more | {"archive": address(f"/bai/{hit.id}")}
            found.append([values[name] for name in self.columns])
        return found

    def note(self, text: str) -> Values:
        """A row that says something about the others, where a title would be."""
        return [text if name == "title" else None for name in self.columns]
