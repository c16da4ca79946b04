"""A page as a flat run of blocks: paragraphs, headings, list items, data tables and images, in order.

Vietnamese portals write paragraphs as `<p>`, leaf `<div>`, `<br><br>`, `<font>` or cells of a layout
table, often mixed in one article. trafilatura drops `<div>` paragraphs that stand beside `<p>` ones
(its main_extractor looks for `//p//text()` and stops), so the markup is evened out here first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml.html import HtmlElement

from archive.text import normalise, one_line

BlockKind = Literal["p", "h", "li", "table", "img"]

SKIPPED = frozenset(
    """script style noscript template svg iframe object embed select option textarea input button head map
    video audio""".split()
)
INLINE = frozenset(
    """a abbr acronym b bdo big cite code data em font i ins kbd label mark nobr q s samp small span strike
    strong sub sup time tt u var wbr o:p st1:place st1:city""".split()
)
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:ms-hidden|ms-accessible|ms-hide|hidden|sr-only|s4-notdlg)(?:\s|$)")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_ALIGN = re.compile(r"text-align\s*:\s*(\w+)", re.I)
_SENTENCE_END = re.compile(r"[.:;!?…”\"’)\]]$")
_NEW_LINE = re.compile(r"^(?:[-–+•*●▪]\s|\d+[.)]\s|[A-ZÀ-ỸĐ“\"(])")


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `text` is normalised, on one line (a table: a line a row, cells joined by ` | `).

    `bold`, `italic` and `linked` are the shares, 0 to 1, of its letters that are so; `align` is the
    nearest stated alignment; `element` is where it came from; `src` is an image's address.
    """

    kind: BlockKind
    text: str
    element: HtmlElement
    level: int = 0
    bold: float = 0.0
    italic: float = 0.0
    linked: float = 0.0
    align: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    src: str = ""
    in_table: bool = False

    @property
    def words(self) -> int:
        return len(self.text.split())


def blocks(root: HtmlElement) -> list[Block]:
    """The blocks of an element, in reading order. The tree is left as it is."""
    return list(_Flattener().walk(root, _Style()))


@dataclass(frozen=True, slots=True)
class _Style:
    bold: bool = False
    italic: bool = False
    linked: bool = False
    align: str = ""
    in_table: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    style: _Style


_BREAK = "\x00"  # stands for <br> among the pieces of a run


class _Flattener:
    """Collects inline text into a run, and cuts the run into blocks at every block-level boundary."""

    def __init__(self) -> None:
        self.run: list[_Piece] = []

    def walk(self, element: HtmlElement, style: _Style) -> Iterator[Block]:
        tag = element.tag
        if not isinstance(tag, str) or tag in SKIPPED or _is_hidden(element):
            return
        style = _restyle(style, element, tag)
        if tag == "br":
            self.run.append(_Piece(_BREAK, style))
        elif tag == "img":
            yield from self.flush(element, style)
            yield from _image(element, style)
        elif tag == "table" and (rows := data_rows(element)):
            yield from self.flush(_parent(element), style)
            yield Block("table", "\n".join(" | ".join(row) for row in rows), element, rows=rows)
        elif tag in INLINE and not _holds_blocks(element):
            yield from self.children(element, style)
        else:
            yield from self.flush(_parent(element), style)
            yield from self.children(element, style)
            yield from self.flush(element, style)

    def children(self, element: HtmlElement, style: _Style) -> Iterator[Block]:
        if element.text:
            self.run.append(_Piece(element.text, style))
        for child in element:
            yield from self.walk(child, style)
            if child.tail:
                self.run.append(_Piece(child.tail, style))

    def flush(self, element: HtmlElement, style: _Style) -> Iterator[Block]:
        """Turn the run collected so far into paragraphs, headings or list items of `element`."""
        run, self.run = self.run, []
        kind, level = _kind_of(element)
        for line in _lines(run):
            text = one_line("".join(piece.text for piece in line))
            if not text:
                continue
            letters = sum(len(piece.text.strip()) for piece in line) or 1
            yield Block(
                kind,
                text,
                element,
                level,
                bold=sum(len(p.text.strip()) for p in line if p.style.bold) / letters,
                italic=sum(len(p.text.strip()) for p in line if p.style.italic) / letters,
                linked=sum(len(p.text.strip()) for p in line if p.style.linked) / letters,
                align=next((p.style.align for p in line if p.text.strip()), ""),
                in_table=style.in_table,
            )


