"""What stands on the row pages of documents, places and people: who told of them, when and where."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette import hookimpl
from markupsafe import Markup

from archive.site.asking import ask
from archive.site.charts import timeline_chart
from archive.site.language import Language, language_of
from archive.site.things import TABLES, Thing, thing


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing, with the chart of its years and the addresses of searches for its articles."""

    thing: Thing
    search: Callable[..., str]
    language: Language

    @property
    def title(self) -> str:
        """A document with its kind, as people speak of it: Quyết định 812/QĐ-UBND."""
        kind = self.thing.known["kind"] if self.thing.kind == "document" else None
        return f"{kind[:1].upper()}{kind[1:]} {self.thing.name}" if kind else self.thing.name

    @property
    def beside(self) -> str | None:
        """What tells a person or a commune from another of the name."""
        if self.thing.kind == "place" and (district := self.thing.known["district"]):
            return f"({district})"
        return self.thing.known.get("affiliation")

    @property
    def chart(self) -> Markup:
        bars = self.thing.years
        return timeline_chart(bars, self._between, self.language) if len(bars) > 1 else Markup("")

    def _between(self, since: str, until: str) -> str:
        return self.search(**{"from": since, "to": until})


@hookimpl
def extra_template_vars(
    datasette: Any, request: Any, table: str | None, view_name: str
) -> dict[str, Callable[[], Awaitable[Shown | None]]]:
    if view_name != "row" or table not in TABLES:
        return {}
    asked: list[Shown | None] = []

    async def once() -> Shown | None:
        """The template asks twice: for the title and for the page."""
        if not asked:
            asked.append(await shown(datasette, request, table))
        return asked[0]

    return {"thing_shown": once}


async def shown(datasette: Any, request: Any, table: str) -> Shown | None:
    id = request.url_vars["pks"]
    found = await ask(datasette, request, lambda connection: thing(connection, table, id))
    if found is None:
        return None

    def search(**fields: str) -> str:
        return f"{datasette.urls.path('/')}?{urlencode({found.kind: found.id, **fields})}"

    return Shown(found, search, language_of(request))
