"""The pages for readers: the front page with its search box, the results, the article."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit
from jinja2 import Environment
from markupsafe import Markup

from archive import render
from archive.errors import QueryError
from archive.lookup import Overview, Remembered, dossier, overview, portals
from archive.search import COUNTED, Order, Result, search
from archive.text import normalise

PAGE_SIZE = 20
MOST_HITS = 100

T = TypeVar("T")
_overviews = WeakKeyDictionary[Any, Remembered[Overview]]()  # by the Datasette that shows them


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields of the search form, as far as they make sense; what does not is left out."""

    q: str = ""
    portal: str = ""
    since: int | None = None
    until: int | None = None
    sort: Order = Order.RELEVANCE
    exact: bool = False
    page: int = 1
    limit: int = PAGE_SIZE

    @classmethod
    def read(cls, args: Any) -> "Wanted":
        sort = args.get("sort") or ""
        return cls(
            q=normalise(args.get("q") or ""),
            portal=args.get("portal") or "",
            since=_number(args.get("from"), 1900, 2100),
            until=_number(args.get("to"), 1900, 2100),
            sort=Order(sort) if sort in set(Order) else Order.RELEVANCE,
            exact=bool(args.get("exact")),
            page=_number(args.get("page"), 1, COUNTED) or 1,
            limit=_number(args.get("limit"), 1, MOST_HITS) or PAGE_SIZE,
        )

    def search(self, connection: sqlite3.Connection) -> Result:
        return search(
            connection,
            self.q,
            limit=self.limit,
            offset=(self.page - 1) * self.limit,
            order=self.sort,
            portal=self.portal or None,
            since=date(self.since, 1, 1) if self.since else None,
            until=date(self.until, 12, 31) if self.until else None,
            exact=self.exact,
        )

    def found(self, connection: sqlite3.Connection) -> tuple["Wanted", Result]:
        """The page asked for, or the last one where there are fewer."""
        result = self.search(connection)
        last = self.last(result)
        return (self, result) if self.page <= last else replace(self, page=last).found(connection)

    def last(self, result: Result) -> int:
        return max(1, -(-result.total // self.limit))

    def address(self, path: str, **changes: Any) -> str:
        fields = {
            "q": self.q,
            "portal": self.portal,
            "from": self.since,
            "to": self.until,
            "sort": "" if self.sort is Order.RELEVANCE else self.sort,
            "exact": "1" if self.exact else "",
            "page": "" if self.page == 1 else self.page,
            "limit": "" if self.limit == PAGE_SIZE else self.limit,
            **changes,
        }
        return f"{path}?{urlencode({name: value for name, value in fields.items() if value})}"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/$", front), (r"^/tim\.json$", results_json), (r"^/bai/(?P<id>[0-9]{1,16})$", article)]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.filters["body"] = lambda text: Markup(render.body_html(text))
    env.filters["highlighted"] = lambda text, spans: Markup(render.highlighted(text, spans))
    env.filters["web_address"] = render.web_address
    env.filters["short_address"] = render.short_address
    env.filters["date"] = render.vietnamese_date
    env.filters["number"] = render.vietnamese_number


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Markup | None:
    """In the table of articles, a title leads to the page for reading."""
    if table != "articles" or column != "title" or "id" not in row.keys():  # noqa: SIM118  # sqlite3.Row
        return None
    return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/bai/{row['id']}"), value)


async def front(datasette: Any, request: Any) -> Response:
    """The front page, or with words in `?q=` the results."""
    wanted = Wanted.read(request.args)
    known = await _ask(datasette, request, portals)
    context: dict[str, Any] = {
        "wanted": wanted,
        "portals": {portal["id"]: portal["title"] or portal["id"] for portal in known},
    }
    if not wanted.q:
        about = await _ask(datasette, request, _overviews.setdefault(datasette, Remembered(overview)))
        return await _page(datasette, request, "front.html", {**context, "about": about})
    try:
        shown, result = await _ask(datasette, request, wanted.found)
    except QueryError as error:
        return await _page(datasette, request, "results.html", {**context, "problem": str(error)}, status=400)
    context |= {"wanted": shown, "result": result, "last": shown.last(result)}
    return await _page(datasette, request, "results.html", context)


async def results_json(datasette: Any, request: Any) -> Response:
    """Search for programs: the fields of the form, and `limit` up to 100."""
    wanted = Wanted.read(request.args)
    try:
        result = await _ask(datasette, request, wanted.search)
    except QueryError as error:
        return Response.json({"ok": False, "error": str(error), "status": 400}, status=400)
    hits = [{**asdict(hit), "page": datasette.urls.path(f"/bai/{hit.id}")} for hit in result.hits]
    return Response.json({**asdict(result), "hits": hits})


async def article(datasette: Any, request: Any) -> Response:
    id = int(request.url_vars["id"])
    found = await _ask(datasette, request, lambda connection: dossier(connection, id))
    if found is None:
        return await _page(datasette, request, "error.html", {"status": 404}, status=404)
    return await _page(datasette, request, "article.html", {"dossier": found, "article": found.article})


async def _ask(datasette: Any, request: Any, question: Callable[[sqlite3.Connection], T]) -> T:
    """Run a function on the archive in Datasette's threads, within its permissions and time limit."""
    await datasette.ensure_permissions(request.actor, [("view-database", "archive"), "view-instance"])

    def ask(connection: sqlite3.Connection) -> T:
        with sqlite_timelimit(connection, datasette.setting("sql_time_limit_ms")):
            return question(connection)

    answer: T = await datasette.get_database("archive").execute_fn(ask)
    return answer


async def _page(
    datasette: Any, request: Any, template: str, context: dict[str, Any], status: int = 200
) -> Response:
    html = await datasette.render_template(template, context, request=request, view_name="archive")
    return Response.html(html, status=status)


def _number(text: str | None, low: int, high: int) -> int | None:
    with suppress(ValueError):
        number = int(text or "")
        return number if low <= number <= high else None
    return None
