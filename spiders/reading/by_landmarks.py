"""Layer 2: the article between the marks that its text carries, whatever the markup."""

from archive.dates import date_line, find_date
from archive.model import Outcome
from archive.text import one_line
from spiders.engine import Engine
from spiders.reading.found import Found, Sheet
from spiders.reading.head import Head, find_head
from spiders.reading.landmarks import is_counter, is_tool, is_web_part
from spiders.reading.story import Story, tell

LEAST_WORDS = 15  # of a story; with fewer the marks may have misled


def by_landmarks(sheet: Sheet, engine: Engine) -> Found | None:
    """The article as the engine's landmarks show it; None where they show none."""
    head = head_of(sheet, engine)
    if head is None:
        return None
    story = tell(sheet.blocks[head.start :], engine.landmarks)
    if story.words < LEAST_WORDS or mostly_links(story):
        return None
    section = _section_above(sheet, head) if engine.landmarks.section_above else None
    return Found(Outcome.LANDMARKS, sheet.blocks[head.title].text, head.stated, story, section)


def head_of(sheet: Sheet, engine: Engine) -> Head | None:
    return find_head(sheet.blocks, sheet.slug, _page_title(sheet), engine.landmarks)


def mostly_links(story: Story) -> bool:
    return sum(block.linked * block.words for block in story.body) > 0.4 * story.words


def _section_above(sheet: Sheet, head: Head) -> str | None:
    top = head.title if head.date is None else min(head.title, head.date)
    above = sheet.blocks[top - 1] if top else None
    if above is None or above.kind == "img" or above.words > 15 or date_line(above.text):
        return None
    frame = is_tool(above) or is_web_part(above) or is_counter(above)
    return None if frame or find_date(above.text) or ">" in above.text else above.text


def _page_title(sheet: Sheet) -> str:
    tree = sheet.tree
    titles = tree.xpath("//meta[@property='og:title']/@content") or tree.xpath("//head/title/text()")
    return one_line(str(titles[0])) if titles else ""
