"""Tables whose pages fit together, also where many rows are alike in the column of their order.

Datasette 0.65 sorts the first page by that column alone, and those that follow by the primary key too. Of
rows that are alike in it some are shown twice and most never, on its pages as in its CSV. Here the first
page is sorted as the others are. What is taken away whole, and in no order that was asked for, comes in that
of the primary key: to go on from there SQLite need not sort the rest of the table for each page. And of what
the search box finds, the keys of a page are found first, then its rows: to sort all of them with their texts
takes seconds where a common word is looked for.
"""

import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from datasette import hookimpl
from datasette.utils import escape_sqlite, tilde_decode
from datasette.utils.asgi import Request
from datasette.views import table as view
from datasette.views.base import DatasetteError

from archive.site.language import language_of
from archive.site.options import DATABASE

_FIRST_PAGE = re.compile(r'(?P<order> order by (?:\[[^\]]+\]|"[^"]+"|\w+)(?: desc)?)(?P<limit> limit \d+)')

# Has what articles are sorted by; left to itself, SQLite reads each of them for it.
_LISTED = {"articles": " indexed by idx_articles_listed"}

THROUGH = (
    '_through= cần có dạng {"table": "…", "column": "…", "value": "…"}.',
    '_through= is written as {"table": "…", "column": "…", "value": "…"}.',
)
_OURS = hasattr(view, "TableView")  # Datasette 1.0 makes its pages in another way, and is left to it
_keys = ContextVar[tuple[str, ...]]("_keys", default=())  # of the table that is being shown


@hookimpl
def startup(datasette: Any) -> None:
    if not _OURS:
        return
    database = datasette.get_database(DATABASE)
    execute = database.execute

    async def ordered(sql: str, *params: Any, **more: Any) -> Any:
        page = _FIRST_PAGE.search(sql)
        if _keys.get() and page and page.end() == len(sql):
            keys = ", ".join(map(escape_sqlite, _keys.get()))
            sql = f"{sql[: page.start()]}{page['order']}, {keys}{page['limit']}"
        return await execute(_keys_first(sql), *params, **more)

    database.execute = ordered


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    if not _OURS:
        return []
    return [(rf"^/(?P<database>{DATABASE})/(?P<table>[^\/\.]+)(\.(?P<format>\w+))?$", table)]


async def table(datasette: Any, request: Any) -> Any:
    """Datasette's own page; of a table, not of a view or a named query, with rows in one order."""
    if not all(map(_leads_through, request.args.getlist("_through"))):
        raise DatasetteError(language_of(request).text(*THROUGH), status=400)
    name = tilde_decode(request.url_vars["table"])
    database = datasette.get_database(DATABASE)
    keys: tuple[str, ...] = ()
    if name in await database.table_names():
        keys = tuple(await database.primary_keys(name)) or ("rowid",)
    if len(keys) == 1 and request.args.get("_stream") and not {"_sort", "_sort_desc"} & set(request.args):
        query = f"{request.query_string}&_sort={keys[0]}"
        request = Request({**request.scope, "query_string": query.encode("latin-1")}, request.receive)
    before = _keys.set(keys)
    try:
        return await view.TableView(datasette).dispatch_request(request)
    finally:
        _keys.reset(before)


def _leads_through(text: str) -> bool:
    """Whether Datasette can read a `_through`: it takes for granted what is in it."""
    try:
        asked = json.loads(text)
        json.dumps(asked, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    if not isinstance(asked, dict) or not {"table", "column", "value"} <= set(asked):
        return False
    if not isinstance(asked["table"], str) or not isinstance(asked["column"], str):
        return False
    value = asked["value"]
    return abs(value) < 1 << 63 if isinstance(value, int) else isinstance(value, str | float | None)


def _keys_first(sql: str) -> str:
    """A page of what the search box finds in a table; every other statement as it is."""
    columns, _, rest = sql.partition(" from ")
    table, _, where = rest.partition(" where ")
    _, _, order = where.rpartition(" order by ")
    counts = "(" in columns or "(" in table
    if len(_keys.get()) != 1 or counts or "_fts match" not in where or not order or ")" in order:
        return sql
    (key,) = map(escape_sqlite, _keys.get())
    found = f"select {key} from {table}{_LISTED.get(table, '')} where {where}"
    return f"{columns} from {table} where {key} in ({found}) order by {order}"
