"""Where what a text says is marked in it: links and anchors laid over its fields, and their addresses."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from archive.site.article.inline import Wrap, apart
from archive.site.article.markup import Span
from archive.site.article.said import Fact, Figure, Said, Standard
from archive.site.language import Language

LINKED = 120  # in one part of the text
SHORT = 300  # characters of a title, as a tooltip has it
KINDS = {"document": ("Văn bản", "Document"), "place": ("Địa danh", "Place"), "person": ("Người", "Person")}

Leads = Callable[[str, str], str]  # to a document, place or person: its kind and its id


@dataclass(frozen=True, slots=True)
class Anchors:
    """`of` are the marks of each field, in order and apart; `parts` where the parts of the body lie."""

    of: dict[str, list[Wrap]]
    parts: Sequence[Span]

    def within(self, field: str, start: int = 0, end: int | None = None) -> list[Wrap]:
        """Those of a stretch that are shown."""
        marks = self.of.get(field, [])
        return [mark for mark in marks if start <= mark.start and (end is None or mark.start < end)][:LINKED]

    def address(self, one: Fact | Figure | Standard, part: Callable[[int], str]) -> str | None:
        """Of the mark that lies over it; `part` is the address of a part. None where none is shown."""
        if one.field == "author":
            return "#author"
        marks = self.of.get(one.field, [])
        at = bisect_right(marks, one.start, key=lambda mark: mark.start) - 1
        at += at < 0 or marks[at].end <= one.start
        if at >= len(marks) or marks[at].start >= one.end:
            return None
        if one.field != "body":
            return f"#{_id(one.field, marks[at].start)}"
        number = bisect_right(self.parts, marks[at].start, key=lambda span: span[0])
        if marks[at] not in self.within("body", *self.parts[number - 1]):
            return None
        return f"{part(number)}#{_id('body', marks[at].start)}"


def anchors(said: Said, parts: Sequence[Span], language: Language, leads: Leads) -> Anchors:
    """Of two that overlap the first stays; what leads nowhere (a figure) is an anchor all the same."""
    found: dict[str, list[Wrap]] = {}
    for fact in said.facts:
        found.setdefault(fact.field, []).append(_link(fact, language, leads))
    told: list[Figure | Standard] = [*said.figures, *said.standards]
    for one in told:
        found.setdefault(one.field, []).append(_anchor(one))
    return Anchors({field: list(apart(wraps)) for field, wraps in found.items()}, parts)


def plainly(wraps: Iterable[Wrap], field: str) -> list[Wrap]:
    """Anchors in the place of links: what they stand in is a link already, or a heading."""
    return [Wrap(w.start, w.end, f'<span id="{_id(field, w.start)}">', "</span>") for w in wraps]


def _link(fact: Fact, language: Language, leads: Leads) -> Wrap:
    told = f"{language.text(*KINDS[fact.thing])}: {_described(fact)}"
    title = told if len(told) <= SHORT else f"{told[:SHORT]}…"
    opening = (
        f'<a class="fact" href="{escape(leads(fact.thing, str(fact.id)))}" title="{escape(title)}" '
        f'id="{_id(fact.field, fact.start)}">'
    )
    return Wrap(fact.start, fact.end, opening, "</a>")


def _described(fact: Fact) -> str:
    if fact.thing == "person":
        return ", ".join(filter(None, (fact.name, fact.kind)))
    return f"{fact.kind} {fact.name}"


def _anchor(one: Figure | Standard) -> Wrap:
    return Wrap(one.start, one.end, f'<span class="said" id="{_id(one.field, one.start)}">', "</span>")


def _id(field: str, start: int) -> str:
    return f"{field.replace(':', '-')}-{start}"
