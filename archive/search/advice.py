"""What to do about a search that finds nothing: which word it is, and what comes close to it."""

import re
import sqlite3
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from archive.errors import QueryError
from archive.query import Query, Term, parse
from archive.search.model import COUNTED, NO_FILTERS, Advice, Filters, Missing
from archive.search.question import asked, question
from archive.search.reading import Source, reading
from archive.search.spelling import frequent, joints, slips, spelt
from archive.text import fold, normalise

SHOWN = 3  # words that come close
TRIED = 6  # of the most frequent, how they do in place of the word
CORRECTED = 4  # words of one search


class _Close(NamedTuple):
    typed: str  # what of the words it stands in place of
    spelling: str


@dataclass(frozen=True, slots=True)
class _Search:
    """The search that finds nothing."""

    connection: sqlite3.Connection
    words: str
    filters: Filters
    exact: bool

    def hits(self, query: Query) -> int:
        return question(self.connection, query, self.filters, self.exact).all.count(self.connection, COUNTED)

    def hits_with(self, close: _Close) -> int:
        try:
            return self.hits(parse(_put(self.words, close)))
        except QueryError:
            return 0


def advise(db: Source, words: str, *, filters: Filters = NO_FILTERS, exact: bool = False) -> Advice:
    """Look at each word alone, under the filters. Raises as `search` does."""
    query = asked(words)
    with reading(db) as connection:
        without = question(connection, query, NO_FILTERS, exact).all.count(connection, COUNTED)
        if query is None:
            return Advice((), without, None)
        typed = normalise(words.encode(errors="replace").decode())
        search = _Search(connection, typed, filters, exact)
        terms = dict.fromkeys(chain.from_iterable(query.alternatives))
        missing = [term for term in terms if not search.hits(Query(((term,),)))]
        advice, instead = list[Missing](), typed
        for number, term in enumerate(missing):
            close = _close(search, term) if number < CORRECTED else []
            advice.append(Missing(_written(term), tuple(one.spelling for one in close)))
            instead = _put(instead, close[0]) if close else instead
        found = instead != typed and search.hits(parse(instead))
        return Advice(tuple(advice), without, instead if found else None)


def _close(search: _Search, term: Term) -> list[_Close]:
    """What helps the whole search most comes first, then what is most frequent."""
    if len(term.phrases) != 1 or term.prefix:
        return []
    (text,) = term.phrases
    if not term.word:
        apart = [_Close(f'"{text}"', text)]
        return [one for one in apart if search.hits_with(one)]
    joined = {word: typed for typed, word in joints(search.words, text)}
    same = {fold(text)} if search.exact else set[str]()
    found = frequent(search.connection, slips(text) | same | joined.keys())
    close = [_Close(joined.get(word, text), spelt(search.connection, word)) for word in found[:TRIED]]
    return sorted(close, key=search.hits_with, reverse=True)[:SHOWN]


def _put(words: str, close: _Close) -> str:
    typed = rf"(?<!\w){re.escape(close.typed)}(?!\w)"
    return re.sub(typed, lambda _: close.spelling, words, count=1)


def _written(term: Term) -> str:
    if term.distance is not None:
        return f"NEAR({' '.join(term.phrases)}, {term.distance})"
    return term.phrases[0] if term.word or term.prefix else f'"{term.phrases[0]}"'