def _lines(run: list[_Piece]) -> Iterator[list[_Piece]]:
    """Cut a run at `<br><br>`, and at a single `<br>` where a sentence ends and another begins."""
    line: list[_Piece] = []
    breaks = 0
    for piece in run:
        if piece.text == _BREAK:
            breaks += 1
        elif not piece.text.strip("\u00a0\u200b \t\r\n"):
            line.append(piece)
        else:
            if breaks > 1 or (breaks and _new_line(line, piece)):
                yield line
                line = []
            elif breaks:
                line.append(_Piece(" ", piece.style))
            breaks = 0
            line.append(piece)
    yield line


def _new_line(line: list[_Piece], after: _Piece) -> bool:
    before = normalise("".join(piece.text for piece in line))
    return bool(_SENTENCE_END.search(before) and _NEW_LINE.match(normalise(after.text)))


def _kind_of(element: HtmlElement) -> tuple[BlockKind, int]:
    tag = element.tag
    for ancestor in (element, *element.iterancestors()):
        tag = ancestor.tag
        if tag in HEADINGS:
            return "h", int(str(tag)[1])
        if tag == "li":
            return "li", 0
        if tag not in INLINE and tag not in ("p", "div"):
            break
    return "p", 0


def _restyle(style: _Style, element: HtmlElement, tag: str) -> _Style:
    css = element.get("style") or ""
    align = element.get("align") or (found[1] if (found := _ALIGN.search(css)) else "")
    bold = tag in ("b", "strong") or "bold" in css
    italic = tag in ("i", "em", "cite") or "italic" in css
    in_table = tag in ("td", "th", "figure", "figcaption")
    if not (align or bold or italic or in_table or tag in ("a", "center")):
        return style
    return _Style(
        style.bold or bold,
        style.italic or italic,
        style.linked or tag == "a",
        "center" if tag == "center" else (align.lower() or style.align),
        style.in_table or in_table,
    )


def _parent(element: HtmlElement) -> HtmlElement:
    parent = element.getparent()
    return element if parent is None else parent


def _is_hidden(element: HtmlElement) -> bool:
    return bool(
        _HIDDEN_CLASS.search(element.get("class") or "") or _HIDDEN_STYLE.search(element.get("style") or "")
    )


def _holds_blocks(element: HtmlElement) -> bool:
    return any(
        isinstance(e.tag, str) and e.tag not in INLINE and e.tag not in SKIPPED and e.tag not in ("br", "img")
        for e in element.iterdescendants()
    )


def _image(element: HtmlElement, style: _Style) -> Iterator[Block]:
    src = (element.get("src") or element.get("data-src") or element.get("data-original") or "").strip()
    if src and not src.startswith("data:"):
        yield Block("img", one_line(element.get("alt") or ""), element, src=src, in_table=style.in_table)


def data_rows(table: HtmlElement) -> tuple[tuple[str, ...], ...]:
    """The cells of a table that holds data; empty for one that only lays out the page.

    Data: no table, image or form inside, at least two rows, mostly of two or more cells, short ones, and
    not a menu of links.
    """
    if table.find(".//table") is not None or table.find(".//img") is not None:
        return ()
    rows = tuple(
        cells
        for row in table.iterfind(".//tr")
        if any(cells := tuple(one_line(_cell_text(cell)) for cell in row if cell.tag in ("td", "th")))
    )
    lengths = sorted(len(cell) for row in rows for cell in row if cell)
    if len(rows) < 2 or sum(len(row) > 1 for row in rows) * 2 < len(rows):
        return ()
    if lengths[-1] > 400 or lengths[len(lengths) // 2] > 80:
        return ()
    linked = sum(len(one_line(a.text_content())) for a in table.iterfind(".//a"))
    return rows if linked <= sum(lengths) / 2 else ()


def _cell_text(cell: HtmlElement) -> str:
    """Text of a cell, its blocks and line breaks kept apart."""
    return (
        " ".join(cell.itertext())
        if cell.find(".//p") is not None or cell.find(".//br") is not None
        else (cell.text_content())
    )
