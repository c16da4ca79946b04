"""`backan doctor URL`: how one page is read, step by step, and what to change where it is not read any more."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from runs import ROOT
from scrapy.http import HtmlResponse
from watched_server import watched_server

from archive.explained import Explained
from archive.model import Capture, Kind, Outcome
from archive.store import Archive
from archive.warc.writer import Revisited, WarcWriter
from crawler.cli import main
from crawler.doctor.place import selector_of
from crawler.portals import load
from crawler.replica import Replica
from crawler.wording import printable
from spiders.platforms.mic import MIC
from spiders.reading.page import read_page

FOLDER = ROOT / "tests" / "portals"
SAVED = re.compile(r"saved from url=(?:\(\d+\))?(\S+)")
MIC_PAGE = FOLDER / "mic" / "mic.html"
RENAMED = {
    "title_news": "tieude_tin", "divArticleContent": "noi-dung-moi", "date-detail": "ngay", "news_content": "khung",
}  # fmt: skip


def backan(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["doctor", *(str(argument) for argument in arguments)])


def renamed(page: Path, names: dict[str, str]) -> tuple[str, str]:
    """A page with other names in its markup, and its address."""
    html = page.read_text()
    for old, new in names.items():
        html = html.replace(old, new)
    found = SAVED.search(html)
    assert found
    return found[1], html


def explained(portal: str, url: str, html: str) -> Explained:
    return load()[portal].explain(
        HtmlResponse(url, body=html.encode(), headers={"Content-Type": "text/html"})
    )


@pytest.mark.parametrize(
    "page", sorted(FOLDER.glob("*/*.html")), ids=lambda page: f"{page.parent.name}/{page.stem}"
)
def test_what_is_explained_is_what_is_read(page: Path) -> None:
    portal, (url, html) = load()[page.parent.name], renamed(page, {})
    told = explained(portal.name, url, html)
    response = HtmlResponse(url, body=html.encode(), headers={"Content-Type": "text/html"})
    assert told.page == read_page(portal, response)
    first = next(way for way in told.ways if way.article)
    assert (first.layer, first.article) == (told.page.outcome, told.page.article)


def test_a_page_that_is_read_well_needs_no_change() -> None:
    told = backan(MIC_PAGE)
    assert told.exit_code == 0
    assert told.output.endswith("What to change\n  Nothing: the selectors read it.\n")
    assert re.search(r"body +#divArticleContent +finds 1, used", told.output)
    assert re.search(r"title +#news_content .title_news h1 +finds 1, used", told.output)
    assert re.search(r"date +.date-detail > span:not\(.fr\) +finds nothing", told.output)
    assert "10  date 2023-07-18T09:26:00+07:00\n" in told.output
    assert re.search(r"9  title \(as in the address\), heading 1\n +“Xóa vùng lõm sóng", told.output)
    assert re.search(r"3  forbidden, never asked for", told.output)
    assert re.search(r"lacking +author", told.output)


def test_changed_names_in_the_markup_are_told_with_what_to_write_instead(tmp_path: Path) -> None:
    url, html = renamed(MIC_PAGE, RENAMED)
    page = tmp_path / "page.html"
    page.write_text(html)
    told = backan(page).output
    assert "read as   article:landmarks" in told
    assert re.search(r"body +#divArticleContent +finds nothing", told)
    assert 'body=("#noi-dung-moi", "#divArticleContent"),' in told
    assert 'title=("div.tieude_tin > h1", "#news_content .title_news h1", …),' in told
    lines = (ROOT / "spiders" / "platforms" / "mic.py").read_text().splitlines()
    places = re.findall(r"spiders/platforms/mic.py, line (\d+): put first", told)
    assert [lines[int(place) - 1].strip().partition("=")[0] for place in places] == ["title", "body", "date"]
    assert f"backan doctor {page} --as {url}" in told


def test_the_advice_followed_makes_the_selectors_read_the_page_again(monkeypatch: pytest.MonkeyPatch) -> None:
    url, html = renamed(MIC_PAGE, RENAMED)
    before = explained("mic", url, html)
    assert before.page.outcome == Outcome.LANDMARKS
    changes: dict[str, Any] = {mend.field: (mend.css, *mend.beside) for mend in before.mends}
    engine = replace(MIC, layouts=(replace(MIC.layouts[0], **changes),))
    portal: Any = load()["mic"]
    monkeypatch.setattr(portal, "engines", (engine, *portal.engines[1:]))
    after = explained("mic", url, html)
    assert after.page.outcome == Outcome.SELECTORS
    assert after.page.article == before.mended
    assert (after.mends, after.mended) == ((), None)
    truth = json.loads(MIC_PAGE.with_suffix(".json").read_text())["article"]
    assert after.page.article
    assert {
        name: getattr(after.page.article, name) for name in ("title", "body", "published_at", "lead")
    } == {name: truth[name] for name in ("title", "body", "published_at", "lead")}
    old = renamed(MIC_PAGE, {})
    assert explained("mic", *old).page.outcome == Outcome.SELECTORS  # and what was archived before still is


def test_only_the_field_that_changed_is_told() -> None:
    told = explained("mic", *renamed(MIC_PAGE, {"divArticleContent": "noi-dung-moi"}))
    assert [(mend.field, mend.css) for mend in told.mends] == [("body", "#noi-dung-moi")]


@pytest.mark.parametrize("made_up", ["ctl00_ctl46_g_1f2e3d4c", "webpart-20231015", "g_0a1b2c3d4e5f"])
def test_a_name_that_the_engine_makes_up_anew_is_never_advised(made_up: str) -> None:
    told = explained("mic", *renamed(MIC_PAGE, {"divArticleContent": made_up}))
    assert made_up not in "".join(mend.css for mend in told.mends)


def test_a_table_without_names_gets_no_selector_but_is_told_where_things_stand() -> None:
    told = backan(FOLDER / "hoinongdan" / "backan-old.html").output
    assert "put first" not in told
    assert re.search(r"none was found that would do: title\s+in table > tr > td", told)


def test_a_page_of_nothing_names_the_layout_to_add() -> None:
    html = f"<html><body><p>{'Trang đang tải. ' * 4}</p><script>load()</script></body></html>"
    told = explained("mic", SAVED.search(MIC_PAGE.read_text())[1], html)  # type: ignore[index]
    assert told.page.outcome == Outcome.UNREADABLE
    assert [bool(way.why) for way in told.ways] == [True] * len(told.ways)


def test_a_page_at_an_address_of_no_article_that_reads_like_one_is_told(tmp_path: Path) -> None:
    _, html = renamed(MIC_PAGE, {})
    page = tmp_path / "page.html"
    page.write_text(html)
    told = backan(page, "--as", "https://mic.gov.vn/chi-tiet/160412").output
    assert "kind      other, as its address says" in told
    assert re.search(r"it reads like one: “Xóa vùng lõm sóng.*add\s+theirs to `addresses`", told, re.DOTALL)
    assert re.search(r"spiders/platforms/mic.py,\s+line \d", told)


def test_a_listing_without_known_articles_is_told(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body><h1>Tin tức</h1><ul><li><a href='/tin/1'>Một</a></li></ul></body></html>")
    told = backan(page, "--as", "https://mic.gov.vn/").output
    assert "a listing without an article" in told
    assert re.search(r"1  other\n +https://mic.gov.vn/tin/1", told)


@pytest.mark.parametrize(
    ("html", "advice"),
    [
        ("<html><script>document.cookie='D1N=ab';location.reload(true)</script></html>", "cookie challenge"),
        (
            "<html><title>Request Rejected</title><body>The requested URL was rejected.</body></html>",
            "a refusal",
        ),
        ("<html><title>404 Not Found</title><body><h1>404 Not Found</h1></body></html>", "an error page"),
        ("", "no body"),
    ],
)
def test_an_answer_that_is_no_page_is_told_as_such(html: str, advice: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(html)
    told = backan(page, "--as", SAVED.search(MIC_PAGE.read_text())[1])  # type: ignore[index]
    assert told.exit_code == 0
    assert advice in told.output


def test_a_page_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    url, html = renamed(MIC_PAGE, {})
    page = tmp_path / "page.html"
    evil = "&#27;[2J\x1b]0;owned\x07\u202e\x9b31m"
    page.write_text(html.replace("<h1>", f"<h1>{evil}").replace('id="divArticleContent"', f'id="x{evil}"'))
    told = backan(page, "--as", url).output
    assert [line for line in told.splitlines() if printable(line) != line] == []
    assert "owned" in told


def test_a_page_is_asked_for_once_as_a_crawl_asks(tmp_path: Path) -> None:
    with Replica() as replica:
        url = next(truth.urls[0] for truth in replica.addresses() if truth.portal == "mic")
        told = backan(url, "--via", replica.url, "--data", tmp_path)
        assert [(served.method, served.url) for served in replica.requests] == [("GET", url)]
    assert re.search(r"answer +HTTP 200, text/html; charset=utf-8, [\d,]+ bytes, read in utf-8", told.output)
    assert "What to change\n  Nothing" in told.output
    assert list(tmp_path.iterdir()) == []


def test_what_would_change_something_on_the_server_is_not_asked_for(tmp_path: Path) -> None:
    with Replica() as replica:
        told = backan("https://mic.gov.vn/Pages/TinTuc/tangLuotTruyCap.aspx?id=1", "--via", replica.url)
        assert replica.requests == []
    assert told.exit_code == 1
    assert "would change something on the server" in told.output


def test_json_holds_every_step() -> None:
    told = json.loads(backan(MIC_PAGE, "--json").output)
    assert (told["portal"], told["kind"], told["page"]["outcome"]) == ("mic", "article", "article:selectors")
    assert told["ways"][0]["looks"][0] == {
        "field": "body", "css": "#divArticleContent", "found": 1, "used": True, "why": None,
        "text": told["ways"][0]["looks"][0]["text"],
    }  # fmt: skip
    assert {"block": 10, "what": "date 2023-07-18T09:26:00+07:00", "text": "18/07/2023 09:26 SA"} in told[
        "marks"
    ]


@pytest.fixture
def held(tmp_path: Path) -> tuple[Path, str]:
    """A data folder with two captures of a page, of which the newer one repeats the body; and its address."""
    url, html = renamed(MIC_PAGE, {})
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    portal = load()["mic"]
    writer = WarcWriter(tmp_path / "warc", "mic-1", {})
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(portal.info())
        archive.start_crawl("mic-1", "mic", "live", "2026-01-01T00:00:00Z")
        page = portal.read(HtmlResponse(url, body=html.encode(), headers={"Content-Type": "text/html"}))
        same = None
        for at in ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"):
            written = writer.write(url, at, None, head, html.encode(), revisit=same)
            same = Revisited(url, at, written.digest, "identical-payload-digest")
            place = written.place
            capture = Capture(
                url, "mic", at, "mic-1", 200, "text/html", "0", place.file, place.offset, place.length
            )
            archive.take_in(capture, page)
    writer.close()
    return tmp_path, url


def test_the_newest_capture_with_a_body_is_read_without_asking_the_site(held: tuple[Path, str]) -> None:
    data, url = held
    before = sorted(data.rglob("*"))
    told = backan(url, "--captured", "--data", data).output
    assert re.search(r"source +captured 2026-01-01T00:00:00Z, mic-1.*at\s+byte \d+", told)
    assert "read as   article:selectors" in told
    assert "text/html; charset=utf-8" in told
    assert sorted(data.rglob("*")) == before


def test_another_address_of_the_page_finds_its_capture(held: tuple[Path, str]) -> None:
    data, _ = held
    other = "https://mic.gov.vn/Pages/TinTuc/tinchitiet.aspx?tintucid=160412"
    assert "read as   article:selectors" in backan(other, "--captured", "--data", data).output


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["https://mic.gov.vn/Pages/TinTuc/1/a.html", "--captured"], 1, "there is no archive"),
        (["https://example.org/"], 1, "no portal covers"),
        (["https://mic.gov.vn/", "https://mst.gov.vn/"], 2, "one page at a time"),
        (["mic", "--captured"], 2, "--captured goes with a URL"),
        (["nowhere.html", "--as", "https://mic.gov.vn/"], 2, "--as with a FILE that is there"),
        (["chomoi"], 2, "no portal, address or file named chomoi"),
        (["https://mic.gov.vn/", "--via", "socks://x"], 2, "http://"),
    ],
)
def test_what_cannot_be_done_says_what_can(
    arguments: list[str], code: int, told: str, tmp_path: Path
) -> None:
    result = backan(*arguments, "--data", tmp_path)
    assert (result.exit_code, told in result.output) == (code, True)
    assert list(tmp_path.iterdir()) == []


def test_a_saved_file_without_an_address_asks_for_it(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html></html>")
    assert "add --as URL" in backan(page).output


@pytest.mark.parametrize("name", list(load()))
def test_every_engine_is_found_in_its_file(name: str) -> None:
    portal: Any = load()[name]
    for engine in portal.engines:
        for layout in engine.layouts:
            for selectors in (layout.title, layout.body):
                place = selector_of(portal, engine.name, selectors)
                assert place
                assert f'"{selectors[0]}"' in place.file.read_text().splitlines()[place.line - 1]


def test_a_server_that_leads_away_or_falls_silent_is_told(tmp_path: Path) -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: https://xoso.example/\r\nContent-Length: 0\r\n\r\n"
    with watched_server(lambda asked: away) as (via, log):
        told = backan("https://mic.gov.vn/", "--via", via, "--data", tmp_path)
        assert len(log) == 1
    assert told.exit_code == 1
    assert "leads away to xoso.example" in told.output
    with watched_server(lambda asked: b"") as (via, _):
        told = backan("https://mic.gov.vn/", "--via", via, "--data", tmp_path)
    assert told.exit_code == 1
    assert "no answer that can be understood" in told.output


def test_links_are_counted_by_kind() -> None:
    told = explained("mic", *renamed(MIC_PAGE, {}))
    assert {kind: leads.count for kind, leads in told.links.items()} == {
        Kind.ARTICLE: 4, Kind.DOCUMENT_LIST: 1, "forbidden": 3, Kind.LISTING: 5, Kind.OUTSIDE: 2, Kind.PRINT: 1,
        "script, mail and the like": 2,
    }  # fmt: skip
