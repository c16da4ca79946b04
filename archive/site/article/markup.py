"""The few marks that a stored body has, and where its lines, cells and parts lie in it.

Blank lines part blocks; `## ` begins a heading, `- ` an item, `| a | b |` is a row. All else is text. Every
place is an offset in characters of the whole body, for facts and matches are told so.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from html import escape
from typing import NamedTuple

Span = tuple[int, int]

PART = 60_000  # bytes of HTML, about: with all around it, a page stays below 100 KB
LONGEST_PIECE = 4_000  # characters of one line that are not parted
_HEADING = re.compile(r"(#{1,6})\s+")
_RULE = re.compile(r"[\s:|-]*")


class Kind(Enum):
    HEADING = auto()
    ITEM = auto()
    ROW = auto()
    TEXT = auto()


class Line(NamedTuple):
    """A line that is not blank: from `begin` with its mark, from `start` to `end` what it says.

    `fresh`: a blank line, or nothing, stands before it. `level` is a heading's.
    """

    kind: Kind
    begin: int
    start: int
    end: int
    fresh: bool
    level: int = 0


def lines(text: str, start: int = 0, end: int | None = None) -> Iterator[Line]:
    stop, fresh = len(text) if end is None else end, True
    while start < stop:
        newline = text.find("\n", start, stop)
        after = stop if newline < 0 else newline
        raw = text[start:after]
        if stripped := raw.strip():
            yield _line(stripped, start + len(raw) - len(raw.lstrip()), fresh)
        fresh, start = not stripped, after + 1


def runs(text: str, start: int = 0, end: int | None = None) -> Iterator[list[Line]]:
    """Lines that make one element: a paragraph, a list, a table; a heading is one by itself."""
    run: list[Line] = []
    for line in lines(text, start, end):
        if run and (line.fresh or line.kind is not run[0].kind or line.kind is Kind.HEADING):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def cells(text: str, row: Line) -> list[Span]:
    found, position = list[Span](), row.start
    for cell in text[row.start : row.end].split("|"):
        before = len(cell) - len(cell.lstrip())
        found.append((position + before, position + before + len(cell.strip())))
        position += len(cell) + 1
    return found


def is_rule(text: str, row: Line) -> bool:
    """The line of dashes under the head of a table."""
    between = text[row.start : row.end]
    return "-" in between and _RULE.fullmatch(between) is not None


def parts(text: str, start: int = 0, end: int | None = None, size: int = PART) -> list[Span]:
    """Where to part a text so that each part takes about `size` bytes as HTML, between blocks if it can."""
    stop = len(text) if end is None else end
    cuts, taken = [start], 0
    block = start, 0  # the newest one in this part, and what the part took before it
    for position, cost, fresh in _pieces(text, start, stop):
        if taken and taken + cost > size:
            cut, before = block if block[1] > size // 2 else (position, taken)
            cuts.append(cut)
            taken, block = taken - before, (cut, 0)
        if fresh:
            block = (position, taken)
        taken += cost
    return list(zip(cuts, [*cuts[1:], stop], strict=True))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Where a part may begin, what the piece up to the next takes, and whether a block begins there."""
    table = False
    for line in lines(text, start, end):
        row = line.kind is Kind.ROW
        position, fresh = line.begin, line.fresh
        extra = 12 + (150 if row and (fresh or not table) else 0)
        while position < line.end:
            after = min(line.end, position + LONGEST_PIECE)
            if after < line.end and (space := text.rfind(" ", position + 1, after)) > 0:
                after = space
            piece = text[position:after]
            cost = len(escape(piece).encode(errors="replace")) + (12 * piece.count("|") if row else 0)
            yield position, cost + extra, fresh
            position, fresh, extra = after, False, 0
        table = row


def _line(stripped: str, begin: int, fresh: bool) -> Line:
    end = begin + len(stripped)
    if heading := _HEADING.match(stripped):
        return Line(Kind.HEADING, begin, begin + heading.end(), end, fresh, len(heading[1]))
    if stripped.startswith("- "):
        return Line(Kind.ITEM, begin, begin + 2, end, fresh)
    if len(stripped) > 1 and stripped.startswith("|") and stripped.endswith("|"):
        return Line(Kind.ROW, begin, begin + 1, end - 1, fresh)
    return Line(Kind.TEXT, begin, begin, end, fresh)
