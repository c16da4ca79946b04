"""Whom an article credits: `Theo danviet.vn`, `(Theo Báo Bắc Kạn)`, `Nguồn: TTXVN`, `PV/VOV`.

Read in the field that the page has for it, in the byline, and in the last lines of the body. There a line
counts that is nothing but a credit; `Theo` alone begins many a sentence, so what follows it must be an outlet
that is known, a domain, or name itself a newspaper, a portal or a station.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.copies.outlets import has_domain, known_outlet, outlet

LINES = 3  # of a body, from its end
LONGEST = 120  # characters of such a line

_MEDIUM = re.compile(
    r"(?:báo(?! cáo| hiệu| động)|tạp chí|thời báo|cổng (?:ttđt|thông tin|tin)"
    r"|trang (?:ttđt|thông tin|tin|web)|đài (?:ptth|pt|ttth|th|phát thanh|truyền|tiếng)"
    r"|thông tấn|website|bản tin)\b",
    re.IGNORECASE,
)
_EDGES = " \t\"'“”‘’*_[].,;:-–—/"
_INTRODUCED = re.compile(
    r"[\s(\[“\"*_-]{0,5}(?P<how>Theo|Nguồn tin|Nguồn|Tin)\b\s{0,3}(?P<colon>:?)\s{0,3}(?P<who>[^\n]+)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(
    r"\(\s{0,2}(?P<how>Theo|Nguồn tin|Nguồn)\b\s{0,2}(?P<colon>:?)\s{0,2}(?P<who>[^()\n]{2,80})\)"
    r"(?=[\s./]{0,6}$)",
    re.IGNORECASE,
)
_LEADING = re.compile(r"(?:Theo|Nguồn tin|Nguồn)\b\s{0,3}:?\s{0,3}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Credit:
    """`start` and `end` are characters of the field: `source`, `author` or `body`. `domain` is None where it
    is neither written nor known."""

    field: str
    start: int
    end: int
    text: str
    outlet: str
    domain: str | None


def credits_of(source: str | None, author: str | None, body: str) -> tuple[Credit, ...]:
    """Empty where the article credits nobody."""
    return (*_of_source(source or ""), *_of_author(author or ""), *_of_body(body))


def _of_source(source: str) -> Iterator[Credit]:
    start = len(source) - len(source.lstrip())
    written = source.strip()
    who = _LEADING.sub("", written, count=1)
    if any(map(str.isalnum, who)):
        yield _credit("source", start, written, who)


def _of_author(author: str) -> Iterator[Credit]:
    if len(author) <= LONGEST:
        yield from _of_line("author", 0, author)


def _of_body(body: str) -> Iterator[Credit]:
    end = len(body)
    for _ in range(LINES):
        end = len(body[:end].rstrip()) if body[max(0, end - 1) : end].isspace() else end
        start = body.rfind("\n", 0, end) + 1
        found = next(_of_line("body", start, body[start:end]), None)
        if found:
            yield found
            return
        if not start:
            return
        end = start


def _of_line(field: str, start: int, line: str) -> Iterator[Credit]:
    tail = max(0, len(line) - LONGEST)
    found = _BRACKETS.search(line, tail)
    if found and _is_credit(found):
        begin = found.start("how")
        yield _credit(field, start + begin, line[begin : found.end("who")].rstrip(), found["who"])
        return
    if tail:
        return
    found = _INTRODUCED.match(line)
    if found and _is_credit(found):
        begin = found.start("how")
        yield _credit(field, start + begin, line[begin:].rstrip(' \t)]”"*_'), found["who"])
        return
    last = line.rpartition("/")[2] if "/" in line else line
    for written in (line, last, line.rpartition("(")[2]):
        name = written.strip(_EDGES + "()")
        if name and known_outlet(name):
            yield _credit(field, start + line.rindex(name), name, name)
            return


def _is_credit(found: re.Match[str]) -> bool:
    who = found["who"].strip(_EDGES + "()")
    if known_outlet(_last(who)) or has_domain(who) or _MEDIUM.match(who):
        return True
    return found["how"].lower().startswith("nguồn") and bool(found["colon"]) and 1 < len(who) <= 60


def _last(who: str) -> str:
    """`PV/VOV` is VOV's."""
    name = who.rpartition("/")[2].strip(_EDGES + "()")
    return name if not known_outlet(who) and known_outlet(name) else who


def _credit(field: str, start: int, text: str, who: str) -> Credit:
    one = outlet(_last(who.strip(_EDGES + "()")))
    return Credit(field, start, start + len(text), text, one.name, one.domain)
