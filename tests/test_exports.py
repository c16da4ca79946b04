import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from datasette.app import Datasette
from following import EVIL, FORMULAS, take_hostile
from openpyxl.utils.escape import unescape
from reading_exports import MANY, many, objects, read_csv, sheet_rows, workbook
from sample_archive import FOREST, fill, take_in
from shown import get, serving

from archive.identity import row_id
from archive.site.exports.guarded_csv import MARK, Guard, guarded, record, unguarded
from archive.site.exports.workbook import LONGEST_CELL, Workbook
from archive.store import Archive

SIGNS = tuple("=+-@\t\r\n＝＋－＠")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Datasette]:
    with serving(data) as datasette:
        yield datasette


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder = tmp_path_factory.mktemp("hostile")
    with Archive(fill(folder / "archive.db")) as archive:
        take_hostile(archive)
    with serving(folder) as datasette:
        yield datasette


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_csv_of_a_search_holds_the_whole_result_under_a_byte_order_mark(site: Datasette) -> None:
    answer = get(site, "/tim.csv?q=che+shan")
    rows = objects(read_csv(answer))
    assert {row["title"] for row in rows} >= {f"Chè Shan {number}" for number in range(MANY)}
    assert len(rows) == len({row["id"] for row in rows}) == int(answer.headers["x-total"])
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="backan-che-shan.csv"'


def test_all_formats_hold_the_same_articles_in_the_same_order(site: Datasette) -> None:
    asked = "q=che+shan&portal=backan&sort=oldest"
    from_csv = objects(read_csv(get(site, f"/tim.csv?{asked}")))
    from_lines = lines(get(site, f"/tim.ndjson?{asked}"))
    from_excel = sheet_rows(workbook(get(site, f"/tim.xlsx?{asked}")))
    assert [row["id"] for row in from_csv] == [str(row["id"]) for row in from_lines]
    assert [row["id"] for row in from_csv] == [row["id"] for row in from_excel]
    for one, other in zip(from_csv, from_lines, strict=True):
        assert one == {name: "" if value is None else str(value) for name, value in other.items()}


def test_an_article_is_exported_with_all_that_is_known(site: Datasette) -> None:
    (row,) = (
        row for row in lines(get(site, "/tim.ndjson?q=khoán+rừng&than=1")) if row["title"] == FOREST.title
    )
    id = row_id("backan", FOREST.key)
    assert row["id"] == id
    assert row["archive"] == f"http://localhost/bai/{id}"
    assert (row["url"], row["author"], row["source"]) == (FOREST.url, FOREST.author, FOREST.source)
    assert (row["published_at"], row["date_label"]) == (FOREST.published_at, FOREST.date_label)
    assert (row["version"], row["gone_at"]) == (2, None)
    assert row["first_captured_at"] == "2023-04-01T02:00:00Z"
    assert row["last_captured_at"] == "2023-11-20T03:10:00Z"
    assert (row["lead"], row["body"]) == (FOREST.lead, FOREST.body)
    assert "rừng" in row["snippet"]


def test_bodies_come_only_where_they_are_asked_for(site: Datasette) -> None:
    assert "body" not in lines(get(site, "/tim.ndjson?q=khoán"))[0]
    bodies = {row["body"] for row in objects(read_csv(get(site, "/tim.csv?q=che+shan+tuyet&than=1")))}
    assert bodies >= {f"Chè Shan tuyết số {number}." for number in range(MANY)}


def test_an_export_without_words_is_of_all_articles(site: Datasette, data: Path) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as archive:
        ids = {id for (id,) in archive.execute("select id from articles")}
    assert {row["id"] for row in lines(get(site, "/tim.ndjson"))} == ids


def test_an_export_stops_where_the_owner_says_and_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(data) as site:
        monkeypatch.setattr(
            site, "plugin_config", lambda name: {"max_rows": 130} if name == "exports" else None
        )
        rows = lines(get(site, "/tim.ndjson?q=che"))
        assert len(rows) == 131
        assert rows[130]["title"].startswith("Dừng ở 130 dòng")
        assert read_csv(get(site, "/tim.csv?q=che"))[-1][1].startswith("Dừng ở 130 dòng")
        assert len(sheet_rows(workbook(get(site, "/archive/articles.xlsx")))) == 130


def test_an_export_that_ends_early_says_that_it_is_incomplete(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*asked: object, after: str | None = None, **more: object) -> Any:
        if after is None:
            return whole(*asked, after=after, **more)  # type: ignore[arg-type]
        raise sqlite3.OperationalError("interrupted")

    from archive.site.exports import taking

    whole = taking.search
    monkeypatch.setattr(taking, "search", interrupted)
    with serving(data) as site:
        rows = lines(get(site, "/tim.ndjson?q=che"))
    assert len(rows) == 51
    assert rows[-1]["title"] == "CHƯA ĐỦ · INCOMPLETE: interrupted"


def test_a_search_that_cannot_be_asked_is_an_error_before_anything_is_sent(site: Datasette) -> None:
    for format in ("csv", "ndjson", "xlsx"):
        answer = get(site, f"/tim.{format}?q=-lũ")
        assert answer.status_code == 400
        assert "Hãy thêm ít nhất một từ" in answer.text


def test_the_guard_can_be_taken_off_again() -> None:
    for letters in product("=-'+ 1\ta＠\n.", repeat=4):
        text = "".join(letters)
        assert unguarded(guarded(text)) == text
        assert not guarded(text).startswith(SIGNS) or float(text) is not None
    assert guarded("-12.5") == "-12.5"
    assert guarded("+84") == "+84"
    assert guarded("-12.5 x") == "'-12.5 x"
    assert guarded("Bắc Kạn") == "Bắc Kạn"


