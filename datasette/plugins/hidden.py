"""What strangers need not see: Datasette's pages of its settings, paths, versions, plugins and threads."""

from collections.abc import Callable
from typing import Any

from datasette import NotFound, hookimpl

from archive.site.options import site_of


@hookimpl(tryfirst=True)  # the first route that fits is taken
def register_routes(datasette: Any) -> list[tuple[str, Callable[..., Any]]]:
    if not site_of(datasette).public:
        return []
    return [(r"^/-(/(?!static(-plugins)?/).*)?$", nothing), (r"^/(:memory:|_memory|_internal).*$", nothing)]


async def nothing() -> None:
    raise NotFound("Page not found")
