"""What a person types into the search box, turned into FTS5 expressions that always parse.

    rừng phòng hộ           all of the words, in any order; those that stand together rank higher
    "nông thôn mới"         a phrase; so is what holds together anyway, such as 125/KH-UBND
    Bắc Kạn OR Thái Nguyên  either side of OR (or |)
    lũ -lụt                 without a word, or without a "phrase"
    giáo*                   words that begin so
    NEAR(rừng cháy, 5)      no more than 5 words apart

Everything else, FTS5's own syntax included, is text to look for. Nothing is looked up or executed here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain

from archive.errors import QueryError
from archive.text import fold, normalise

MOST_TERMS = 64
MOST_PAIRED = 8  # so many words are few enough to reward those that stand together
NOTHING = '""'  # an FTS5 expression that is valid and matches no article

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))
_PIECE = re.compile(
    r"""(?P<without>(?<!\S)(?:-|NOT\s+))?
        (?: NEAR\((?P<near>[^()]*?)(?:,\s*(?P<distance>\d{1,3}))?\s*\)
          | "(?P<phrase>[^"]*)(?:"|$)
          | (?P<word>[^\s"]+) )""",
    re.VERBOSE,
)
_IN_NEAR = re.compile(r'"([^"]*)"|([^\s"]+)')

# Where the tone mark of an open syllable goes is a matter of school: hòa, khỏe, thủy or hoà, khoẻ, thuỷ.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_PLACEMENTS = {
    unicodedata.normalize("NFC", first + tone + second): unicodedata.normalize("NFC", first + second + tone)
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES
}
_ON_FIRST = re.compile(rf"({'|'.join(_PLACEMENTS)})\b")
_ON_SECOND = re.compile(rf"({'|'.join(_PLACEMENTS.values())})\b")
_BACK = {second: first for first, second in _PLACEMENTS.items()}


@dataclass(frozen=True, slots=True)
class Term:
    """Phrases that stand within `distance` words of each other; most often a single word.

    `after` is the word typed before it. A Vietnamese word is mostly two syllables: to rank, a syllable
    counts once more where it stands after the one before, and matches wherever it stands all the same.
    `instead` are, of a prefix that very many words begin with, phrases with those that the index holds.
    """

    phrases: tuple[str, ...]
    distance: int | None = None
    prefix: bool = False
    word: bool = False
    after: str | None = None
    instead: tuple[str, ...] = ()

    @property
    def accented(self) -> bool:
        return any(fold(phrase) != phrase.lower() for phrase in self.phrases)

    def folded(self, paired: bool = False) -> str:
        return self._match(_folded, paired)

    def exact(self, paired: bool = False) -> str:
        return _join(" OR ", dict.fromkeys(self._match(spelling, paired) for spelling in _EXACT))

    def spellings(self, exact: bool) -> tuple[tuple[str, ...], ...]:
        """Its phrases in each way to write them that matches, for a search outside of SQLite."""
        ways = _EXACT if exact else (_folded,)
        return tuple(dict.fromkeys(tuple(map(way, self.phrases)) for way in ways))

    def _match(self, spelling: Callable[[str], str], paired: bool) -> str:
        if self.instead:
            return _join(" OR ", (f'"{phrase}"' for phrase in self.instead))
        # A string cannot hold a quote here: they all delimited phrases.
        strings = [f'"{spelling(phrase)}"' for phrase in self.phrases]
        if self.distance is not None:
            return f"NEAR({' '.join(strings)}, {self.distance})"
        if self.after and paired:
            return f'({strings[0]} OR "{spelling(self.after)} {spelling(self.phrases[0])}")'
        return strings[0] + (" *" if self.prefix else "")


Instead = Callable[[Term], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Query:
    """Any of the alternatives, each of which is all of its terms; and none of `without`."""

    alternatives: tuple[tuple[Term, ...], ...]
    without: tuple[Term, ...] = ()

    @property
    def accented(self) -> bool:
        return any(term.accented for terms in self.alternatives for term in terms)

    @property
    def every(self) -> tuple[Term, ...]:
        return (*chain.from_iterable(self.alternatives), *self.without)

    def folded(self, paired: bool = False) -> str:
        """For `articles_fts`, leaving `without` aside.

        `paired` matches the same articles and ranks those higher in which the words stand together.
        """
        sides = (_join(" AND ", (term.folded(paired) for term in terms)) for terms in self.alternatives)
        return _join(" OR ", sides)

    def exact(self, paired: bool = False) -> str:
        """The same for `articles_fts_exact`; both ways to place a tone mark match."""
        sides = (_join(" AND ", (term.exact(paired) for term in terms)) for terms in self.alternatives)
        return _join(" OR ", sides)

    def without_folded(self) -> str | None:
        """What was excluded without accents: the word in all its spellings."""
        return _join(" OR ", (term.folded() for term in self.without if not term.accented)) or None

    def without_exact(self) -> str | None:
        """What was excluded with accents: that spelling only, or `năm -nằm` would find nothing."""
        return _join(" OR ", (term.exact() for term in self.without if term.accented)) or None


def parse(words: str) -> Query:
    """Raise QueryError, with a sentence for the reader, where there is nothing to look for."""
    alternatives: list[list[Term]] = [[]]
    without: list[Term] = []
    # Lone surrogates reach us from broken percent-encoding; SQLite takes none.
    text = normalise(words.encode(errors="replace").decode()).translate(_QUOTES)
    for piece in _PIECE.finditer(text):
        if piece["word"] in ("OR", "|") and not piece["without"]:
            alternatives.append([])
        elif piece["word"] not in ("AND", "&") and (term := _term(piece)):
            (without if piece["without"] else alternatives[-1]).append(term)
    found = tuple(tuple(_paired(terms)) for terms in alternatives if terms)
    if not found and without:
        raise QueryError("Hãy thêm ít nhất một từ cần có. · Add at least one word that must be there.")
    if not found:
        raise QueryError("Hãy nhập ít nhất một từ. · Type at least one word.")
    if sum(map(len, found)) + len(without) > MOST_TERMS:
        raise QueryError(
            f"Tìm được nhiều nhất {MOST_TERMS} từ một lần. · At most {MOST_TERMS} words at a time."
        )
    return Query(found, tuple(without))


def completed(query: Query, instead: Instead, instead_without: Instead) -> Query:
    """Its prefixes with the phrases to look for in their place, where there are any."""
    if not any(term.prefix for term in query.every):
        return query

    def complete(terms: tuple[Term, ...], instead: Instead) -> tuple[Term, ...]:
        return tuple(replace(term, instead=instead(term)) if term.prefix else term for term in terms)

    alternatives = tuple(complete(terms, instead) for terms in query.alternatives)
    return Query(alternatives, complete(query.without, instead_without))


def folded_match(words: str) -> str:
    """One expression for `articles_fts`, for Datasette's own search box; never raises."""
    try:
        query = parse(words)
    except QueryError:
        return NOTHING
    without = _join(" OR ", (term.folded() for term in query.without))
    return f"{query.folded()} NOT {without}" if without else query.folded()


def _term(piece: re.Match[str]) -> Term | None:
    if piece["near"] is not None:
        found = [phrase or word for phrase, word in _IN_NEAR.findall(piece["near"])]
        phrases = tuple(filter(_searchable, found))
        if len(phrases) > 1:
            return Term(phrases, distance=int(piece["distance"] or 10))
        return Term(phrases) if phrases else None
    text = piece["phrase"] if piece["phrase"] is not None else piece["word"]
    if not _searchable(text):
        return None
    # One letter and a star would be half of the language.
    prefix = piece["word"] is not None and text.endswith("*") and len(text) > 2
    return Term((text,), prefix=prefix, word=piece["word"] is not None and not prefix)


def _paired(terms: list[Term]) -> list[Term]:
    """Tell each word which one it follows; phrases and the like stay as they are."""
    if len(terms) > MOST_PAIRED:
        return terms
    pairs = zip([None, *terms], terms, strict=False)
    return [
        replace(term, after=before.phrases[0]) if before and before.word and term.word else term
        for before, term in pairs
    ]


def _searchable(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _tone_first(text: str) -> str:
    return _ON_SECOND.sub(lambda match: _BACK[match[0]], text.lower())


def _tone_second(text: str) -> str:
    return _ON_FIRST.sub(lambda match: _PLACEMENTS[match[0]], text.lower())


_EXACT: tuple[Callable[[str], str], ...] = (str.lower, _tone_first, _tone_second)


def _folded(text: str) -> str:
    """As the folded index has it: letters of other scripts keep their marks there."""
    folded = fold(text)
    if folded.isascii():
        return folded
    return "".join(plain if (plain := fold(c)).isascii() else c.lower() for c in text)


def _join(operator: str, expressions: Iterable[str]) -> str:
    parts = list(expressions)
    return f"({operator.join(parts)})" if len(parts) > 1 else "".join(parts)
