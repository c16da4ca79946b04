"""The text of Word 97 to 2003, by its piece table: https://learn.microsoft.com/openspecs/office_file_formats/ms-doc"""

import re
import struct
from collections.abc import Iterator
from io import BytesIO

import olefile

from archive.attached.found import Gathered, Text, TroubleError

WORD_97 = 0x00C1  # the version from which files are so
_VERSION, _FLAGS, _LENGTHS, _CLX = 0x02, 0x0A, 0x4C, 0x01A2  # offsets in the file's first block
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_PROPERTIES, _PIECES = 1, 2  # kinds of what stands in the Clx
_COMPRESSED = 1 << 30
_FIELD = re.compile("([\x13-\x15])")
_LAYOUT = {"\x07\x07": "\n", "\x07": " | ", "\x0c": "\n\n", "\x0b": "\n", "\r": "\n", "\x1e": "-"}
_MARKS = re.compile("\x07\x07|[\x07\x0b\x0c\r\x1e]")


def read_word97(body: bytes) -> Text:
    """The text with its notes and text boxes, without headers, footers and comments. Raises TroubleError."""
    try:
        with olefile.OleFileIO(BytesIO(body)) as file:
            main = file.openstream("WordDocument").read()
            version, flags = _number("<H", main, _VERSION), _number("<H", main, _FLAGS)
            if flags & _ENCRYPTED:
                raise TroubleError("password")
            if version < WORD_97:
                raise TroubleError("not read: older than Word 97")
            table = file.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
    except (OSError, struct.error, KeyError, IndexError, TypeError, ValueError) as error:
        raise TroubleError(f"damaged: {error}") from error
    gathered = Gathered()
    try:
        for piece in _pieces(main, table):
            gathered.add(piece)
            if gathered.is_full:
                break
    except (struct.error, UnicodeDecodeError) as error:
        raise TroubleError(f"damaged: {error}") from error
    shown = "".join(_shown(gathered.text))
    return Text(_MARKS.sub(lambda mark: _LAYOUT[mark[0]], shown))


def _pieces(main: bytes, table: bytes) -> Iterator[str]:
    """Of the whole file, by the characters that each piece holds: the parts that are read, in their order."""
    start, size = struct.unpack_from("<2I", main, _CLX)
    at, end = start, start + size
    while at < end and table[at : at + 1] == bytes([_PROPERTIES]):
        at += 3 + _number("<H", table, at + 1)
    if table[at : at + 1] != bytes([_PIECES]):
        raise TroubleError("damaged: its pieces are not there")
    count = (_number("<I", table, at + 1) - 4) // 12
    if not 0 <= count <= len(table) // 12:
        raise TroubleError("damaged: its pieces are not there")
    bounds = struct.unpack_from(f"<{count + 1}I", table, at + 5)
    places = [_number("<I", table, at + 5 + 4 * (count + 1) + 8 * n + 2) for n in range(count)]
    for low, high in _parts(main):
        for first, last, place in zip(bounds, bounds[1:], places, strict=False):
            if first < high and last > low:
                yield _piece(main, place, max(low, first) - first, min(high, last) - first)


def _parts(main: bytes) -> Iterator[tuple[int, int]]:
    """Where the text, its footnotes, endnotes and text boxes stand; they follow each other."""
    text, notes, headers, macros, comments, endnotes, boxes = struct.unpack_from("<7I", main, _LENGTHS)
    yield 0, text + notes
    after = text + notes + headers + macros + comments
    yield after, after + endnotes + boxes


def _piece(main: bytes, place: int, first: int, last: int) -> str:
    """Characters of one piece: of one byte in Windows' Western code page, or of two."""
    if place & _COMPRESSED:
        start = (place & ~_COMPRESSED) // 2
        return main[start + first : start + last].decode("cp1252", "replace")
    return main[place + 2 * first : place + 2 * last].decode("utf-16-le", "replace")


def _shown(text: str) -> Iterator[str]:
    """Without what stands behind the scenes: of a link its address, of a page number how it is counted."""
    hidden: list[bool] = []
    for piece in _FIELD.split(text):
        if piece == "\x13":
            hidden.append(True)
        elif piece == "\x14" and hidden:
            hidden[-1] = False
        elif piece == "\x15" and hidden:
            hidden.pop()
        elif not any(hidden[-8:]):
            yield piece


def _number(form: str, data: bytes, at: int) -> int:
    return int(struct.unpack_from(form, data, at)[0])
