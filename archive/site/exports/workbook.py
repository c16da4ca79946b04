"""Excel files of any number of rows in constant memory, in which a text is a text and nothing else."""

import asyncio
import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any
from weakref import WeakKeyDictionary

import xlsxwriter

from archive.dates import VIETNAM
from archive.site.feeds.xml_text import xml_text

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 2  # files of one Datasette
LONGEST_CELL = 32_767  # characters; Excel takes no more
CUT = " … [cắt bớt, cut]"
MOST_DIGITS = 11  # longer numbers are names of things: Excel would show 1.23E+15, and it has no 16th digit
WIDEST = 60  # characters of a column
MEASURED = 200  # rows that the widths of columns follow from

_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_FIRST_YEAR = 1900  # of Excel


_turns = WeakKeyDictionary[Any, asyncio.Semaphore]()  # by the Datasette that files are made for


def turn(datasette: Any) -> asyncio.Semaphore:
    """To be held while a file is made: each takes a thread, and room on the disk."""
    return _turns.setdefault(datasette, asyncio.Semaphore(AT_ONCE))


class Workbook:
    """One sheet of rows under a header that stays in sight, and one that says what they are.

    Dates of the archive become dates of Excel, which have no zone: all are in Vietnam's.
    """

    def __init__(self, title: str, columns: Sequence[str]) -> None:
        self.file: IO[bytes] = TemporaryFile()  # noqa: SIM115  # the caller's, once it is finished
        # Formulas and addresses are made of text only where one asks for it; here nobody does.
        self.book = xlsxwriter.Workbook(self.file, {"constant_memory": True})
        self.date = self.book.add_format({"num_format": "dd/mm/yyyy"})
        self.time = self.book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        self.bold = self.book.add_format({"bold": True, "bottom": 1})
        self.sheet = self.book.add_worksheet(
            _NOT_IN_TITLES.sub(" ", xml_text(title)).strip(" '")[:31] or None
        )
        self.sheet.freeze_panes(1, 0)
        self.widths = [len(column) + 2 for column in columns]
        self.rows = 0
        self.cut = 0
        for at, column in enumerate(columns):
            self.sheet.write_string(0, at, self._text(column), self.bold)

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            self.rows += 1
            for at, value in enumerate(row):
                self._cell(self.rows, at, value)
                if self.rows <= MEASURED and at < len(self.widths):
                    self.widths[at] = max(self.widths[at], min(len(str(value)) + 1, WIDEST))

    def finish(self, about: dict[str, str]) -> IO[bytes]:
        """The file, at its beginning; `about` goes on the second sheet."""
        for at, width in enumerate(self.widths):
            self.sheet.set_column(at, at, width)
        if self.rows and self.widths:
            self.sheet.autofilter(0, 0, self.rows, len(self.widths) - 1)
        if self.cut:
            cut = f"{self.cut} ô quá {LONGEST_CELL} ký tự; cells over Excel's limit"
            about = {**about, "Cắt bớt · Cut": cut}
        sheet = self.book.add_worksheet("Về tệp này")
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 100)
        for at, (label, text) in enumerate(about.items()):
            sheet.write_string(at, 0, self._text(label), self.bold)
            sheet.write_string(at, 1, self._text(text))
        self.book.close()
        self.file.seek(0)
        return self.file

    def _cell(self, row: int, column: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str) and (moment := _moment(value)):
            self.sheet.write_datetime(row, column, moment, self.time if "T" in value else self.date)
        elif _is_number(value):
            self.sheet.write_number(row, column, value)
        else:
            self.sheet.write_string(row, column, self._text(value))

    def _text(self, value: Any) -> str:
        if isinstance(value, bytes):
            value = f"<{len(value)} byte>"
        elif isinstance(value, dict | list):  # as Datasette writes what JSON has no form for
            value = json.dumps(value, ensure_ascii=False)
        text = xml_text(str(value)).replace("\r\n", "\n").replace("\r", "\n")
        units = text.encode("utf-16-le", "replace")  # in which Excel counts
        if len(units) <= 2 * LONGEST_CELL:
            return text
        self.cut += 1
        return units[: 2 * (LONGEST_CELL - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _title(text: str) -> str | None:
    """What Excel takes as the name of a sheet."""
    return _NOT_IN_TITLES.sub(" ", xml_text(text))[:31].strip(" '") or None


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and abs(value) < 10**MOST_DIGITS


def _moment(text: str) -> date | datetime | None:
    """A date as the archive writes it, as Excel may hold it; None where it is anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        if len(text) == 10:
            moment: date = date.fromisoformat(text)
        else:
            moment = datetime.fromisoformat(text).astimezone(VIETNAM).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None
