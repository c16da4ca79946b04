"""Datasette's tables and queries as Excel files: whole ones, not the page that is shown.

datasette-xlsx asks a query once more without the limits of ours, and datasette-render-xlsx writes one page,
with formulas where a text begins as one.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit
from datasette.views.base import DatasetteError

from archive.dates import VIETNAM
from archive.site import inside
from archive.site.exports.streaming import Streamed, of_file, while_wanted
from archive.site.exports.taking import MOST_ROWS
from archive.site.exports.workbook import CONTENT_TYPE, Workbook, turn
from archive.site.render import vietnamese_number

# Fields of the address that say how much, and in which form.
OURS = (
    "_next",
    "_stream",
    "_size",
    "_shape",
    "_nl",
    "_labels",
    "_json",
    "_facet",
    "_extra",
    "_ttl",
    "_trace",
)


Rows = list[Any]


@hookimpl
def register_output_renderer() -> dict[str, Any]:
    return {"extension": "xlsx", "render": render, "can_render": lambda columns: bool(columns)}


async def render(
    datasette: Any, request: Any, database: str, table: str | None, columns: list[str], rows: Rows, data: Any
) -> Response:
    """Every row that the filters of a table let through; of a query as many as its time allows."""
    if data.get("error"):
        raise DatasetteError(str(data["error"]), status=400)
    most = (datasette.plugin_config("exports") or {}).get("max_rows", MOST_ROWS)
    async with turn(datasette):
        title = table or data.get("query_name") or database
        book = Workbook(title, columns)
        async for some in while_wanted(
            request, _rows(datasette, request, database, columns, rows, data, most)
        ):
            left = most - book.rows
            await asyncio.to_thread(book.write, some[:left])
            if len(some) > left:
                break
        stopped = book.rows >= most
        file = await asyncio.to_thread(book.finish, _about(request, book.rows, stopped))
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in title)[:60]
    headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
    return Streamed(of_file(file), CONTENT_TYPE, headers)


async def _rows(
    datasette: Any, request: Any, database: str, columns: list[str], rows: Rows, data: Any, most: int
) -> AsyncIterator[Rows]:
    if data.get("truncated") and not data.get("table"):
        yield await _asked_again(datasette, database, data["query"], most)
    elif not data.get("next"):
        yield [list(row) for row in rows]
    else:
        async for page in _pages(datasette, request, columns):
            yield page


async def _pages(datasette: Any, request: Any, columns: list[str]) -> AsyncIterator[Rows]:
    """A table page by page, as Datasette itself filters and sorts it."""
    path = f"{request.path.removesuffix('.xlsx')}.json"
    stated = parse_qsl(request.query_string, keep_blank_values=True)
    params: inside.Params = [(name, value) for name, value in stated if not name.startswith(OURS)]
    params += [("_size", "max"), ("_shape", "objects"), ("_nocount", "1"), ("_nofacet", "1")]
    params += [("_stream", "1")]  # in the order of the primary key, if no other was asked for
    following = ""
    while following is not None:
        answer = await inside.get(datasette, request, path, [*params, ("_next", following)])
        page = answer.json()
        if answer.status_code != 200:
            raise DatasetteError(str(page.get("error")), status=answer.status_code)
        yield [[row.get(column) for column in columns] for row in page["rows"]]
        following = page.get("next")


async def _asked_again(datasette: Any, database: str, query: dict[str, Any], most: int) -> Rows:
    """More rows of a query than a page has, within the same time."""

    def question(connection: sqlite3.Connection) -> Rows:
        with sqlite_timelimit(connection, datasette.setting("sql_time_limit_ms")):
            found = connection.execute(query["sql"], query["params"] or {}).fetchmany(most + 1)
            return [list(row) for row in found]

    found: Rows = await datasette.get_database(database).execute_fn(question)
    return found


def _about(request: Any, rows: int, stopped: bool) -> dict[str, str]:
    now = datetime.now(UTC).astimezone(VIETNAM)
    count = vietnamese_number(rows)
    return {
        "Địa chỉ · Address": request.url,
        "Xuất lúc · Exported": f"{now:%d/%m/%Y %H:%M}",
        "Số dòng · Rows": f"{count}, dừng ở đây: hãy lọc hẹp hơn; stopped here" if stopped else count,
        "Giờ · Times": "Giờ Việt Nam (UTC+7) · Vietnam time",
    }
