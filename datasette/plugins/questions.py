"""What the named queries of metadata.yaml need: functions of SQL, and links in what they answer."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from markupsafe import Markup

from archive.site.asking import ask
from archive.site.lookup import portals
from archive.text import fold, tokens

# By the column that holds an id: the column that is shown as a link, and where it leads.
LINKS = {
    "article": ("title", "/bai/{}"),
    "document": ("number", "/archive/documents/{}"),
    "place": ("name", "/archive/places/{}"),
    "person": ("name", "/archive/people/{}"),
    "capture": ("captured_at", "/ban-luu/{}"),
}


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    conn.create_function("fold", 1, _folded, deterministic=True)
    conn.create_function("words_added", 2, words_added, deterministic=True)


@hookimpl
def extra_template_vars(datasette: Any, request: Any) -> dict[str, Callable[[], Any]]:
    """The portals, for the forms that ask for one: only a template that calls this asks for them."""
    return {"known_portals": partial(ask, datasette, request, portals)}


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Markup | None:
    """In the answer to a query, titles lead to their articles, and numbers and names to all about them."""
    if table is not None or value is None:
        return None
    for key, (shown, address) in LINKS.items():
        if column == shown and key in row.keys():  # noqa: SIM118  # sqlite3.Row
            return Markup('<a href="{}">{}</a>').format(datasette.urls.path(address.format(row[key])), value)
    return None


def words_added(old: str | None, new: str | None) -> int:
    """How many words of the new text the old one has not, wherever they stand."""
    return (Counter(tokens(new or "")) - Counter(tokens(old or ""))).total()


def _folded(text: str | None) -> str | None:
    return None if text is None else fold(str(text))
