"""The page of an article."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl
from markupsafe import Markup

from archive.errors import QueryError
from archive.search import Matches, matches
from archive.site.article import cite
from archive.site.article.copied import Copies, copies
from archive.site.article.dossier import Dossier, dossier, long_values, plain
from archive.site.article.nearby import Nearby, nearby
from archive.site.article.reading import Reading, read
from archive.site.asking import absolute, ask, page, whole_number
from archive.site.language import language_of
from archive.site.lookup import is_demonstration


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; `version` is None for the newest."""

    id: int
    version: int | None
    part: int
    words: str

    @classmethod
    def of(cls, request: Any) -> "Wanted":
        version, part = (whole_number(request.args.get(name)) for name in ("v", "phan"))
        return cls(int(request.url_vars["id"]), version, part or 1, request.args.get("q") or "")


@dataclass(frozen=True, slots=True)
class Shown:
    dossier: Dossier
    reading: Reading
    nearby: Nearby
    copies: Copies | None
    invented: bool


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/bai/(?P<id>[0-9]{1,16})$", article)]


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Markup | None:
    """In the table of articles, a title leads to the page for reading."""
    if table != "articles" or column != "title" or "id" not in row.keys():  # noqa: SIM118  # sqlite3.Row
        return None
    return Markup('<a href="{}">{}</a>').format(datasette.urls.path(f"/bai/{row['id']}"), value)


async def article(datasette: Any, request: Any) -> Response:
    wanted, language = Wanted.of(request), language_of(request)
    front = datasette.urls.path("/")

    def search(fields: dict[str, str]) -> str:
        return f"{front}?{urlencode(fields)}"

    def leads(thing: str, id: str) -> str:
        """A person has a page, with offices and years; of a document or a place one looks for articles."""
        return datasette.urls.path(f"/archive/people/{id}") if thing == "person" else search({thing: id})

    def read_with(found: Dossier, marks: Matches) -> Reading:
        return read(
            found, marks, wanted.part, language, leads, lambda n: _address(datasette, wanted, {"phan": n})
        )

    shown = await ask(datasette, request, lambda connection: _shown(connection, wanted, read_with))
    if shown is None:
        return await page(datasette, request, "error.html", {"status": 404}, status=404)
    own = absolute(datasette, request, f"/bai/{wanted.id}")
    version = "" if shown.dossier.newest else f"?v={wanted.version}"
    cited = cite.citation(shown.dossier, f"{own}{version}", shown.invented)
    context = {
        "shown": shown,
        "wanted": wanted,
        "canonical": own,
        "version": version,
        "cited": cited,
        "footnote": cite.footnote(cited),
        "head": cite.head(cited),
        "search": search,
        "address": lambda **fields: _address(datasette, wanted, fields),
        "plain": plain,
    }
    return await page(datasette, request, "article.html", context)


def _shown(connection: Any, wanted: Wanted, read_with: Callable[[Dossier, Matches], Reading]) -> Shown | None:
    """All of it in the thread that asks: to lay out a text of megabytes takes longer than to fetch it."""
    with long_values(connection):
        found = dossier(connection, wanted.id, wanted.version)
        if found is None:
            return None
        near, invented = nearby(connection, found.article), is_demonstration(connection)
        story = copies(connection, wanted.id) if found.newest else None
        marks = Matches()
        if wanted.words and found.newest:
            with suppress(
                QueryError
            ):  # words that no search would take mark nothing, nor do those that take long
                marks = matches(connection, wanted.words, wanted.id)
        return Shown(found, read_with(found, marks), near, story, invented)


def _address(datasette: Any, wanted: Wanted, fields: dict[str, Any]) -> str:
    """This page with other fields; those that are empty are left out."""
    stated = {"v": wanted.version, "q": wanted.words, **fields}
    query = urlencode({name: value for name, value in stated.items() if value})
    return f"{datasette.urls.path(f'/bai/{wanted.id}')}{'?' if query else ''}{query}"
