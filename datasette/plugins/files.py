"""The page of a file: its text, and where the file itself is."""

from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl
from markupsafe import Markup

from archive.site.article.dossier import long_values, plain
from archive.site.asking import ask, page, whole_number
from archive.site.file_text import FileText, file_text


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/tep/(?P<id>[0-9]{1,16})$", file)]


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Markup | None:
    """In the table of files, a title leads to the text."""
    if table != "files" or column != "title" or "id" not in row.keys():  # noqa: SIM118  # sqlite3.Row
        return None
    return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/tep/{row['id']}"), value)


async def file(datasette: Any, request: Any) -> Response:
    id, part = int(request.url_vars["id"]), whole_number(request.args.get("phan")) or 1

    def asked(connection: Any) -> FileText | None:
        with long_values(connection):
            return file_text(connection, id, part)

    shown = await ask(datasette, request, asked)
    if shown is None:
        return await page(datasette, request, "error.html", {"status": 404}, status=404)
    return await page(datasette, request, "file.html", {"shown": shown, "file": shown.file, "plain": plain})
