"""Two versions of an article as one text, laid out as the article is, with what was removed and added."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from archive.diff import Difference, Edit, Piece, difference
from archive.site.article.inline import Inline, Wrap
from archive.site.article.markup import parts, runs
from archive.site.lookup import Row
from archive.site.render import laid_out
from archive.text import word_count

TAGS = {Edit.ADDED: ("<ins>", "</ins>"), Edit.REMOVED: ("<del>", "</del>")}
AROUND = 1  # blocks that did not change, shown before and after one that did
PAGE = 60_000  # bytes of HTML
FOLDED = 15_000  # characters that are sent though they are folded away
SHORT = 3_000  # characters of a title or lead
PIECE = 6_000  # bytes without the tags, which may take ten times as much where every other word changed


class Stretch(NamedTuple):
    """HTML of some blocks. `folded` of them did not change; where they are long, their HTML is left out."""

    html: Markup
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """`title` and `lead` are None where alike; `added` and `removed` count words. `coarse`: not compared word
    by word throughout, for it is too long."""

    title: Markup | None
    lead: Markup | None
    body: tuple[Stretch, ...]
    part: int
    parts: int
    added: int
    removed: int
    alike: bool
    coarse: bool


def compare(old: Row, new: Row, part: int, whole: bool) -> Comparison:
    """Of the titles, leads and bodies of two versions; `whole`: what did not change is not folded away."""
    texts = {name: difference(old[name] or "", new[name] or "") for name in ("title", "lead", "body")}
    pages = list(_pages(_stretches(_merged(texts["body"].pieces), whole)))
    part = min(max(part, 1), len(pages))
    return Comparison(
        title=_short(texts["title"]),
        lead=_short(texts["lead"]),
        body=tuple(pages[part - 1]),
        part=part,
        parts=len(pages),
        added=_words(texts.values(), Edit.ADDED),
        removed=_words(texts.values(), Edit.REMOVED),
        alike=old["sha256"] == new["sha256"],
        coarse=any(text.coarse for text in texts.values()),
    )


def _merged(pieces: Sequence[Piece]) -> Inline:
    """What was removed and what was added, each where it stood; white space alone is no change to show."""
    wraps, position = list[Wrap](), 0
    for piece in pieces:
        after = position + len(piece.text)
        if piece.edit is not Edit.SAME and piece.text.strip():
            wraps.append(Wrap(position, after, *TAGS[piece.edit]))
        position = after
    return Inline("".join(piece.text for piece in pieces), wraps=wraps)


def _stretches(merged: Inline, whole: bool) -> Iterator[Stretch]:
    """The blocks that changed and those around them, each one or a piece of it; the others together."""
    blocks = [(run[0].begin, run[-1].end) for run in runs(merged.text)]
    changed = [whole or merged.is_wrapped(*block) for block in blocks]
    near = [any(changed[max(0, n - AROUND) : n + AROUND + 1]) for n in range(len(blocks))]
    folded = sum(end - start for (start, end), shown in zip(blocks, near, strict=True) if not shown)
    for shown, group in groupby(zip(blocks, near, strict=True), key=lambda block: block[1]):
        places = [place for place, _ in group]
        if not shown:
            start, end = places[0][0], places[-1][1]
            html = laid_out(merged, start, end) if folded <= FOLDED else ""
            yield Stretch(Markup(html), len(places))
            continue
        for start, end in places:
            html = laid_out(merged, start, end)
            if len(html.encode(errors="replace")) <= PAGE:
                yield Stretch(Markup(html))
                continue
            for place in parts(merged.text, start, end, PIECE):
                yield Stretch(Markup(laid_out(merged, *place)))


def _pages(stretches: Iterator[Stretch]) -> Iterator[list[Stretch]]:
    page, taken = list[Stretch](), 0
    for stretch in stretches:
        size = len(stretch.html.encode(errors="replace")) + 8  # and what the page puts around it
        if page and taken + size > PAGE:
            yield page
            page, taken = [], 0
        page.append(stretch)
        taken += size
    yield page


def _short(changes: Difference) -> Markup | None:
    """A title or a lead, where it changed."""
    merged = _merged(changes.pieces)
    return Markup(merged.html(0, min(len(merged.text), SHORT))) if merged.wraps else None


def _words(texts: Iterable[Difference], edit: Edit) -> int:
    return sum(word_count(piece.text) for text in texts for piece in text.pieces if piece.edit is edit)
