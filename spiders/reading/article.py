"""An article page, read in layers: known selectors, marks in the text, the whole page as a last resort."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml.html import HtmlElement

from archive.blocks import blocks
from archive.body import Body, clean
from archive.language import language
from archive.model import Article, Attachment, BodyLink, Image, Outcome
from archive.text import fold, one_line, tokens
from spiders.address import host_of, local
from spiders.engine import Engine, Layout
from spiders.reading.by_landmarks import by_landmarks
from spiders.reading.by_selectors import by_selectors
from spiders.reading.by_whole_page import by_whole_page
from spiders.reading.found import Found, Sheet
from spiders.reading.landmarks import FILES, ends_article, views
from spiders.reading.related import related

if TYPE_CHECKING:
    from spiders.portal import Portal

MOST_BLOCKS = 20_000  # no page of an article has more; beyond lies what would cost us time only
COUNTER_BELOW = 5  # blocks between a story and its own counter, at most
NAMING_WORDS = 8  # syllables of a title that names one article only
_SLUG = re.compile(r"/(?P<slug>[^/]+?)(?:-[0-9a-f]{13,16}|-[0-9a-f]{4}|-197\d+)?\.(?:aspx|html?)$", re.I)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a page: by a layout of an engine, by an engine's landmarks, or by none as a whole."""

    engine: Engine | None = None
    layout: Layout | None = None

    def read(self, sheet: Sheet) -> Found | None:
        if self.engine is None:
            return by_whole_page(sheet)
        return (
            by_selectors(sheet, self.layout, self.engine) if self.layout else by_landmarks(sheet, self.engine)
        )


def read_article(portal: "type[Portal]", sheet: Sheet) -> tuple[Article, Outcome, float] | None:
    """The article, the layer that read it, and the share of its words kept; None if there is no article."""
    found = next(filter(None, (way.read(sheet) for way in ways(portal, sheet.url))), None)
    return article_of(portal, sheet, found) if found else None


def sheet_of(tree: HtmlElement, url: str) -> Sheet:
    page = blocks(tree.body if tree.body is not None else tree)
    return Sheet(tree, page[:MOST_BLOCKS], url, slug_in(url))


def ways(portal: "type[Portal]", url: str) -> Iterator[Way]:
    """Each way to read the page, best first; the engine that the address names before the others."""
    engines = portal.engines_for(url)
    for engine in engines:
        for layout in engine.layouts:
            yield Way(engine, layout)
    for engine in engines:
        yield Way(engine)
    yield Way()


def article_of(portal: "type[Portal]", sheet: Sheet, found: Found) -> tuple[Article, Outcome, float] | None:
    """What was found as an article, as `read_article` returns it; None where it comes to no text."""
    body = clean(found.story.body) if found.text is None else Body(found.text, 1.0)
    if not body.text and not found.story.lead:
        return None
    return _assemble(portal, sheet, found, body), found.outcome, body.coverage


def _assemble(portal: "type[Portal]", sheet: Sheet, found: Found, body: Body) -> Article:
    story = found.story
    elements = dict.fromkeys(block.element for block in story.body)  # in their order, as the files are
    end = max((i for i, b in enumerate(sheet.blocks) if b.element in elements), default=-1) + 1
    targets = {a.get("href", ""): one_line(a.text_content()) for e in elements for a in e.iter("a")}
    web = {href: text for href, text in targets.items() if href.startswith(("http://", "https://"))}
    files = {href: text for href, text in web.items() if FILES.search(href)}
    return Article(
        url=sheet.url,
        key=portal.key(sheet.url),
        title=found.title,
        body=body.text,
        lead=story.lead,
        author=story.author,
        source=story.source,
        section=found.section,
        published_at=found.stated.value if found.stated else None,
        date_label=found.stated.label if found.stated else None,
        story=_named(portal, sheet.url, found),
        views=_views(portal, sheet, found.title, end),
        language=language(f"{found.title} {story.lead or ''} {body.text}"),
        images=tuple(Image(b.src, caption, b.text or None) for b, caption in story.images),
        attachments=tuple(Attachment(h, t or h.rsplit("/", 1)[-1]) for h, t in files.items()),
        related=related(sheet.blocks[end:]),
        links=tuple(BodyLink(h, t) for h, t in web.items() if h not in files),
    )


def _named(portal: "type[Portal]", url: str, found: Found) -> str | None:
    """Host, day and title: what names an article on all engines of its host, None where there is but one.

    A short title (`Lịch công tác tuần`) may name two articles of a day, and so does not name any.
    """
    words = tokens(fold(found.title))
    if len(portal.engines) < 2 or found.stated is None or len(words) < NAMING_WORDS:
        return None
    return " ".join((host_of(url).removeprefix("m."), found.stated.value[:10], *words))


def _views(portal: "type[Portal]", sheet: Sheet, title: str, end: int) -> int | None:
    """The article's own counter, from its title to close under its story; a footer's counts the site's."""
    visits = any(engine.landmarks.visits for engine in portal.engines)
    at = next((i for i, block in enumerate(sheet.blocks[:end]) if block.text == title), end)
    for i in range(max(at - 3, 0), min(end + COUNTER_BELOW, len(sheet.blocks))):
        block = sheet.blocks[i]
        if block.words <= 20 and (counted := views(block.text, visits)) is not None:
            return counted
        if i >= end and ends_article(block):
            break
    return None


def slug_in(url: str) -> str:
    found = _SLUG.search(local(url).partition("?")[0])
    return found["slug"] if found else ""
