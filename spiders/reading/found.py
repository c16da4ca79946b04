"""What one layer of reading found on the page of an article."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from archive.blocks import Block, is_within
from archive.dates import StatedDate
from archive.model import Outcome
from spiders.reading.story import Story


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page laid out for reading: its tree, its blocks in order, its address and the slug in that."""

    tree: HtmlElement
    blocks: Sequence[Block]
    url: str
    slug: str

    def span(self, element: HtmlElement) -> tuple[int, int] | None:
        """First and past-last index of the blocks within an element; None if it has none."""
        inside = [i for i, block in enumerate(self.blocks) if is_within(block, element)]
        return (inside[0], inside[-1] + 1) if inside else None


@dataclass(frozen=True, slots=True)
class Found:
    """The title, the stated date, the story, and the section; `text` is the body where a layer cleaned it."""

    outcome: Outcome
    title: str
    stated: StatedDate | None
    story: Story
    section: str | None = None
    text: str | None = None
