"""A page as a flat run of blocks: paragraphs, headings, list items, data tables and images, in order.

Vietnamese portals write paragraphs as `<p>`, leaf `<div>`, `<br><br>`, `<font>` or cells of a layout
table, often mixed in one article. trafilatura drops `<div>` paragraphs that stand beside `<p>` ones
(its main_extractor looks for `//p//text()` and stops), so the markup is evened out here first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from lxml import etree
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
_FLOWING = INLINE | SKIPPED | {"br", "img"}  # what breaks no line of text into blocks
_STYLING = frozenset("b strong i em cite a center table figure".split())
_PLAIN = INLINE - _STYLING
# Few are, and to ask all the others costs more than to find these.
_STYLED = etree.XPath("descendant-or-self::*/@style/.. | descendant-or-self::*/@align/..")
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:ms-hidden|ms-accessible|ms-hide|hidden|sr-only|s4-notdlg)(?:\s|$)")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_ALIGN = re.compile(r"text-align\s*:\s*(\w+)", re.I)
_SENTENCE_END = re.compile(r"[.:;!?…”\"’)\]]$")
_LABEL = re.compile(r"(?:tác giả|người viết|nguồn)\s*:", re.I)
_NEW_LINE = re.compile(r"^(?:[-–+•*●▪]\s|\d+[.)]\s|[A-ZÀ-ỸĐ“\"(])")


@dataclass(slots=True)  # not frozen, which makes one three times as slowly: a page has a thousand
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
        self.words = len(self.text.split())  # asked for time and again


def is_within(block: Block, element: HtmlElement) -> bool:
    return block.element is element or element in block.element.iterancestors()


def blocks(root: HtmlElement) -> list[Block]:
    """The blocks of an element, in reading order. The tree is left as it is."""
    flattener = _Flattener(root)
    flattener.walk(root, _Style())
    return flattener.blocks


class _Style(NamedTuple):
    bold: bool = False
    italic: bool = False
    linked: bool = False
    align: str = ""
    frame: HtmlElement | None = None


_Piece = tuple[str, _Style]


class _Look(NamedTuple):
    """What class, style and align say of an element."""

    hidden: bool = False
    align: str = ""
    bold: bool = False
    italic: bool = False


_NO_LOOK = _Look()


_BREAK = "\x00"  # stands for <br> among the pieces of a run
_EMPTY = "\u00a0\u200b \t\r\n"


class _Flattener:
    """Collects inline text into a run, and cuts the run into blocks at every block-level boundary."""

    def __init__(self, root: HtmlElement) -> None:
        self.blocks: list[Block] = []
        self.run: list[_Piece] = []
        self.under_image = False  # the run began under an image: its first line may be the caption
        self.styled = frozenset(_STYLED(root))
        self.looks: dict[tuple[str | None, ...], _Look] = {}  # a page repeats its few many times over

    def walk(self, element: HtmlElement, style: _Style, is_inline: bool = False) -> None:
        """`is_inline`: an element around it is known to hold no blocks."""
        tag = element.tag
        if tag in SKIPPED or not isinstance(tag, str) or (look := self.look(element)).hidden:
            return
        if look is not _NO_LOOK or tag in _STYLING:
            style = _restyle(style, element, tag, look)
        if tag == "br":
            if self.run:
                self.run.append((_BREAK, style))
        elif tag == "img":
            self.flush(element, style)
            self.blocks += _image(element, style)
            self.under_image = True
        elif tag == "table" and (rows := data_rows(element)):
            self.flush(_parent(element), style)
            text = "\n".join(" | ".join(row) for row in rows)
            self.blocks.append(Block("table", text, element, rows=rows))
        elif tag in INLINE and not is_inline and (texts := self.plain_texts(element)) is not None:
            for text in texts:
                self.add(text, style)
        elif tag in INLINE and (is_inline or not _holds_blocks(element)):
            self.children(element, style, is_inline=True)
        else:
            self.flush(_parent(element), style)
            self.children(element, style)
            self.flush(element, style)

    def children(self, element: HtmlElement, style: _Style, is_inline: bool = False) -> None:
        if text := element.text:
            self.add(text, style)
        for child in element:
            self.walk(child, style, is_inline)
            if tail := child.tail:
                self.add(tail, style)

    def add(self, text: str, style: _Style) -> None:
        if text and (self.run or text.strip(_EMPTY)):  # a run begins with a text
            self.run.append((text, style))

    def plain_texts(self, element: HtmlElement) -> list[str] | None:
        """All the text within, where it has one look and is in no order but that of the elements.

        So it is in nearly every link of a menu; None where it is not, for which to take each by itself.
        """
        texts = [element.text or ""]
        for inner in element.iterdescendants():
            if inner.tail or inner.tag not in _PLAIN or self.look(inner) is not _NO_LOOK:
                return None
            texts.append(inner.text or "")
        return texts

    def look(self, element: HtmlElement) -> _Look:
        if element in self.styled:
            stated = element.get("class"), element.get("style"), element.get("align")
        else:
            stated = element.get("class"), None, None
        look = self.looks.get(stated)
        if look is None:
            look = self.looks[stated] = _look(*stated)
        return look

    def flush(self, element: HtmlElement, style: _Style) -> None:
        """Turn the run collected so far into paragraphs, headings or list items of `element`."""
        under_image, self.under_image = self.under_image, False
        if not self.run:
            return
        run, self.run = self.run, []
        kind, level = _kind_of(element)
        for line in [run] if len(run) == 1 else _lines(run, under_image):
            if text := one_line("".join([piece for piece, _ in line])):
                bold, italic, linked, align = _share(line)
                self.blocks.append(
                    Block(kind, text, element, level, bold, italic, linked, align, frame=style.frame)
                )


def _share(line: list[_Piece]) -> tuple[float, float, float, str]:
    """How much of a line is bold, italic and linked, and how it is aligned."""
    if len(line) == 1:  # as most are
        style = line[0][1]
        return float(style.bold), float(style.italic), float(style.linked), style.align
    letters = [(len(stripped), style) for text, style in line if (stripped := text.strip())]
    bold = sum([count for count, style in letters if style.bold])
    italic = sum([count for count, style in letters if style.italic])
    linked = sum([count for count, style in letters if style.linked])
    whole = sum([count for count, _ in letters]) or 1
    return bold / whole, italic / whole, linked / whole, letters[0][1].align if letters else ""


def _lines(run: list[_Piece], under_image: bool) -> Iterator[list[_Piece]]:
    """Cut a run at `<br><br>`, and at a single `<br>` where one line plainly ends and another begins."""
    line: list[_Piece] = []
    last = ""  # of the line's texts, the last that is not blank
    italic = True  # all of the line so far
    breaks = 0
    for piece in run:
        text, style = piece
        if text == _BREAK:
            breaks += 1
        elif text.strip(_EMPTY):
            ends = under_image or (italic and not style.italic)
            if last and (breaks > 1 or (breaks and _new_line(last, text, ends))):
                yield line
                line, italic, under_image = [], True, False
            elif last and breaks:
                line.append((" ", style))
            breaks = 0
            line.append(piece)
            last, italic = text, italic and style.italic
        elif line:
            line.append(piece)
    if line:
        yield line


def _new_line(last: str, after: str, ends: bool) -> bool:
    """Whether a line begins after a break: by a label, or by the look of a beginning where another ends."""
    text = normalise(after)
    if _LABEL.match(text):
        return True
    return bool((ends or _SENTENCE_END.search(normalise(last))) and _NEW_LINE.match(text))


def _kind_of(element: HtmlElement) -> tuple[BlockKind, int]:
    up: HtmlElement | None = element
    while up is not None:
        tag = up.tag
        if tag in HEADINGS:
            return "h", int(str(tag)[1])
        if tag == "li":
            return "li", 0
        if tag not in INLINE and tag not in ("p", "div"):
            break
        up = up.getparent()
    return "p", 0


def _look(named: str | None, css: str | None, align: str | None) -> _Look:
    hidden = bool((named and _HIDDEN_CLASS.search(named)) or (css and _HIDDEN_STYLE.search(css)))
    css = css or ""
    if not align:
        align = found[1] if css and (found := _ALIGN.search(css)) else ""
    look = _Look(hidden, align.lower(), "bold" in css, "italic" in css)
    return _NO_LOOK if look == _NO_LOOK else look


def _restyle(style: _Style, element: HtmlElement, tag: str, look: _Look) -> _Style:
    return _Style(
        style.bold or look.bold or tag in ("b", "strong"),
        style.italic or look.italic or tag in ("i", "em", "cite"),
        style.linked or tag == "a",
        "center" if tag == "center" else (look.align or style.align),
        element if tag in ("table", "figure") else style.frame,
    )


def _parent(element: HtmlElement) -> HtmlElement:
    parent = element.getparent()
    return element if parent is None else parent


def _holds_blocks(element: HtmlElement) -> bool:
    return len(element) > 0 and any(
        e.tag not in _FLOWING and isinstance(e.tag, str) for e in element.iterdescendants()
    )


def _image(element: HtmlElement, style: _Style) -> Iterator[Block]:
    src = (element.get("src") or element.get("data-src") or element.get("data-original") or "").strip()
    if src and not src.startswith("data:"):
        yield Block("img", one_line(element.get("alt") or ""), element, src=src, frame=style.frame)
