"""Writes a captured page anew so that it can run nothing, load only what is held, and lead nowhere else."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from typing import Any

from lxml import etree

from archive.replay import style
from archive.replay.addresses import Addresses, absolute
from archive.replay.allowed import (
    ATTRIBUTES,
    CONTROLS,
    DROPPED,
    EMBEDDED,
    INPUTS,
    KEPT,
    LAZY,
    RENAMED,
    VOID,
)
from archive.replay.page import Page, clean

MOST_ELEMENTS = 200_000  # what stands behind them is left out
_OLDER = re.compile("transitional|frameset", re.I)
_ALMOST_STANDARD = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)
# Important and inline, as no style sheet of the page can overrule that.
_OURS = "all:initial;display:block;font:14px/1.5 system-ui,sans-serif;color:#1c1a17;background:#fff6d8;"
_BAR = f"{_OURS}padding:6px 12px;border-bottom:1px solid #b59b3a;position:relative;z-index:2147483647"
_NOTE = f"{_OURS}display:inline-block;padding:2px 8px;border:1px dashed #b59b3a"


@dataclass(frozen=True, slots=True)
class Words:
    """What the copy says in its own name, in the reader's language."""

    bar: str
    not_captured: str
    embedded: str


@dataclass(slots=True)
class Copy:
    """The page for the frame, and how many of what are missing in it."""

    html: str = ""
    left_out: Counter[str] = field(default_factory=Counter)
    cut: bool = False


