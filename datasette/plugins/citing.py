"""An article's citation, and its text, as files to take away."""

from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl

from archive.site.article import cite, references
from archive.site.article.dossier import Dossier, dossier, long_values
from archive.site.asking import absolute, ask, page, whole_number
from archive.site.lookup import is_demonstration

FORMATS: dict[str, tuple[str, Callable[[cite.Citation, Dossier], str]]] = {
    "bib": ("application/x-bibtex", lambda cited, _: references.bibtex(cited)),
    "ris": ("application/x-research-info-systems", lambda cited, _: references.ris(cited)),
    "csl.json": ("application/vnd.citationstyles.csl+json", lambda cited, _: references.csl(cited)),
    "txt": ("text/plain", cite.text),
}


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    formats = "|".join(name.replace(".", r"\.") for name in FORMATS)
    return [(rf"^/bai/(?P<id>[0-9]{{1,16}})\.(?P<format>{formats})$", cited)]


async def cited(datasette: Any, request: Any) -> Response:
    """Of the newest version, or of that in `?v=`."""
    id, number = int(request.url_vars["id"]), whole_number(request.args.get("v"))

    def asked(connection: Any) -> tuple[Dossier | None, bool]:
        with long_values(connection):
            return dossier(connection, id, number), is_demonstration(connection)

    found, invented = await ask(datasette, request, asked)
    if found is None:
        return await page(datasette, request, "error.html", {"status": 404}, status=404)
    version = "" if found.newest else f"?v={number}"
    citation = cite.citation(found, absolute(datasette, request, f"/bai/{id}") + version, invented)
    name = request.url_vars["format"]
    kind, write = FORMATS[name]
    headers = (
        {} if name == "txt" else {"content-disposition": f'attachment; filename="{citation.key}.{name}"'}
    )
    return Response(write(citation, found), headers=headers, content_type=f"{kind}; charset=utf-8")
