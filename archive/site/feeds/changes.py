"""What an edit changed, in few words, for lists of edits; `archive/diff.py` tells two texts apart in full."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

LONGEST = 200  # words of either text that are compared: to find what they have in common takes square time
SHOWN = 60  # characters of what was removed or added
AROUND = 24  # and of what stands before and after; as many words hold them

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Words that went, and what came for them (either may be empty), between the words around."""

    before: str
    removed: str
    added: str
    after: str

    def __str__(self) -> str:
        if self.removed and self.added:
            return f"“{self.removed}” → “{self.added}”"
        return f"thêm “{self.added}”" if self.added else f"bỏ “{self.removed}”"


@dataclass(frozen=True, slots=True)
class Changes:
    """The first changes of an edit; `more` where there are others, also beyond what was compared."""

    shown: tuple[Change, ...]
    more: bool

    def __str__(self) -> str:
        return "; ".join([*map(str, self.shown), *(["…"] if self.more else [])])


def changes(old: str, new: str, most: int = 3) -> Changes:
    """What an edit made of a text, in its first few changes; white space alone is none.

    Words are what stands between blanks, so that 300.000 becomes 400.000 as a whole.
    """
    before, after = tuple(old.split()), tuple(new.split())
    head = _alike(before, after)
    tail = min(_alike(before[::-1], after[::-1]), min(len(before), len(after)) - head)
    start, kept = max(0, head - AROUND), max(0, tail - AROUND)  # what is shown around stays
    before, after = before[start : len(before) - kept], after[start : len(after) - kept]
    found = _found(before[:LONGEST], after[:LONGEST], most + 1)
    cut = max(len(before), len(after)) > LONGEST
    # Where texts were cut, the ends differ in any case; that is told only where there is nothing else.
    told = found[:-1] if cut and 1 < len(found) <= most else found[:most]
    return Changes(told, cut or len(found) > most)


def _alike(one: Words, other: Words) -> int:
    """How many words both begin with."""
    for count, (word, another) in enumerate(zip(one, other, strict=False)):
        if word != another:
            return count
    return min(len(one), len(other))


@lru_cache(maxsize=500)  # a version never changes, and readers of feeds come back every hour
def _found(old: Words, new: Words, most: int) -> tuple[Change, ...]:
    return tuple(islice(_compared(old, new), most))


def _compared(old: Words, new: Words) -> Iterator[Change]:
    for kind, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            before, after = " ".join(old[max(0, i - AROUND) : i]), " ".join(old[j : j + AROUND])
            yield Change(
                _cut(before[::-1], AROUND)[::-1],
                _shortened(" ".join(old[i:j])),
                _shortened(" ".join(new[k:m])),
                _cut(after, AROUND),
            )


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{_cut(text, SHOWN)}…"


def _cut(text: str, longest: int) -> str:
    """The beginning, without the half of a word where there is another."""
    cut = text[: longest + 1]
    return cut if len(text) <= longest else cut.rpartition(" ")[0] or cut[:longest]
