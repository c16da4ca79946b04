"""The archive at a glance: what is held, what came last, what articles cite and tell about."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit

from archive.facts.gazetteer import gazetteer
from archive.site import panorama
from archive.site.asking import ask, page
from archive.site.charts import months_chart, province_map
from archive.site.language import language_of
from archive.site.lookup import Remembered

PATIENCE = 3000  # milliseconds: more than a page may take otherwise, for it is asked so seldom
QUESTIONS: dict[str, Callable[..., Any]] = {
    "held": panorama.held,
    "months": panorama.months,
    "captures": panorama.newest_captures,
    "documents": panorama.most_cited,
    "places": panorama.places_told,
}


class Counted:
    """What one question was answered, also that it took too long: kept as long as a `Remembered` keeps it."""

    def __init__(self, question: Callable[..., Any], connection: Any) -> None:
        with sqlite_timelimit(connection, PATIENCE):
            self.answer = panorama.unless_too_long(connection, question)


Asked = dict[str, Remembered[Counted]]
_remembered = WeakKeyDictionary[Any, Asked]()  # by the Datasette that shows them


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/toan-canh$", dashboard)]


async def dashboard(datasette: Any, request: Any) -> Response:
    """The whole time of the archive, or one year of it: `?nam=2023`."""
    asked = _remembered.setdefault(
        datasette, {name: Remembered(partial(Counted, question)) for name, question in QUESTIONS.items()}
    )
    # Each under a time limit of its own, so that one count that takes too long does not cost the others.
    found = {name: (await ask(datasette, request, question)).answer for name, question in asked.items()}
    year = request.args.get("nam") or ""
    years = sorted({counted.month[:4] for counted in found["months"] or ()})
    shown = [counted for counted in found["months"] or () if year not in years or counted.month[:4] == year]
    search = partial(_search, datasette.urls.instance())
    language = language_of(request)
    context = {
        **found,
        "missing": [name for name, answer in found.items() if answer is None],
        "years": years,
        "year": year if year in years else "",
        "search": search,
        "months_chart": months_chart(
            found["held"] or (),
            shown,
            lambda portal, period: search(portal=portal, **{"from": period, "to": period}),
            language,
        ),
        "map": province_map(
            found["places"] or (),
            tuple(gazetteer().places.values()),
            lambda place: search(place=place),
            language,
        ),
    }
    return await page(datasette, request, "dashboard.html", context)


def _search(front: str, **fields: object) -> str:
    return f"{front}?{urlencode(fields)}"
