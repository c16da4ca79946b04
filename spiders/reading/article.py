"""An article page, read in layers: known selectors, marks in the text, the whole page as a last resort."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import trafilatura
from lxml.html import HtmlElement

from archive.blocks import Block, blocks
from archive.body import Body, clean
from archive.dates import StatedDate, date_line, find_date
from archive.model import Article, Attachment, BodyLink, Image, Outcome
from archive.text import language, one_line
from spiders.address import local
from spiders.engine import Engine, Layout
from spiders.reading.head import Head, find_head
from spiders.reading.landmarks import (
    ends_article,
    is_hard_end,
    is_tool,
    is_web_part,
    labelled_credit,
    views,
    without_dateline,
)
from spiders.reading.related import related
from spiders.reading.story import Story, tell

if TYPE_CHECKING:
    from spiders.portal import Portal

FILES = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|rtf|zip|rar|7z)$", re.I)
_SLUG = re.compile(r"/(?P<slug>[^/]+?)(?:-[0-9a-f]{13,16}|-[0-9a-f]{4}|-197\d+)?\.(?:aspx|html?)$", re.I)
BELOW = 5  # blocks between a container and the frame, at most, to be byline and source
LEAST_WORDS = 15  # of a story found by landmarks; fewer and the marks may have misled


@dataclass(frozen=True, slots=True)
class Found:
    """What a layer found: the title, the stated date, the story, and the section, as the page has them."""

    outcome: Outcome
    title: str
    stated: StatedDate | None
    story: Story
    section: str | None = None


def read_article(
    portal: "type[Portal]", tree: HtmlElement, url: str
) -> tuple[Article, Outcome, float] | None:
    """The article, the layer that read it, and the share of its words kept; None if there is no article."""
    page = blocks(tree.body if tree.body is not None else tree)
    found = None
    for engine in portal.engines_for(url):
        found = next(
            filter(None, (by_selectors(tree, page, layout, engine) for layout in engine.layouts)), None
        )
        if found:
            break
    found = found or _by_landmarks(portal, tree, page, url)
    if found:
        body = clean(found.story.body)
    elif whole := by_whole_page(tree, page, url):
        found, body = whole
    else:
        return None
    if not found.title or not (body.text or found.story.lead):
        return None
    return _assemble(portal, page, url, found, body), found.outcome, body.coverage


def by_selectors(tree: HtmlElement, page: Sequence[Block], layout: Layout, engine: Engine) -> Found | None:
    """Layer 1: title and body by the selectors of a known layout."""
    container, heading = first(tree, layout.body), first(tree, layout.title)
    if container is None or heading is None or not (title := one_line(heading.text_content())):
        return None
    lead_at, stated = first(tree, layout.lead), _date_of(tree, layout, page)
    dropped = [element for css in layout.drop for element in container.cssselect(css)]
    lead = without_dateline(one_line(lead_at.text_content())) if lead_at is not None else None
    inside = [*dropped, *(e for e in (lead_at, heading) if e is not None and e is not container)]
    story = tell([*_without(blocks(container), inside, title), *_below(page, container)], engine.landmarks)
    story.lead = lead or story.lead
    for name in ("author", "source"):
        element = first(tree, getattr(layout, name))
        credit = labelled_credit(element.text_content()) if element is not None else None
        if element is not None and getattr(story, name) is None:
            value = getattr(credit, name) if credit else one_line(element.text_content())
            setattr(story, name, value or None)
    section = first(tree, layout.section)
    return (
        Found(Outcome.SELECTORS, title, stated, story, _text(section)) if story.words or story.lead else None
    )


def _without(kept: list[Block], dropped: Sequence[HtmlElement], title: str) -> list[Block]:
    """The blocks outside of the dropped elements, without title and date line at their head."""
    gone = set(dropped)
    kept = [b for b in kept if not gone.intersection((b.element, *b.element.iterancestors()))]
    while kept and kept[0].kind != "img":
        if kept[0].text != title and not date_line(kept[0].text) and not is_tool(kept[0]):
            break
        del kept[0]
    return kept


def _below(page: Sequence[Block], container: HtmlElement) -> Sequence[Block]:
    """The few blocks between the container and a mark that closes every article: byline and source."""
    within = [
        i for i, b in enumerate(page) if b.element is container or container in b.element.iterancestors()
    ]
    start = within[-1] + 1 if within else len(page)
    end = next((i for i in range(start, min(start + BELOW, len(page))) if is_hard_end(page[i])), start)
    return page[start:end]


def _date_of(tree: HtmlElement, layout: Layout, page: Sequence[Block]) -> StatedDate | None:
    for css in layout.date:
        for element in tree.cssselect(css):
            if stated := find_date(one_line(element.get("datetime") or element.text_content())):
                return stated
    # The container is known but the date's class is not: a labelled date line is safe anywhere on the page.
    return next((d for b in page if b.linked < 0.5 and (d := date_line(b.text)) and d.label), None)


def _by_landmarks(portal: "type[Portal]", tree: HtmlElement, page: Sequence[Block], url: str) -> Found | None:
    """Layer 2, with the engine that the address names, else the one whose marks fit the page best."""
    slug = slug_in(url)
    for engine in portal.engines_for(url):
        head = find_head(page, slug, _page_title(tree), engine.landmarks)
        if head is None:
            continue
        story = tell(page[head.start :], engine.landmarks)
        if story.words >= LEAST_WORDS and not _mostly_links(story):
            section = _section_above(page, head) if engine.landmarks.section_above else None
            return Found(Outcome.LANDMARKS, page[head.title].text, head.stated, story, section)
    return None


def _mostly_links(story: Story) -> bool:
    linked = sum(block.linked * block.words for block in story.body)
    return linked > 0.4 * story.words


def _section_above(page: Sequence[Block], head: Head) -> str | None:
    above = page[head.title - 1] if head.title else None
    if above is None or above.kind == "img" or above.words > 15 or date_line(above.text):
        return None
    return None if is_tool(above) or is_web_part(above) or find_date(above.text) else above.text


def by_whole_page(tree: HtmlElement, page: Sequence[Block], url: str) -> tuple[Found, Body] | None:
    """Layer 3: trafilatura on the whole page; the title must be stated by a heading or the address."""
    # trafilatura takes this class of SharePoint's workspace for a pop-up, and then prunes nothing at all.
    for element in tree.find_class("ms-core-overlay"):
        element.set("class", "")
    text = trafilatura.extract(tree, include_comments=False, with_metadata=False, url=url) or ""
    heading = next((b.text for b in page if b.kind == "h" and b.level == 1 and b.linked < 0.5), "")
    if not heading or len(text.split()) < 3 * LEAST_WORDS:
        return None
    labelled = next((d for b in page if b.linked < 0.5 and (d := date_line(b.text)) and d.label), None)
    paragraphs = [one_line(line) for line in text.splitlines()]
    kept = [line for line in paragraphs if line and line != heading and not date_line(line)]
    return Found(Outcome.WHOLE, heading, labelled, Story()), Body("\n\n".join(kept), 1.0)


def _assemble(portal: "type[Portal]", page: Sequence[Block], url: str, found: Found, body: Body) -> Article:
    story = found.story
    anchors = [a for b in {b.element: b for b in story.body}.values() for a in b.element.iter("a")]
    targets = {a.get("href", ""): one_line(a.text_content()) for a in anchors}
    web = {href: text for href, text in targets.items() if href.startswith(("http://", "https://"))}
    files = {href: text for href, text in web.items() if FILES.search(urlsplit(href).path)}
    return Article(
        url=url,
        key=portal.key(url),
        title=found.title,
        body=body.text,
        lead=story.lead,
        author=story.author,
        source=story.source,
        section=found.section,
        published_at=found.stated.value if found.stated else None,
        date_label=found.stated.label if found.stated else None,
        views=_views(page, story),
        language=language(f"{found.title} {story.lead or ''} {body.text}"),
        images=tuple(Image(b.src, caption, b.text or None) for b, caption in story.images),
        attachments=tuple(Attachment(h, t or h.rsplit("/", 1)[-1]) for h, t in files.items()),
        related=related(page),
        links=tuple(BodyLink(h, t) for h, t in web.items() if h not in files),
    )


def _views(page: Sequence[Block], story: Story) -> int | None:
    """The article's own counter, which stands close under it; a footer's counts the visits of the site."""
    last = story.body[-1].element if story.body else None
    end = max((i for i, block in enumerate(page) if block.element is last), default=len(page))
    for block in page[end + 1 : end + 1 + BELOW]:
        if (counted := views(block.text)) is not None:
            return counted
        if ends_article(block):
            break
    return None


def slug_in(url: str) -> str:
    found = _SLUG.search(local(url).partition("?")[0])
    return found["slug"] if found else ""


def first(tree: HtmlElement, selectors: Sequence[str]) -> HtmlElement | None:
    return next((found[0] for css in selectors if (found := tree.cssselect(css))), None)


def _text(element: HtmlElement | None) -> str | None:
    return one_line(element.text_content()) or None if element is not None else None


def _page_title(tree: HtmlElement) -> str:
    titles = tree.xpath("//meta[@property='og:title']/@content") or tree.xpath("//head/title/text()")
    return one_line(str(titles[0])) if titles else ""
