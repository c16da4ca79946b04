"""The whole way of a journalist through the archive, in a real browser, at the width of a desk and of a phone.

Screenshots of all pages go to `build/screenshots/`, to be looked at.
"""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser import WIDTHS, Watched, chromium, served, watched
from runs import Demo, rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LARGEST = 100_000  # bytes of a page, without images


@pytest.fixture(scope="module")
def demo(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of `backan demo`, with one article that was captured in two versions."""
    return Path(shutil.copytree(demo.data, tmp_path_factory.mktemp("journey") / "data"))


@pytest.fixture(scope="module")
def address(demo: Path) -> Iterator[str]:
    with served(demo) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as browser:
        yield browser


def one(demo: Path, sql: str) -> Any:
    return rows(demo, sql)[0][0]


def pages(demo: Path) -> dict[str, str]:
    """Every page that there is for readers, by the name of its screenshot."""
    changed = one(demo, "select id from articles_changed")
    long = one(demo, "select id from articles order by words desc")
    table = one(demo, "select id from articles where body like '%| %' order by words desc")
    capture = one(demo, f"select capture from articles where id = {long}")
    copied = one(demo, "select article from copies")
    first = one(demo, f"select first from copies where article = {copied}")
    return {
        "front": "/",
        "results": "/?q=nong+thon+moi",
        "filtered": "/?q=bac+kan&portal=backan&from=2016&to=2023",
        "browse": "/?portal=mic",
        "nothing": "/?q=nong+thom+moi+zzyzx",
        "article": f"/bai/{long}",
        "marked": f"/bai/{table}?q=bac+kan",
        "changed": f"/bai/{changed}",
        "compared": f"/bai/{changed}/so-sanh",
        "captured": f"/ban-luu/{capture}",
        "figures in it": f"/bai/{one(demo, 'select article from figures group by 1 order by count(*) desc')}",
        "copied": f"/bai/{copied}",
        "copies compared": f"/bai/{first}/so-voi/{copied}",
        "person": f"/archive/people/{one(demo, 'select person from article_people')}",
        "document": f"/archive/documents/{one(demo, 'select document from article_documents')}",
        "place": f"/archive/places/{one(demo, 'select place from article_places')}",
        "file": f"/tep/{one(demo, 'select id from files order by words desc')}",
        "news": "/moi",
        "overview": "/toan-canh",
        "logbook": "/nhat-ky",
        "logbook of one": "/nhat-ky?portal=mic",
        "schema": "/luoc-do",
        "tables": "/archive",
        "table": "/archive/articles",
        "row": f"/archive/articles/{long}",
        "table of figures": "/archive/figures",
        "question": "/archive/noi-duoc-noi-toi",
        "documented question": "/archive/con-so-theo-don-vi",
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_fits_and_is_light(
    browser: "Browser", address: str, demo: Path, width: str
) -> None:
    with watched(browser, address, width, color_scheme="light") as reader:
        for name, path in pages(demo).items():
            page = reader.go(path)
            reader.picture(f"{name}-{width}")
            reader.accessible()
            reader.fits()
            size = len(page.request.get(page.url).body())
            assert size < LARGEST, f"{path} has {size} bytes"


def test_colours_are_readable_by_night_too(browser: "Browser", address: str, demo: Path) -> None:
    with watched(browser, address, color_scheme="dark") as reader:  # above they are those by day
        for name, path in pages(demo).items():
            reader.go(path)
            reader.picture(f"{name}-dark")
            reader.accessible()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_journalist_searches_narrows_reads_compares_cites_and_follows(
    browser: "Browser", address: str, demo: Path, width: str, tmp_path: Path
) -> None:
    with watched(browser, address, width, accept_downloads=True) as reader:
        page = reader.go("/")
        page.fill("#q", "bac kan")
        page.keyboard.press("Enter")
        assert "Bắc Kạn" in page.inner_text(".results mark >> nth=0")
        narrow_to_a_month(reader)
        narrow_to_a_place(reader)
        page.click(".results h2 a >> nth=0")
        page.locator("article mark").first.wait_for()
        title = page.inner_text("h1")
        cite(reader, title)
        see_as_captured(reader, title)
        compare(reader)
        export(reader, demo)
        follow(reader)


def narrow_to_a_month(reader: Watched) -> None:
    page = reader.page
    before = count(reader)
    for _ in range(2):  # a year, and then a month of it
        if page.locator(".timeline .bar").count() > 1:
            page.locator(".timeline .bar").last.click()
    assert "from=" in page.url
    assert 0 < count(reader) < before


def narrow_to_a_place(reader: Watched) -> None:
    page = reader.page
    place = page.locator(".facet a[href*='place=']").first
    page.evaluate("for (const facet of document.querySelectorAll('.facet')) facet.open = true")
    named = place.locator("span").first.inner_text()
    place.click()
    assert "place=" in page.url
    assert named in page.inner_text(".chips")


def count(reader: Watched) -> int:
    said: str = reader.page.inner_text(".count strong")
    return int("".join(c for c in said.split("bài")[0] if c.isdigit()))


def cite(reader: Watched, title: str) -> None:
    page = reader.page
    for format in ("bib", "ris", "csl.json", "txt"):
        answer = page.request.get(
            reader.address + page.locator(f"a[href$='.{format}']").first.get_attribute("href")
        )
        assert answer.ok
        assert title.split()[0] in answer.text()
    assert page.locator("meta[name=citation_title]").get_attribute("content") == title


def see_as_captured(reader: Watched, title: str) -> None:
    page = reader.page
    page.click("a.captured")
    page.locator("iframe").scroll_into_view_if_needed()
    page.frame_locator("iframe").locator("body", has_text=title).wait_for()


def compare(reader: Watched) -> None:
    page = reader.go("/?changed=1")
    page.locator(".results .kicker a", has_text="phiên bản").first.click()
    assert "/so-sanh" in page.url
    assert page.locator("ins, del").count() > 0


def export(reader: Watched, demo: Path) -> None:
    page = reader.go("/?q=bac+kan")
    with page.expect_download() as download:
        page.click("a[href*='/tim.csv']")
    text = Path(download.value.path()).read_text("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    assert len(found) == count(reader)
    titles = {title for (title,) in rows(demo, "select title from articles")}
    assert {row["title"] for row in found} <= titles


def follow(reader: Watched) -> None:
    import feedparser

    page = reader.page
    answer = page.request.get(
        reader.address + page.locator("a[href*='/tim.atom']").first.get_attribute("href")
    )
    feed = feedparser.parse(answer.body())
    assert not feed.bozo
    assert len({entry.id for entry in feed.entries}) == len(feed.entries) > 0
    assert reader.page.request.get(feed.entries[0].link).ok


@pytest.mark.parametrize("width", WIDTHS)
def test_searching_and_reading_need_no_javascript(browser: "Browser", address: str, width: str) -> None:
    with watched(browser, address, width, java_script_enabled=False) as reader:
        page = reader.go("/")
        page.fill("#q", "bac kan")
        page.click("form.search button")
        page.locator(".timeline .bar").last.click()
        assert "from=" in page.url
        page.locator(".facet a[href*='portal=']").first.click()
        assert "portal=" in page.url
        page.click(".results h2 a >> nth=0")
        page.locator("article mark").first.wait_for()
        page.click("nav.language a[lang=en]")
        assert page.locator("html").get_attribute("lang") == "en"


def test_a_period_is_drawn_over_the_chart(browser: "Browser", address: str) -> None:
    with watched(browser, address) as reader:
        page = reader.go("/?q=bac+kan")
        bars = page.locator(".timeline .bar")
        everything = bars.count()
        first, last = (bars.nth(number).bounding_box() for number in (0, bars.count() - 2))
        assert first
        assert last
        page.mouse.move(first["x"] + first["width"] / 2, first["y"] + 40)
        page.mouse.down()
        page.mouse.move(last["x"] + last["width"] / 2, last["y"] + 40, steps=5)
        page.mouse.up()
        page.wait_for_url("**from=**")
        assert "to=" in page.url
        assert 1 < page.locator(".timeline .bar").count() <= everything


def test_the_language_is_chosen_and_kept(browser: "Browser", address: str) -> None:
    with watched(browser, address) as reader:
        page = reader.go("/?q=rung")
        assert page.locator("form.search button .en").count() == 1
        page.click("nav.language a[lang=vi]")
        assert page.url.endswith("/?q=rung")
        assert page.inner_text("form.search button") == "Tìm"
        page.click("nav.language a[lang=en]")
        reader.go("/")
        assert page.inner_text("form.search button") == "Search"


def test_the_archive_can_be_read_by_keyboard_alone(browser: "Browser", address: str) -> None:
    with watched(browser, address) as reader:
        page = reader.go("/?q=rung")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("!!document.activeElement.closest('.results h2')"):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/bai/**")
