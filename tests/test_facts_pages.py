"""What the texts say, as readers see it: on the page of an article, as a filter, on the page of a person."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from datasette.app import Datasette
from made_facts import DONG, NAMESAKE, make_facts
from sample_archive import FOREST, fill, take_in
from shown import EVIL, FOREST_ID, Tags, get, serving

from archive.site.things import COUNTED, thing
from archive.store import Archive


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("said")
    make_facts(fill(folder / "archive.db"))
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Datasette]:
    with serving(data) as datasette:
        yield datasette


def section(html: str, id: str = "said") -> str:
    return html[html.index(f'<section class="named" aria-labelledby="{id}">') :].partition("</section>")[0]


def test_people_stand_under_an_article_with_their_office_and_lead_to_their_page(site: Datasette) -> None:
    named = section(get(site, f"/bai/{FOREST_ID}").text)
    assert re.search(
        rf'<a href="/archive/people/{DONG}">Triệu Văn Đông</a>, <span class="office">tổ trưởng</span>', named
    )
    assert f'<a href="/archive/people/{DONG}">' in get(site, f"/bai/{FOREST_ID}").text


def test_a_person_is_marked_in_the_text_with_name_and_office(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}").text
    start = FOREST.body.index("Triệu Văn Đông")
    assert (
        f'<a class="fact" href="/archive/people/{DONG}" title="Người · Person: Triệu Văn Đông, tổ trưởng" '
        f'id="body-{start}">Triệu Văn Đông</a>' in html
    )


def test_a_figure_is_written_as_vietnamese_write_it_and_leads_to_its_place(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}").text
    start = FOREST.body.index("400.000")
    assert f'<span class="said" id="body-{start}">400.000 đồng</span>' in html
    row = re.search(rf'<tr><td><a href="#body-{start}" title="400.000 đồng">(.*?)</tr>', html)
    assert row
    assert re.sub("<[^>]+>", "|", row[1]).split("|")[0] == "400.000"
    assert "mỗi héc-ta rừng" in row[1]
    assert "<td>đồng/năm</td>" in row[1]
    hedged = FOREST.lead or ""
    assert f'<a href="#lead-{hedged.index("hơn")}" title="hơn 3.400 ha"><small>hơn</small> 3.400</a>' in html
    assert "<small>hơn</small> 10,5</a>" in html


def test_every_anchor_that_is_led_to_is_there_once(site: Datasette) -> None:
    tags = Tags(get(site, f"/bai/{FOREST_ID}").text).elements
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    targets = {a["href"][1:] for _, a in tags if (a.get("href") or "").startswith("#") and a["href"] != "#"}
    assert len(targets) > 5
    assert targets <= set(ids)


def test_a_caption_is_marked_too_and_stays_one_link_where_its_image_is_not_held(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}").text
    item = re.search(r"<li><a href=\"[^\"]*tuan-tra.jpg\"[^>]*>(.*?)</a>", html)
    assert item
    assert re.search(r'<span id="caption-1-\d+">Nà Mằm</span>', item[1])
    assert "<a " not in item[1]


def test_a_standard_is_told_with_its_place_and_year(site: Datasette) -> None:
    named = section(get(site, f"/bai/{FOREST_ID}").text)
    assert '<a href="/?place=01924">xã Quảng Khê</a>: nông thôn mới, 2019' in named


def test_an_older_version_tells_nothing_of_the_newest_text(site: Datasette) -> None:
    html = get(site, f"/bai/{FOREST_ID}?v=1").text
    assert 'aria-labelledby="said"' not in html
    assert 'class="said"' not in html


def test_many_figures_are_folded_and_the_table_has_the_rest(data: Path, tmp_path: Path) -> None:
    body = "\n\n".join(f"Hộ thứ {n} nuôi {n} con lợn và trồng {n} cây quế." for n in range(200, 500))
    path = fill(tmp_path / "archive.db")
    with Archive(path) as archive:
        id = take_in(archive, "backan", replace(FOREST, key="many", url="https://backan.gov.vn/m", body=body))
        archive.db.execute("delete from figures where article = ?", [id])
        for n, match in enumerate(re.finditer(r"\d+ con lợn", body)):
            archive.db.execute(
                'insert into figures (article, field, start, "end", value, unit, text) '
                "values (?, 'body', ?, ?, ?, 'con', ?)",
                [id, match.start(), match.end(), 200 + n, match[0]],
            )
        archive.db.conn.commit()
    with serving(tmp_path) as site:
        html = get(site, f"/bai/{id}").text
    assert '<details class="figures">' in html
    assert html.count("con</td>") == 60
    assert f'<a href="/archive/figures?article={id}">và 240 nữa' in html
    assert len(html.encode()) < 100_000


def test_results_are_filtered_by_person_and_lead_to_the_person(site: Datasette) -> None:
    html = get(site, f"/?person={DONG}").text
    assert "2 bài" in re.sub("<[^>]+>", "", html)
    assert f'href="/archive/people/{DONG}">Tất cả về Triệu Văn Đông' in html
    assert "Triệu Văn Đông (Nà Mằm) <span aria-hidden" in html, "the name, not the id, in what is filtered by"
    other = get(site, "/?q=rung").text
    assert re.search(rf'<a rel="nofollow" href="/\?q=rung&amp;person={DONG}"><span>Triệu Văn Đông', other)


def test_a_person_who_makes_no_sense_is_named_and_left_out(site: Datasette) -> None:
    assert "<code>person=x</code>" in get(site, "/?q=rung&person=x").text


def test_an_archive_of_before_is_searched_without_people(tmp_path: Path) -> None:
    fill(tmp_path / "archive.db")
    with sqlite3.connect(tmp_path / "archive.db") as connection:
        for view in ("people_named", "offices_held"):
            connection.execute(f"drop view {view}")
        for table in ("article_people", "people"):
            connection.execute(f"drop table {table}")
    connection.close()
    with serving(tmp_path) as site:
        assert get(site, "/?q=rung").status_code == 200
        assert "Không tìm thấy" in get(site, "/?person=1").text


def test_the_page_of_a_person_has_offices_years_articles_and_namesakes(site: Datasette) -> None:
    html = get(site, f"/archive/people/{DONG}").text
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))
    assert re.search(r"<h1>Triệu Văn Đông <small>Nà Mằm</small></h1>", html)
    assert "2019 lễ tân 1" in text
    assert "2023 tổ trưởng 1" in text
    assert text.index("2019 lễ tân") < text.index("2023 tổ trưởng")
    assert f'href="/?person={DONG}&amp;from=2019&amp;to=2019"' in html
    assert re.search(r"bà con thấy khói là gọi điện ngay”, ông <mark>Triệu Văn Đông</mark>, tổ trưởng", html)
    assert f'<a href="/archive/people/{NAMESAKE}">Triệu Văn Đông</a>, Pác Nặm' in html
    assert html.index(FOREST.title) < html.index("Lễ hội Lồng tồng"), "the newest first"


def test_the_page_of_a_place_has_its_standards_portals_and_what_was_said(site: Datasette) -> None:
    html = get(site, "/archive/places/01924").text
    assert "<h1>xã Quảng Khê" in html
    assert re.search(rf'<td>2019</td><td>nông thôn mới</td><td><a href="/bai/{FOREST_ID}">', html)
    assert "| <mark>Quảng Khê</mark> | 187 | 1.105 |" in html
    province = get(site, "/archive/places/06").text
    assert '<a href="/?place=06&amp;portal=mic">' in province
    assert '<a href="/?place=06&amp;portal=mic&amp;from=2023&amp;to=2023">2023</a>' in province


def test_the_page_of_a_document_has_the_articles_that_cite_it(site: Datasette, data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as connection:
        (id,) = connection.execute("select id from documents where number = '1719/QĐ-TTg'").fetchone()
    connection.close()
    html = get(site, f"/archive/documents/{id}").text
    assert "<h1>Quyết định 1719/QĐ-TTg" in html
    assert "<title>Quyết định 1719/QĐ-TTg" in html
    assert "Quyết định số <mark>1719/QĐ-TTg</mark> và Kế hoạch số 125/KH-UBND" in html


def test_other_rows_keep_their_page(site: Datasette) -> None:
    assert f": {FOREST_ID}</h1>" in get(site, f"/archive/articles/{FOREST_ID}").text
    assert get(site, "/archive/people/1").status_code == 404


def test_what_too_many_articles_tell_of_is_left_to_the_search(data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) "
            "insert into article_places (article, place, field, start) select i, '06', 'body', 0 from n",
            [COUNTED + 1],
        )
        found = thing(connection, "places", "06")
        connection.rollback()
    connection.close()
    assert found
    assert (found.capped, found.articles, found.newest) == (True, COUNTED, ())


@pytest.mark.parametrize("table", ["figures", "people", "article_people", "article_standards"])
def test_the_tables_are_told_in_both_languages_and_filtered_by_facets(site: Datasette, table: str) -> None:
    html = get(site, f"/archive/{table}").text
    assert '<span class="en"' in html
    assert "no such column" not in html


def test_a_value_is_formatted_in_the_table_and_left_alone_for_programs(site: Datasette) -> None:
    page = get(site, "/archive/figures?unit=đồng").text
    assert ">75.000.000.000<" in page
    assert ">10,5<" in get(site, "/archive/figures?unit=km").text
    rows = get(site, "/archive/figures.json?unit=đồng&_shape=array").json()
    assert [row["value"] for row in rows] == [75_000_000_000]
    assert ",75000000000," in get(site, "/archive/figures.csv?unit=đồng").text


def test_hostile_facts_stay_text(tmp_path: Path) -> None:
    path = fill(tmp_path / "archive.db")
    make_facts(path)
    with sqlite3.connect(path) as connection:
        connection.execute("update people set name = ?, affiliation = ?", [EVIL, EVIL])
        connection.execute("update article_people set office = ?, honorific = ?", [EVIL, EVIL])
        connection.execute(
            "update figures set unit = ?, subject = ?, hedge = ?, giver = ?, text = ?", [EVIL] * 5
        )
        connection.execute("update article_standards set standard = ?", [EVIL])
    connection.close()
    with serving(tmp_path) as site:
        for page in (f"/bai/{FOREST_ID}", f"/archive/people/{DONG}", "/archive/places/01924",
                     f"/?person={DONG}", "/archive/figures"):  # fmt: skip
            tags = Tags(get(site, page).text)
            assert not [a for _, a in tags.elements if a.get("src") == "x" or "onerror" in a], page
            assert not [script for script in tags.scripts if "alert(" in script], page
