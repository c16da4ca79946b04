"""What to change where a page is not read as it should be: file, line, what, and how to check it."""

from collections.abc import Iterator
from shlex import quote

from archive.explained import Explained, Mend
from archive.model import Kind, Outcome
from crawler.doctor.page import Examined
from crawler.doctor.place import engine_of, own_file, selector_of, shortened
from crawler.doctor.told import folded
from crawler.portals import Portal
from crawler.wording import printable

MISTAKEN = "If it is an article all the same, spiders/reading/refusals.py says why it was not taken for one."
# Where there is nothing to be read, why, and what to do.
NO_PAGE = {
    Outcome.CHALLENGE: "It is a cookie challenge, not the page. The crawl answers it by itself; to "
    "see the page, "
    "crawl it, and run this with --captured.",
    Outcome.BLOCKED: "It is a refusal or a login form, not the page: nothing in our files mends that. Wait a "
    f"day, set BACKAN_CONTACT, try another network. {MISTAKEN}",
    Outcome.ERROR: "It is an error page that claims to be well (status 200), so no article is made of it. "
    f"{MISTAKEN}",
    Outcome.MISSING: "The server says that it is not there (any more): nothing to change.",
    Outcome.REDIRECT: "It leads elsewhere: look at that address.",
    Outcome.FAILED: "The server failed: try again later.",
    Outcome.EMPTY: "The answer has no body: try again later.",
    Outcome.FILE: "It is a file, kept as it is: nothing is read of it.",
    Outcome.FEED: "It is a feed: its links are all that is read of it.",
    Outcome.ROBOTS: "It is robots.txt: the crawl obeys it.",
}
ARTICLES = (Outcome.SELECTORS, Outcome.LANDMARKS, Outcome.WHOLE)


def advice(examined: Examined, portal: type[Portal]) -> Iterator[str]:
    explained = examined.explained
    outcome = explained.page.outcome
    if outcome in NO_PAGE or not explained.ways:
        yield from folded(NO_PAGE.get(outcome, f"It comes to “{outcome}”: it is no page of the portal."), 2)
        return
    if explained.mends:
        yield from _mends(explained, portal)
    elif outcome in ARTICLES or outcome == Outcome.UNREADABLE:
        yield from _without_mends(explained, portal)
    else:
        yield from _no_article(explained, portal)
        return
    if explained.mends or outcome == Outcome.UNREADABLE:
        yield from _checking(examined)


def _mends(explained: Explained, portal: type[Portal]) -> Iterator[str]:
    """The selectors that were found and tried."""
    engine, layout = explained.mends[0].engine, explained.mends[0].layout
    yield from folded(
        f"Layout {layout!r} of the engine {engine!r} does not find this page's fields any more.", 2
    )
    for mend in explained.mends:
        place = selector_of(portal, mend.engine, mend.beside)
        yield ""
        yield from folded(f"{place or 'where the engine is stated'}: put first, before what is there,", 2)
        yield f"      {_line(mend)}"
        yield f"  which finds “{printable(mend.text[:60])}”"
    yield ""
    if explained.mended:
        words = len(explained.mended.body.split())
        yield from folded(
            f"Tried on this page: with that the selectors find “{explained.mended.title}”, "
            f"{explained.mended.published_at or 'no date'}, {words} words.", 2,
        )  # fmt: skip
    yield from folded(
        "Where old pages are read wrongly then, state a layout of its own beside the old one, with "
        "only these "
        "selectors: the page decides which fits.", 2,
    )  # fmt: skip


def _line(mend: Mend) -> str:
    """The attribute as it would stand in the file; of many selectors the first ones."""
    shown = "".join(f', "{css}"' for css in mend.beside[:1]) + (", …" if len(mend.beside) > 1 else "")
    return f'{mend.field}=("{mend.css}"{shown or ","}),'


def _without_mends(explained: Explained, portal: type[Portal]) -> Iterator[str]:
    page = explained.page
    engine = explained.ways[0].engine or ""
    place = engine_of(portal, engine)
    if page.outcome == Outcome.SELECTORS:
        counts = next((way for way in explained.ways if way.article), explained.ways[0])
        dates = [look for look in counts.looks if look.field == "date"]
        if page.article and page.article.published_at and dates and not any(look.used for look in dates):
            yield from folded(
                "The selectors read it, but for the date, which the text gave: none of theirs finds it. Add "
                f"one to `date` of the layout: {place}.", 2,
            )  # fmt: skip
            return
        if page.article and page.article.published_at:
            yield "  Nothing: the selectors read it."
            return
        yield from folded(
            f"It has no date. If the page shows one, add a selector for it to `date` of the layout: {place}.",
            2,
        )
        return
    if page.article:
        where = "; ".join(f"{field} in {path}" for field, path in explained.stands.items())
        yield from folded(
            f"It is read, though not by selectors, and none was found that would do: {where}. "
            "Without an id or "
            "a class that names them, leave it so: this layer reads it well if the fields above "
            "are right.", 2,
        )  # fmt: skip
        return
    yield from folded(
        "Nothing finds an article here. If the browser shows one, it may be put there by a script "
        "(then look for "
        "where the script gets it from); else look in the browser's inspector which elements hold title and "
        f"body, and add a layout for them to the engine: {place}.", 2,
    )  # fmt: skip
    yield '      Layout("new", title=("h1.…",), body=("#…",), date=(".…",)),'


def _no_article(explained: Explained, portal: type[Portal]) -> Iterator[str]:
    """A page that is none of an article, by its address."""
    place = engine_of(portal, explained.ways[0].engine or "")
    reads = next((way for way in explained.ways if way.article and way.engine), None)
    if reads and reads.article and (explained.kind == Kind.OTHER or reads.layer == Outcome.SELECTORS):
        yield from folded(
            f"By its address it is no article, but it reads like one: “{reads.article.title}”. If "
            "it is one, the "
            f"addresses have changed: add theirs to `addresses` of the engine, {place}. The group "
            "`id` is what "
            "names the article whatever else changes:", 2,
        )  # fmt: skip
        yield r'      address(Kind.ARTICLE, r"/…/(?P<id>\d+)\.html(?:\?.*)?"),'
    elif explained.page.outcome == Outcome.LISTING and Kind.ARTICLE not in explained.links:
        yield from folded(
            "It is a listing without an article that we know by its address. If the browser shows "
            "some, their "
            "addresses have changed (see `other` above): add them to `addresses` of the engine, "
            f"{place}; or a "
            "script puts them there: then name a feed or a sitemap in `starts` of "
            f"{shortened(own_file(portal))}.",
            2,
        )
    else:
        yield "  Nothing: it is no page of an article."


def _checking(examined: Examined) -> Iterator[str]:
    """How to see that a change is right, and to keep it so."""
    yield ""
    if examined.source.file:
        file, url = (quote(printable(str(each))) for each in (examined.source.file, examined.url))
        yield "  To check it:"
        yield f"    $ backan doctor {file} --as {url}"
        yield "    $ python -m pytest tests/test_portals.py tests/test_gold.py"
        return
    kept = f"tests/portals/{examined.portal}/changed.html"
    comment = f"<!-- saved from url={examined.url} -->"
    yield "  To check it, keep the page beside the tests, and look at it again:"
    yield f"    $ (echo {quote(printable(comment))}; curl -sL {quote(printable(examined.url))}) > {kept}"
    yield f"    $ backan doctor {kept}"
    yield "    $ python -m pytest tests/test_portals.py tests/test_gold.py"
    yield "  The test writes down what was read the first time: read it beside the page, then keep both."
