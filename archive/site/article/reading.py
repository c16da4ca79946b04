"""An article made ready for reading: its text as HTML, in parts, with what it says linked and listed."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markupsafe import Markup

from archive.search import Matches
from archive.site.article.anchors import Anchors, Leads, anchors, plainly
from archive.site.article.dossier import Dossier, plain
from archive.site.article.inline import Inline, Wrap
from archive.site.article.markup import Span, parts
from archive.site.article.said import Fact, Figure, Standard
from archive.site.language import Language
from archive.site.render import body_html

PART = 40_000  # bytes: what stands beside a text, and its links, take as much again
MARKED = 300
NAMED = 30
COUNTED = 60  # figures; the table has the others

Part = Callable[[int], str]  # the address of a part of this article, empty of the one that is shown


@dataclass(frozen=True, slots=True)
class Named:
    """A document, a place or a person: how often the text names it, where first, and where it leads."""

    name: str
    kind: str
    times: int
    address: str
    where: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A figure or a standard that was met, and where the text says so."""

    one: Figure | Standard
    where: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """`matches` has how many matches of the search are in each part of the body, `marked` how many in all;
    `captions` are those of images by their position."""

    title: Markup
    lead: Markup
    body: Markup
    captions: dict[int, Markup]
    part: int
    matches: tuple[int, ...]
    marked: int
    documents: tuple[Named, ...]
    places: tuple[Named, ...]
    people: tuple[Named, ...]
    figures: tuple[Told, ...]
    standards: tuple[Told, ...]

    @property
    def parts(self) -> int:
        return len(self.matches)

    @property
    def shown_parts(self) -> list[int]:
        """Numbers for the links to parts: those around, those with matches nearby, and both ends."""
        around = {n for n in range(self.part - 3, self.part + 4) if 1 <= n <= self.parts}
        found = [n for n, count in enumerate(self.matches, 1) if count]
        return sorted({1, self.parts} | around | set(found[:10]))


def read(
    found: Dossier, matches: Matches, part: int, language: Language, leads: Leads, address: Part
) -> Reading:
    """The text of one part; the last one where there are fewer. `address` is that of each part."""
    body = found.article["body"]
    spans = parts(body, size=PART)
    part = min(max(part, 1), len(spans))
    start, end = spans[part - 1]
    starts = [match[0] for match in matches.body]
    first = bisect_left(starts, start)
    marks = anchors(found.said, spans, language, leads)

    def other(number: int) -> str:
        return "" if number == part else address(number)

    def named(thing: str) -> tuple[Named, ...]:
        return _named(found.said.facts, thing, leads, lambda fact: marks.address(fact, other))

    shown = marks.within("body", start, end)
    return Reading(
        title=_field(found, "title", matches.title, 600, plainly(marks.within("title"), "title")),
        lead=_field(found, "lead", matches.lead, 3_000, marks.within("lead")),
        body=Markup(body_html(body, matches.body[first : first + MARKED], shown, start, end)),
        captions=_captions(found, marks),
        part=part,
        matches=tuple(bisect_left(starts, high) - bisect_left(starts, low) for low, high in spans),
        marked=len(matches.title) + len(matches.lead) + len(starts),
        documents=named("document"),
        places=named("place"),
        people=named("person"),
        figures=tuple(Told(one, marks.address(one, other)) for one in found.said.figures[:COUNTED]),
        standards=tuple(Told(one, marks.address(one, other)) for one in _once(found.said.standards)),
    )


def _named(
    facts: Iterable[Fact], thing: str, leads: Leads, where: Callable[[Fact], str | None]
) -> tuple[Named, ...]:
    """What the text names, most often first; of a person the first office that is told."""
    of: dict[int | str, list[Fact]] = {}
    for fact in facts:
        if fact.thing == thing:
            of.setdefault(fact.id, []).append(fact)
    most = sorted(of.values(), key=len, reverse=True)[:NAMED]
    return tuple(
        Named(
            plain(same[0].name, 120) or "",
            plain(next((fact.kind for fact in same if fact.kind), ""), 120) or "",
            len(same),
            leads(thing, str(same[0].id)),
            where(same[0]),
        )
        for same in most
    )


def _once(standards: Iterable[Standard]) -> list[Standard]:
    """Each place with a standard and a year once, however often that is told."""
    known = {(one.place, one.standard, one.year): one for one in reversed(list(standards))}
    return sorted(known.values(), key=lambda one: (one.standard, one.year or 0, one.name))[:COUNTED]


def _captions(found: Dossier, marks: Anchors) -> dict[int, Markup]:
    """With links; only anchors where the caption itself is the link to an image that is not held."""
    html: dict[int, Markup] = {}
    for image in found.images.rows:
        field = f"caption:{image['position']}"
        if not (text := plain(image["caption"])):
            continue
        links = marks.within(field) if image["held"] else plainly(marks.within(field), field)
        html[image["position"]] = Markup(Inline(text, (), links).html(0, len(text)))
    return html


def _field(found: Dossier, name: str, marks: Iterable[Span], longest: int, links: Iterable[Wrap]) -> Markup:
    text = plain(found.article[name], longest) or ""
    return Markup(Inline(text, list(marks)[:MARKED], links).html(0, len(text)))
