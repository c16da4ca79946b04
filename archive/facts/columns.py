"""Tables whose heads say in brackets in what unit their columns are: `| Dự án | Kinh phí (tỷ đồng) |`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.facts.numerals import NUMBER, TIMES

_TABLE = re.compile(r"\n(?P<rows>\|[^\n]*(?:\n\|[^\n]*)*+)")
_UNIT = re.compile(r"\((?:ĐVT: ?|đơn vị(?: tính)?: ?)?(?P<unit>[^()|]{1,40})\)$", re.I)
_NUMBER = re.compile(NUMBER)
_TIMES = re.compile(rf"(?:{TIMES}|tr\.?(?= ?đ))")
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Cell:
    """A number by itself in a cell; `row` is what its row begins with, `year` that of its column's head."""

    start: int
    end: int
    number: str
    unit: str
    row: str | None
    year: int | None


def cells(text: str) -> Iterator[Cell]:
    lines = f"\n{text}"
    if "\n|" not in lines:
        return
    for table in _TABLE.finditer(lines):
        start = table.start()  # in the text, which is one character shorter
        head, *rows = table["rows"].split("\n")
        units = {
            column: (unit["unit"].strip(), _year(name))
            for column, name in enumerate(_names(head))
            if (unit := _UNIT.search(name))
        }
        start += len(head) + 1
        for row in rows if units else ():
            yield from _of_row(row, start, units)
            start += len(row) + 1


def times(unit: str) -> str | None:
    """The `tỷ` of `tỷ đồng`."""
    found = _TIMES.match(unit)
    return found[0] if found else None


def _names(row: str) -> list[str]:
    return [name.strip() for name in row.strip("| ").split("|")]


def _of_row(row: str, start: int, units: dict[int, tuple[str, int | None]]) -> Iterator[Cell]:
    names = row.split("|")
    first = names[1].strip() or None
    position = start + len(names[0]) + 1
    for column, name in enumerate(names[1:]):
        written = name.strip()
        if column in units and _NUMBER.fullmatch(written):
            at = position + len(name) - len(name.lstrip())
            unit, year = units[column]
            yield Cell(at, at + len(written), written, unit, first if first != written else None, year)
        position += len(name) + 1


def _year(name: str) -> int | None:
    years = _YEAR.findall(name)
    return int(years[0]) if len(years) == 1 else None
