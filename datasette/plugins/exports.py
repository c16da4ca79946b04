"""The whole result of a search to take away: as CSV, as newline-delimited JSON, as an Excel file."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from datasette import Response, hookimpl

from archive.dates import VIETNAM
from archive.errors import ArchiveError, QueryError
from archive.search import Result
from archive.site.asking import absolute, ask
from archive.site.exports import guarded_csv
from archive.site.exports.streaming import Streamed, of_file, step, while_wanted
from archive.site.exports.taking import MOST_ROWS, WHOLE, Taking, Values
from archive.site.exports.workbook import CONTENT_TYPE, Workbook, turn
from archive.site.in_words import Names, in_words
from archive.site.render import vietnamese_number
from archive.site.wanted import Wanted


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/tim\.(?P<format>csv|ndjson|xlsx)$", export)]


async def export(datasette: Any, request: Any) -> Response:
    """The fields of the search form, and `than=1` for the bodies of the articles.

    The owner may allow more or fewer rows: `plugins: {exports: {max_rows: …}}` in metadata.yaml.
    """
    taking = Taking(Wanted.read(request.args), body=request.args.get("than") == "1")
    format = request.url_vars["format"]
    try:
        first = await ask(datasette, request, partial(taking.page, after=None))
    except QueryError as error:
        return Response.text(str(error), status=400)
    headers = {"content-disposition": f'attachment; filename="{taking.file}.{format}"'}
    if not first.capped:
        headers["x-total"] = str(first.total)
    pages = while_wanted(request, _pages(datasette, request, taking, first))
    if format == "csv":
        return Streamed(_as_csv(taking, pages), guarded_csv.CONTENT_TYPE, headers)
    if format == "ndjson":
        return Streamed(_as_json_lines(taking, pages), "application/x-ndjson; charset=utf-8", headers)
    return Streamed(await _as_excel(datasette, request, taking, pages), CONTENT_TYPE, headers)


async def _pages(datasette: Any, request: Any, taking: Taking, result: Result) -> AsyncIterator[list[Values]]:
    """Rows, some at a time; each step waits for its turn among the other requests."""
    address = partial(absolute, datasette, request)
    most = left = (datasette.plugin_config("exports") or {}).get("max_rows", MOST_ROWS)
    try:
        while True:
            hits = result.hits[:left]
            size = WHOLE if taking.body else len(hits) or 1
            for at in range(0, len(hits), size):
                some = hits[at : at + size]
                async with step(datasette):
                    rows = await ask(
                        datasette, request, lambda found, some=some: taking.rows(found, some, address)
                    )
                yield rows
            left -= len(hits)
            if left <= 0 and (result.next or len(hits) < len(result.hits)):
                stopped = f"Dừng ở {vietnamese_number(most)} dòng: hãy lọc hẹp hơn."
                yield [taking.note(f"{stopped} · Stopped here: choose fewer articles.")]
            if left <= 0 or not result.next:
                return
            async with step(datasette):
                result = await ask(datasette, request, partial(taking.page, after=result.next))
    except (ArchiveError, QueryError, sqlite3.Error) as error:
        # The beginning is on its way to the reader: what is missing must be told in the file.
        yield [taking.note(f"CHƯA ĐỦ · INCOMPLETE: {error}")]


async def _as_csv(taking: Taking, pages: AsyncIterator[list[Values]]) -> AsyncIterator[bytes]:
    yield (guarded_csv.MARK + guarded_csv.record(taking.columns)).encode()
    async for rows in pages:
        yield "".join(map(guarded_csv.record, rows)).encode(errors="replace")


async def _as_json_lines(taking: Taking, pages: AsyncIterator[list[Values]]) -> AsyncIterator[bytes]:
    async for rows in pages:
        objects = (dict(zip(taking.columns, row, strict=True)) for row in rows)
        lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in objects)
        yield "".join(lines).encode(errors="replace")


async def _as_excel(
    datasette: Any, request: Any, taking: Taking, pages: AsyncIterator[list[Values]]
) -> AsyncIterator[bytes]:
    names = await ask(datasette, request, lambda connection: Names.asked(connection, taking.wanted))
    async with turn(datasette):
        book = Workbook("Bài", taking.columns)
        async for rows in pages:
            await asyncio.to_thread(book.write, rows)
        now = datetime.now(UTC).astimezone(VIETNAM)
        about = {
            "Nguồn · Source": absolute(datasette, request, "/"),
            "Tìm · Search": in_words(taking.wanted, names),
            "Địa chỉ · Address": absolute(datasette, request, taking.wanted.address("/")),
            "Xuất lúc · Exported": f"{now:%d/%m/%Y %H:%M}",
            "Số dòng · Rows": vietnamese_number(book.rows),
            "Giờ · Times": "Giờ Việt Nam (UTC+7) · Vietnam time",
        }
        return of_file(await asyncio.to_thread(book.finish, about))
