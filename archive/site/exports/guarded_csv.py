"""CSV (RFC 4180) for spreadsheets: with a byte-order mark, and no cell that a spreadsheet would run.

Without the mark Excel takes Vietnamese letters for others. A text that begins as a formula does gets an
apostrophe before it, and so does one that looks guarded already: taking one away gives back what there was.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import re
import sys
from collections.abc import Iterable

# `header=present` also tells our own, which are guarded already, from those of Datasette.
CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
MARK = "\ufeff"

csv.field_size_limit(sys.maxsize)  # of 131,072 characters, which articles and files have more of

# What cannot be seen goes for nothing: one program or another leaves it away when it opens the file.
_FORMULA = re.compile(
    r"'*(?:[\s\0-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[=+\-@＝＋－＠]|[\t\r\n])"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
# Whether a record may hold such a text at all; most do not, and go on as they are.
_SUSPECT = re.compile(rf'(?:^|,)"?(?:{_FORMULA.pattern})', re.MULTILINE)


def guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What was guarded; for programs that read these files again."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def record(values: Iterable[object]) -> str:
    """One line, or several where a text has some."""
    line = io.StringIO()
    csv.writer(line).writerow([guarded(value) if isinstance(value, str) else value for value in values])
    return line.getvalue()


class Guard:
    """Guards CSV that comes in pieces, as Datasette streams it, record by record."""

    def __init__(self) -> None:
        self.rest = b""
        self.quotes = 0  # in the rest, up to `looked`
        self.looked = 0
        self.begun = False

    def feed(self, piece: bytes, last: bool = False) -> bytes:
        """The records that are whole now; with the last piece, also one that was cut short."""
        self.rest += piece
        records = self._records()
        if last and self.rest:
            records.append(self.rest)
            self.rest = b""
        done = "".join(_rewritten(each.decode("utf-8", "replace")) for each in records)
        mark = "" if self.begun else MARK
        self.begun = self.begun or bool(done) or last
        return (mark + done).encode() if self.begun else b""

    def _records(self) -> list[bytes]:
        """Takes records off the rest: they end at a newline outside of quotes."""
        found = list[bytes]()
        while (end := self.rest.find(b"\n", self.looked)) >= 0:
            self.quotes += self.rest.count(b'"', self.looked, end)
            self.looked = end + 1
            if self.quotes % 2 == 0:
                found.append(self.rest[: self.looked])
                self.rest, self.looked, self.quotes = self.rest[self.looked :], 0, 0
        return found


def _rewritten(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    return "".join(map(record, csv.reader(io.StringIO(text, newline=""))))
