"""Words and filters, turned into what the tables are asked."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from archive.query import Query, parse
from archive.search.completions import with_words
from archive.search.filters import conditions
from archive.search.index import EXACT, FOLDED, Index, indexed, listing
from archive.search.model import Filters
from archive.text import normalise


@dataclass(frozen=True, slots=True)
class Question:
    """`all` finds every hit, `typed` those that hold the words as typed; None where that is all of them.

    `typed` finds nothing that `all` does not: both were written by `archive/query.py` from the same words.
    """

    all: Index
    typed: Index | None = None

    def within(self, docids: Collection[int]) -> "Question":
        """Where these are all that is found, there is no need to ask again what passes the filters."""
        return Question(self.all.within(docids), self.typed and self.typed.within(docids))


def asked(words: str) -> Query | None:
    """None where nothing was typed; raises QueryError where that holds nothing to look for."""
    return parse(words) if normalise(words.encode(errors="replace").decode()) else None


def question(
    connection: sqlite3.Connection, query: Query | None, filters: Filters, exact: bool = False
) -> Question:
    passing = conditions(connection, filters)
    if query is None:
        return Question(listing(passing))
    if exact:
        return Question(indexed(EXACT, with_words(connection, query, EXACT), passing))
    wide = indexed(FOLDED, with_words(connection, query, FOLDED), passing)
    if not query.accented:
        return Question(wide)
    return Question(wide, indexed(EXACT, with_words(connection, query, EXACT), passing))
