"""The list of other articles under an article (`Tin bài mới:`), each with the date beside it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from archive.blocks import Block
from archive.dates import date_line, find_date
from archive.model import Related
from archive.text import one_line
from spiders.reading.landmarks import ends_article, is_related_heading

MOST = 40
LONGEST = 500  # characters of a title
_DATE_AT_END = re.compile(r"[\s–-]*[(\[]\s*(?P<date>[^()\[\]]{6,30})\s*[)\]]\s*$")


def related(blocks: Sequence[Block]) -> tuple[Related, ...]:
    """The items after each heading of a related list, to the first block that is no item."""
    found: list[Related] = []
    inside = False
    for block in blocks:
        if is_related_heading(block):
            inside = True
        elif not inside or block.kind == "img":
            continue
        elif found and found[-1].published_at is None and (stated := date_line(block.text)):
            found[-1] = replace(found[-1], published_at=stated.value)
        elif not ends_article(block) and (item := _item(block)) and len(found) < MOST:
            found.append(item)
        else:
            inside = False
    return tuple(dict.fromkeys(found))


def _item(block: Block) -> Related | None:
    stated = None
    title = block.text
    if len(title) > LONGEST:
        return None
    if (at_end := _DATE_AT_END.search(title)) and (stated := find_date(at_end["date"])):
        title = title[: at_end.start()].strip()
    anchor = next(
        (a for a in block.element.iter("a") if a.get("href") and _same(a.text_content(), title)), None
    )
    if not title or (anchor is None and stated is None):
        return None
    href = anchor.get("href") if anchor is not None else None
    url = href if href and href.startswith("http") else None
    return Related(title, url, stated.value if stated else None)


def _same(text: str, title: str) -> bool:
    text = one_line(text)
    return bool(text) and (text in title or title in text)
