"""Selectors that would let the first layer read a page again that only a later one reads.

They are sought around what the later layer found, and told only if the first layer, given them, finds the
same article: nobody has to believe them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lxml.html import HtmlElement

from archive.blocks import Block
from archive.body import kept
from archive.dates import date_line
from archive.explained import Mend
from archive.model import Article
from archive.text import one_line
from spiders.engine import Engine, Layout
from spiders.reading.article import article_of, ways
from spiders.reading.by_selectors import by_selectors, date_by
from spiders.reading.found import Found, Sheet
from spiders.reading.landmarks import is_prose

if TYPE_CHECKING:
    from spiders.portal import Portal

ENOUGH = 0.9  # of each other's words two readings of one article share; a later layer may take in some frame
STEPS = 6  # from the lowest element around a body up to one that has a name, at most
SHOWN = 80  # characters of what a selector finds
# The fewest changes first.
CHANGES = (("title",), ("body",), ("title", "body"))
_NAME = re.compile(r"-?[a-z_][\w-]*", re.I | re.ASCII)
_MADE_UP = re.compile(r"ctl\d|_g_|[0-9a-f]{8}|\d{4}", re.I)  # web parts' ids change between pages and years
_STATE = re.compile(r"active|clearfix|row|left|right|f[rl]|container|(?:col|text|ms-webpart)-.*", re.I)

Places = dict[str, HtmlElement]


def mend(portal: "type[Portal]", sheet: Sheet) -> tuple[tuple[Mend, ...], Article | None]:
    """What to add to a layout, and the article that it then reads; nothing where the first layer reads it,
    and where nothing would help."""
    tried = [(way, way.read(sheet)) for way in ways(portal, sheet.url)]
    way, found = next(((way, found) for way, found in tried if found), (None, None))
    if way is None or found is None or way.layout:
        return (), None
    engine = way.engine or portal.engines_for(sheet.url)[0]  # of the landmarks, else as the address has it
    wanted, stood = article_of(portal, sheet, found), places(sheet, found)
    for layout in engine.layouts if wanted else ():
        for fields in CHANGES:
            for mends in _mends(sheet, engine, layout, fields, stood):
                read = _reread(portal, sheet, engine, layout, mends)
                if read and wanted and _is_same(read, wanted[0]):
                    return mends, read
    return (), None


def places(sheet: Sheet, found: Found) -> Places:
    """Where title, body and date stand that a later layer has found; a date only in an element of its own."""
    at = next((i for i, block in enumerate(sheet.blocks) if block.text == found.title), None)
    if at is None:
        return {}
    body = found.story.body or [block for block in sheet.blocks[at + 1 :] if is_prose(block)]
    stood = {"title": sheet.blocks[at].element}
    if (around := _around(body)) is not None:
        stood["body"] = around
    near = sorted(enumerate(sheet.blocks), key=lambda each: abs(each[0] - at))
    own = (b.element for _, b in near if found.stated and date_line(b.text) == found.stated)
    dated = next((e for e in own if date_line(one_line(e.text_content())) == found.stated), None)
    return stood if dated is None else {**stood, "date": dated}


def path_of(element: HtmlElement) -> str:
    """An element and the two around it, as a developer writes them: `div#main > div.box > h2.head`."""
    steps = [element, *list(element.iterancestors())[:2]]
    return " > ".join(next(_names(step), str(step.tag)) for step in reversed(steps))


def _mends(
    sheet: Sheet, engine: Engine, layout: Layout, fields: Sequence[str], stood: Places
) -> Iterator[tuple[Mend, ...]]:
    """A selector for each of these fields, and for the date if it has one and no selector finds it; each
    selector for the body in turn."""
    dated = ("date",) if "date" in stood and not date_by(sheet, layout.date) else ()
    found = {field: _selectors(sheet, field, stood[field]) for field in (*fields, *dated) if field in stood}
    if not all(found.get(field) for field in fields):
        return
    for body in found.get("body", [""]):
        chosen = {field: body if field == "body" else css[0] for field, css in found.items() if css}
        yield tuple(_mend(sheet, engine, layout, field, css) for field, css in chosen.items())


def _mend(sheet: Sheet, engine: Engine, layout: Layout, field: str, css: str) -> Mend:
    text = one_line(sheet.select(css)[0].text_content())[:SHOWN]
    return Mend(engine.name, layout.name, field, css, text, getattr(layout, field))


def _reread(
    portal: "type[Portal]", sheet: Sheet, engine: Engine, layout: Layout, mends: Sequence[Mend]
) -> Article | None:
    changes: dict[str, Any] = {mend.field: (mend.css, *mend.beside) for mend in mends}
    found = by_selectors(sheet, replace(layout, **changes), engine)
    read = article_of(portal, sheet, found) if found else None
    return read[0] if read else None


def _is_same(one: Article, other: Article) -> bool:
    texts = [f"{article.lead or ''} {article.body}" for article in (one, other)]
    return one.title == other.title and min(kept(*texts), kept(*reversed(texts))) >= ENOUGH


def _around(body: Sequence[Block]) -> HtmlElement | None:
    """The lowest element that holds all of these blocks."""
    chains = [[block.element, *block.element.iterancestors()] for block in body]
    shared = set(chains[0]).intersection(*chains[1:]) if chains else set()
    return next((element for element in chains[0] if element in shared), None) if chains else None


def _selectors(sheet: Sheet, field: str, element: HtmlElement) -> list[str]:
    """Those that find this element first, or for a body a holder of it; best those that find nothing else."""
    holders = list(element.iterancestors())[:STEPS] if field == "body" else []
    named = [(each, css) for each in (element, *holders) for css in _names(each)]
    if (parent := element.getparent()) is not None:
        named += [(element, f"{name} > {element.tag!s}") for name in _names(parent)]
    hits = [(len(found), css) for each, css in named if (found := sheet.select(css))[0] is each]
    return [css for _, css in sorted(hits, key=lambda hit: hit[0] > 1)]


def _names(element: HtmlElement) -> Iterator[str]:
    """By id and by class; by nothing that holds the whole page or is made up anew."""
    if element.tag in ("body", "html", "form"):
        return
    name = element.get("id") or ""
    if _NAME.fullmatch(name) and not _MADE_UP.search(name):
        yield f"#{name}"
    for name in (element.get("class") or "").split():
        if _NAME.fullmatch(name) and not _MADE_UP.search(name) and not _STATE.fullmatch(name):
            yield f"{element.tag!s}.{name}"
