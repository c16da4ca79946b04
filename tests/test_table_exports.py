import asyncio
import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from following import take_hostile
from reading_exports import MANY, many, objects, read_csv, sheet_rows, workbook
from sample_archive import fill
from shown import get, serving

from archive.site.exports.guarded_csv import MARK
from archive.site.options import Site
from archive.site.password import hashed
from archive.store import Archive


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


def test_csv_of_a_query_cannot_hide_a_formula_behind_a_mark_of_its_own(hostile_site: Datasette) -> None:
    sql = f"select '=1+1' as \"{MARK}a\", '-1' as n, 2.5 as f, '@x' as \"=b\""
    text = get(hostile_site, f"/archive.csv?sql={quote(sql)}&_dl=1").content.decode()
    assert list(csv.reader(io.StringIO(text[1:]))) == [
        [f"{MARK}a", "n", "f", "'=b"],
        ["'=1+1", "-1", "2.5", "'@x"],
    ]


@pytest.mark.parametrize(
    ("table", "more"),
    [
        *product(
            ("articles", "captures", "versions", "portals"), ("_size=max", "_stream=1", "_size=max&_dl=1")
        ),
        ("articles", "_stream=1&_sort=section"),
        ("articles", "_stream=1&_sort_desc=gone_at"),
        ("articles", "_stream=1&portal=backan&_sort_desc=views"),
        ("articles", "_stream=1&portal=backan&_sort=published_at"),
        ("captures", "_stream=1&_sort_desc=captured_at"),
        ("captures", "_stream=1&_sort=status"),
        ("versions", "_stream=1&_sort=number"),
        ("articles_by_month", "_stream=1"),
    ],
)
def test_csv_of_a_table_opened_again_equals_the_table(site: Datasette, table: str, more: str) -> None:
    found = objects(read_csv(get(site, f"/archive/{table}.csv?{more}")))
    shown = get(site, f"/archive/{table}.json?_size=max&_shape=array&{more}").json()
    assert found == [{k: "" if v is None else str(v) for k, v in row.items()} for row in shown]
    assert found


@pytest.mark.parametrize(
    "sort", ["_sort=section", "_sort_desc=section", "_sort=gone_at", "_sort_desc=words", ""]
)
def test_the_pages_of_a_table_show_every_row_once_where_many_are_alike(site: Datasette, sort: str) -> None:
    seen, path = list[int](), f"/archive/articles.json?_shape=objects&_size=50&_col=section&{sort}"
    while path:
        page = get(site, path).json()
        seen += [row["id"] for row in page["rows"]]
        path = (page["next_url"] or "").removeprefix("http://localhost")
    assert len(seen) == len(set(seen)) == page["filtered_table_rows_count"]


def test_hostile_rows_of_a_table_come_back_as_they_were(hostile_site: Datasette) -> None:
    found = objects(read_csv(get(hostile_site, "/archive/articles.csv?_stream=1")))
    shown = get(hostile_site, "/archive/articles.json?_size=max&_shape=array&_stream=1").json()
    # Python's csv module reads NUL back, and writes a lone CR within quotes.
    assert [row["title"] for row in found] == [row["title"] for row in shown]
    assert [row["body"] for row in found] == [row["body"] for row in shown]


def test_datasettes_json_is_as_it_was(site: Datasette) -> None:
    for path in ("/archive/articles.json?_shape=array&_nl=on&_size=3", "/archive/articles.json?_size=3"):
        answer = get(site, path)
        assert not answer.text.startswith(MARK)
        assert answer.text.startswith("{")
    assert len(get(site, "/archive/articles.json?_shape=array&_nl=on&_size=3").text.splitlines()) == 3


def test_no_error_and_no_page_is_taken_for_csv(site: Datasette) -> None:
    for path in ("/archive/nowhere.csv", "/archive.csv?sql=nonsense", "/archive/articles.csv?_sort=nope"):
        answer = get(site, path)
        assert answer.status_code >= 400
        assert not answer.text.startswith(MARK)
    assert not get(site, "/archive/articles?_size=2").text.startswith(MARK)


