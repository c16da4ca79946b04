"""The questions of metadata.yaml that have a form, asked of the sample archive."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette
from sample_archive import fill
from shown import get, serving

from archive.serve import CONFIGURATION
from archive.site.catalogue import described
from archive.store import Archive

METADATA = described(CONFIGURATION / "metadata.yaml")
QUERIES: dict[str, dict[str, Any]] = METADATA["queries"]

# What a reader might type, and what must come of it: a column of the first row, and its value.
ASKED: list[tuple[str, dict[str, str], str, object]] = [
    ("bai-ve-mot-noi", {"place": "quang khe"}, "places", "Quảng Khê"),
    ("bai-ve-mot-noi", {"place": "01924", "from": "2023", "to": "2023-03"}, "portal", "backan"),
    ("bai-ve-mot-noi", {"place": "Chợ Đồn"}, "places", "Xuân Lạc"),
    ("bai-da-sua", {"portal": "backan"}, "words_added", 1),
    ("bai-da-sua", {"from": "2023-11", "to": "2023-11"}, "words_taken", 1),
    ("bai-da-go-theo-thang", {"portal": "backan"}, "month", "2023-11"),
    ("van-ban-duoc-dan-nhieu", {"year": "2023", "kind": "ke hoach"}, "number", "125/KH-UBND"),
    ("bai-dan-van-ban", {"number": "125/kh"}, "as_written", "125/KH-UBND"),
    ("noi-duoc-noi-toi", {"year": "2021", "kind": "xã"}, "name", "Xuân Lạc"),
    ("nguoi-duoc-neu-ten", {"year": "2023"}, "name", "Triệu Văn Đông"),
    ("nguon-duoc-dan", {"portal": "mic", "year": "2023"}, "source", "danviet.vn"),
    ("bai-theo-tac-gia", {"author": "hoang hue"}, "year", "2019"),
    (
        "bai-dai-bai-ngan",
        {"portal": "mic"},
        "title",
        "Đến năm 2025 Bắc Kạn phấn đấu tăng thêm 52 xã đạt chuẩn NTM",
    ),
    ("bai-dai-bai-ngan", {"shortest": "1", "year": "2021"}, "portal", "backan"),
    ("ngay-nay-nam-xua", {"day": "13/3"}, "section", "Kinh tế - Xã hội"),
    ("tu-theo-thang", {"q": '"nong thon moi" -hiến', "portal": "mic"}, "month", "2023-10"),
    ("hai-tu-gan-nhau", {"one": "cháy", "two": "rừng", "distance": "1"}, "month", "2023-03"),
    ("ngay-nhieu-bai", {"times": "1", "portal": "mic"}, "usual", 1.0),
    ("lan-luu-hong", {"crawl": "backan", "outcome": "failed"}, "note", "HTTP 500"),
    ("dia-chi-luu-nhieu-lan", {"times": "1", "part": "ho-ba-be"}, "captures", 2),
    ("tep-kem-theo-loai", {"portal": "backan"}, "type", "pdf"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder = tmp_path_factory.mktemp("questions")
    with Archive(fill(folder / "archive.db")) as archive:
        archive.db.execute(
            """insert into captures(url, portal, captured_at, status, crawl, outcome, note, replaced, whole)
            values ('https://backan.gov.vn/x', 'backan', '2023-11-20T03:05:00Z', 500, 'backan-20231120',
                'failed', 'HTTP 500', 0, 1)"""
        )
        archive.db.conn.commit()
    with serving(folder) as datasette:
        yield datasette


def rows(site: Datasette, name: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    response = get(site, f"/archive/{name}.json?{urlencode({'_shape': 'array', **fields})}")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


def test_there_are_questions_enough() -> None:
    assert len(QUERIES) >= 14
    documented = {name for name, query in QUERIES.items() if "columns" in query}  # tests/test_questions.py
    assert {name for name, *_ in ASKED} | documented == set(QUERIES)


@pytest.mark.parametrize(("name", "fields", "column", "value"), ASKED)
def test_a_question_is_answered(
    site: Datasette, name: str, fields: dict[str, str], column: str, value: object
) -> None:
    found = rows(site, name, fields)
    assert found, f"{name} finds nothing"
    assert value in str(found[0][column]) if isinstance(value, str) else found[0][column] == value


@pytest.mark.parametrize("name", QUERIES)
def test_a_question_without_anything_typed_is_answered(site: Datasette, name: str) -> None:
    assert isinstance(rows(site, name, {}), list)
    html = get(site, f"/archive/{name}").text
    assert QUERIES[name]["title"].split(" · ")[0] in html


def test_months_are_those_of_vietnam(tmp_path: Path) -> None:
    with Archive(fill(tmp_path / "archive.db")) as archive:
        archive.db.execute("update articles set gone_at = '2024-02-29T17:30:00Z' where gone_at is not null")
        archive.db.conn.commit()
    with serving(tmp_path) as datasette:
        found = rows(datasette, "bai-da-go-theo-thang", {"portal": ""})
    assert [row["month"] for row in found] == ["2024-03"], "at half past midnight of the first of March"


@pytest.mark.parametrize("name", QUERIES)
def test_nonsense_in_every_field_is_no_error(site: Datasette, name: str) -> None:
    for nonsense in ('"', "x' or 1=1 --", "NEAR(", "31/02", "-1", "%"):
        rows(site, name, dict.fromkeys(QUERIES[name]["fields"], nonsense))


@pytest.mark.parametrize("name", QUERIES)
def test_every_field_of_a_form_has_a_label_in_both_languages(site: Datasette, name: str) -> None:
    query = QUERIES[name]
    html = get(site, f"/archive/{name}").text
    for field, label in query["fields"].items():
        assert f":{field}" in query["sql"]
        assert f'name="{field}"' in html
        assert len(label.split(" · ")) == 2
    for text in (query["title"], query["description"]):
        assert len(text.split(" · ")) == 2
    assert html.count('<label for="qp') == len(query["fields"])


def test_an_article_found_by_a_question_leads_to_its_page(site: Datasette) -> None:
    article = rows(site, "bai-ve-mot-noi", {"place": "Quảng Khê"})[0]["article"]
    assert (
        f'<a href="/bai/{article}">' in get(site, "/archive/bai-ve-mot-noi?place=Qu%E1%BA%A3ng+Kh%C3%AA").text
    )


def test_a_document_and_a_place_found_by_a_question_lead_to_all_about_them(site: Datasette) -> None:
    assert '<a href="/archive/documents/' in get(site, "/archive/van-ban-duoc-dan-nhieu").text
    assert '<a href="/archive/places/01924">Quảng Khê</a>' in get(site, "/archive/noi-duoc-noi-toi").text


def test_questions_come_first_on_the_page_of_the_data(site: Datasette) -> None:
    html = get(site, "/archive").text
    assert html.index(QUERIES["bai-ve-mot-noi"]["title"].split(" · ")[0]) < html.index('id="tables"')
    assert "articles_fts" not in html
    assert "_sqlite_migrations" not in html
    assert METADATA["tables"]["places"]["description"].split(" · ")[0] in html


def test_datasettes_own_words_are_in_the_readers_language(site: Datasette) -> None:
    html = get(site, "/archive/articles").text
    assert 'value="Lọc · Apply"' in html
    assert "This data as" not in html
    english = asyncio.run(site.client.get("/archive/articles", cookies={"lang": "en"})).text
    assert 'value="Apply"' in english
