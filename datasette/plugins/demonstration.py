"""Tells on every page where the archive holds the demo's invented articles."""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl

from archive.site.lookup import is_demonstration


@hookimpl
def extra_template_vars(datasette: Any) -> Callable[[], Awaitable[dict[str, bool]]]:
    async def tell() -> dict[str, bool]:
        try:
            return {"demonstration": await datasette.get_database("archive").execute_fn(is_demonstration)}
        except sqlite3.Error:  # the page to be shown may be the one that says so
            return {"demonstration": False}

    return tell
