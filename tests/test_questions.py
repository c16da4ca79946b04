"""The questions of docs/questions.md: what they answer to articles whose facts were read out of them by hand.

`questions/NAME.json` has what is typed into the form and every row of the answer; columns that are left out
there (ids, mostly) may hold anything. docs/questions.md shows these answers.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import newsroom
import pytest
from datasette.app import Datasette
from shown import get, serving

from archive.serve import CONFIGURATION
from archive.site.catalogue import described

ANSWERS = Path(__file__).parent / "questions"
QUERIES: dict[str, dict[str, Any]] = described(CONFIGURATION / "metadata.yaml")["queries"]
ANSWERED = sorted(name for name, query in QUERIES.items() if "columns" in query)
# What a question of the issue is answered by.
NEEDED = {
    "xa-dat-chuan", "tien-ai-cho", "ai-giu-chuc-gi", "van-ban-duoc-dan-nhieu", "tin-nhieu-cong-dang",
    "bai-ve-mot-noi", "bai-da-sua",
}  # fmt: skip
CHANGED = "idx_versions_changed"  # has the changes alone


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder = tmp_path_factory.mktemp("newsroom")
    newsroom.fill(folder / "archive.db")
    with serving(folder) as datasette:
        yield datasette


def asked(site: Datasette, name: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    response = get(site, f"/archive/{name}.json?{urlencode({'_shape': 'array', **fields})}")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return found


def test_every_question_that_is_documented_has_an_answer_made_by_hand() -> None:
    assert [path.stem for path in sorted(ANSWERS.glob("*.json"))] == ANSWERED
    assert set(ANSWERED) >= NEEDED


@pytest.mark.parametrize("name", ANSWERED)
def test_the_answer_is_that_which_the_articles_give(site: Datasette, name: str) -> None:
    answer = json.loads((ANSWERS / f"{name}.json").read_text("utf-8"))
    found = asked(site, name, answer["fields"])
    shown = [
        {column: row[column] for column in expected}
        for row, expected in zip(found, answer["rows"], strict=False)
    ]
    assert shown == answer["rows"]
    assert len(found) == len(answer["rows"])


@pytest.mark.parametrize("name", ANSWERED)
def test_every_column_of_an_answer_is_explained_in_both_languages(site: Datasette, name: str) -> None:
    answer = json.loads((ANSWERS / f"{name}.json").read_text("utf-8"))
    columns = QUERIES[name]["columns"]
    assert list(asked(site, name, answer["fields"])[0]) == list(columns)
    assert all(len(meaning.split(" · ")) == 2 for meaning in columns.values())
    html = get(site, f"/archive/{name}").text
    for meaning in columns.values():
        assert meaning.split(" · ")[0] in html.replace("&#34;", '"')


def test_fields_narrow_the_answers(site: Datasette) -> None:
    assert [row["name"] for row in asked(site, "xa-dat-chuan", {"year": "2018"})] == ["Đông Viên"]
    assert [row["year"] for row in asked(site, "xa-dat-chuan", {"place": "bach thong"})] == [2020]
    assert asked(site, "xa-dat-chuan", {"standard": "đô thị văn minh"}) == []
    given = asked(site, "tien-ai-cho", {"giver": "cong an"})
    assert [(row["year"], row["total"]) for row in given] == [(2020, 120_000_000), (2018, 900_000_000)]
    assert [row["giver"] for row in asked(site, "tien-ai-cho", {"year": "2018"})] == ["Công an tỉnh"]
    held = asked(site, "ai-giu-chuc-gi", {"name": "ha thi mo"})
    assert [(row["office"], row["articles"]) for row in held] == [("Chủ tịch UBND xã Quang Thuận", 3)]
    assert [row["office"] for row in asked(site, "ai-giu-chuc-gi", {"year": "2020"})] == []
    assert asked(site, "tin-nhieu-cong-dang", {"portals": "4"}) == []
    assert asked(site, "tin-nhieu-cong-dang", {"year": "2021"}) == []
    large = asked(site, "con-so-theo-don-vi", {"unit": "đồng", "least": "1000000000"})
    assert [row["value"] for row in large] == [3_600_000_000] * 3


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_no_question_reads_every_article(site: Datasette, name: str) -> None:
    """Where all articles or versions must be passed by, then in an index that has what is asked of them."""
    sql, params = QUERIES[name]["sql"], dict.fromkeys(QUERIES[name]["fields"], "")

    def plan(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for row in connection.execute(f"explain query plan {sql}", params)]

    steps = asyncio.run(site.get_database("archive").execute_fn(plan))
    named = re.findall(r"\b(?:from|join) (articles|versions)(?: as (\w+))?", sql)
    large = {alias or table for table, alias in named}
    scans = [step for step in steps if (scan := re.match(r"SCAN (\w+)", step)) and scan[1] in large]
    assert [step for step in scans if "COVERING INDEX" not in step and CHANGED not in step] == []


def test_an_answer_leads_to_persons_and_places(site: Datasette) -> None:
    assert re.search(
        r'<a href="/archive/people/\d+">Nông Văn Kiên</a>', get(site, "/archive/ai-giu-chuc-gi").text
    )
    assert '<a href="/archive/places/' in get(site, "/archive/xa-dat-chuan").text
    assert ">900.000.000<" in get(site, "/archive/tien-ai-cho").text
