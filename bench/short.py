"""Short articles by the million: pages with next to nothing around the text, of one portal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from random import Random

from bench.texts import paragraphs, title

WORDS = (40, 90)
OLDEST = datetime(2009, 1, 1, 8)
HOME = "https://sonnptnt.backan.gov.vn/Pages/tin-tuc-1/chung-2/"
_PAGE = """<!DOCTYPE html><html><head><title>{title}</title></head><body><div id="khung">
<h1 class="ms-rteElement-H1B">{title}</h1><span id="publish-date">( Cập nhật lúc: {day} )</span>
<div id="ctl00_RichHtmlField" class="ms-rtestate-field">{body}</div></div></body></html>
"""


def short_pages(count: int) -> Iterator[tuple[str, bytes]]:
    """So many addresses with their pages, the same every time."""
    for number in range(count):
        random = Random(number)
        told = paragraphs(random, random.randint(*WORDS))
        body = "".join(f"<p>{escape(text)}</p>" for text in told)
        day = OLDEST + timedelta(minutes=7 * number)
        page = _PAGE.format(title=escape(f"{title(random)} {number}"), day=f"{day:%d/%m/%Y}", body=body)
        yield f"{HOME}bai-{number * 2654435761 % (1 << 52):013x}.aspx", page.encode()
