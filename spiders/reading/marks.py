"""The lines of a page that tell what they are: what the second layer goes by, listed for a person."""

from collections.abc import Iterator

from archive.blocks import Block
from archive.dates import date_line
from archive.explained import Mark
from spiders.reading.credits import labelled_credit
from spiders.reading.found import Sheet
from spiders.reading.landmarks import (
    END_MARK,
    ends_article,
    fits_slug,
    is_counter,
    is_related_heading,
    is_web_part,
    opens_lead,
)

SHOWN = 80  # characters of a block


def marks_in(sheet: Sheet) -> Iterator[Mark]:
    for i, block in enumerate(sheet.blocks):
        if block.kind != "img" and (what := ", ".join(_told_by(block, sheet.slug))):
            at_end = block.text[-SHOWN:] if what == "end mark" else block.text[:SHOWN]
            yield Mark(i, what, at_end)


def _told_by(block: Block, slug: str) -> Iterator[str]:
    if slug and fits_slug(block.text, slug):
        yield "title (as in the address)"
    if block.level == 1:
        yield "heading 1"
    if stated := date_line(block.text):
        yield f"date {stated.value}"
    if is_web_part(block):
        yield "web part"
    if opens_lead(block):
        yield "lead opens"
    if END_MARK in block.text:
        yield "end mark"
    if labelled_credit(block.text):
        yield "credit"
    if is_related_heading(block):
        yield "related list"
    elif is_counter(block):
        yield "counter"
    elif ends_article(block):
        yield "frame"
