"""What one layer of reading found on the page of an article."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from archive.blocks import Block
from archive.dates import StatedDate
from archive.model import Outcome
from spiders.reading.story import Story


@cache
def _compiled(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page laid out for reading: its tree, its blocks in order, its address and the slug in that."""

    tree: HtmlElement
    blocks: Sequence[Block]
    url: str
    slug: str

    def select(self, css: str) -> list[HtmlElement]:
        return list(_compiled(css)(self.tree))

    def first(self, selectors: Sequence[str]) -> HtmlElement | None:
        """What the first selector finds that finds anything."""
        return next((found[0] for css in selectors if (found := self.select(css))), None)

    def span(self, element: HtmlElement) -> tuple[int, int] | None:
        """First and past-last index of the blocks within an element; None if it has none."""
        within = set(element.iter())
        inside = [i for i, block in enumerate(self.blocks) if block.element in within]
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
