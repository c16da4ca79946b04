"""Read a page as always, and tell each step: for whoever mends a portal whose markup has changed.

Nothing here decides anything: it calls what reading calls, all of it and not only up to the first success.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml.html import HtmlElement
from scrapy.http import Response

from archive.explained import Explained, Leads, Look, Tried
from archive.model import Kind, Outcome, Page
from archive.text import one_line
from spiders.engine import Engine, Layout
from spiders.reading.article import Way, article_of, sheet_of, ways
from spiders.reading.broken import mend as put_right
from spiders.reading.by_landmarks import LEAST_WORDS, head_of, mostly_links
from spiders.reading.by_selectors import ABOVE, date_by, heading
from spiders.reading.by_whole_page import LEAST_WORDS as LEAST_RUNNING
from spiders.reading.by_whole_page import first_heading, running_words
from spiders.reading.charset import decoded
from spiders.reading.found import Sheet
from spiders.reading.html import parse
from spiders.reading.marks import marks_in
from spiders.reading.mend import mend, path_of, places
from spiders.reading.page import read_page
from spiders.reading.story import tell

if TYPE_CHECKING:
    from spiders.portal import Portal

PAGES = frozenset(  # outcomes of HTML that was laid out for reading
    (Outcome.SELECTORS, Outcome.LANDMARKS, Outcome.WHOLE, Outcome.UNREADABLE, Outcome.LISTING,
     Outcome.DOCUMENT, Outcome.OTHER)
)  # fmt: skip
TEXT_FIELDS = ("lead", "section", "author", "source")
SHOWN = 80  # characters of what a selector finds


def explain(portal: "type[Portal]", response: Response) -> Explained:
    """What reading makes of a response, and how. Pure, as reading is; never raises."""
    page, kind, key = read_page(portal, response), portal.classify(response.url), portal.key(response.url)
    try:
        return _explain(portal, response, page) if page.outcome in PAGES else Explained(kind, key, page)
    except Exception:  # which reading has met with too: `page.note` says what it is
        return Explained(kind, key, page)


def _explain(portal: "type[Portal]", response: Response, page: Page) -> Explained:
    tree, url = parse(response), response.url
    put_right(tree)
    charset = decoded(response.body, response.headers.get("Content-Type") or b"")[1]
    leads = _leads(portal, tree)
    sheet = sheet_of(tree, url)
    mends, mended = mend(portal, sheet)
    tried = tuple(_tried(portal, way, sheet) for way in ways(portal, url))
    found = next(filter(None, (way.read(sheet) for way in ways(portal, url))), None)
    stands = places(sheet, found) if found else {}
    return Explained(
        portal.classify(url), portal.key(url), page, charset, len(sheet.blocks), tried,
        tuple(marks_in(sheet)), {field: path_of(element) for field, element in stands.items()},
        leads, mends, mended,
    )  # fmt: skip


def _tried(portal: "type[Portal]", way: Way, sheet: Sheet) -> Tried:
    engine, layout = way.engine, way.layout
    layer = Outcome.SELECTORS if layout else Outcome.LANDMARKS if engine else Outcome.WHOLE
    names = (layer, engine.name if engine else None, layout.name if layout else None)
    looks = tuple(_looks(sheet, layout)) if layout else ()
    head = head_of(sheet, engine) if engine and not layout else None
    at = (head.title, head.date) if head else (None, None)
    found = way.read(sheet)
    read = article_of(portal, sheet, found) if found else None
    if read is None:
        return Tried(*names, looks, at, why="no text is left" if found else _why_not(sheet, way, looks))
    return Tried(*names, looks, at, read[0], read[2])


def _looks(sheet: Sheet, layout: Layout) -> Iterator[Look]:
    """Every selector of a layout, and whether it serves."""
    container = sheet.first(layout.body)
    body = None if container is None else sheet.span(container)
    yield from _first(sheet, "body", layout.body, "holds no text" if body is None else None)
    used = next((css for css in layout.title if body and heading(sheet, (css,), body)), None)
    for css in layout.title:
        far = (
            None
            if used
            else f"not within {ABOVE} blocks above the body"
            if body
            else "no body to stand above"
        )
        yield _look(sheet, "title", css, css == used, far)
    dated = next((css for css in layout.date if date_by(sheet, (css,))), None)
    for css in layout.date:
        yield _look(sheet, "date", css, css == dated, None if dated else "says no date")
    for field in TEXT_FIELDS:
        yield from _first(sheet, field, getattr(layout, field))
    for css in layout.drop:
        yield _look(sheet, "drop", css, used=True)


def _first(sheet: Sheet, field: str, selectors: tuple[str, ...], why: str | None = None) -> Iterator[Look]:
    """The first selector that finds anything serves, or none does."""
    serves = next((css for css in selectors if sheet.select(css)), None)
    for css in selectors:
        yield _look(sheet, field, css, css == serves and why is None, why if css == serves else None)


def _look(sheet: Sheet, field: str, css: str, used: bool, why: str | None = None) -> Look:
    found = sheet.select(css)
    text = one_line(found[0].get("datetime") or found[0].text_content())[:SHOWN] if found else ""
    return Look(field, css, len(found), text, used and bool(found), why if found and not used else None)


def _why_not(sheet: Sheet, way: Way, looks: tuple[Look, ...]) -> str:
    if way.layout:
        lacking = [name for name in ("body", "title") if not any(k.used for k in looks if k.field == name)]
        return f"no selector of its {' and '.join(lacking)} serves" if lacking else "no text under the title"
    if way.engine:
        return _no_landmarks(sheet, way.engine)
    if first_heading(sheet) is None:
        return "no <h1> that may be a title"
    words = running_words(sheet)
    return f"only {words} words of running text" if words < LEAST_RUNNING else "trafilatura finds no text"


def _no_landmarks(sheet: Sheet, engine: Engine) -> str:
    head = head_of(sheet, engine)
    if head is None:
        return "nothing speaks for any block as a title: no slug, heading or date line that fits"
    story = tell(sheet.blocks[head.start :], engine.landmarks)
    if story.words < LEAST_WORDS:
        return f"only {story.words} words between its title (block {head.title}) and the frame"
    return "most of it is links" if mostly_links(story) else "no text"


def _leads(portal: "type[Portal]", tree: HtmlElement) -> dict[str, Leads]:
    """All addresses on the page by their kind, those that are never asked for as `forbidden`."""
    urls: dict[str, list[str]] = {}
    for url in dict.fromkeys((a.get("href") or "").strip() for a in tree.iter("a", "area")):
        kind = _kind(portal, url)
        if url:
            urls.setdefault(kind, []).append(url)
    return {kind: Leads(len(of), of[0]) for kind, of in sorted(urls.items())}


def _kind(portal: "type[Portal]", url: str) -> str:
    if not url.startswith(("http://", "https://")):
        return "paging by form" if "__doPostBack" in url else "script, mail and the like"
    kind = portal.classify(url)
    return "forbidden" if kind != Kind.OUTSIDE and portal.forbidden(url) else kind.value
