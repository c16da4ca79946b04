"""Where matches are in a text: as SQLite marks them, as offsets, and around them what a page needs."""

import re
from collections.abc import Callable, Iterable, Iterator

from archive.search.model import Span
from archive.text import without_stroke

# Noncharacters, which no interchanged text holds: they mark matches on the way out of SQLite only.
OPEN, CLOSE, GAP = "\ufdd0", "\ufdd1", "\ufdd2"

_MARK = re.compile(f"([{OPEN}{CLOSE}])")
_MARKS = re.compile(f"[{OPEN}{CLOSE}]")
_EDGE = re.compile(f"([{OPEN}{CLOSE}{GAP}])")
# Punctuation beside a space parts sentences and clauses; without one it holds 125/KH-UBND together.
# A run of either is looked at from its begin alone, as it would be read again from each of its signs.
_APART = re.compile(r"(?:(?<!\s)\s++)?+(?<![^\w\s])[^\w\s]++\s+|(?<!\s)\s++[^\w\s]++")


def marked(
    text: str, spans: Iterable[Span], before: str, after: str, escape: Callable[[str], str] = str
) -> str:
    """The text with its matches between `before` and `after`, every piece of it through `escape`."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [escape(text[position:start]), before, escape(text[start:end]), after]
        position = end
    return "".join([*pieces, escape(text[position:])])


def unmarked(text: str) -> tuple[str, tuple[Span, ...]]:
    """Take SQLite's marks out of a text; return it with where they were."""
    pieces, spans, start, position = list[str](), list[Span](), 0, 0
    for piece in _MARK.split(text):
        if piece == OPEN:
            start = position
        elif piece == CLOSE:
            spans.append((start, position))
        else:
            pieces.append(piece)
            position += len(piece)
    plain = "".join(pieces)
    return plain, tuple(tidied(plain, spans))


def tidied(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Words are found one by one, and phrases across a full stop: join words, end matches with a clause."""
    for begin, end in _joined(text, spans):
        start = begin
        for apart in _APART.finditer(text[begin:end]):
            if start < begin + apart.start():
                yield start, begin + apart.start()
            start = begin + apart.end()
        if start < end:
            yield start, end


def restored(found: str, original: str) -> str:
    """Give a passage of the folded index, where đ is d, the letters of the text that it was cut from."""
    plain = _MARKS.sub("", found).strip(GAP)
    at = without_stroke(original).find(without_stroke(plain))
    if at < 0:
        return found
    pieces = list[str]()
    for piece in _EDGE.split(found):
        if piece in (OPEN, CLOSE, GAP):
            pieces.append(piece)
        else:
            pieces.append(original[at : at + len(piece)])
            at += len(piece)
    return "".join(pieces)


def _joined(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """Spans that overlap or that only blanks part, as one."""
    last: Span | None = None
    for start, end in spans:
        if last and (start <= last[1] or not text[last[1] : start].strip(" ")):
            last = last[0], max(end, last[1])
            continue
        if last:
            yield last
        last = start, end
    if last:
        yield last
