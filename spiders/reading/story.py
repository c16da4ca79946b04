"""The story between a page's head and its frame: body, captions, byline, source and where it ends."""

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from archive.blocks import Block, is_within
from archive.dates import date_line
from spiders.engine import Landmarks
from spiders.reading.captions import split_images
from spiders.reading.credits import is_byline, labelled_credit, split_credits, table_credit
from spiders.reading.landmarks import (
    END_MARK,
    ends_article,
    is_counter,
    is_hard_end,
    is_long,
    is_prose,
    is_small_link,
    is_tool,
    is_web_part,
    opens_lead,
    without_dateline,
)

TAIL = 6  # byline, source and photo lines after a story, at most


@dataclass(slots=True)
class Story:
    """What stands between head and frame; each image comes with its caption."""

    lead: str | None = None
    body: list[Block] = field(default_factory=list)
    images: list[tuple[Block, str | None]] = field(default_factory=list)
    author: str | None = None
    source: str | None = None

    @property
    def words(self) -> int:
        return sum(block.words for block in self.body if block.kind != "img")


def tell(blocks: Sequence[Block], marks: Landmarks) -> Story:
    """Cut a story out of the blocks that follow its head."""
    story = Story()
    kept = _without_asides(blocks)
    kept = kept[: _end(kept)]
    _take_lead(kept, marks, story)
    kept = _without_tools(kept)
    kept, credit = split_credits(kept)
    story.author, story.source = credit.author, credit.source
    story.body, story.images = split_images(kept)
    return story


def _without_asides(blocks: Sequence[Block]) -> list[Block]:
    """Without the boxes that stand inside a story: counters above it, related lists in its middle."""
    course = _Course.of(blocks)
    kept: list[Block] = []
    aside = False
    for i, block in enumerate(blocks):
        if is_hard_end(block) and course.goes_on(i, is_counter(block)):
            aside = not is_counter(block)
        elif not aside or (block.linked < 0.5 and block.kind == "p" and not date_line(block.text)):
            aside = False
            kept.append(block)
    return kept


@dataclass(frozen=True, slots=True)
class _Course:
    """Where running text stands among the blocks, as indexes, -1 for nowhere."""

    first_prose: int
    first_mark: int
    last_mark: int
    long: list[int]  # of the long paragraphs
    last_pair: int  # of the first of the last two of them in a row

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> "_Course":
        marks = [i for i, block in enumerate(blocks) if END_MARK in block.text]
        long = [i for i, block in enumerate(blocks) if is_long(block)]
        return cls(
            next((i for i, block in enumerate(blocks) if is_prose(block)), -1),
            min(marks, default=-1),
            max(marks, default=-1),
            long,
            max((one for one, two in pairwise(long) if two == one + 1), default=-1),
        )

    def goes_on(self, i: int, counter: bool) -> bool:
        """Whether the story goes on after block `i`, which usually follows one.

        With end marks, it goes on to the last of them, if there is a paragraph on the way. Without any, two
        paragraphs in a row must follow: the teasers of a related list have their titles between.
        """
        if counter and not 0 <= self.first_prose < i:
            return True
        if self.last_mark > i:
            after = bisect(self.long, i)
            return after < len(self.long) and self.long[after] <= self.last_mark
        return not 0 <= self.first_mark < i and self.last_pair > i


def _end(blocks: Sequence[Block]) -> int:
    """Where the story ends: the frame's first block, or, before it, what follows the last end mark.

    Address and telephone lines close a page, but also stand in articles: they count only where no end
    mark comes after them.
    """
    hard = next((i for i, block in enumerate(blocks) if is_hard_end(block)), len(blocks))
    mark = max((i for i in range(hard) if END_MARK in blocks[i].text), default=None)
    if mark is not None:
        return _past_tail(blocks, mark + 1, hard)
    end = next((i for i in range(hard) if ends_article(blocks[i])), hard)
    end = _past_tail(blocks, _container_end(blocks[:end]), end)
    while end and blocks[end - 1].linked > 0.8 and blocks[end - 1].kind != "img":
        end -= 1  # menus that stand between the story and the frame
    return end


def _past_tail(blocks: Sequence[Block], start: int, stop: int) -> int:
    end, others = start, 0
    while end < stop and others <= TAIL and _may_follow(blocks[end]):
        others += not is_long(blocks[end])
        end += 1
    return end


def _may_follow(block: Block) -> bool:
    """Byline, source, caption, image, tools, or one more paragraph; but no menu, heading or footer."""
    if block.kind == "img" or is_tool(block) or is_web_part(block) or table_credit(block):
        return True
    if block.kind != "p" or block.linked > 0.5 or ends_article(block):
        return False
    return bool(labelled_credit(block.text)) or is_byline(block) or is_long(block)


def _container_end(blocks: Sequence[Block]) -> int:
    """Past the last block of the lowest element that holds most of the long paragraphs.

    For a page without an end mark: what stands after that element is a side column, unless it is text.
    """
    long = [block for block in blocks if is_long(block)]
    around = Counter(up for block in long for up in (block.element, *block.element.iterancestors()))
    holders = [up for up, count in around.items() if count >= max(2, 0.6 * len(long))]
    if not holders:
        return len(blocks)
    holder = max(holders, key=lambda up: sum(1 for _ in up.iterancestors()))
    inside = [i for i, block in enumerate(blocks) if is_within(block, holder)]
    return inside[-1] + 1


def _take_lead(kept: list[Block], marks: Landmarks, story: Story) -> None:
    """The lead, where a mark of the engine sets it apart from the body; it is taken out of `kept`."""
    while kept and kept[0].kind != "img" and (is_tool(kept[0]) or date_line(kept[0].text)):
        del kept[0]
    if marks.lead_end:
        end = next((i for i, b in enumerate(kept[:6]) if marks.lead_end.fullmatch(b.text)), None)
        if end is not None:
            lead = [b.text for b in kept[:end] if not (is_web_part(b) or is_tool(b) or is_small_link(b))]
            story.lead = " ".join(lead) or None
            del kept[: end + 1]
    if kept and opens_lead(kept[0]):
        text = without_dateline(kept.pop(0).text)
        if not text and kept:
            text = kept.pop(0).text
        story.lead = text or None


def _without_tools(kept: list[Block]) -> list[Block]:
    """Without lines of tools anywhere, and without short links above and below the story."""
    prose = [i for i, block in enumerate(kept) if is_prose(block)]
    first, last = (prose[0], prose[-1]) if prose else (0, len(kept))
    return [
        block
        for i, block in enumerate(kept)
        if not (is_tool(block) or is_web_part(block) or (is_small_link(block) and not first < i < last))
    ]
