"""From a request to the archive, and from what it answers to a page."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from datasette import Response

from archive.site.options import DATABASE

T = TypeVar("T")

STEPS = 20_000  # of SQLite's machine, some 2 ms
LONGEST_ROW = 64_000_000  # bytes, of an article with all its fields


async def ask(
    datasette: Any, request: Any, question: Callable[[sqlite3.Connection], T], share: float = 1
) -> T:
    """Run a function on the archive in Datasette's threads, within its permissions and time limit.

    `share`: of the time limit, for what a page can do without. Rows come as tuples.
    """
    await _ensure_permission(datasette, request.actor)
    limit = max(1, int(share * datasette.setting("sql_time_limit_ms")))

    def answer(connection: sqlite3.Connection) -> T:
        with _plain(connection), _within(connection, limit):
            return question(connection)

    found: T = await datasette.get_database(DATABASE).execute_fn(answer)
    return found


@contextmanager
def _within(connection: sqlite3.Connection, milliseconds: int) -> Iterator[None]:
    """As Datasette's `sqlite_timelimit`, which looks at the clock twenty times as often: each time threads
    wait for Python's lock, which takes a tenth of the processor's time where many ask at once.
    """
    deadline = time.perf_counter() + milliseconds / 1000
    connection.set_progress_handler(lambda: time.perf_counter() >= deadline, STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, STEPS)


@contextmanager
def _plain(connection: sqlite3.Connection) -> Iterator[None]:
    """Questions of ours take what they need and no more: weighing every text of theirs, as is done with
    readers' SQL (see plugins/limits.py), costs as much as a search itself.
    """
    weighing = connection.row_factory, connection.text_factory
    connection.row_factory, connection.text_factory = None, str
    # One article longer than readers may ask for must not take the pages with it that only list it.
    longest = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ROW)
    try:
        yield
    finally:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
        connection.row_factory, connection.text_factory = weighing


async def page(
    datasette: Any, request: Any, template: str, context: dict[str, Any], status: int = 200
) -> Response:
    html = await datasette.render_template(template, context, request=request, view_name="archive")
    return Response.html(html, status=status, headers={"vary": "Cookie"})


def absolute(datasette: Any, request: Any, path: str) -> str:
    """The whole address of one of our paths, as the reader's browser sees it."""
    address: str = datasette.absolute_url(request, datasette.urls.path(path))
    return address


def whole_number(text: str | None) -> int | None:
    """Of an address; None for what is no number, and for one so long that no archive has as many."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


async def _ensure_permission(datasette: Any, actor: Any) -> None:
    if hasattr(datasette, "ensure_permissions"):
        await datasette.ensure_permissions(actor, [("view-database", DATABASE), "view-instance"])
        return
    from datasette.resources import DatabaseResource  # Datasette 1.0

    archive = DatabaseResource(database=DATABASE)
    await datasette.ensure_permission(action="view-database", resource=archive, actor=actor)
