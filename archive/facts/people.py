"""The people whom a text names with a title or an office."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.facts.places import Mention


@dataclass(frozen=True, slots=True)
class Named:
    """`text` is the name as written, at `start` to `end`; `name` is the same for all its spellings.

    `honorific` is what stands before it (`ông`), `office` what the person is said to be (`Phó Chủ tịch UBND
    tỉnh`), `affiliation` the body or the place by which people of one name are told apart.
    """

    start: int
    end: int
    text: str
    name: str
    honorific: str | None = None
    office: str | None = None
    affiliation: str | None = None


def people(texts: Sequence[str], told: Sequence[Sequence[Mention]], byline: str = "") -> list[list[Named]]:
    """Of the texts of one article, and last of its byline; `told` are the places of each text."""
    return [[] for _ in (*texts, byline)]
