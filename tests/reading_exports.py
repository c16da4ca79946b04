"""What the tests of exports read files with, and the articles that they export."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
from sample_archive import FOREST, fill, take_in

from archive.site.exports.guarded_csv import MARK, unguarded
from archive.store import Archive

MANY = 230  # more than a page of an export has


def many(folder: Path) -> Path:
    with Archive(fill(folder / "archive.db")) as archive:
        for number in range(MANY):
            one = replace(
                FOREST, key=f"n{number}", url=f"https://backan.gov.vn/n{number}", title=f"Chè Shan {number}"
            )
            take_in(
                archive,
                "backan",
                replace(one, body=f"Chè Shan tuyết số {number}.", published_at="2022-05-06"),
            )
    return folder


def read_csv(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    text = answer.content.decode()
    assert text.startswith(MARK)
    assert not text[1:].startswith(MARK)
    return list(csv.reader(io.StringIO(text[1:], newline=""), strict=True))


def objects(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(rows[0], map(unguarded, row), strict=True)) for row in rows[1:]]


def workbook(answer: Any) -> openpyxl.Workbook:
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def sheet_rows(book: openpyxl.Workbook) -> list[dict[str, Any]]:
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]
