import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from datasette.app import Datasette
from following import changed, take_hostile
from sample_archive import FOREST, PORTALS, fill, take_in
from shown import get, serving

from archive.identity import row_id
from archive.site.feeds.changes import changes
from archive.site.feeds.writing import moment
from archive.site.options import Site
from archive.store import Archive

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = (
    "/moi",
    "/thay-doi",
    "/da-go",
    "/tim",
    "/tim?q=rung",
    "/tim?q=%22nông+thôn%22&portal=backan&from=2019",
)
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")
FOREST_ID = row_id("backan", FOREST.key)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder = tmp_path_factory.mktemp("data")
    fill(folder / "archive.db")
    with serving(folder) as datasette:
        yield datasette


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    folder = tmp_path_factory.mktemp("hostile")
    with Archive(fill(folder / "archive.db")) as archive:
        take_hostile(archive)
        for (id,) in archive.db.execute("select id from articles where key like 'hostile-%'").fetchall():
            archive.db.execute("update articles set gone_at = '2023-11-22T00:00:00Z' where id = ?", [id])
            archive.db.execute(
                "insert into versions select article, 2, '2023-11-21T02:00:00Z', capture, 'x', "
                "title || ' ', title, title || body from versions where article = ?",
                [id],
            )
        archive.db.conn.commit()
    with serving(folder) as datasette:
        yield datasette


def atom(site: Datasette, address: str, **more: Any) -> ElementTree.Element:
    path, _, query = address.partition("?")
    response = get(site, f"{path}.atom?{query}", **more)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def json_feed(site: Datasette, address: str) -> dict[str, Any]:
    path, _, query = address.partition("?")
    response = get(site, f"{path}.jsonfeed?{query}")
    assert response.headers["content-type"] == "application/feed+json; charset=utf-8"
    return dict(response.json())


def texts(element: ElementTree.Element, name: str) -> list[str]:
    return [child.text or "" for child in element.findall(ATOM + name)]


