"""Stored text, made ready for a page: every character escaped, no address that could run."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from archive.site.article.inline import Inline, Wrap
from archive.site.article.markup import Kind, Line, Span, cells, is_rule, runs

LISTED = 1_000  # characters: as much of a title or a passage as a list shows
_STAMP = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:T(?P<time>\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(?P<zone>Z?).*)?"
)
_SEPARATORS = str.maketrans(",.", ".,")


def body_html(
    body: str,
    marks: Iterable[Span] = (),
    wraps: Iterable[Wrap] = (),
    start: int = 0,
    end: int | None = None,
) -> str:
    """The body's marks (see `archive/site/article/markup.py`) as HTML, of the whole or from `start` to `end`.

    All else in it is text. `marks` and `wraps` lie over it. Headings start at <h2>, for the title is the
    page's <h1>.
    """
    return laid_out(Inline(body, marks, wraps), start, end)


def laid_out(body: Inline, start: int = 0, end: int | None = None) -> str:
    """As `body_html`, of a body with what lies over it."""
    return "\n".join(html for run in runs(body.text, start, end) for html in _element(run, body))


def highlighted(text: str, spans: Iterable[Span]) -> str:
    """A title or passage of a hit, its matches in <mark>; no more of it than a list has room for."""
    end = min(len(text), LISTED)
    return Inline(text, spans).html(0, end) + ("…" if end < len(text) else "")


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


def vietnamese_number(number: int | float) -> str:
    """`75.000.000.000`, `10,83`."""
    if isinstance(number, float):
        whole = number.is_integer() and abs(number) < 1e15
        return (f"{int(number):,}" if whole else f"{number:,}").translate(_SEPARATORS)
    return f"{number:,}".replace(",", ".")


def _element(run: list[Line], text: Inline) -> Iterator[str]:
    inner = (text.html(line.start, line.end) for line in run)
    match run[0].kind:
        case Kind.HEADING:
            level = max(2, run[0].level)
            yield f"<h{level}>{''.join(inner)}</h{level}>"
        case Kind.ITEM:
            yield f"<ul>{''.join(f'<li>{item}</li>' for item in inner)}</ul>"
        case Kind.ROW:
            yield _table(run, text)
        case Kind.TEXT:
            yield f"<p>{'<br>'.join(inner)}</p>"


def _table(run: list[Line], text: Inline) -> str:
    """The first of several rows heads the table, unless it is numbered like those below, or not the first:
    a long table may have begun in the part before."""
    rows = [cells(text.text, row) for row in run if not is_rule(text.text, row)]
    begins = not text.text.endswith("|\n", 0, run[0].begin)
    headed = begins and len(rows) > 1 and not text.text[slice(*rows[0][0])].rstrip(".").isdigit()
    html = []
    for number, row in enumerate(rows):
        cell = '<th scope="col">{}</th>' if headed and number == 0 else "<td>{}</td>"
        html.append(f"<tr>{''.join(cell.format(text.html(*place)) for place in row)}</tr>")
    region = '<div class="scroll" role="region" aria-label="Bảng · Table" tabindex="0">'
    return f"{region}<table>{''.join(html)}</table></div>"
