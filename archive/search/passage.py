"""The passage of a long article that matches, cut out here.

FTS5's snippet() takes time quadratic in the matches, and nothing interrupts it: with a page that repeats one
word for 100 KB it is busy for two seconds, for 400 KB half a minute.
"""

from collections.abc import Sequence

from archive.query import Query
from archive.search.marks import CLOSE, GAP, OPEN, marked
from archive.search.model import Span
from archive.search.words import places

LONG = 8_000  # characters of an article; up to here snippet() is the faster, and takes 50 ms at the very most
READ = 200_000  # characters that are looked through
PART = 20_000  # of them at a time
BEFORE, WIDTH = 60, 240  # characters that are shown before the first match, and of all


def in_whole(text: str, query: Query, exact: bool) -> str:
    """As highlight() gives it: for a title. Of one too long for any, the passage."""
    if len(text) > LONG:
        return passage(text, query, exact)
    return marked(text, places(text, query, exact), OPEN, CLOSE)


def passage(text: str, query: Query, exact: bool) -> str:
    """As snippet() gives it: with its matches between OPEN and CLOSE, and a GAP where more text is.

    The beginning where its first READ characters hold no match.
    """
    for begin in range(0, min(len(text), READ), PART):
        part = text[max(0, begin - WIDTH) : begin + PART + WIDTH]
        if begin:
            part = part.partition(" ")[2]  # the first word may be the end of one
        ends = begin + PART + WIDTH >= len(text)
        # What stands at the end of a part is seen with what follows it at the beginning of the next.
        if spans := [span for span in places(part, query, exact) if ends or span[0] < len(part) - WIDTH]:
            start, end = _best(part, spans)
            within = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
            cut = marked(part[start:end], within, OPEN, CLOSE)
            return f"{GAP if begin or start else ''}{cut}{'' if ends and end == len(part) else GAP}"
    return text[: _blank(text, WIDTH)] + (GAP if len(text) > WIDTH else "")


def _best(text: str, spans: Sequence[Span]) -> Span:
    """Where the most letters match within WIDTH of each other; the first of such places."""
    best, most, last, matched = 0, 0, 0, 0
    for start, end in spans:
        while last < len(spans) and spans[last][0] < start + WIDTH - BEFORE:
            matched += spans[last][1] - spans[last][0]
            last += 1
        if matched > most:
            best, most = start, matched
        matched -= end - start
    begin = max(0, best - BEFORE)
    if begin:
        begin = text.find(" ", begin, best) + 1 or best
    return begin, _blank(text, begin + WIDTH)


def _blank(text: str, end: int) -> int:
    """The last blank before this place, where one is near."""
    if end >= len(text):
        return len(text)
    found = text.rfind(" ", max(0, end - BEFORE), end)
    return end if found < 0 else found
