"""Numbers of the figures as Vietnamese write them, on pages only: CSV and JSON keep what is stored."""

from typing import Any

from datasette import hookimpl
from markupsafe import Markup

from archive.site.render import vietnamese_number

# The columns of tables and of the answers to named queries that hold amounts; a year is none.
AMOUNTS = {"value", "total", "largest", "articles", "words", "figures"}


@hookimpl
def render_cell(value: Any, column: str) -> Markup | None:
    if column not in AMOUNTS or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Markup(vietnamese_number(value))
