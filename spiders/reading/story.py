"""The story between a page's head and its frame: body, captions, byline, source and where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from archive.blocks import Block
from archive.dates import date_line
from spiders.engine import Landmarks
from spiders.reading.landmarks import (
    END_MARK,
    Credit,
    ends_article,
    has_photo_credit,
    is_hard_end,
    is_tool,
    is_web_part,
    labelled_credit,
    looks_like_name,
    opens_lead,
    without_dateline,
)

TAIL = 6  # byline, source and photo lines after a story, at most
BYLINE_WORDS = 40
PARAGRAPH_WORDS = 25


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
    kept = list(blocks[: _end(blocks)])
    story = Story()
    _take_lead(kept, marks, story)
    kept = [b for b in kept if not (is_tool(b) or is_web_part(b))]
    _take_credits(kept, story)
    _take_captions(kept, story)
    return story


def _end(blocks: Sequence[Block]) -> int:
    """Where the story ends: the frame's first block, or, before it, what follows the last end mark.

    Address and telephone lines close a page, but also stand in articles: they count only where no end
    mark comes after them.
    """
    hard = next((i for i, block in enumerate(blocks) if is_hard_end(block)), len(blocks))
    mark = max((i for i in range(hard) if END_MARK in blocks[i].text[-60:]), default=None)
    if mark is not None:
        end = mark + 1
        while end < hard and end <= mark + TAIL and _may_follow(blocks[end]):
            end += 1
        return end
    end = next((i for i in range(hard) if ends_article(blocks[i])), hard)
    while end and blocks[end - 1].linked > 0.8 and blocks[end - 1].kind != "img":
        end -= 1  # menus that stand between the story and the frame
    return end


def _may_follow(block: Block) -> bool:
    """Byline, source, caption, image, tools, or one more paragraph; but no menu, heading or footer."""
    if block.kind == "img" or is_tool(block) or is_web_part(block):
        return True
    if block.kind != "p" or block.linked > 0.5 or ends_article(block):
        return False
    return bool(labelled_credit(block.text)) or _is_byline(block) or block.words > PARAGRAPH_WORDS


def _take_lead(kept: list[Block], marks: Landmarks, story: Story) -> None:
    """The lead, where a mark of the engine sets it apart from the body; it is taken out of `kept`."""
    while kept and kept[0].kind != "img" and (is_tool(kept[0]) or date_line(kept[0].text)):
        del kept[0]
    if marks.lead_end:
        end = next((i for i, b in enumerate(kept[:4]) if marks.lead_end.fullmatch(b.text)), None)
        if end:
            story.lead = " ".join(b.text for b in kept[:end] if not is_web_part(b)) or None
            del kept[: end + 1]
    if kept and opens_lead(kept[0]):
        text = without_dateline(kept[0].text)
        del kept[0]
        if not text and kept:
            text = kept.pop(0).text
        story.lead = text or None


def _take_credits(kept: list[Block], story: Story) -> None:
    """Take byline and source lines off the end, and a name that follows the end mark on its line.

    After the end mark the first short line is the byline, label or not; without a mark only a label or
    the look of a name makes one.
    """
    mark = max((i for i, block in enumerate(kept) if END_MARK in block.text), default=None)
    for i in range(len(kept) - 1, 0, -1):
        credit = labelled_credit(kept[i].text) if kept[i].kind == "p" else None
        if credit is None and mark is None and story.author is None and looks_like_name(kept[i].text):
            credit = Credit(author=kept[i].text)
        if credit is None:
            break
        del kept[i]
        story.author, story.source = credit.author or story.author, credit.source or story.source
    if mark is None or story.author is not None:
        return
    byline = next((b for b in kept[mark + 1 :] if b.kind == "p" and _is_byline(b)), None)
    if byline is not None:
        kept.remove(byline)
        story.author = byline.text
    else:
        _split_last_line(kept, story)


def _is_byline(block: Block) -> bool:
    return (
        block.words <= BYLINE_WORDS
        and not block.text.endswith((".", ":", ";"))
        and not has_photo_credit(block.text)
    )


def _split_last_line(kept: list[Block], story: Story) -> None:
    if not kept or story.author is not None:
        return
    before, mark, name = kept[-1].text.rpartition(END_MARK)
    if mark and name.strip() and looks_like_name(name.strip()):
        story.author = name.strip()
        kept[-1] = replace(kept[-1], text=before + mark)


def _take_captions(kept: list[Block], story: Story) -> None:
    """Give each image the caption that stands under it; captions are no part of the body."""
    i = 0
    while i < len(kept):
        block = kept[i]
        if block.kind == "img":
            below = kept[i + 1] if i + 1 < len(kept) else None
            caption = below.text if below and _is_caption(below, block) else None
            story.images.append((block, caption))
            i += 2 if caption else 1
        else:
            story.body.append(block)
            i += 1


def _is_caption(block: Block, image: Block) -> bool:
    """A line under an image: set apart by its style, its table or figure, or by being short."""
    if block.kind != "p" or block.words > 60 or block.linked > 0.5 or END_MARK in block.text:
        return False
    named = " ".join(
        (e.get("class") or "") for e in (block.element, block.element.getparent()) if e is not None
    )
    set_apart = (
        block.italic > 0.8
        or block.align == "center"
        or (block.in_table and image.in_table)
        or "caption" in named.lower()
        or has_photo_credit(block.text)
    )
    if set_apart:
        return True
    if block.text.endswith((":", ";")) or block.bold > 0.8:
        return False
    return block.words <= PARAGRAPH_WORDS if block.text.endswith(".") else block.words <= 45
