"""An article made ready for reading: its text as HTML, in parts, with what it names linked and listed."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from archive.search import Matches
from archive.site.article.dossier import Dossier, Fact, plain
from archive.site.article.inline import Inline, Wrap
from archive.site.article.markup import Span, parts
from archive.site.language import Language
from archive.site.render import body_html

PART = 46_000  # bytes: what stands beside a text, and its links, take as much again
LINKED = 120  # in one part
MARKED = 300
NAMED = 30

Address = Callable[[dict[str, str]], str]  # of a search by fields of its form


@dataclass(frozen=True, slots=True)
class Named:
    """A document or a place, how often the text names it, and the search for all that do."""

    name: str
    kind: str
    times: int
    address: str


@dataclass(frozen=True, slots=True)
class Reading:
    """`matches` has how many matches of the search are in each part of the body, `marked` how many in all."""

    title: Markup
    lead: Markup
    body: Markup
    part: int
    matches: tuple[int, ...]
    marked: int
    documents: tuple[Named, ...]
    places: tuple[Named, ...]

    @property
    def parts(self) -> int:
        return len(self.matches)

    @property
    def shown_parts(self) -> list[int]:
        """Numbers for the links to parts: those around, those with matches nearby, and both ends."""
        around = {n for n in range(self.part - 3, self.part + 4) if 1 <= n <= self.parts}
        found = [n for n, count in enumerate(self.matches, 1) if count]
        return sorted({1, self.parts} | around | set(found[:10]))


def read(found: Dossier, matches: Matches, part: int, language: Language, address: Address) -> Reading:
    """The text of one part; the last one where there are fewer."""
    body = found.article["body"]
    spans = parts(body, size=PART)
    part = min(max(part, 1), len(spans))
    start, end = spans[part - 1]
    links = [fact for fact in found.facts if fact.field == "body" and start <= fact.start < end]
    starts = [match[0] for match in matches.body]
    first = bisect_left(starts, start)
    html = body_html(
        body, matches.body[first : first + MARKED], wraps(links[:LINKED], language, address), start, end
    )
    return Reading(
        title=_field(found, "title", matches.title, 600, ()),
        lead=_field(found, "lead", matches.lead, 3_000, _lead_links(found, language, address)),
        body=Markup(html),
        part=part,
        matches=tuple(bisect_left(starts, high) - bisect_left(starts, low) for low, high in spans),
        marked=len(matches.title) + len(matches.lead) + len(starts),
        documents=named(found.facts, "document", address),
        places=named(found.facts, "place", address),
    )


def wraps(facts: Iterable[Fact], language: Language, address: Address) -> list[Wrap]:
    return [Wrap(fact.start, fact.end, _opening(fact, language, address), "</a>") for fact in facts]


def named(facts: Iterable[Fact], search: str, address: Address) -> tuple[Named, ...]:
    """What the text names, most often first."""
    of: dict[int | str, list[Fact]] = {}
    for fact in facts:
        if fact.search == search:
            of.setdefault(fact.id, []).append(fact)
    most = sorted(of.values(), key=len, reverse=True)[:NAMED]
    return tuple(
        Named(
            plain(same[0].name, 120) or "",
            plain(same[0].kind, 60) or "",
            len(same),
            address({search: str(same[0].id)}),
        )
        for same in most
    )


def _lead_links(found: Dossier, language: Language, address: Address) -> list[Wrap]:
    return wraps([fact for fact in found.facts if fact.field == "lead"][:LINKED], language, address)


def _field(found: Dossier, name: str, marks: Iterable[Span], longest: int, links: Iterable[Wrap]) -> Markup:
    text = plain(found.article[name], longest) or ""
    return Markup(Inline(text, list(marks)[:MARKED], links).html(0, len(text)))


def _opening(fact: Fact, language: Language, address: Address) -> str:
    what = {"document": ("Văn bản", "Document"), "place": ("Địa danh", "Place")}[fact.search]
    title = plain(f"{language.text(*what)}: {fact.kind} {fact.name}") or ""
    search = address({fact.search: str(fact.id)})
    return f'<a class="fact" href="{escape(search)}" title="{escape(title)}">'
