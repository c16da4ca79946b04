"""The front page and the results, as a page and for programs."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest
from datasette.app import Datasette
from sample_archive import FOREST, fill, take_in
from shown import FOREST_ID, HOSTILE, Tags, get, serving

from archive.search import COUNTED
from archive.store import Archive


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder: Path = tmp_path_factory.mktemp("data")
    with Archive(fill(folder / "archive.db")) as archive:
        take_in(archive, "backan", HOSTILE)
    yield from shown(folder)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    """41 articles of one text on two portals, over four years."""
    folder: Path = tmp_path_factory.mktemp("many")
    with Archive(fill(folder / "archive.db")) as archive:
        for number in range(41):
            day = f"20{20 + number % 4}-{1 + number % 12:02}-11"
            article = replace(
                FOREST, key=f"k{number}", url=f"https://backan.gov.vn/{number}", published_at=day
            )
            take_in(archive, "backan" if number % 2 else "mic", article)
    yield from shown(folder)


def shown(folder: Path) -> Iterator[Datasette]:
    with serving(folder) as datasette:
        yield datasette


def titles(site: Datasette, query: str) -> list[str]:
    return [hit["title"] for hit in get(site, f"/tim.json?{query}").json()["hits"]]


def link(html: str, pattern: str) -> str:
    """The address of the first link that looks like this."""
    addresses = [attrs.get("href") or "" for tag, attrs in Tags(html).elements if tag == "a"]
    return next(address for address in addresses if re.search(pattern, address))


def test_the_front_page_is_a_search_box_with_the_newest_articles(site: Datasette) -> None:
    html = get(site, "/").text
    assert ("input", "q") in [(tag, attrs.get("name")) for tag, attrs in Tags(html).elements]
    assert "16 bài" in html
    assert "Sở Nội vụ tỉnh Bắc Kạn" in html
    assert html.index("Đến năm 2025") < html.index("Tỉnh Bắc Kạn phấn đấu thêm 17 xã")
    assert '<html lang="vi">' in html


def test_results_show_marked_passages_that_lead_to_their_article(site: Datasette) -> None:
    html = get(site, "/?q=rung+phong+ho").text
    assert f'href="/bai/{FOREST_ID}?q=rung+phong+ho"' in html
    assert "Bảo vệ <mark>rừng phòng hộ</mark>" in html


def test_hits_with_other_accents_follow_under_a_line_that_says_so(site: Datasette) -> None:
    html = get(site, "/?q=%C4%91%E1%BB%93ng").text
    line = "Không phân biệt dấu"
    assert html.index("<mark>đồng</mark>") < html.index(line) < html.index("<mark>động</mark>")
    assert line not in get(site, "/?q=%C4%91%E1%BB%93ng&exact=1").text


def test_stories_of_one_title_are_told_apart_by_their_addresses(site: Datasette) -> None:
    html = get(site, "/?q=rung+phong+ho").text
    assert f'<p class="address">{FOREST.url.removeprefix("https://")}</p>' in html


@pytest.mark.parametrize("query", ["q=", "q=+&from=", "from=&to=&sort=relevance"])
def test_an_empty_box_is_the_front_page(site: Datasette, query: str) -> None:
    answer = get(site, f"/?{query}")
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    assert "Bài mới nhất" in get(site, "/").text


def test_the_empty_fields_of_a_form_do_not_stay_in_the_address(site: Datasette) -> None:
    answer = get(site, "/?q=r%E1%BB%ABng&from=&to=2023&sort=relevance&gone=")
    assert answer.headers["location"] == "/?q=r%E1%BB%ABng&to=2023"


@pytest.mark.parametrize("q", ["", "r%E1%BB%ABng"])
def test_a_mistyped_date_is_told_also_where_other_fields_are_empty(site: Datasette, q: str) -> None:
    answer = get(site, f"/?q={q}&from=31/02/2021&to=&sort=relevance")
    page = get(site, answer.headers["location"])
    assert page.status_code == 200, "it leads there at once"
    assert "Bỏ qua vì không hợp lệ" in page.text
    assert "<code>from=31/02/2021</code>" in page.text


def test_results_can_be_filtered_and_sorted(site: Datasette) -> None:
    assert titles(site, "q=bac+kan&portal=mic&from=2023") == [
        "Đến năm 2025 Bắc Kạn phấn đấu tăng thêm 52 xã đạt chuẩn NTM"
    ]
    assert titles(site, "q=bac&sort=newest") == titles(site, "q=bac&sort=oldest")[::-1]
    html = get(site, "/?q=bac&portal=mic&portal=backan&from=2019&to=3/2023&sort=newest").text
    assert '<option value="newest" selected>' in html
    assert 'value="2019"' in html
    assert 'value="2023-03"' in html
    hidden = [attrs["value"] for tag, attrs in Tags(html).elements if attrs.get("type") == "hidden"]
    assert hidden == ["mic", "backan"], "the form keeps the filters"


def test_without_words_the_articles_that_pass_the_filters_are_listed(site: Datasette) -> None:
    html = get(site, "/?portal=sonoivu").text
    assert html.index("Chỉ số cải cách") < html.index("Kế hoạch tuyển dụng") < html.index("Một số kết quả")


def test_each_filter_shows_how_many_it_would_leave(many: Datasette) -> None:
    html = get(many, "/?q=rung+phong+ho").text
    for portal, count in (("mic", 21), ("backan", 21)):
        address = link(html, f"portal={portal}$")
        assert re.search(
            rf'{re.escape(address.replace("&", "&amp;"))}.*?<span class="n">{count}</span>', html, re.S
        )
        narrowed = get(many, address).text
        assert f"<strong>{count} bài" in narrowed
        assert link(narrowed, r"^/\?q=rung\+phong\+ho$"), "and it can be dropped again"


@pytest.mark.parametrize(
    ("faceted", "said"),
    [
        (10_000, "Địa danh, người và văn bản chỉ đếm trong 7 bài mới nhất."),
        (30, "Đếm trong 30 bài mới nhất; địa danh, người và văn bản chỉ trong 7 bài mới nhất."),
    ],
)
def test_what_is_counted_among_fewer_articles_says_so(
    many: Datasette, monkeypatch: pytest.MonkeyPatch, faceted: int, said: str
) -> None:
    module = import_module("archive.search.facets")
    html = get(many, "/?q=rung+phong+ho").text
    assert "chỉ đếm" not in html, "of all of them where there are few"
    assert '<span class="n">42</span>' in html
    monkeypatch.setattr(module, "MENTIONED", 7)
    monkeypatch.setattr(module, "FACETED", faceted)
    html = get(many, "/?q=rung+phong+ho").text
    assert f'<p class="small">{said}<span class="en" lang="en"> ' in html
    assert "among the newest 7 only." in html
    assert '<span class="n">7</span>' in html


def test_pages_follow_each_other_by_key_and_keep_the_filters(many: Datasette) -> None:
    address, seen = "/?q=rung+phong+ho&from=2020&limit=15&sort=newest", list[str]()
    for _ in range(3):
        html = get(many, address).text
        seen += re.findall(r'<h2><a href="/bai/(\d+)', html)
        if 'rel="next"' in html:
            address = next(
                attrs["href"] or "" for tag, attrs in Tags(html).elements if attrs.get("rel") == "next"
            )
            assert "from=2020" in address
    assert len(seen) == len(set(seen)) == 42
    assert 'rel="first" href="/?q=rung+phong+ho&amp;from=2020&amp;sort=newest&amp;limit=15"' in html


def test_programs_page_by_key_too(many: Datasette) -> None:
    address: str | None = "/tim.json?q=rung+phong+ho&limit=10"
    found = []
    while address:
        answer = get(many, address).json()
        found += [hit["id"] for hit in answer["hits"]]
        address = answer["next_address"]
    assert len(found) == len(set(found)) == answer["total"] == 42


def test_a_key_that_is_broken_is_told_in_a_sentence(site: Datasette) -> None:
    answer = get(site, "/?q=rung&after=nonsense")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_the_chart_leads_to_the_articles_of_a_year_and_then_of_a_month(many: Datasette) -> None:
    html = get(many, "/?q=rung+phong+ho").text
    bar = link(html, "from=2021")
    assert 'class="timeline"' in html
    assert 0 < len(titles(many, bar.partition("?")[2])) < 42


def test_what_makes_no_sense_is_named(site: Datasette) -> None:
    html = get(site, "/?q=rung&from=h%C3%B4m+nay").text
    assert "from=hôm nay" in html
    assert "Bỏ qua vì không hợp lệ" in html


def test_a_search_that_finds_nothing_says_which_word_and_what_comes_close(site: Datasette) -> None:
    html = unescape(get(site, "/?q=phong+rungg").text)
    assert "Không tìm thấy bài nào" in html
    assert "<strong>rungg</strong>" in html
    assert re.search(r'class="instead" href="/\?q=[^"]*">phong r[uừ]ng<', html)


def test_a_search_that_the_filters_empty_offers_to_drop_them(site: Datasette) -> None:
    html = get(site, "/?q=rung+phong+ho&portal=mic").text
    assert "Bỏ bộ lọc thì có 1 bài" in html
    assert 'href="/?q=rung+phong+ho"' in html


@pytest.mark.parametrize(
    "query",
    [
        "q=", "q=%22", "q=-", "q=NEAR(", "q=%00", "q=%ED%A0%80", "q=a&after=-1", "q=a&after=%00", "portal=%00",
        "q=a&from=x", "q=a&from=0&to=99999", "q=a&sort=x", "q=a&portal=%27", "q=a&limit=1e9", "document=1e5",
        "q=" + "a+" * 200, "q=15/2020/N%C4%90-CP", "place=%27%22%3E&author=" + "%F0%9F%98%80" * 500,
        "&".join(f"section=s{n}" for n in range(300)), "from=2023&to=2019", "gone=2", "document=9999999999999999",
    ],
)  # fmt: skip
def test_whatever_is_typed_brings_a_page(site: Datasette, query: str) -> None:
    for path in ("/", "/tim.json"):
        assert get(site, f"{path}?{query}").status_code in (200, 302, 400)


def test_a_query_that_asks_for_nothing_is_answered_with_a_sentence(site: Datasette) -> None:
    assert "Hãy nhập ít nhất một từ" in get(site, "/?q=%22").text
    answer = get(site, "/?q=-l%C5%A9")
    assert answer.status_code == 400
    assert "Hãy thêm ít nhất một từ" in answer.text
    assert "Add at least one word" in get(site, "/tim.json?q=-l%C5%A9").json()["error"]


def test_search_answers_programs_in_json(site: Datasette) -> None:
    answer = get(site, "/tim.json?q=quy%E1%BA%BFt+%C4%91%E1%BB%8Bnh+1719")
    assert answer.headers["content-type"].startswith("application/json")
    (hit,) = answer.json()["hits"]
    assert answer.json()["total"] == 1
    assert hit["page"] == f"/bai/{FOREST_ID}"
    start, end = hit["snippet_matches"][0]
    assert hit["snippet"][start:end].lower() == "quyết định"


def test_a_page_of_results_stays_small(many: Datasette) -> None:
    assert COUNTED >= 100
    assert len(get(many, "/?q=rung+phong+ho&limit=20").content) < 100_000