def entries(feed: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {texts(entry, "id")[0]: entry for entry in feed.findall(f"{ATOM}entry")}


def broken_rules(feed: ElementTree.Element) -> list[str]:
    """What RFC 4287 demands (4.1.1, 4.1.2, 4.2.6, 3.3), as far as it is not so."""
    broken = []
    ids = [texts(entry, "id")[0] for entry in feed.findall(f"{ATOM}entry")]
    if len(ids) != len(set(ids)):
        broken.append("ids are not unique")
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        broken += [
            f"{name} in {element.tag}"
            for name in ("id", "title", "updated")
            if len(texts(element, name)) != 1
        ]
        broken += [f"id {id}" for id in texts(element, "id") if not re.match(r"urn:uuid:[0-9a-f-]{36}$", id)]
        broken += [f"no author in {element.tag}"] * (not element.findall(f"{ATOM}author/{ATOM}name"))
        stamps = texts(element, "updated") + texts(element, "published")
        broken += [
            stamp for stamp in stamps if not (STAMP.fullmatch(stamp) and datetime.fromisoformat(stamp))
        ]
        links = [dict(link.attrib) for link in element.findall(f"{ATOM}link")]
        broken += [
            link["href"] for link in links if not re.match(r"https?://[^\s<>\"{}|\\^`]+$", link["href"])
        ]
        alternates = [
            (link.get("type"), link.get("hreflang")) for link in links if link["rel"] == "alternate"
        ]
        broken += ["no alternate, or two of a kind"] * (len(alternates) != 1)
        broken += ["two summaries"] * (len(texts(element, "summary")) > 1)
        broken += [
            "a category without a term" for each in element.findall(f"{ATOM}category") if not each.get("term")
        ]
    broken += ["no link to itself"] * (
        len([e for e in feed.findall(f"{ATOM}link") if e.get("rel") == "self"]) != 1
    )
    return broken


@pytest.mark.parametrize("address", FEEDS)
def test_every_feed_keeps_the_rules_of_atom_and_is_read_by_a_feed_reader(
    site: Datasette, address: str
) -> None:
    root = atom(site, address)
    assert broken_rules(root) == []
    parsed = feedparser.parse(ElementTree.tostring(root))
    assert not parsed.bozo
    assert parsed.version == "atom10"
    assert parsed.feed.title.startswith("Kho lưu trữ Bắc Kạn: ")
    assert len(parsed.entries) == len(entries(root)) > 0
    assert all(entry.link.startswith("http://localhost/bai/") for entry in parsed.entries)


@pytest.mark.parametrize("address", FEEDS)
def test_the_json_feed_says_what_the_atom_feed_says(site: Datasette, address: str) -> None:
    feed, told = json_feed(site, address), entries(atom(site, address))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"].startswith("http://localhost/")
    assert [item["id"] for item in feed["items"]] == list(told)
    for item in feed["items"]:
        entry = told[item["id"]]
        assert item["content_html"] == texts(entry, "content")[0]
        assert [item["title"]] == texts(entry, "title")
        assert [item["date_modified"]] == texts(entry, "updated")
        assert item["authors"][0]["name"]


def test_a_feed_tells_of_an_article_with_all_that_is_known(site: Datasette) -> None:
    (entry,) = [
        entry
        for entry in entries(atom(site, "/tim?q=rừng")).values()
        if texts(entry, "title") == [FOREST.title]
    ]
    assert texts(entry, "published") == ["2023-03-13T15:40:00+07:00"]
    assert texts(entry, "updated") == ["2023-11-20T10:10:00+07:00"]  # when its second version was captured
    assert texts(entry, "summary") == [FOREST.lead]
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Hoàng Thị Lan"
    links = {link.attrib["rel"]: link.attrib["href"] for link in entry.findall(f"{ATOM}link")}
    assert links == {"alternate": f"http://localhost/bai/{FOREST_ID}", "via": FOREST.url}
    assert "Kinh tế - Xã hội" in [each.attrib["term"] for each in entry.findall(f"{ATOM}category")]
    assert "<h2>Khoán rừng đến từng hộ</h2>" in texts(entry, "content")[0]


def test_a_day_without_a_time_becomes_a_valid_moment_and_no_date_none(site: Datasette) -> None:
    told = {texts(entry, "title")[0]: entry for entry in entries(atom(site, "/tim")).values()}
    assert texts(told["Mùa xuân trên bản Dao đỏ"], "published") == ["2022-02-03T00:00:00+07:00"]
    assert texts(told["Thông báo tuyển chọn giống lúa địa phương"], "published") == []
    assert moment("2023-02-30") is moment("hôm qua") is moment("") is None
    assert moment("2023-03-13T08:40:00Z") == "2023-03-13T15:40:00+07:00"
    assert STAMP.fullmatch(moment("2023-03-13T15:40:00.123456+07:00:30") or "")


def test_the_title_of_a_search_is_in_words(site: Datasette) -> None:
    address = "/tim?q=rừng&portal=backan&from=2023-03&to=2023-12-31&gone=0&changed=1&exact=1"
    title = texts(atom(site, address), "title")[0]
    assert title == (
        "Kho lưu trữ Bắc Kạn: tìm “rừng”, trang Cổng thông tin điện tử tỉnh Bắc Kạn, từ 03/2023, "
        "đến 31/12/2023, còn trên trang gốc, đã sửa, đúng dấu"
    )
    assert texts(atom(site, "/tim"), "title") == ["Kho lưu trữ Bắc Kạn: tìm mọi bài"]


def test_filters_hold_in_a_feed(site: Datasette) -> None:
    told = entries(atom(site, "/tim?portal=sonoivu&from=2020"))
    assert {texts(entry, "title")[0][:16] for entry in told.values()} == {
        "Kế hoạch tuyển d",
        "Chỉ số cải cách ",
    }


def test_an_edit_is_told_by_its_words_and_leads_to_the_comparison(site: Datasette) -> None:
    ((_, entry),) = entries(atom(site, "/thay-doi")).items()
    assert texts(entry, "title") == [f"Đã sửa: {FOREST.title}"]
    assert texts(entry, "summary") == ["“300.000” → “400.000”"]
    assert "<del>300.000</del> <ins>400.000</ins> đồng một năm" in texts(entry, "content")[0]
    (link,) = [link for link in entry.findall(f"{ATOM}link") if link.attrib["rel"] == "alternate"]
    assert link.attrib["href"] == f"http://localhost/bai/{FOREST_ID}/so-sanh?cu=1&moi=2"


def test_a_loss_is_told_with_its_day_in_vietnam(site: Datasette) -> None:
    ((_, entry),) = entries(atom(site, "/da-go")).items()
    assert texts(entry, "title") == ["Đã gỡ: Mưa lũ làm sạt lở quốc lộ 279"]
    assert "20/11/2023" in texts(entry, "summary")[0]


def test_ids_stay_over_two_crawls_and_a_changed_text_is_news(tmp_path: Path) -> None:
    path = fill(tmp_path / "archive.db")
    with serving(tmp_path) as site:
        before = {address: entries(atom(site, address)) for address in FEEDS}
    with Archive(path) as archive:
        take_in(archive, "backan", FOREST, "2023-12-01T00:00:00Z")  # as it was
    with serving(tmp_path) as site:
        assert {address: list(entries(atom(site, address))) for address in FEEDS} == {
            address: list(known) for address, known in before.items()
        }
    with Archive(path) as archive:
        take_in(
            archive, "backan", changed(FOREST, lambda body: body + "\n\nSửa lại."), "2023-12-02T00:00:00Z"
        )
    with serving(tmp_path) as site:
        found, edits = entries(atom(site, "/tim?q=rung")), entries(atom(site, "/thay-doi"))
    assert set(found) == set(before["/tim?q=rung"])
    newest = next(iter(found.values()))
    assert texts(newest, "title") == [FOREST.title]
    assert texts(newest, "updated") == ["2023-12-02T07:00:00+07:00"]
    assert list(edits)[1:] == list(before["/thay-doi"])
    assert texts(next(iter(edits.values())), "summary") == ["thêm “Sửa lại.”"]


def test_ids_of_versions_stay_when_an_older_capture_is_taken_in(tmp_path: Path) -> None:
    path = fill(tmp_path / "archive.db")
    with serving(tmp_path) as site:
        (before,) = entries(atom(site, "/thay-doi"))
    with Archive(path) as archive:  # which numbers the versions anew
        take_in(archive, "backan", changed(FOREST, lambda body: "Cũ nhất."), "2020-01-01T00:00:00Z")
    with serving(tmp_path) as site:
        after = entries(atom(site, "/thay-doi"))
    assert len(after) == 2
    assert texts(after[before], "summary") == ["“300.000” → “400.000”"]


def test_ids_and_links_at_another_host_and_behind_a_prefix(site: Datasette, tmp_path: Path) -> None:
    here = atom(site, "/tim?q=rung")
    elsewhere = atom(site, "/tim?q=rung", headers={"host": "kho.example"})
    assert list(entries(here)) == list(entries(elsewhere))
    assert "https://" not in elsewhere.find(f"{ATOM}link").attrib["href"]  # type: ignore[union-attr]
    assert elsewhere.find(f"{ATOM}link").attrib["href"] == "http://kho.example/tim.atom?q=rung"  # type: ignore[union-attr]
    fill(tmp_path / "archive.db")
    with serving(Site(tmp_path, base_url="/kho/")) as prefixed:
        behind = atom(prefixed, "/tim?q=rung")
    assert list(entries(behind)) == list(entries(here))
    assert texts(behind, "id") == texts(here, "id")
    assert broken_rules(behind) == []
    assert all(
        link.attrib["href"].startswith("http://localhost/kho/") for link in behind.findall(f"{ATOM}link")
    )


def test_who_has_the_feed_already_is_told_so(site: Datasette) -> None:
    for address in ("/moi.atom", "/tim.jsonfeed?q=rung"):
        first = get(site, address)
        tag, modified = first.headers["etag"], first.headers["last-modified"]
        for known in (
            {"if-none-match": tag},
            {"if-none-match": f'"other", W/{tag}'},
            {"if-modified-since": modified},
        ):
            again = get(site, address, headers=known)
            assert again.status_code == 304
            assert again.content == b""
            assert again.headers["etag"] == tag
        for unknown in (
            {"if-none-match": '"other"', "if-modified-since": modified},
            {"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"},
            {"if-modified-since": "hôm qua".encode()},
        ):
            assert get(site, address, headers=unknown).status_code == 200


def test_a_search_without_words_that_can_be_looked_for_is_an_error_that_says_so(site: Datasette) -> None:
    answer = get(site, "/tim.atom?q=-lũ")
    assert answer.status_code == 400
    assert "Hãy thêm ít nhất một từ" in answer.text


@pytest.mark.parametrize("address", ["/moi", "/thay-doi", "/da-go", "/tim"])
def test_nothing_that_a_page_can_say_breaks_a_feed(hostile_site: Datasette, address: str) -> None:
    root = atom(hostile_site, address)
    assert broken_rules(root) == []
    assert len(entries(root)) > 20
    parsed = feedparser.parse(ElementTree.tostring(root), sanitize_html=False)
    assert not parsed.bozo
    for entry in parsed.entries:
        assert "<script" not in entry.content[0].value
        assert not [link for link in entry.links if not link.href.startswith("http")]
    feed = json_feed(hostile_site, address)
    assert "<script" not in json.dumps([item["content_html"] for item in feed["items"]])
    assert not [item for item in feed["items"] if "javascript" in item.get("external_url", "")]


def test_an_archive_without_articles_has_valid_feeds_without_entries(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(PORTALS[0])
    with serving(tmp_path) as site:
        for address in FEEDS:
            root = atom(site, address)
            assert broken_rules(root) == []
            assert entries(root) == {}


def test_a_feed_of_a_search_begins_with_what_was_learned_last_not_with_what_was_published_last(
    tmp_path: Path,
) -> None:
    with Archive(fill(tmp_path / "archive.db")) as archive:
        old = replace(
            FOREST, key="old", url="https://backan.gov.vn/old", title="Rừng xưa", published_at="2005-01-01"
        )
        take_in(archive, "backan", old, "2024-01-01T00:00:00Z")
    with serving(tmp_path) as site:
        assert texts(next(iter(entries(atom(site, "/tim?q=rừng")).values())), "title") == ["Rừng xưa"]


def test_changes_are_told_in_a_few_words() -> None:
    assert str(changes("một hai ba", "một hai ba")) == ""
    assert str(changes("một  hai\nba", "một hai ba")) == ""
    assert str(changes("một hai ba", "một ba")) == "bỏ “hai”"
    told = changes("a 1 b 2 c 3 d 4 e 5 f", "a 9 b 8 c 7 d 6 e 0 f")
    assert str(told) == "“1” → “9”; “2” → “8”; “3” → “7”; …"
    long = " ".join(map(str, range(1000)))
    told = changes(f"đầu {long} cuối", f"đầu X {long} cuối")
    assert str(told) == "thêm “X”"
    assert not told.more
    (change,) = told.shown
    assert change.before == "đầu"
    assert change.after.startswith("0 1 2")
    assert len(str(changes("x", "y" * 5000))) < 200
    both_ends = changes(f"A {long} B {long}", f"C {long} D {long}")
    assert str(both_ends) == "“A” → “C”; …"
