"""What changed between two texts, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from operator import itemgetter

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


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


def word_diff(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in order; whole lines that are alike are not looked into."""
    edits = ((edit, text) for edit, text in _edits(old, new) if text)
    return [Piece(edit, "".join(text for _, text in run)) for edit, run in groupby(edits, key=itemgetter(0))]


def _edits(old: str, new: str) -> Iterator[tuple[Edit, str]]:
    for alike, before, after in _changes(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        if alike:
            yield Edit.SAME, before
            continue
        for same, word, other in _changes(_WORDS.findall(before), _WORDS.findall(after)):
            if same:
                yield Edit.SAME, word
            else:
                yield from ((Edit.REMOVED, word), (Edit.ADDED, other))


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[bool, str, str]]:
    # No junk heuristic: in a long text it takes common words, and blank lines, for noise.
    for kind, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        yield kind == "equal", "".join(old[i:j]), "".join(new[k:m])
