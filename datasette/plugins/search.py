"""The front page with its search box, and the results: as a page, and for programs."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from markupsafe import Markup

from archive.errors import QueryError
from archive.search import (
    Advice,
    Facets,
    Files,
    Hit,
    Result,
    Timeline,
    advise,
    facets,
    newest,
    search,
    search_files,
    timeline,
)
from archive.site.asking import ask, page
from archive.site.charts import timeline_chart
from archive.site.language import language_of
from archive.site.lookup import Remembered, languages_of, portals
from archive.site.options import site_of
from archive.site.panorama import Overview, overview
from archive.site.wanted import Wanted

T = TypeVar("T")

BESIDE = 0.3  # of the time limit, for what stands beside the hits and takes longer the more of them there are
BOUNDED = (newest, facets)  # these look at so many hits and no more
FILES = 5  # beside the articles; the table of files has the others

_overviews = WeakKeyDictionary[Any, Remembered[Overview]]()  # by the Datasette that shows them


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the hits; None where there was no time to count."""

    facets: Facets | None = None
    timeline: Timeline | None = None
    advice: Advice | None = None
    files: Files | None = None


_of_all = WeakKeyDictionary[Any, Remembered[Around]]()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/$", front), (r"^/tim\.json$", results_json)]


async def front(datasette: Any, request: Any) -> Response:
    """The front page, or the results where there is something to look for."""
    wanted = Wanted.read(request.args)
    if _has_empty_fields(request):
        # What made no sense is told on the page that this leads to.
        ignored = {name: request.args.get(name) for name in wanted.ignored}
        address = wanted.address(datasette.urls.instance(), after=wanted.after, **ignored)
        return Response.redirect(address)
    context: dict[str, Any] = {
        "wanted": wanted,
        "portals": await ask(datasette, request, portals),
        "chart": lambda shown: _chart(datasette, request, wanted, shown),
    }
    if not wanted.asks:
        about = await ask(datasette, request, _overviews.setdefault(datasette, Remembered(overview)))
        around = await ask(datasette, request, _of_all.setdefault(datasette, Remembered(_around_all)))
        site = site_of(datasette)
        return await page(
            datasette, request, "front.html", {**context, "about": about, "around": around, "site": site}
        )
    try:
        result, languages = await ask(datasette, request, lambda connection: _found(connection, wanted))
    except QueryError as error:
        return await page(datasette, request, "results.html", {**context, "problem": str(error)}, status=400)
    around = await _around(datasette, request, wanted, found=bool(result.total))
    context |= {"result": result, "around": around, "labels": _labels(around), "languages": languages}
    return await page(datasette, request, "results.html", context)


async def results_json(datasette: Any, request: Any) -> Response:
    """Search for programs: the fields of the form, `limit` up to 100, and `after` for what comes next."""
    wanted = Wanted.read(request.args)
    try:
        result = await ask(datasette, request, lambda connection: _search(connection, wanted))
    except QueryError as error:
        return Response.json({"ok": False, "error": str(error), "status": 400}, status=400)
    pages = datasette.urls.path("/bai/")
    hits = [{**_fields(hit), "page": f"{pages}{hit.id}"} for hit in result.hits]
    more = wanted.address(datasette.urls.path("/tim.json"), after=result.next) if result.next else None
    return Response.json({**_fields(result), "hits": hits, "next_address": more})


def _fields(shown: Hit | Result) -> dict[str, Any]:
    """Not by `asdict`, which copies every place of every match: writing them as JSON takes less time."""
    return {field.name: getattr(shown, field.name) for field in fields(shown)}


def _around_all(connection: sqlite3.Connection) -> Around:
    """What the front page shows of all articles."""
    with suppress(QueryError):
        return Around(timeline=timeline(connection, ""))
    return Around()


def _has_empty_fields(request: Any) -> bool:
    """A form sends its empty fields too; an address that is passed on is better without them."""
    return any(not value.strip() for name in request.args for value in request.args.getlist(name))


def _search(connection: sqlite3.Connection, wanted: Wanted) -> Result:
    return search(
        connection,
        wanted.q,
        filters=wanted.filters,
        order=wanted.order,
        exact=wanted.exact,
        limit=wanted.limit,
        after=wanted.after or None,
    )


def _found(connection: sqlite3.Connection, wanted: Wanted) -> tuple[Result, dict[int, str | None]]:
    """The hits, and the languages that they are in."""
    result = _search(connection, wanted)
    return result, languages_of(connection, (hit.id for hit in result.hits))


async def _around(datasette: Any, request: Any, wanted: Wanted, found: bool) -> Around:
    async def counted(question: Callable[..., T], **known: Any) -> T | None:
        asked = {"filters": wanted.filters, "exact": wanted.exact, **known}
        try:
            return await ask(
                datasette,
                request,
                lambda connection: question(connection, wanted.q, **asked),
                1 if question in BOUNDED else BESIDE,
            )
        except QueryError:  # it takes too long: the hits are worth showing without it
            return None

    files = await counted(search_files, limit=FILES) if wanted.q and not wanted.after else None
    if not found:
        return Around(facets=await counted(facets), advice=await counted(advise), files=files)
    hits = await counted(newest)
    if hits is None:
        return Around(files=files)
    counts = await counted(facets, among=hits) if wanted.asks else None
    return Around(facets=counts, timeline=await counted(timeline, among=hits), files=files)


def _labels(around: Around) -> dict[tuple[str, str], str]:
    """What the chosen values of the filters are called."""
    every = around.facets.of.items() if around.facets else ()
    return {(name, count.value): count.label for name, counts in every for count in counts if count.chosen}


def _chart(datasette: Any, request: Any, wanted: Wanted, shown: Timeline) -> Markup:
    """Each bar leads to the same search in its period."""

    def address(since: str, until: str) -> str:
        return wanted.between(since, until).address(datasette.urls.instance())

    bars = [(bar.period, bar.count) for bar in shown.bars]
    return timeline_chart(bars, address, language_of(request))
