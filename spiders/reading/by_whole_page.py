"""Layer 3: trafilatura on the whole page, where neither selectors nor landmarks show an article."""

import trafilatura

from archive.blocks import Block
from archive.dates import date_line
from archive.model import Outcome
from archive.text import one_line
from spiders.reading.found import Found, Sheet
from spiders.reading.head import may_be_title
from spiders.reading.landmarks import is_prose
from spiders.reading.story import Story

LEAST_WORDS = 45  # of running text; a page with fewer is no article, or none that can be told from its frame


def by_whole_page(sheet: Sheet) -> Found | None:
    """The text that trafilatura finds under a first heading; no author, and a date only with a label."""
    heading = first_heading(sheet)
    if heading is None or running_words(sheet) < LEAST_WORDS:
        return None  # a list of links is no article
    # trafilatura takes this class of SharePoint's workspace for a pop-up, and then prunes nothing at all.
    for element in sheet.tree.find_class("ms-core-overlay"):
        element.set("class", "")
    text = trafilatura.extract(sheet.tree, include_comments=False, with_metadata=False, url=sheet.url) or ""
    if not text:
        return None
    lines = [
        line for line in map(one_line, text.splitlines()) if line != heading.text and not date_line(line)
    ]
    dates = (date_line(block.text) for block in sheet.blocks if block.linked < 0.5)
    labelled = next((stated for stated in dates if stated and stated.label), None)
    body = "\n\n".join(filter(None, lines))
    return Found(Outcome.WHOLE, heading.text, labelled, Story(), text=body)


def first_heading(sheet: Sheet) -> Block | None:
    return next((b for b in sheet.blocks if b.level == 1 and may_be_title(b)), None)


def running_words(sheet: Sheet) -> int:
    return sum(block.words for block in sheet.blocks if is_prose(block))
