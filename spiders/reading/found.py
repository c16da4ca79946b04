"""What one layer of reading found on the page of an article."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from cssselect.xpath import XPathExpr
from lxml import etree
from lxml.cssselect import CSSSelector, LxmlHTMLTranslator
from lxml.html import HtmlElement

from archive.blocks import Block
from archive.dates import StatedDate
from archive.model import Outcome
from spiders.reading.story import Story

_NAMED = re.compile(r"([.#])([\w-]+)")
_BRACKETS = re.compile(r"\[[^\]]*\]")
_STATED = re.compile(r"\[([\w-]+)[*^$~|]?=[\"']?([\w-]+)[\"']?\]")


class _Translator(LxmlHTMLTranslator):
    """Looks for a class within the attribute first: to take that of each element apart takes much longer."""

    def xpath_attrib_includes(self, xpath: XPathExpr, name: str, value: str | None) -> XPathExpr:
        if value and not value.isspace():
            xpath.add_condition(f"contains({name}, {self.xpath_literal(value)})")
        return super().xpath_attrib_includes(xpath, name, value)


@cache
def _compiled(css: str) -> CSSSelector:
    return CSSSelector(css, translator=_Translator())


@cache
def _wanted(css: str) -> tuple[tuple[str, str], ...]:
    """Attributes, and what a value of each must hold for the selector to find anything, if that is plain."""
    if "," in css or "\\" in css:
        return ()
    plain = css.partition(":")[0]
    named = [
        ("id" if mark == "#" else "class", name) for mark, name in _NAMED.findall(_BRACKETS.sub("", plain))
    ]
    return *named, *((attribute.lower(), value) for attribute, value in _STATED.findall(plain))


@cache
def _all(attribute: str) -> etree.XPath:
    return etree.XPath(f"//@{attribute}", smart_strings=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page laid out for reading: its tree, its blocks in order, its address and the slug in that."""

    tree: HtmlElement
    blocks: Sequence[Block]
    url: str
    slug: str
    _stated: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def select(self, css: str) -> list[HtmlElement]:
        """Most selectors find nothing, on most pages since nothing at all has the names they look for."""
        if any(name not in self._values(attribute) for attribute, name in _wanted(css)):
            return []
        return list(_compiled(css)(self.tree))

    def _values(self, attribute: str) -> str:
        """All values of an attribute on the page."""
        if attribute not in self._stated:
            self._stated[attribute] = "\n".join(_all(attribute)(self.tree))
        return self._stated[attribute]

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
