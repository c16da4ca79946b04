"""The dashboard: its numbers, its drawings, and what it says when something is missing."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from datasette.app import Datasette
from sample_archive import fill
from shown import serving

from archive.facts.gazetteer import gazetteer
from archive.serve import application
from archive.site import panorama
from archive.site.charts import months_chart, province_map, timeline_chart
from archive.site.charts.drawing import round_scale
from archive.site.charts.map import LARGEST, WIDTH
from archive.site.charts.timeline import following
from archive.site.language import Language
from archive.site.panorama import Held, Month, Told
from archive.store import Archive


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("panorama")
    fill(folder / "archive.db")
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Datasette]:
    with serving(data) as datasette:
        yield datasette


@pytest.fixture
def connection(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "archive.db")) as opened:
        yield opened


def get(site: Datasette, path: str, language: str = "both") -> Any:
    return asyncio.run(site.client.get(path, cookies={"lang": language}))


def drawing(html: str) -> ElementTree.Element:
    """The SVG in a chart, as a browser reads it; also a test that it is well formed."""
    return ElementTree.fromstring(html[html.index("<svg") : html.rindex("</svg>") + 6])


def address(*parts: str) -> str:
    return "/?" + "&".join(parts)


def portal(id: str, articles: int = 1) -> Held:
    return Held(id, f"Cổng {id}", articles, 0, 0, "2005-01-01", "2024-12-31", None)


def test_what_is_held_of_each_portal_is_counted(connection: sqlite3.Connection) -> None:
    held = {one.portal: one for one in panorama.held(connection)}
    assert next(iter(held)) == "backan"
    assert (held["backan"].articles, held["backan"].gone, held["backan"].changed) == (8, 1, 1)
    assert (held["mic"].first, held["mic"].last) == ("2019-07-01", "2023-10-15")


def test_months_are_counted_as_grouping_would(connection: sqlite3.Connection) -> None:
    sql = """select portal, substr(published_at, 1, 7) as month, count(*) from articles
        where published_at is not null group by 1, 2 order by 2, 1"""
    assert panorama.months(connection) == [Month(*row) for row in connection.execute(sql)]


def test_places_and_documents_are_counted_by_articles_not_by_mentions(connection: sqlite3.Connection) -> None:
    told = {place.name: place.articles for place in panorama.places_told(connection)}
    assert told["Quảng Khê"] == 1
    assert {cited.number: cited.articles for cited in panorama.most_cited(connection)}["125/KH-UBND"] == 1


def test_the_newest_captures_come_first(connection: sqlite3.Connection) -> None:
    times = [capture.captured_at for capture in panorama.newest_captures(connection, most=16)]
    assert times == sorted(times, reverse=True)
    assert times[-1] == "2023-04-01T02:00:00Z"


def test_no_count_reads_the_articles_themselves(connection: sqlite3.Connection) -> None:
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    for question in (panorama.held, panorama.months, panorama.most_cited, panorama.places_told):
        question(connection)
    connection.set_trace_callback(None)
    plans = [row[3] for sql in statements for row in connection.execute(f"explain query plan {sql}")]
    assert plans
    assert not [
        plan for plan in plans if re.search(r"(SCAN|SEARCH) (?!.*COVERING).*\b(articles|captures)\b", plan)
    ]


def test_the_dashboard_links_every_number_to_its_articles(site: Datasette) -> None:
    html = get(site, "/toan-canh").text
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/\?[^"]*)"', html)}
    assert {"/?portal=backan", "/?portal=backan&gone=1", "/?portal=backan&changed=1"} <= links
    assert {"/?portal=mic&from=2023-10&to=2023-10", "/?place=01924"} <= links
    assert any(link.startswith("/?document=") for link in links)
    assert re.search(r'href="/ban-luu/\d+"', html)


def test_what_the_links_of_the_chart_promise_the_search_finds(site: Datasette) -> None:
    html = get(site, "/toan-canh", "vi").text
    link, promised = re.search(
        r'<a href="(/\?portal=backan&amp;from=2023-03[^"]*)"[^>]*>(\d+)</a>', html
    ).groups()
    found = get(site, link.replace("&amp;", "&").replace("/?", "/tim.json?")).json()
    assert found["total"] == int(promised) == 2


def test_a_year_can_be_looked_at_by_itself(site: Datasette) -> None:
    html = get(site, "/toan-canh?nam=2023").text
    assert "from=2023-03" in html
    assert "from=2021-05" not in html
    assert "from=2021-05" in get(site, "/toan-canh?nam=1066").text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_dashboard_speaks_one_language_where_one_is_chosen(site: Datasette, language: str) -> None:
    html = get(site, "/toan-canh", language).text
    assert ("Toàn cảnh kho lưu trữ" in html) == (language == "vi")
    assert ("The archive at a glance" in html) == (language == "en")
    assert 'style="' not in html
    assert html.count("<h1") == 1


def test_an_archive_without_facts_says_how_to_fill_it(tmp_path: Path) -> None:
    Archive(tmp_path / "archive.db").close()
    response = get(application(tmp_path), "/toan-canh")
    assert response.status_code == 200
    assert response.text.count("backan rebuild") == 2


def test_a_count_that_takes_too_long_is_missing_and_the_others_are_there(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(connection: sqlite3.Connection) -> Any:
        return connection.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        ).fetchone()

    site = application(data)
    dashboard = asyncio.run(_routed(site))
    monkeypatch.setitem(dashboard.__globals__["QUESTIONS"], "places", endless)
    monkeypatch.setitem(dashboard.__globals__, "PATIENCE", 100)
    html = get(site, "/toan-canh").text
    assert html.count("Đếm quá lâu") == 1
    assert "/?portal=backan&amp;gone=1" in html
    assert "backan rebuild" not in html


async def _routed(site: Datasette) -> Any:
    """The function behind /toan-canh."""
    await site.invoke_startup()
    from datasette.plugins import pm

    routes = [route for found in pm.hook.register_routes(datasette=site) for route in found]
    return next(view for path, view in routes if "toan-canh" in path)


def test_a_bar_of_the_timeline_leads_to_its_period() -> None:
    html = timeline_chart([("2019-11", 3), ("2020-02", 9)], address, Language.BOTH)
    bars = list(drawing(html).iter("a"))
    assert [(bar.get("data-from"), bar.get("href")) for bar in bars] == [
        ("2019-11", "/?2019-11&2019-11"),
        ("2020-02", "/?2020-02&2020-02"),
    ]
    assert bars[1].findtext("title") == "02/2020: 9 bài · 9 articles"
    heights = [float(bar.findall("rect")[1].get("height", "0")) for bar in bars]
    assert heights[1] == pytest.approx(3 * heights[0], rel=0.01)


def test_months_without_articles_take_room_on_the_timeline() -> None:
    bars = list(drawing(timeline_chart([("2019-11", 3), ("2020-02", 9)], address, Language.VI)).iter("a"))
    assert [bar.find("rect").get("x") for bar in bars] == ["0%", "75%"]  # type: ignore[union-attr]


def test_bars_between_the_chosen_dates_are_marked() -> None:
    bars = [("2020-01", 1), ("2020-02", 1), ("2020-03", 1)]
    html = timeline_chart(bars, address, Language.VI, chosen=("2020-02", "2020-03-15"))
    assert [bar.get("class") for bar in drawing(html).iter("a")] == ["bar", "bar chosen", "bar"]


def test_a_timeline_of_nothing_is_nothing() -> None:
    assert timeline_chart([], address, Language.VI) == ""
    assert months_chart([], [], address, Language.VI) == ""
    assert province_map([], (), address, Language.VI) == ""


@pytest.mark.parametrize(
    ("period", "after"),
    [("2023", "2024"), ("2023-12", "2024-01"), ("2023-01", "2023-02"), ("2024-02-28", "2024-02-29")],
)
def test_periods_follow_each_other(period: str, after: str) -> None:
    assert following(period) == after


@pytest.mark.parametrize(("most", "top"), [(1, 1), (7, 8), (11, 20), (100, 100), (1234, 2000)])
def test_a_scale_ends_on_a_round_number(most: int, top: int) -> None:
    assert round_scale(most) == top


def test_addresses_and_names_in_charts_are_escaped() -> None:
    evil = '"><script>alert(1)</script>'
    named = Held("x", evil, 1, 0, 0, None, None, None)
    html = months_chart([named], [Month("x", "2020-01", 1)], lambda *_: evil, Language.BOTH)
    html += province_map([Told("1", evil, "xã", "Ba Bể", 22.1, 105.8, 1)], (), lambda _: evil, Language.BOTH)
    html += timeline_chart([("2020", 1)], lambda *_: evil, Language.BOTH)
    assert "<script" not in html


def test_ten_portals_over_twenty_years_fit_in_a_page() -> None:
    portals = [portal(f"portal{number}") for number in range(10)]
    counted = [
        Month(one.portal, f"{year}-{month:02}", 1 + month)
        for year in range(2005, 2025)
        for month in range(1, 13)
        for one in portals
    ]
    html = months_chart(portals, counted, lambda p, t: f"/?portal={p}&from={t}&to={t}", Language.BOTH)
    assert len(html.encode()) < 55_000
    assert html.count("<title>2005: ") == 10
    assert "portal=portal0&amp;from=2005&amp;to=2005" in html


def test_labels_of_the_map_do_not_lie_over_each_other() -> None:
    """Measured with the widths that the labels were placed by; on a phone, where letters are largest."""
    units = tuple(gazetteer().places.values())
    told = [
        Told(unit.id, unit.name, unit.kind, unit.district, unit.latitude, unit.longitude, 200 - number)
        for number, unit in enumerate(unit for unit in units if unit.is_commune and unit.latitude)
    ]
    svg = drawing(province_map(told, units, address, Language.BOTH))
    labels = [text for text in svg.iter("text") if text.get("class") in ("name", "district")]
    boxes = []
    for text in labels:
        width = len(text.text or "") * 6.1
        left = (
            float(text.get("x", "0"))
            - {"start": 0, "middle": width / 2, "end": width}[text.get("text-anchor", "")]
        )
        boxes.append((left, float(text.get("y", "0")), left + width))
    assert len([text for text in labels if text.get("class") == "name"]) >= 15
    names = boxes[8:]
    for number, (left, y, right) in enumerate(names):
        assert left >= -0.1
        assert right <= WIDTH + 0.1
        for other_left, other_y, other_right in names[:number]:
            assert abs(y - other_y) >= 13 or right <= other_left + 0.1 or other_right <= left + 0.1


def test_the_area_of_a_circle_is_the_number_of_articles() -> None:
    told = [
        Told("1", "A", "xã", "Ba Bể", 22.1, 105.8, 400),
        Told("2", "B", "xã", "Ba Bể", 22.5, 106.0, 100),
    ]
    radii = [
        float(circle.get("r", "0"))
        for circle in drawing(province_map(told, (), address, Language.VI)).iter("circle")
    ]
    assert radii == [LARGEST, LARGEST / 2]


def test_the_map_is_as_high_as_the_province_is_long() -> None:
    """A degree of longitude is shorter than one of latitude: 0.93 of it at 22° north."""
    told = [Told("1", "A", "xã", "X", 22.0, 105.0, 1), Told("2", "B", "xã", "X", 23.0, 106.0, 1)]
    first, second = drawing(province_map(told, (), address, Language.VI)).iter("circle")
    across = abs(float(first.get("cx", "0")) - float(second.get("cx", "0")))
    upwards = abs(float(first.get("cy", "0")) - float(second.get("cy", "0")))
    assert across / upwards == pytest.approx(0.924, abs=0.01)


def test_every_chart_has_its_numbers_in_a_table(site: Datasette) -> None:
    html = get(site, "/toan-canh").text
    assert html.count('class="chart') == html.count('<details class="numbers">') == 2
    for link in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        for target in re.findall(r'href="([^"]*)"', link):
            assert html.count(f'href="{target}"') >= 2, "a link in the drawing is in the table too"
            assert parse_qs(urlsplit(target).query)
