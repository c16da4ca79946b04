"""Spider traps are cut by rules that a portal can tune, counted once a link, and cut nothing that is real."""

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hostile_server import HTML, answer, links, page
from killing import Crawls, rows
from scrapy.http import HtmlResponse, XmlResponse
from scrapy.spiderloader import SpiderLoader
from watched_server import Asked, watched_server

from archive.model import Kind, Link
from crawler.commands.telling import ALARM
from crawler.replica import Replica
from crawler.replica.exchange import Request as Asking
from crawler.replica.guards import ticket
from spiders.address import host_of
from spiders.known import Known
from spiders.traps import PATTERNS, Rules, Trap, Traps, unfit

URLS = Path(__file__).parents[2] / "shared" / "portal_urls.tsv"
HOME = "https://mst.gov.vn"
YEAR = 2025


class Walk:
    """Follows the links of listings under some rules; `cut` counts what was not followed, by rule."""

    def __init__(self, **rules: Any) -> None:
        self.cut: Counter[str] = Counter()
        self.traps = Traps(Rules(**rules), YEAR, lambda trap: self.cut.update([trap]))

    def follows(self, path: str, kind: Kind = Kind.LISTING, distance: int = 1, **trail: Any) -> bool:
        url = HOME + path
        return not self.traps.stop(Link(url, kind), url, distance, trail)


CUT = {
    Trap.LENGTH: "/a-" + "b" * 2_000,
    Trap.DEPTH: "/a/b/c/d/e/f/g/h/i/k/l/m/n.htm",
    Trap.REPETITION: "/vi/en/vi/en/tin.htm",
    Trap.QUERY: "/tin?" + "&".join(f"loc{n}=1" for n in range(17)),
    Trap.CALENDAR: "/lich-cong-tac?ngay=2031-05-07",
}


@pytest.mark.parametrize("trap", CUT)
def test_an_address_that_offends_against_a_rule_is_not_followed_and_counted_once(trap: Trap) -> None:
    walk = Walk()
    assert [walk.follows(CUT[trap]) for _ in range(3)] == [False] * 3
    assert walk.cut == {trap: 1}


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        (CUT[Trap.LENGTH], {"length": 3_000}),
        (CUT[Trap.DEPTH], {"depth": 13}),
        (CUT[Trap.REPETITION], {"repetition": 3}),
        (CUT[Trap.QUERY], {"query": 17}),
        (CUT[Trap.CALENDAR], {"ahead": 6}),
        ("/lich?ngay=1980-01-02", {"earliest": 1980}),
    ],
)
def test_a_portal_can_let_pass_what_the_defaults_cut(path: str, rules: dict[str, int]) -> None:
    assert not Walk().follows(path)
    assert Walk(**rules).follows(path)


@pytest.mark.parametrize(
    "path",
    [
        "/vi/vi/vi/",
        "/vi/tin/en/vi/tin/",
        "/tin?" + "&".join(f"trang={n}" for n in range(9)),
        "/lich?nam=9999",
        "/lich?year=12",
        "/lich-tuan/1752/9/",
        "/lich?ngay=01/02/1066",
        "/su-kien/2099-01/",
        "/events/2099/01/",
        "/lich?ngay=20990105",
    ],
)
def test_traps_of_other_forms_are_cut_too(path: str) -> None:
    assert not Walk().follows(path)


@pytest.mark.parametrize(
    "path",
    [
        "/vi/en/vi/tin.htm",
        "/mic_2020/Pages/ChuyenMuc/PhanTrang/1747/1/Buu-chinh.html",
        "/Pages/chuong-trinh-1719-6-thang.aspx",
        "/ke-hoach-giai-doan-2026-2030.htm",
        "/lich?ngay=2024-05-07",
        "/lich?nam=2026",
        "/1/1/1/1.htm",
        "/lich-su/1747/1/",
        "/events/1747/2",
        "/muc/1747-2/",
        "/PhanTrang/1/20/1747.html",
        "/tin?from=10000",
        "/tin?nam=0&ngay=0000-00-00",
        "/tin?" + "&".join(f"p_{n}=1" for n in range(13)),
    ],
)
def test_what_only_looks_like_a_trap_is_followed(path: str) -> None:
    assert Walk().follows(path)


def test_a_date_in_the_address_of_an_article_is_none_of_a_calendar() -> None:
    assert Walk().follows("/nghi-quyet/1945-09-02/", kind=Kind.ARTICLE)


def test_a_file_leads_nowhere_so_it_is_fetched_whatever_its_address() -> None:
    paths = [*CUT.values(), *(f"/{n:0>32}/image001.jpg" for n in range(3))]
    assert all(Walk().follows(path, kind=Kind.OTHER) for path in paths)


@pytest.mark.parametrize("name", ["newsid", "catsid", "phien", "session"])
def test_what_only_looks_like_a_session_names_a_page(name: str) -> None:
    assert all(map(Walk().follows, (f"/tin?{name}={n}" for n in range(3))))


@pytest.mark.parametrize(
    "place", ["/tin?phpsession_id={}", "/tin?osCsid={}", "/{:0>32}/tin.htm", "/tin?a=1&token={:0>16}&b=2"]
)
def test_of_addresses_that_differ_in_their_session_the_first_is_followed(place: str) -> None:
    walk = Walk()
    assert [walk.follows(place.format(n)) for n in ("1", "2", "1", "3")] == [True, False, True, False]
    assert walk.cut == {Trap.SESSION: 2}
    assert walk.follows(place.format("1").replace("tin", "van-ban"))


