"""The head of an article page, found in its text: which block is the title, and which states the date."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.blocks import Block, is_within
from archive.dates import StatedDate, date_line
from archive.text import fold
from spiders.engine import Landmarks
from spiders.reading.landmarks import (
    ends_article,
    fits_slug,
    is_long,
    is_prose,
    is_related_heading,
    is_tool,
    is_web_part,
)

NEAR = 4  # blocks between title and date, at most
BOX_WORDS = 60  # a box with more words may hold the article itself
ENOUGH = 5  # the score below which a block is no title


@dataclass(frozen=True, slots=True)
class Head:
    """Indexes into the blocks; `start` is the first block after title and date."""

    title: int
    date: int | None
    stated: StatedDate | None
    start: int


def find_head(blocks: Sequence[Block], slug: str, page_title: str, marks: Landmarks) -> Head | None:
    """The likeliest title, with the date line beside it. None where nothing speaks for any block.

    What speaks for a block: the address's slug, a heading tag, the page's own title, running text close
    below it, and a date line beside it on the side where the engine has it.
    """
    dates = _dates(blocks)
    tail, page_title = _tail(blocks), fold(page_title)
    prose = [i for i, block in enumerate(blocks) if is_prose(block)]
    best: tuple[float, int, int | None] | None = None
    for i, block in enumerate(blocks):
        if i in dates or not may_be_title(block):
            continue
        beside = _date_beside(i, blocks, dates, marks)
        score = _own_score(block, slug, page_title) + _date_score(beside, i, dates, marks)
        below = bisect(prose, i)
        text_below = prose[below] - i if below < len(prose) else len(blocks)
        score += (1 if text_below <= 8 else -4) - 6 * (i > tail)
        if score >= ENOUGH and (best is None or score > best[0]):
            best = (score, i, beside)
    if best is None:
        return None
    _, title, date = best
    if date is None:
        date = next((j for j, stated in dates.items() if stated.label and j < tail), None)
    near = date is not None and abs(date - title) <= NEAR
    start = max(title, date) if near and date is not None else title
    return Head(title, date, dates[date] if date is not None else None, start + 1)


def _is_own(date: int, blocks: Sequence[Block]) -> bool:
    """Whether a date line is not that of another article, whose title links to it from the same small box."""
    block, above = blocks[date], blocks[date - 1] if date else None
    if block.linked > 0.5 or above is None or above.linked < 0.5:
        return block.linked < 0.5
    box = block.element.getparent()
    return box is None or not is_within(above, box) or len(box.text_content().split()) > BOX_WORDS


def _tail(blocks: Sequence[Block]) -> int:
    """Where the related list under the article begins; a list of news above the article does not count."""
    long = [i for i, block in enumerate(blocks) if is_long(block)]
    middle = long[len(long) // 2] if long else 0
    return next((i for i in range(middle, len(blocks)) if is_related_heading(blocks[i])), len(blocks))


def date_near(blocks: Sequence[Block], title: int, marks: Landmarks) -> StatedDate | None:
    """The date line beside a title that is known; else one with a label, which is safe anywhere."""
    dates = _dates(blocks)
    beside = _date_beside(title, blocks, dates, marks)
    labelled = (stated for stated in dates.values() if stated.label)
    return next(labelled, None) if beside is None else dates[beside]


def _dates(blocks: Sequence[Block]) -> dict[int, StatedDate]:
    return {i: stated for i, b in enumerate(blocks) if (stated := date_line(b.text)) and _is_own(i, blocks)}


def may_be_title(block: Block) -> bool:
    return (
        block.kind in ("p", "h")
        and 3 <= block.words <= 60
        and block.linked < 0.5
        and not (is_tool(block) or is_web_part(block) or ends_article(block))
    )


def _own_score(block: Block, slug: str, page_title: str) -> float:
    score = {1: 4.0, 2: 3.0, 3: 2.0}.get(block.level, 1.0) if block.kind == "h" else 0.0
    if slug and fits_slug(block.text, slug):
        score += 10
    if page_title and block.words >= 6 and fold(block.text) in page_title:
        score += 3
    named = f"{block.element.get('class') or ''} {block.element.get('id') or ''}".lower()
    if "title" in named or "tieude" in named:
        score += 3
    return score - 3 * block.text.endswith((".", ";", ":")) - 3 * (block.words < 5)


def _date_beside(
    title: int, blocks: Sequence[Block], dates: dict[int, StatedDate], marks: Landmarks
) -> int | None:
    """The date line nearest to a title, with nothing but tools and short lines between."""
    for side in _sides(marks):
        for step in range(1, NEAR + 1):
            i = title + side * step
            if i in dates and not _is_clock(dates[i], i, title):
                return i
            if not 0 <= i < len(blocks) or (blocks[i].words > 12 and not is_tool(blocks[i])):
                break
    return None


def _is_clock(stated: StatedDate, date: int, title: int) -> bool:
    return stated.weekday and stated.label is None and date < title


def _sides(marks: Landmarks) -> Iterator[int]:
    yield -1 if marks.date_first else 1
    yield 1 if marks.date_first else -1


def _date_score(date: int | None, title: int, dates: dict[int, StatedDate], marks: Landmarks) -> float:
    if date is None:
        return 0.0
    stated = dates[date]
    expected_side = (date < title) == marks.date_first
    return 6 + 2 * expected_side + 3 * bool(stated.label) + ("T" in stated.value) - 0.5 * abs(date - title)
