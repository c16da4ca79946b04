"""How one page is read, as a person reads it: step by step, and then what to change."""

from collections.abc import Iterator

import click

from archive.explained import Explained, Look, Tried
from archive.model import Article, Kind, Outcome
from crawler.doctor.advice import advice
from crawler.doctor.page import Examined, Source
from crawler.doctor.place import own_file, shortened
from crawler.doctor.told import folded, table
from crawler.portals import Portal
from crawler.wording import counted, printable

MOST_MARKS = 40
WORDS = 60  # characters of a text that is shown
LAYERS = {Outcome.SELECTORS: "Selectors", Outcome.LANDMARKS: "Landmarks", Outcome.WHOLE: "The whole page"}
NAME = 10  # columns of the names of things
CSS = 34  # columns of a selector


def of_page(examined: Examined, portal: type[Portal]) -> str:
    """The whole account of a page."""
    explained = examined.explained
    lines = [
        click.style(printable(examined.url), bold=True),
        *table(_head(examined, portal), 2, NAME),
        *_ways(explained),
        *_marks(explained),
        *(_fields(explained.page.article) if explained.page.article else ()),
        *_links(explained),
        *_section("What to change"),
        *advice(examined, portal),
    ]
    return "\n".join(lines)


def _section(name: str) -> Iterator[str]:
    yield ""
    yield click.style(name, bold=True)


def _head(examined: Examined, portal: type[Portal]) -> Iterator[tuple[str, str]]:
    explained, page = examined.explained, examined.explained.page
    yield "portal", f"{portal.name}, {shortened(own_file(portal))}"
    yield "kind", f"{explained.kind}, as its address says"
    yield "key", explained.key
    yield "source", examined.source.told
    for passed in examined.source.redirects:
        yield "led on", f"from {passed}"
    yield "answer", _answer(examined.source, explained.charset)
    yield "read as", f"{page.outcome}{f' ({page.note})' if page.note else ''}"


def _answer(source: Source, charset: str | None) -> str:
    stated = source.response.headers.get("Content-Type") or b"no Content-Type"
    parts = [
        f"HTTP {source.exchange.status}",
        stated.decode("latin-1"),
        f"{len(source.exchange.body):,} bytes{' of more' if source.exchange.truncated else ''}",
        f"read in {charset}" if charset else "",
    ]
    return ", ".join(filter(None, parts))


def _ways(explained: Explained) -> Iterator[str]:
    """Each way to read the page, in the order of trying; the first that gives an article is taken."""
    taken = next((way for way in explained.ways if way.article), None)
    for number, way in enumerate(explained.ways, 1):
        of = "".join(
            f", {name} {said}" for name, said in (("engine", way.engine), ("layout", way.layout)) if said
        )
        yield from _section(f"{number}. {LAYERS[way.layer]}{of}{': this one counts' if way is taken else ''}")
        yield from _given(way)
        if way.article or way.engine == explained.ways[0].engine or _is_there(way):
            yield from _looks(way.looks)


def _given(way: Tried) -> Iterator[str]:
    if way.article is None:
        yield from folded(f"no article: {way.why}", 2)
        return
    title, date = way.at
    at = (
        f" Title: block {title}; date: {'none' if date is None else f'block {date}'}."
        if title is not None
        else ""
    )
    words = counted(len(way.article.body.split()), "word")
    kept = f", {way.coverage:.0%} of what stands there" if way.coverage < 1 else ""
    dated = way.article.published_at or "no date"
    yield from folded(f"“{way.article.title}”, {dated}, {words}{kept}.{at}", 2)


def _is_there(way: Tried) -> bool:
    return any(look.found for look in way.looks if look.field == "body")


def _looks(looks: tuple[Look, ...]) -> Iterator[str]:
    before = ""
    for look in looks:
        name, before = ("" if look.field == before else look.field), look.field
        css, text = printable(look.css), printable(look.text[:WORDS])
        yield f"  {name:{NAME}}{css:{CSS}} {_state(look)}"
        if text:
            yield f"  {'':{NAME}}  “{text}”"


def _state(look: Look) -> str:
    if not look.found:
        return "finds nothing"
    found = f"finds {look.found}"
    if look.used:
        return f"{found}, dropped" if look.field == "drop" else f"{found}, used"
    return f"{found}, {look.why}" if look.why else f"{found}, not needed"


def _marks(explained: Explained) -> Iterator[str]:
    if not explained.ways:
        return
    yield from _section(f"Lines that tell what they are, of {counted(explained.blocks, 'block')}")
    for mark in explained.marks[:MOST_MARKS]:
        yield f"  {mark.block:5}  {mark.what}"
        yield f"         “{printable(mark.text[:WORDS])}”"
    if more := len(explained.marks) - MOST_MARKS:
        yield from [f"         and {more} more"] if more > 0 else []
    if not explained.marks:
        yield "  none"


def _fields(article: Article) -> Iterator[str]:
    yield from _section("What is archived of it")
    rows = {
        "title": article.title, "date": article.published_at, "lead": article.lead, "author": article.author,
        "source": article.source, "section": article.section, "language": article.language,
        "views": article.views,
    }  # fmt: skip
    yield from table(((name, str(value)[:200]) for name, value in rows.items() if value is not None), 2, NAME)
    start, end = article.body[:WORDS], article.body[-WORDS:]
    told = f"“{start}” … “{end}”, {counted(len(article.body.split()), 'word')}"
    yield from table([("body", " ".join(told.split()))], 2, NAME)
    held = {"images": article.images, "files": article.attachments, "related": article.related}
    yield from table(((name, str(len(items))) for name, items in held.items() if items), 2, NAME)
    if lacking := [name for name, value in rows.items() if value is None and name != "views"]:
        yield from table([("lacking", ", ".join(lacking))], 2, NAME)


def _links(explained: Explained) -> Iterator[str]:
    if not explained.links:
        return
    yield from _section("Where its links lead")
    for kind, leads in explained.links.items():
        never = ", never asked for" if kind in (Kind.OUTSIDE, "forbidden") else ""
        yield f"  {leads.count:5}  {kind}{never}"
        yield f"         {printable(leads.example)[: WORDS + 10]}"
