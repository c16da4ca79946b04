"""Layer 1: title, body and the rest by the selectors of a layout that is known."""

from collections.abc import Sequence

from lxml.html import HtmlElement

from archive.blocks import Block
from archive.dates import StatedDate, find_date
from archive.model import Outcome
from archive.text import one_line
from spiders.engine import Engine, Layout
from spiders.reading.credits import labelled_credit
from spiders.reading.found import Found, Sheet
from spiders.reading.head import date_near
from spiders.reading.landmarks import (
    ends_article,
    is_counter,
    is_hard_end,
    is_web_part,
    opens_lead,
    without_dateline,
)
from spiders.reading.story import Story, tell

ABOVE = 12  # blocks between a title and its body, at most: farther up is the name of the site
BELOW = 5  # blocks between the body and the frame, at most, to be byline and source


def by_selectors(sheet: Sheet, layout: Layout, engine: Engine) -> Found | None:
    """The article as the layout describes it; None where the page has no such title and body."""
    container = sheet.first(layout.body)
    if container is None or (body := sheet.span(container)) is None:
        return None
    if (found := heading(sheet, layout.title, body)) is None:
        return None
    title, at = found
    lead_at = sheet.first(layout.lead)
    dropped = {e for css in (*layout.drop, *layout.date, *layout.section) for e in sheet.select(css)}
    if lead_at is not None:
        dropped.add(lead_at)
    lead = without_dateline(_text(lead_at)) or None
    between = [b for b in sheet.blocks[at[1] : body[0]] if _may_be_lead(b)]
    blocks = _without([*between, *sheet.blocks[max(at[1], body[0]) : body[1]]], dropped)
    blocks = [block for block in blocks if without_dateline(block.text) != lead]
    story = tell([*blocks, *_below(sheet.blocks, body[1])], engine.landmarks)
    story.lead = lead or story.lead
    _take_credits(sheet, layout, story)
    if not story.words and not story.lead:
        return None
    section = _text(sheet.first(layout.section)) or None
    return Found(Outcome.SELECTORS, title, _date(sheet, layout, at, engine), story, section)


def _text(element: HtmlElement | None) -> str:
    return "" if element is None else one_line(element.text_content())


def heading(
    sheet: Sheet, selectors: Sequence[str], body: tuple[int, int]
) -> tuple[str, tuple[int, int]] | None:
    """The title and its place: of the elements that a selector finds, the nearest above the body's text."""
    for css in selectors:
        places = [(e, at) for e in sheet.select(css) if (at := sheet.span(e)) and at[1] < body[1]]
        for element, at in sorted(places, key=lambda place: abs(place[1][0] - body[0])):
            block, title = sheet.blocks[at[0]], one_line(element.text_content())
            if title and -ABOVE <= at[0] - body[0] <= BELOW and not ends_article(block):
                return title, at
    return None


def _may_be_lead(block: Block) -> bool:
    """What may belong to the story of all that stands between its title and its body."""
    text = block.kind in ("p", "h") and block.words >= 8 and block.linked < 0.3 and not is_counter(block)
    return text or is_web_part(block) or opens_lead(block)


def _without(blocks: Sequence[Block], dropped: set[HtmlElement]) -> list[Block]:
    return [b for b in blocks if not dropped.intersection((b.element, *b.element.iterancestors()))]


def _below(blocks: Sequence[Block], start: int) -> Sequence[Block]:
    """The few blocks between the container and a mark that closes every article: byline and source."""
    stop = min(start + BELOW, len(blocks))
    end = next((i for i in range(start, stop) if is_hard_end(blocks[i])), start)
    return blocks[start:end]


def _date(sheet: Sheet, layout: Layout, title: tuple[int, int], engine: Engine) -> StatedDate | None:
    """By its selector; else the date line close to the title."""
    return date_by(sheet, layout.date) or date_near(sheet.blocks, title[1] - 1, engine.landmarks)


def date_by(sheet: Sheet, selectors: Sequence[str]) -> StatedDate | None:
    for css in selectors:
        for element in sheet.select(css):
            if stated := find_date(one_line(element.get("datetime") or element.text_content())):
                return stated
    return None


def _take_credits(sheet: Sheet, layout: Layout, story: Story) -> None:
    for name in ("author", "source"):
        element = sheet.first(getattr(layout, name))
        if element is not None and getattr(story, name) is None:
            text = one_line(element.text_content())
            credit = labelled_credit(text)
            setattr(story, name, (getattr(credit, name) if credit else text) or None)
