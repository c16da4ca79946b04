"""What changed between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from itertools import accumulate, groupby
from operator import itemgetter

# Lines with the blank ones after them, then sentences, then words: each finer look only where the one before
# found no two alike.
_LEVELS = (
    re.compile(r"[^\n]*\n+|[^\n]+"),
    re.compile(r"[^.!?;…]*+[.!?;…]+\s*|[^.!?;…]+"),
    re.compile(r"\w+\s*|[^\w\s]\s*|\s+"),
)
EFFORT = 2_000_000  # pairs of like pieces to look at: well below a second
LONG = 100_000  # characters
MOST_PAIRS = 10_000


class Edit(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and what became of it. All but the added pieces are the old text, all but the removed
    ones the new."""

    edit: Edit
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The pieces of both texts in order. `coarse`: some stretches were too long to be looked into, and are
    given as removed and added whole."""

    pieces: tuple[Piece, ...]
    coarse: bool


def word_diff(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in order; whole lines that are alike are not looked into."""
    return list(difference(old, new).pieces)


def difference(old: str, new: str, effort: int = EFFORT) -> Difference:
    """As `word_diff`, and whether all was compared. The time it takes grows with the texts' length and with
    `effort`, never with the square of the length."""
    comparing = _Comparing(effort)
    edits = ((edit, text) for edit, text in comparing.edits(old, new) if text)
    pieces = [
        Piece(edit, "".join(text for _, text in run)) for edit, run in groupby(edits, key=itemgetter(0))
    ]
    return Difference(tuple(pieces), comparing.coarse)


class _Comparing:
    def __init__(self, effort: int) -> None:
        self.effort = effort
        self.coarse = False

    def edits(self, old: str, new: str, level: int = 0) -> Iterator[tuple[Edit, str]]:
        if not (old and new) or level == len(_LEVELS) or (level and not self.affords(len(old) + len(new))):
            yield from _replaced(old, new)
            return
        before, after = _LEVELS[level].findall(old), _LEVELS[level].findall(new)
        i = j = 0
        found = self.matches(_without_blanks(before), _without_blanks(after))
        for match in (*found, Match(len(before), len(after), 0)):
            for one, other in _paired(before[i : match.a], after[j : match.b]):
                yield from self.edits(one, other, level + 1)
            yield from _alike(before[match.a : match.a + match.size], after[match.b : match.b + match.size])
            i, j = match.a + match.size, match.b + match.size

    def affords(self, length: int) -> bool:
        """Whether a stretch may be cut up; told from its length, for to cut it up takes time as well."""
        cost = length // 4 + 50
        if cost > self.effort:
            self.coarse = True
            return False
        self.effort -= cost
        return True

    def matches(self, old: list[str], new: list[str]) -> list[Match]:
        """What both lists have alike, in order: what they begin and end with, and the longest in between."""
        shorter = min(len(old), len(new))
        head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
        rest = shorter - head
        tail = next((n for n in range(rest) if old[-n - 1] != new[-n - 1]), rest)
        found = [Match(0, 0, head), Match(len(old) - tail, len(new) - tail, tail)]
        found += self.between(old, new, (head, len(old) - tail, head, len(new) - tail))
        return sorted(match for match in found if match.size)

    def between(self, old: list[str], new: list[str], within: tuple[int, int, int, int]) -> Iterator[Match]:
        """As SequenceMatcher finds them, which alone takes the cube of the length where much is repeated: a
        stretch that takes more than the effort left is left alone."""
        # No junk heuristic: in a long text it takes common words for noise.
        matcher = SequenceMatcher(a=old, b=new, autojunk=False)
        places = matcher.b2j  # type: ignore[attr-defined]
        costs = [0, *accumulate(len(places.get(piece, ())) + 1 for piece in old)]
        stretches = [within]
        while stretches:
            a, a_end, b, b_end = stretches.pop()
            if a == a_end or b == b_end:
                continue
            cost = costs[a_end] - costs[a]
            if cost > self.effort:
                self.coarse = True
                continue
            self.effort -= cost
            match = matcher.find_longest_match(a, a_end, b, b_end)
            if match.size:
                yield match
                stretches.append((match.a + match.size, a_end, match.b + match.size, b_end))
                stretches.append((a, match.a, b, match.b))


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """A stretch that differs, for a finer look: of a long one, where a little may have changed in every line,
    one by one."""
    one, other = "".join(old), "".join(new)
    if len(old) == len(new) <= MOST_PAIRS and len(one) + len(other) > LONG:
        return zip(old, new, strict=True)
    return iter([(one, other)])


def _replaced(old: str, new: str) -> Iterator[tuple[Edit, str]]:
    """The white space that both end with has not changed: words are compared with what follows them."""
    same = len(old) - len(old.rstrip())
    if not (same and new.endswith(old[-same:]) and new[:-same] == new[:-same].rstrip()):
        same = 0
    yield Edit.REMOVED, old[: len(old) - same]
    yield Edit.ADDED, new[: len(new) - same]
    yield Edit.SAME, old[len(old) - same :]


def _without_blanks(pieces: list[str]) -> list[str]:
    """As they are compared: the last word of a text is the same word as one that a space follows."""
    return [piece.rstrip() or piece for piece in pieces]


def _alike(old: list[str], new: list[str]) -> Iterator[tuple[Edit, str]]:
    if old == new:
        yield Edit.SAME, "".join(old)
        return
    for one, other in zip(old, new, strict=True):
        words = len(one) if one == other else len(one.rstrip())
        yield Edit.SAME, one[:words]
        yield Edit.REMOVED, one[words:]
        yield Edit.ADDED, other[words:]
