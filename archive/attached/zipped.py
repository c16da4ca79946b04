"""The text of DOCX, PPTX and ODT: XML in a zip, read as a stream, whatever it would unpack to."""

import re
import zipfile
from io import BytesIO
from typing import Any

from lxml import etree

from archive.attached.found import TOO_LARGE, Gathered, Text, TroubleError

MOST_UNPACKED = 256 << 20  # bytes of all parts that hold text
CHUNK = 1 << 16
_PARTS = {
    "docx": re.compile(r"word/(?:document\d*|footnotes|endnotes)\.xml"),
    "pptx": re.compile(r"ppt/slides/slide\d+\.xml"),
    "odt": re.compile(r"content\.xml"),
}
_TEXT = {"docx": {"t"}, "pptx": {"t"}, "odt": {"p", "h"}}  # the elements whose own letters are text
# Properties, what was deleted, and what is there a second time for programs that are too old for the first.
_SKIPPED = frozenset((
    "pPr", "rPr", "tblPr", "tcPr", "sectPr", "instrText", "delText", "Fallback", "tracked-changes",
    "annotation",
))  # fmt: skip
_AT_START = {"br": "\n", "cr": "\n", "line-break": "\n", "tab": "\t", "s": " ", "noBreakHyphen": "-"}
_AT_END = {"p": "\n", "h": "\n", "tc": "| ", "table-cell": "| ", "tr": "\n", "table-row": "\n"}
_CELLS, _ROWS = frozenset(("tc", "table-cell")), frozenset(("tr", "table-row"))


def read_zipped(kind: str, body: bytes) -> Text:
    """Raises TroubleError where it is no such file, is damaged, or unpacks to more than any text does."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as file:
            names = sorted((name for name in file.namelist() if _PARTS[kind].fullmatch(name)), key=_order)
            if not names:
                raise TroubleError("damaged: a part of it is not there")
            gathered, left = Gathered(), MOST_UNPACKED
            for name in names:
                if file.getinfo(name).flag_bits & 1:
                    raise TroubleError("password")
                left -= _read_part(file, name, _Words(kind, gathered), left)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, NotImplementedError, EOFError, ValueError) as error:
        raise TroubleError(f"damaged: {error}") from error
    return Text(gathered.text, len(names) if kind == "pptx" else None)


def _read_part(file: zipfile.ZipFile, name: str, words: "_Words", most: int) -> int:
    """Returns how many bytes were read. No entity is replaced, and nothing is fetched."""
    target: Any = words  # its types know no element without a tree
    parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, load_dtd=False)
    read = 0
    with file.open(name) as part:
        while chunk := part.read(CHUNK):
            read += len(chunk)
            if read > most:
                raise TroubleError(TOO_LARGE)
            parser.feed(chunk)
            if words.gathered.is_full:
                return read
    parser.close()
    return read


def _order(name: str) -> tuple[bool, int, str]:
    """The document before its notes, slide 2 before slide 10."""
    number = re.search(r"\d+", name)
    return "notes" in name, int(number[0]) if number else 0, name


class _Words:
    """What lxml tells of a part as it reads it."""

    def __init__(self, kind: str, gathered: Gathered) -> None:
        self.gathered, self._own = gathered, _TEXT[kind]
        self._inside = self._skipping = self._cells = 0

    def start(self, tag: str, attributes: object) -> None:
        name = tag.rpartition("}")[2]
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
            return
        self._inside += name in self._own
        self._cells += name in _CELLS
        if name in _AT_START:
            self.gathered.add(_AT_START[name])

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if self._skipping:
            self._skipping -= 1
            return
        self._inside -= name in self._own
        self._cells -= name in _CELLS
        if name in _AT_END and not (self._cells and name in _ROWS):
            self.gathered.add(" " if self._cells and _AT_END[name] == "\n" else _AT_END[name])

    def data(self, letters: str) -> None:
        if self._inside and not self._skipping:
            self.gathered.add(letters)

    def close(self) -> None:
        """Nothing is left to do."""