def test_a_stream_in_pieces_of_any_size_is_guarded_as_a_whole_one_is() -> None:
    rows = [
        ["id", "văn bản"],
        *([number, text] for number, text in enumerate([*FORMULAS, "đ\n\n=1", 'a"b,', ""])),
    ]
    plain = io.StringIO()
    csv.writer(plain).writerows(rows)
    whole = plain.getvalue().encode()
    wanted = (MARK + "".join(map(record, rows))).encode()
    assert Guard().feed(whole, last=True) == wanted
    for size in (1, 2, 3, 7, 50):
        guard = Guard()
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert b"".join([*map(guard.feed, pieces), guard.feed(b"", last=True)]) == wanted
    assert Guard().feed(b"", last=True) == MARK.encode()
    assert Guard().feed(b"a\r\n=1+1", last=True) == f"{MARK}a\r\n'=1+1\r\n".encode()


@pytest.mark.parametrize("path", ["/tim.csv?than=1", "/archive/articles.csv?_stream=1"])
def test_a_very_long_text_comes_whole_and_so_does_what_follows(tmp_path: Path, path: str) -> None:
    body = "Mở đầu\n- " + "x" * 195_000
    with Archive(fill(tmp_path / "archive.db")) as archive:
        take_in(archive, "backan", replace(FOREST, key="long", url="https://backan.gov.vn/dai", body=body))
        articles = archive.db.execute("select count(*) from articles").fetchone()[0]
    with serving(tmp_path) as datasette:
        found = objects(read_csv(get(datasette, path)))
    assert len(found) == articles
    assert body in {row["body"] for row in found}


@pytest.mark.parametrize(
    "path", ["/tim.csv?than=1", "/archive/articles.csv?_stream=1", "/archive/versions.csv?_size=max"]
)
def test_no_cell_of_a_csv_begins_as_a_formula_does(hostile_site: Datasette, path: str) -> None:
    rows = read_csv(get(hostile_site, path))
    found = objects(rows)
    assert {row["title"] for row in found} >= {text.replace("\x00", "") for text in FORMULAS}
    cells = [cell for row in rows for cell in row]
    assert [
        cell for cell in cells if cell.lstrip().startswith(SIGNS) and not cell.lstrip("-").isdigit()
    ] == []


@pytest.mark.parametrize(
    "path", ["/tim.xlsx?than=1", "/archive/articles.xlsx", "/archive.xlsx?sql=select+*+from+articles"]
)
def test_every_text_in_an_excel_file_is_a_text(hostile_site: Datasette, path: str) -> None:
    book = workbook(get(hostile_site, path))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert [cell for cell in cells if cell.hyperlink] == []
    titles = {row["title"] for row in sheet_rows(book)}
    assert titles >= {text.replace("\r", "\n") for text in FORMULAS}
    assert max(len(cell.value) for cell in cells if isinstance(cell.value, str)) <= LONGEST_CELL
    assert [cell for cell in cells if isinstance(cell.value, str) and "\x00" in cell.value] == []
    bodies = [row["body"] for row in sheet_rows(book)]
    assert sum(str(body).endswith("[cắt bớt, cut]") for body in bodies) >= len(FORMULAS)
    assert "Cắt bớt · Cut" in [row[0].value for row in book.worksheets[1].iter_rows()]


def test_an_excel_file_has_dates_as_dates_and_its_header_stays_in_sight(site: Datasette) -> None:
    book = workbook(get(site, "/tim.xlsx?q=khoán+rừng"))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    (row,) = (row for row in sheet_rows(book) if row["title"] == FOREST.title)
    assert row["published_at"] == datetime(2023, 3, 13, 15, 40)
    assert row["last_captured_at"] == datetime(2023, 11, 20, 10, 10)  # in Vietnam
    assert row["words"] > 100
    assert row["id"] == str(row_id("backan", FOREST.key))  # Excel has no 16th digit
    about = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert about["Tìm · Search"] == "“khoán rừng”"
    assert about["Địa chỉ · Address"].startswith("http://localhost/?q=")


def test_what_excel_cannot_hold_is_written_as_text(tmp_path: Path) -> None:
    book = Workbook("[x]:*?/\\'" * 9, ["a", EVIL])
    odd = ["0001-01-01", "2023-02-30", "9999-12-31T23:59:59-07:00", float("inf"), float("nan"), b"\x00\x01"]
    book.write(
        [[value, {"$base64": True}] for value in [*odd, 10**15, "_x0041_", "😀" * LONGEST_CELL, 1.5, -3]]
    )
    with book.finish({}) as file:
        sheet = openpyxl.load_workbook(file).worksheets[0]
    values = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    values[7] = unescape(values[7])  # as Excel does, of what looks like one of its escapes
    assert values[:8] == [
        "0001-01-01",
        "2023-02-30",
        odd[2],
        "inf",
        "nan",
        "<2 byte>",
        str(10**15),
        "_x0041_",
    ]
    assert values[8].startswith("😀😀")
    assert len(values[8].encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert values[9:] == [1.5, -3]


def test_an_export_ends_when_nobody_waits_for_it_any_more(site: Datasette) -> None:
    sent = list[dict[str, Any]]()

    async def ask() -> None:
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if message.get("body"):
                gone.set()
            await asyncio.sleep(0)

        scope = {
            "type": "http", "method": "GET", "path": "/tim.ndjson", "raw_path": b"/tim.ndjson",
            "query_string": b"q=che", "headers": [(b"host", b"localhost")], "scheme": "http", "http_version": "1.1",
            "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        }  # fmt: skip
        await site.app()(scope, receive, send)

    asyncio.run(ask())
    rows = b"".join(message.get("body", b"") for message in sent).count(b"\n")
    assert 0 < rows < MANY
