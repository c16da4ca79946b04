"""The cells of a workbook, XLS, XLSX or ODS: a row a line."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from archive.attached.found import Gathered, Text, TroubleError


def read_sheets(body: bytes) -> Text:
    """Raises TroubleError."""
    gathered = Gathered()
    try:
        with CalamineWorkbook.from_filelike(BytesIO(body)) as workbook:
            names = workbook.sheet_names
            for number, name in enumerate(names):
                gathered.add(f"## {name}\n\n" if len(names) > 1 else "")
                for line in _lines(workbook, number):
                    gathered.add(f"{line}\n")
                    if gathered.is_full:
                        return Text(gathered.text, len(names))
                gathered.add("\n")
    except PasswordError as error:
        raise TroubleError("password") from error
    except (CalamineError, ValueError, OSError) as error:
        raise TroubleError(f"damaged: {error}") from error
    return Text(gathered.text, len(names))


def _lines(workbook: CalamineWorkbook, number: int) -> Iterator[str]:
    for row in workbook.get_sheet_by_index(number).iter_rows():
        if cells := [told for cell in row if (told := _told(cell))]:
            yield " | ".join(cells)


def _told(cell: object) -> str:
    """As people write it: a whole number without a fraction, a day without its midnight."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return date.isoformat(cell)
    return str(cell).strip()