class Writer:
    """Element by element, in the order of the page, without recursion."""

    def __init__(self, page: Page, addresses: Addresses, words: Words) -> None:
        self.page, self.addresses, self.words = page, addresses, words
        self.copy = Copy(cut=page.cut)
        self._head: list[str] = []
        self._body: list[str] = []
        self._outer = {"html": "", "body": ""}
        self._unread = style.LONGEST  # characters of styles that may still be read

    def write(self) -> Copy:
        if self.page.root is not None:
            self._walk(self.page.root)
        self.copy.html = "".join(
            (
                self._doctype(),
                f'<html{self._outer["html"]}><head><meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{escape(self.words.bar)}</title>",
                *self._head,
                f"</head><body{self._outer['body']}>{_ours('div', _BAR, self.words.bar)}",
                *self._body,
                "</body></html>",
            )
        )
        return self.copy

    def _doctype(self) -> str:
        """Of the same mode, as old pages lean on how browsers drew them before there were standards."""
        stated = "" if self.page.root is None else self.page.root.getroottree().docinfo.doctype
        if not stated:
            return ""
        return _ALMOST_STANDARD if _OLDER.search(stated) else "<!DOCTYPE html>"

    def _walk(self, root: Any) -> None:
        ends: list[str] = []
        elements = 0
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                self._body.append(ends.pop() + _text(element.tail if element is not root else None))
                continue
            elements += 1
            if elements > MOST_ELEMENTS or self._is_left_out(element):
                self.copy.cut |= elements > MOST_ELEMENTS
                walk.skip_subtree()
                ends.append("")
            else:
                ends.append(self._open(element))
                self._body.append(_text(element.text))

    def _open(self, element: Any) -> str:
        """Write a start tag; returns the end tag."""
        name = element.tag
        self.copy.left_out["handlers"] += sum(key.lower().startswith("on") for key in element.attrib)
        self.copy.left_out["forms"] += name == "form"
        if name in self._outer:
            self._outer[name] = self._outer[name] or self._attributes(element)
            return ""
        written = RENAMED.get(name, name if name in KEPT else None)
        if written is None:
            return ""
        self._body.append(f"<{written}{self._attributes(element)}>")
        return "" if written in VOID else f"</{written}>"

    def _is_left_out(self, element: Any) -> bool:
        """Whether it goes with all it holds; what takes its place is written."""
        name = element.tag
        if name == "input" and (element.get("type") or "").strip().lower() not in INPUTS:
            return True
        if name in EMBEDDED:
            self._note(element)
        elif name == "style":
            self._style(element)
        elif name == "link":
            self._link(element)
        elif name in ("script", "svg", "math", "canvas"):
            self.copy.left_out["scripts" if name == "script" else "drawings"] += 1
        return name in EMBEDDED or name in DROPPED

    def _note(self, element: Any) -> None:
        self.copy.left_out["embedded"] += 1
        stated = element.get("src") or element.get("data") or ""
        address = absolute(self.page.base, stated) if stated else None
        text = f"[{self.words.embedded}{f': {address}' if address else ''}]"
        self._body.append(_ours("a", _NOTE, text, self._led_to(stated) if address else ""))

    def _link(self, element: Any) -> None:
        """A style sheet, or nothing."""
        relations = (element.get("rel") or "").lower().split()
        if "stylesheet" not in relations or "alternate" in relations:
            return
        if address := self.addresses.sheet(element.get("href") or ""):
            self._head.append(f'<link rel="stylesheet" href="{escape(address)}"{_media(element)}>')
        else:
            self.copy.left_out["sheets"] += 1

    def _style(self, element: Any) -> None:
        try:
            css = self._safe(element.text or "", self.addresses.sheet)
        except ValueError:
            self.copy.left_out["sheets"] += 1
        else:
            self._head.append(f"<style{_media(element)}>{css}</style>")

    def _attributes(self, element: Any) -> str:
        found = {name: value for name, value in element.attrib.items() if name in ATTRIBUTES}
        if css := element.get("style"):
            found["style"] = self._declarations(css)
        if (stated := element.get("background")) and (ours := self.addresses.image(stated)):
            found["background"] = ours
        if element.tag in CONTROLS:
            found["disabled"] = ""
        return "".join(_attribute(*one) for one in found.items()) + self._special(element)

    def _special(self, element: Any) -> str:
        """What only elements of one kind have."""
        match element.tag:
            case "img":
                usemap = element.get("usemap") or ""
                return self._source(element) + (_attribute("usemap", usemap) if usemap[:1] == "#" else "")
            case "map":
                return _attribute("name", element.get("name") or "")
            case "a" | "area":
                anchor = element.get("name") if not element.get("id") else None
                return (_attribute("id", anchor) if anchor else "") + self._led_to(element.get("href") or "")
        return ""

    def _led_to(self, stated: str) -> str:
        if stated.startswith("#"):
            return _attribute("href", stated)
        if ours := self.addresses.link(stated):
            return _attribute("href", ours)
        address = absolute(self.page.base, stated) if stated.strip() else None
        return _attribute("title", f"{self.words.not_captured}: {address}") if address else ""

    def _source(self, element: Any) -> str:
        stated = [element.get(name) for name in LAZY if element.get(name)]
        if ours := next(filter(None, map(self.addresses.image, stated)), None):
            return _attribute("src", ours)
        self.copy.left_out["images"] += bool(stated)
        return ""

    def _declarations(self, css: str) -> str:
        try:
            return self._safe(css)
        except ValueError:
            return ""

    def _safe(self, css: str, sheet: style.Find = lambda _: None) -> str:
        """Raises ValueError, also for what would be too much together with all that the page had before."""
        css = clean(css)
        safe = style.safe(css, self.addresses.image, sheet, self._unread)
        if style.is_read(css):
            self._unread -= len(css)
        return safe


def _media(element: Any) -> str:
    return _attribute("media", element.get("media") or "all")


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(clean(value))}"'


def _text(text: str | None) -> str:
    return escape(clean(text), quote=False) if text else ""


def _ours(tag: str, css: str, text: str, attributes: str = "") -> str:
    """Something that we say ourselves."""
    important = css.replace(";", "!important;") + "!important"
    return f'<{tag} style="{important}"{attributes}>{escape(clean(text))}</{tag}>'
