"""Which communes are said to have met a standard, and in which year."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.facts.gazetteer import Place
from archive.facts.places import Mention


@dataclass(frozen=True, slots=True)
class Met:
    """`text` is the name of the place and what says that it met the standard."""

    start: int
    end: int
    text: str
    place: Place
    standard: str
    year: int | None = None


def standards(text: str, told: Sequence[Mention], published: str | None = None) -> list[Met]:
    """In the order of the text."""
    return []