@pytest.mark.parametrize(
    "more",
    [
        "",
        "?_labels=on",
        "?_sort=portal",
        "?_sort_desc=views",
        "?portal=backan&_sort=title&_size=7",
        "?_search=che&_nocol=body",
    ],
)
def test_excel_of_a_table_holds_every_row_that_the_filters_let_through(site: Datasette, more: str) -> None:
    rows = sheet_rows(workbook(get(site, f"/archive/articles.xlsx{more}")))
    join = "&" if more else "?"
    narrowed = more.replace("_labels=on", "").replace("_size=7", "")
    shown = get(site, f"/archive/articles.json{narrowed}{join}_size=max&_shape=array&_stream=1").json()
    assert [row["id"] for row in rows] == [str(row["id"]) for row in shown]
    assert [row["title"] for row in rows] == [row["title"] for row in shown]
    assert set(rows[0]) == set(shown[0])
    assert len(rows) > 20


def test_a_table_of_more_than_a_page_is_whole_behind_a_password_and_a_limit_of_requests(data: Path) -> None:
    sql = "select count(*) as n from captures as a, captures as b"
    with serving(Site(data, password=hashed("mật khẩu"), rate_limit=3)) as site:
        assert get(site, "/archive/captures.xlsx").status_code == 401
        with_password = {"auth": ("ai", "mật khẩu".encode())}
        assert len(sheet_rows(workbook(get(site, "/archive/captures.xlsx", **with_password)))) == MANY + 16
        site._settings["max_returned_rows"] = 50
        found = sheet_rows(workbook(get(site, "/archive/captures.xlsx", **with_password)))
        assert len(found) == MANY + 16
    with serving(data) as site:
        assert sheet_rows(workbook(get(site, f"/archive.xlsx?sql={quote(sql)}"))) == [{"n": (MANY + 16) ** 2}]


def test_excel_of_a_query_has_more_rows_than_its_page_and_keeps_the_limits(site: Datasette) -> None:
    sql = "with recursive t(n) as (select 1 union all select n + 1 from t where n < 700) select n from t"
    assert len(sheet_rows(workbook(get(site, f"/archive.xlsx?sql={quote(sql)}")))) == 700
    endless = "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t"
    assert get(site, f"/archive.xlsx?sql={quote(endless)}").status_code >= 400
    assert get(site, "/archive.xlsx?sql=nonsense").status_code == 400


def test_the_page_of_a_table_links_to_its_excel_file(site: Datasette) -> None:
    assert "/archive/articles.xlsx" in get(site, "/archive/articles?portal=mic").text


@pytest.mark.parametrize("sort", ["", "&_sort=title", "&_sort_desc=words", "&_sort=id", "&portal=backan"])
def test_what_the_search_box_finds_comes_in_the_order_asked_for(site: Datasette, sort: str) -> None:
    path = f"/archive/articles.json?_shape=array&_search=che{sort}"
    every = [row["id"] for row in get(site, f"{path}&_size=max").json()]
    assert [row["id"] for row in get(site, f"{path}&_size=3").json()] == every[:3]
    assert len(every) > 3


def test_of_what_the_search_box_finds_keys_are_sorted_and_no_texts(data: Path) -> None:
    with serving(data) as site:
        site.executor = ThreadPoolExecutor(1)  # and so one connection, whose statements are seen
        get(site, "/archive/articles.json?_size=1")
        seen = list[str]()
        database = site.get_database("archive")
        asyncio.run(database.execute_fn(lambda connection: connection.set_trace_callback(seen.append)))
        get(site, "/archive/articles.json?_search=che&_size=3")
    (rows,) = (sql for sql in seen if ", body," in sql and "limit 4" in sql)
    assert "where id in (select id from articles indexed by idx_articles_listed where" in rows
