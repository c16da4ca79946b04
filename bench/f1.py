"""How much of a text was found, and how much else: by its words, in whatever order."""

import re
from collections import Counter

_WORD = re.compile(r"\w+")


def f1(truth: str, found: str) -> float:
    """The harmonic mean of precision and recall of words, each counted as often as it stands there."""
    told, read = Counter(_WORD.findall(truth.lower())), Counter(_WORD.findall(found.lower()))
    common = (told & read).total()
    return 2 * common / (told.total() + read.total()) if common else 0.0
