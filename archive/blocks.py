"""A page as a flat run of blocks: paragraphs, headings, list items, data tables and images, in order.

Vietnamese portals write paragraphs as `<p>`, leaf `<div>`, `<br><br>`, `<font>` or cells of a layout
table, often mixed in one article. trafilatura drops `<div>` paragraphs that stand beside `<p>` ones
(its main_extractor looks for `//p//text()` and stops), so the markup is evened out here first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml.html import HtmlElement

from archive.tables import data_rows
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
_LABEL = re.compile(r"(?:tác giả|người viết|nguồn)\s*:", re.I)
_NEW_LINE = re.compile(r"^(?:[-–+•*●▪]\s|\d+[.)]\s|[A-ZÀ-ỸĐ“\"(])")


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `text` is normalised, on one line (a table: a line a row, cells joined by ` | `).

    `bold`, `italic` and `linked` are the shares, 0 to 1, of its letters that are so; `align` is the
    nearest stated alignment; `element` is where it came from; `frame` is the table or figure around it;
    `src` is an image's address.
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
    frame: HtmlElement | None = None
    words: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", len(self.text.split()))  # asked for time and again


def is_within(block: Block, element: HtmlElement) -> bool:
    return block.element is element or element in block.element.iterancestors()


def blocks(root: HtmlElement) -> list[Block]:
    """The blocks of an element, in reading order. The tree is left as it is."""
    return list(_Flattener().walk(root, _Style()))


@dataclass(frozen=True, slots=True)
class _Style:
    bold: bool = False
    italic: bool = False
    linked: bool = False
    align: str = ""
    frame: HtmlElement | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    style: _Style


_BREAK = "\x00"  # stands for <br> among the pieces of a run
_EMPTY = "\u00a0\u200b \t\r\n"


class _Flattener:
    """Collects inline text into a run, and cuts the run into blocks at every block-level boundary."""

    def __init__(self) -> None:
        self.run: list[_Piece] = []
        self.under_image = False  # the run began under an image: its first line may be the caption

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
            self.under_image = True
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
        under_image, self.under_image = self.under_image, False
        kind, level = _kind_of(element)
        for line in _lines(run, under_image):
            text = one_line("".join(piece.text for piece in line))
            if not text:
                continue
            yield Block(
                kind,
                text,
                element,
                level,
                bold=_share(line, "bold"),
                italic=_share(line, "italic"),
                linked=_share(line, "linked"),
                align=next((p.style.align for p in line if p.text.strip()), ""),
                frame=style.frame,
            )


def _share(line: list[_Piece], name: str) -> float:
    letters = sum(len(piece.text.strip()) for piece in line)
    return sum(len(p.text.strip()) for p in line if getattr(p.style, name)) / letters if letters else 0.0


def _lines(run: list[_Piece], under_image: bool) -> Iterator[list[_Piece]]:
    """Cut a run at `<br><br>`, and at a single `<br>` where one line plainly ends and another begins."""
    line: list[_Piece] = []
    last: _Piece | None = None  # of the line's pieces, the last that is no break and not blank
    italic = True  # all of the line so far
    breaks = 0
    for piece in run:
        if piece.text == _BREAK:
            breaks += 1
        elif piece.text.strip(_EMPTY):
            ends = under_image or (italic and not piece.style.italic)
            if last and (breaks > 1 or (breaks and _new_line(last, piece, ends))):
                yield line
                line, italic, under_image = [], True, False
            elif last and breaks:
                line.append(_Piece(" ", piece.style))
            breaks = 0
            line.append(piece)
            last, italic = piece, italic and piece.style.italic
        elif line:
            line.append(piece)
    if line:
        yield line


def _new_line(last: _Piece, after: _Piece, ends: bool) -> bool:
    """Whether a line begins after a break: by a label, or by the look of a beginning where another ends."""
    text = normalise(after.text)
    if _LABEL.match(text):
        return True
    return bool((ends or _SENTENCE_END.search(normalise(last.text))) and _NEW_LINE.match(text))


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
    align = element.get("align") or (found[1] if css and (found := _ALIGN.search(css)) else "")
    bold = tag in ("b", "strong") or "bold" in css
    italic = tag in ("i", "em", "cite") or "italic" in css
    framed = tag in ("table", "figure")
    if not (align or bold or italic or framed or tag in ("a", "center")):
        return style
    return _Style(
        style.bold or bold,
        style.italic or italic,
        style.linked or tag == "a",
        "center" if tag == "center" else (align.lower() or style.align),
        element if framed else style.frame,
    )


def _parent(element: HtmlElement) -> HtmlElement:
    parent = element.getparent()
    return element if parent is None else parent


def _is_hidden(element: HtmlElement) -> bool:
    named, css = element.get("class"), element.get("style")
    return bool((named and _HIDDEN_CLASS.search(named)) or (css and _HIDDEN_STYLE.search(css)))


def _holds_blocks(element: HtmlElement) -> bool:
    return any(
        isinstance(e.tag, str) and e.tag not in INLINE and e.tag not in SKIPPED and e.tag not in ("br", "img")
        for e in element.iterdescendants()
    )


def _image(element: HtmlElement, style: _Style) -> Iterator[Block]:
    src = (element.get("src") or element.get("data-src") or element.get("data-original") or "").strip()
    if src and not src.startswith("data:"):
        yield Block("img", one_line(element.get("alt") or ""), element, src=src, frame=style.frame)
