"""Two versions of an article compared word by word."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl

from archive.site.article.comparing import Comparison, compare
from archive.site.article.copied import pair
from archive.site.article.dossier import Listed, long_values, plain, text_of, versions
from archive.site.asking import ask, page, whole_number
from archive.site.lookup import Row, rows

MOST_CHOICES = 500  # versions in the form


@dataclass(frozen=True, slots=True)
class Compared:
    """`comparison` is None where the article has one version only."""

    article: Row
    versions: Listed
    old: Row | None
    new: Row | None
    comparison: Comparison | None


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    copied = r"^/bai/(?P<id>[0-9]{1,16})/so-voi/(?P<other>[0-9]{1,16})$"
    return [(r"^/bai/(?P<id>[0-9]{1,16})/so-sanh$", comparing), (copied, comparing_copies)]


async def comparing(datasette: Any, request: Any) -> Response:
    """Of the last two versions, where the address names none; `tat=1` shows what did not change as well."""
    id = int(request.url_vars["id"])
    old, new, part = (whole_number(request.args.get(name)) for name in ("cu", "moi", "phan"))
    whole = request.args.get("tat") == "1"

    def asked(connection: Any) -> Compared | None:
        with long_values(connection):
            return _compared(connection, id, old, new, part or 1, whole)

    found = await ask(datasette, request, asked)
    if found is None:
        return await page(datasette, request, "error.html", {"status": 404}, status=404)

    def address(**fields: Any) -> str:
        stated = {"cu": found.old and found.old["number"], "moi": found.new and found.new["number"]}
        stated |= {"tat": "1" if whole else None, **fields}
        query = urlencode({name: value for name, value in stated.items() if value})
        return f"{datasette.urls.path(f'/bai/{id}/so-sanh')}?{query}"

    context = {"found": found, "article": found.article, "whole": whole, "address": address, "plain": plain}
    return await page(datasette, request, "compare.html", context)


async def comparing_copies(datasette: Any, request: Any) -> Response:
    """Two articles of one story: what the second cut and added."""
    id, other = int(request.url_vars["id"]), int(request.url_vars["other"])
    part, whole = whole_number(request.args.get("phan")) or 1, request.args.get("tat") == "1"

    def asked(connection: Any) -> tuple[tuple[Row, Row], Comparison] | None:
        with long_values(connection):
            sides = pair(connection, id, other)
            return (sides, compare(*sides, part, whole)) if sides else None

    found = await ask(datasette, request, asked)
    if found is None:
        return await page(datasette, request, "error.html", {"status": 404}, status=404)

    def address(**fields: Any) -> str:
        query = urlencode({n: v for n, v in {"tat": "1" if whole else None, **fields}.items() if v})
        return f"{datasette.urls.path(f'/bai/{id}/so-voi/{other}')}{'?' if query else ''}{query}"

    context = {"sides": found[0], "comparison": found[1], "whole": whole, "address": address, "plain": plain}
    return await page(datasette, request, "copy.html", context)


def _compared(
    connection: Any, id: int, old: int | None, new: int | None, part: int, whole: bool
) -> Compared | None:
    """None where there is no such article, or no such version of it."""
    columns = "a.id, a.title, a.version, p.title as portal"
    articles = rows(
        connection,
        f"select {columns} from articles a left join portals p on p.id = a.portal where a.id = ?",
        id,
    )
    if not articles:
        return None
    article, known = articles[0], versions(connection, id, MOST_CHOICES)
    if not (old or new) and known.total < 2:
        return Compared(article, known, None, None, None)
    newer = new or article["version"]
    before, after = (text_of(connection, id, number) for number in (old or max(1, newer - 1), newer))
    if before is None or after is None:
        return None
    return Compared(article, known, before, after, compare(before, after, part, whole))
