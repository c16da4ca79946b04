"""Stored text, made ready for a page: every character escaped, no address that could run."""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from urllib.parse import urlsplit

from archive.search import Span, marked

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_RULE = re.compile(r"\|?[\s:|-]*-[\s:|-]*\|?")
_STAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:T(?P<time>\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(?P<zone>Z?).*)?"
)


def body_html(body: str) -> str:
    """The body's Markdown-like marks as HTML; all else in it is text.

    Blank lines part blocks; `## ` begins a heading, `- ` an item, `| a | b |` is a row. Headings start at
    <h2>, for the title is the page's <h1>.
    """
    blocks = (block for block in re.split(r"\n\s*\n", body) if block.strip())
    return "\n".join(html for block in blocks for html in _block(block.strip().split("\n")))


def highlighted(text: str, spans: tuple[Span, ...]) -> str:
    """A title or snippet of a search hit, with its matches in <mark>."""
    return marked(text, spans, "<mark>", "</mark>", escape)


def web_address(url: str | None) -> str | None:
    """The address where a reader may be sent there: http and https only, else None."""
    try:
        parts = urlsplit(url or "")
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def short_address(url: str, longest: int = 120) -> str:
    """An address for the small print: of a long path the end, which tells stories of one title apart."""
    address = re.sub(r"^https?://(www\.)?", "", url)
    if len(address) <= longest:
        return address
    host, _, path = address.partition("/")
    return f"{host}/…{path[-max(longest - len(host), 40) :]}"


def vietnamese_date(stamp: str | None) -> str:
    """`2023-03-13T15:40:00+07:00` as `13/03/2023 15:40`; times of capture keep their UTC."""
    match = _STAMP.fullmatch(stamp or "")
    if not match:
        return stamp or ""
    day = f"{match['day']}/{match['month']}/{match['year']}"
    return " ".join(filter(None, (day, match["time"], "UTC" if match["zone"] else "")))


def vietnamese_number(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _block(lines: list[str]) -> Iterator[str]:
    for kind, group in groupby(lines, key=_kind):
        run = list(group)
        if kind == "heading":
            for line in run:
                marks, text = _HEADING.fullmatch(line.strip()).groups()  # type: ignore[union-attr]  # by _kind
                level = max(2, len(marks))
                yield f"<h{level}>{escape(text)}</h{level}>"
        elif kind == "item":
            items = "".join(f"<li>{escape(line.strip()[2:])}</li>" for line in run)
            yield f"<ul>{items}</ul>"
        elif kind == "row":
            yield _table(run)
        else:
            yield f"<p>{'<br>'.join(map(escape, run))}</p>"


def _kind(line: str) -> str:
    line = line.strip()
    if _HEADING.fullmatch(line):
        return "heading"
    if line.startswith("- "):
        return "item"
    return "row" if len(line) > 1 and line.startswith("|") and line.endswith("|") else "text"


def _table(lines: list[str]) -> str:
    """The first of several rows heads the table, unless it is numbered like those below."""
    rows = [
        [escape(cell.strip()) for cell in line.strip()[1:-1].split("|")]
        for line in lines
        if not _RULE.fullmatch(line.strip())
    ]
    headed = len(rows) > 1 and not rows[0][0].rstrip(".").isdigit()
    html = []
    for number, cells in enumerate(rows):
        cell = '<th scope="col">{}</th>' if headed and number == 0 else "<td>{}</td>"
        html.append(f"<tr>{''.join(map(cell.format, cells))}</tr>")
    region = '<div class="scroll" role="region" aria-label="Bảng · Table" tabindex="0">'
    return f"{region}<table>{''.join(html)}</table></div>"
