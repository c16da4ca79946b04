"""The words of a search in a text, found as the full-text indexes find them, in one pass of any length.

FTS5's own highlight() copies all that it has written for each match: on long texts its time is quadratic.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from archive.query import Query, Term
from archive.search.marks import tidied
from archive.search.model import Span
from archive.text import fold

_TOKEN = re.compile(r"[^\W_]+")


class Letters(dict[int, str]):
    """For `str.translate`: each letter becomes one letter, so that places in the text stay what they are."""

    def __init__(self, exact: bool) -> None:
        self.exact = exact

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = letter.lower() if self.exact else fold(letter)
        if not (self.exact or plain.isascii()):
            plain = letter.lower()
        self[code] = plain if len(plain) == 1 else letter
        return self[code]


class _Phrase(NamedTuple):
    words: tuple[str, ...]
    prefix: bool
    group: int  # phrases of one NEAR() belong together
    number: int


class _Found(NamedTuple):
    first: int  # tokens
    last: int
    number: int


def tokenised(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


def places(text: str, query: Query, exact: bool) -> tuple[Span, ...]:
    """Where a text holds words of a query; as in snippets, neighbours are one match."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    plain = text.translate(Letters(exact))
    words = [plain[start:end] for start, end in tokens]
    terms = list(chain.from_iterable(query.alternatives))
    found = dict[int, list[_Found]]()
    for phrase, first in _occurrences(
        words, [phrase for at, term in enumerate(terms) for phrase in _phrases(term, at, exact)]
    ):
        found.setdefault(phrase.group, []).append(_Found(first, first + len(phrase.words) - 1, phrase.number))
    kept = chain.from_iterable(_near(terms[group], hits) for group, hits in found.items())
    spans = sorted({(tokens[hit.first][0], tokens[hit.last][1]) for hit in kept})
    return tuple(tidied(text, spans))


def _phrases(term: Term, group: int, exact: bool) -> Iterator[_Phrase]:
    for spelling in term.spellings(exact):
        for number, phrase in enumerate(spelling):
            if words := tokenised(phrase):
                yield _Phrase(words, term.prefix, group, number)


def _occurrences(words: list[str], phrases: list[_Phrase]) -> Iterator[tuple[_Phrase, int]]:
    """Each phrase, and the token that it begins with."""
    beginning = dict[str, list[_Phrase]]()
    for phrase in phrases:
        if not (phrase.prefix and len(phrase.words) == 1):
            beginning.setdefault(phrase.words[0], []).append(phrase)
    stems = [phrase for phrase in phrases if phrase.prefix and len(phrase.words) == 1]
    for at, word in enumerate(words):
        for phrase in beginning.get(word, ()):
            if len(phrase.words) == 1 or _continues(words, at, phrase):
                yield phrase, at
        for phrase in stems:
            if word.startswith(phrase.words[0]):
                yield phrase, at


def _continues(words: list[str], at: int, phrase: _Phrase) -> bool:
    *whole, last = phrase.words
    end = at + len(whole)
    if words[at:end] != whole or end >= len(words):
        return False
    return words[end].startswith(last) if phrase.prefix else words[end] == last


def _near(term: Term, hits: list[_Found]) -> Iterator[_Found]:
    """Of the phrases of a NEAR(), those that stand within its distance of all the others."""
    if term.distance is None:
        yield from hits
        return
    start, wanted = 0, set(range(len(term.phrases)))
    for end, hit in enumerate(hits):
        while hit.first - hits[start].last - 1 > term.distance:
            start += 1
        window = hits[start : end + 1]
        if wanted <= {one.number for one in window}:
            yield from window
