"""The reader's choice of language: what templates say things with, and the page that takes the choice."""

from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl

from archive.site.language import COOKIE, Language, language_of, words

YEAR = 365 * 24 * 3600  # seconds


@hookimpl
def extra_template_vars(request: Any) -> dict[str, Any]:
    return words(language_of(request))


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/ngon-ngu$", choose)]


async def choose(datasette: Any, request: Any) -> Response:
    """Keep the choice in a cookie, and lead back to the page that it was made on."""
    wanted = request.args.get("lang") or ""
    response = Response.redirect(_own(datasette, request.args.get("back") or ""))
    if wanted in set(Language):
        path = datasette.setting("base_url")
        response.set_cookie(COOKIE, wanted, max_age=YEAR, path=path, samesite="lax", httponly=True)
    return response


def _own(datasette: Any, address: str) -> str:
    """An address of our own only: whoever makes a link to this page must not lead readers elsewhere."""
    front: str = datasette.urls.path("/")
    elsewhere = address.replace("\\", "/").startswith("//")
    return address if address.startswith(front) and address.isprintable() and not elsewhere else front
