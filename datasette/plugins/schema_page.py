"""The page of the schema: what tables and views there are, what they mean, and how they hang together."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl

from archive.site.asking import ask, page
from archive.site.catalogue import Catalogue, catalogue, described, row_counts
from archive.site.charts.relations import relations_picture
from archive.site.language import language_of
from archive.site.lookup import Remembered

_remembered = WeakKeyDictionary[Any, Remembered[tuple[Catalogue, dict[str, int | None]]]]()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/luoc-do$", schema)]


@hookimpl
def extra_template_vars(datasette: Any) -> dict[str, Any]:
    """For database.html and query.html: Datasette 1.0 hands them less of metadata.yaml."""
    about = described(datasette.config_dir / "metadata.yaml")
    return {"tables_described": about.get("tables", {}), "questions": about.get("queries", {})}


async def schema(datasette: Any, request: Any) -> Response:
    about = described(datasette.config_dir / "metadata.yaml")

    def question(connection: Any) -> tuple[Catalogue, dict[str, int | None]]:
        found = catalogue(connection, about)
        return found, row_counts(connection, found.tables)

    known, counts = await ask(datasette, request, _remembered.setdefault(datasette, Remembered(question)))
    shown = [table for table in known.tables if not table.is_hidden]
    context = {
        "tables": [table for table in shown if not table.is_view],
        "views": [table for table in shown if table.is_view],
        "known_questions": known.questions,
        "counts": counts,
        "picture": relations_picture([table for table in shown if not table.is_view], language_of(request)),
    }
    return await page(datasette, request, "catalogue.html", context)