def test_a_portal_can_name_its_sessions_in_its_own_way() -> None:
    paths = [f"/tin?kh={n}" for n in range(3)]
    assert all(map(Walk().follows, paths))
    assert [*map(Walk(session=re.compile("(?<=[?&])kh=[^&]*")).follows, paths)] == [True, False, False]


def test_listings_of_one_pattern_end() -> None:
    walk = Walk(pattern=5)
    for number in range(5):
        assert walk.follows(f"/thang?so={number}")
        walk.traps.see(f"{HOME}/thang?so={number}")
    assert not walk.follows("/thang?so=5")
    assert walk.follows("/tuan?so=5")


def test_the_patterns_that_are_counted_are_not_too_many() -> None:
    walk = Walk()
    for number in range(3 * PATTERNS):
        walk.traps.see(f"{HOME}/{'a' * (number % 97)}{chr(0x4E00 + number)}")
    assert len(walk.traps._patterns) <= PATTERNS


def test_a_walk_that_gets_too_far_ends() -> None:
    assert Walk().follows("/tin", distance=3_000)
    assert not Walk().follows("/tin", distance=3_001)


def test_a_listing_that_was_followed_before_is_not_counted_when_a_lost_walk_meets_it() -> None:
    walk = Walk()
    assert walk.follows("/muc-1.htm")
    assert not walk.follows("/muc-1.htm", stale=3)
    assert walk.cut == {}
    assert not walk.follows("/muc-2.htm", stale=3)
    assert not walk.follows("/muc-3.htm", known=100)
    assert walk.cut == {Trap.STALE: 1, Trap.KNOWN: 1}


def test_a_crawl_that_goes_on_remembers_the_listings_of_before() -> None:
    walk = Walk(pattern=2)
    walk.traps.resume([f"{HOME}/muc?trang=1", f"{HOME}/muc?trang=2"])
    assert not walk.follows("/muc?trang=3")
    assert not walk.follows("/muc?trang=1")
    assert walk.cut == {Trap.PATTERN: 1}


@pytest.mark.parametrize("kind", ["article", "listing"])
def test_a_crawl_that_goes_on_follows_a_site_under_no_second_session(
    portals: SpiderLoader, kind: str
) -> None:
    spider = portals.load("mst")()
    met = {"article": [], "listing": [], kind: [f"{HOME}/tin?phpsession_id=1"]}
    spider.resume(met["article"], met["listing"])
    for session, is_cut in (("1", False), ("2", True)):
        url = f"{HOME}/tin?phpsession_id={session}"
        assert spider.traps.stop(Link(url, Kind.LISTING), url, 1, {}) == is_cut


def test_what_was_added_is_known_and_nearly_nothing_else() -> None:
    known = Known()
    assert all(known.add(f"mst/article/{n}") for n in range(10_000))
    assert not any(known.add(f"mst/article/{n}") for n in range(10_000))
    assert sum(f"khác/{n}" in known for n in range(10_000)) <= 1


def test_no_address_that_a_portal_is_known_to_have_is_cut(portals: SpiderLoader) -> None:
    with URLS.open(encoding="utf-8", newline="") as file:
        urls = [row["url"] for row in csv.DictReader(file, delimiter="\t")]
    assert len(urls) >= 39
    walk = Walk()
    for url in urls:
        for kind in (Kind.LISTING, Kind.ARTICLE):
            assert not walk.traps.stop(Link(url, kind), url, 5, {}), url


def test_no_address_of_the_replica_is_cut(portals: SpiderLoader) -> None:
    """All that its pages link to, as the spiders see it; but for the pager that has no end."""
    replica = Replica()
    for name in portals.list():
        portal = portals.load(name)
        todo, seen = [link.url for link in portal().seeds()], set[str]()
        while todo:
            url = todo.pop()
            if url in seen or "?page=" in url:
                continue
            seen.add(url)
            asking = Asking(url, cookies={"D1N": ticket(host_of(url))})
            served = replica.web.answer(asking)
            sort = XmlResponse if "xml" in served.mime else HtmlResponse
            if served.status == 301:
                todo.append(dict(served.headers)["Location"])
            response = sort(url, body=served.body, status=served.status, encoding="utf-8")
            for link in portal.read(response).links:
                assert unfit(link.url, portal.rules) is None, link.url
                todo += [] if link.form else [link.url]
        assert len(seen) > 5, name


def test_what_a_crawl_does_not_follow_is_in_its_logbook(tmp_path: Path) -> None:
    nested = ["/vi/en/vi/en/", "/en/vi/en/vi/"]
    calendar = [f"/lich.htm?ngay={year}-01-01" for year in (2950, 2951, 2952)]
    articles = [f"/bai-so-{n}-1972503140930{n:02}.htm" for n in range(3)]
    home = answer("200 OK", HTML, body=links(*articles, *nested, *calendar))

    def site(asked: Asked) -> bytes:
        if asked.path in ("/robots.txt", "/sitemap.xml", "/rss/home.rss"):
            return answer("404 Not Found")
        return home if asked.path == "/" else answer("200 OK", HTML, body=page("Bài") + links(*nested))

    with watched_server(site) as (url, log):
        crawls = Crawls(tmp_path / "data", url, ("mst",))
        crawls.run(expect=ALARM)  # none of its pages is an article
    assert {one.path for one in log} == {"/", "/robots.txt", "/sitemap.xml", "/rss/home.rss", *articles}
    assert rows(crawls.data / "archive.db", "select traps from crawls") == [(5,)]
    [written] = (crawls.data / "logs").iterdir()
    assert (
        "a trap (calendar), not followed: https://mst.gov.vn/lich.htm?ngay=2950-01-01" in written.read_text()
    )
