"""The figures of a text: a number, its unit, and what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`text` is as written, from the hedge to what is counted; `value` is multiplied out."""

    start: int
    end: int
    text: str
    value: int | float
    unit: str
    total: int | float | None = None
    hedge: str | None = None
    subject: str | None = None
    giver: str | None = None
    year: int | None = None


def figures(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Figure]:
    """In the order of the text; nothing within the spans that are `taken`."""
    return []
