"""What an address leads to, and which addresses are one page."""

import csv

import pytest
from scrapy.spiderloader import SpiderLoader
from seed_pages import SHARED

from archive.model import Kind

KNOWN = SHARED / "portal_urls.tsv"
COVERED = {"backan-old", "backan-new", "backan-old-sub", "mic-sp", "mst-vccorp"}


def rows() -> list[dict[str, str]]:
    if not KNOWN.exists():
        return []
    with KNOWN.open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.skipif(not rows(), reason=f"{KNOWN} is not there")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["url"][:80])
def test_every_known_address_is_classified_as_its_kind(row: dict[str, str], portals: SpiderLoader) -> None:
    covering = [p for name in portals.list() if (p := portals.load(name)).covers(row["url"])]
    if row["engine"] in COVERED:
        assert [p.classify(row["url"]) for p in covering] == [Kind(row["kind"])]
    else:
        assert covering == []


@pytest.mark.parametrize(
    ("portal", "one", "other"),
    [
        ("mic", "http://www.mic.gov.vn:80/Pages/TinTuc/138448/Mot-bai.html", "https://mic.gov.vn/mic_2020/Pages/TinTuc/tinchitiet.aspx?tintucid=138448"),
        ("mic", "https://cspl.mic.gov.vn/Pages/TinTuc/138448/a.html", "https://cspl.mic.gov.vn/pages/tintuc/tinchitiet.aspx?TinTucID=138448&lang=1"),
        ("mic", "https://m.mic.gov.vn/nongthon/Pages/TinTuc/5/a.html", "https://mic.gov.vn/Pages/TinTuc/5/b.html"),
        ("backan", "http://backan.gov.vn:80/pages/tin-moi-4D99.aspx", "https://www.backan.gov.vn/Pages/tin-moi-4d99.aspx#top"),
        ("backan", "https://backan.gov.vn/Pages/tin-1/da%CC%A3t-giai-0123456789abcdef.aspx", "https://backan.gov.vn/Pages/khac-2/%C4%91%E1%BA%A1t-giai-0123456789abcdef.aspx"),
        ("mst", "https://mst.gov.vn/mot-bai-197154827.htm", "https://mst.gov.vn/bai-doi-ten-197154827.htm?utm_source=zalo"),
    ],
)  # fmt: skip
def test_two_addresses_of_one_page_have_one_key(
    portal: str, one: str, other: str, portals: SpiderLoader
) -> None:
    spider = portals.load(portal)
    assert spider.classify(one) == spider.classify(other) == Kind.ARTICLE
    assert spider.key(one) == spider.key(other)


@pytest.mark.parametrize(
    ("portal", "one", "other"),
    [
        ("mic", "https://mic.gov.vn/Pages/TinTuc/5/a.html", "https://english.mic.gov.vn/Pages/TinTuc/5/a.html"),
        ("mic", "https://mic.gov.vn/Pages/ChuyenMuc/PhanTrang/1747/1/A.html", "https://mic.gov.vn/Pages/ChuyenMuc/PhanTrang/1747/2/A.html"),
        ("mic", "https://mic.gov.vn/Pages/TinTuc/154827/a.html", "https://mic.gov.vn/a-197154827.htm"),
        ("backan", "https://backan.gov.vn/Pages/tin-moi-4d99.aspx", "https://backan.gov.vn/Pages/tin-moi-4760.aspx"),
    ],
)  # fmt: skip
def test_addresses_of_different_pages_have_different_keys(
    portal: str, one: str, other: str, portals: SpiderLoader
) -> None:
    spider = portals.load(portal)
    assert spider.key(one) != spider.key(other)


@pytest.mark.parametrize(
    ("portal", "url"),
    [
        ("mic", "https://mic.gov.vn/_layouts/tangLuotTruyCap.aspx?tintucid=5"),
        ("mic", "https://mic.gov.vn/Pages/TinTuc/ratting.aspx?id=5&diem=5"),
        ("mic", "https://mic.gov.vn/pages/tintuc/sendtofriend.aspx?tintucID=5"),
        ("mic", "https://mic.gov.vn/Pages/drawcaptcha.aspx"),
        ("backan", "https://backan.gov.vn/_layouts/15/Authenticate.aspx?Source=/"),
        ("backan", "https://backan.gov.vn/Pages/TangLuotTruyCap.aspx?id=12"),
        ("backan", "https://backan.gov.vn/Pages/binhchon.aspx?id=3&vote=1"),
        ("mst", "https://mst.gov.vn/api/vote/?id=1&like=1"),
        ("mst", "https://mst.gov.vn/logout/"),
        ("mic", "https://mic.gov.vn/Pages/chuyenmuc/vote.aspx?id=1"),
    ],
)
def test_an_address_that_changes_something_is_forbidden(portal: str, url: str, portals: SpiderLoader) -> None:
    assert portals.load(portal).forbidden(url)


@pytest.mark.parametrize(
    "path",
    [
        "/xoa-doi-giam-ngheo-197154827.htm",
        "/tai-khoan-bi-xoa-197154827.htm",
        "/tin/like-va-vote-197154827.htm",
    ],
)
def test_an_article_that_speaks_of_changes_is_none(path: str, portals: SpiderLoader) -> None:
    assert not portals.load("mst").forbidden(f"https://mst.gov.vn{path}")


@pytest.mark.parametrize(
    "url",
    [
        "https://backan.gov.vn.evil.example/Pages/a-4d99.aspx",
        "https://evil.example/backan.gov.vn/Pages/a-4d99.aspx",
        "https://user@evil.example/",
        "ftp://backan.gov.vn/a",
        "javascript:alert(1)",
        "https://mic.gov.vn:99999/",
        "https://mic.gov.vn:abc/",
        "https://mic.gov.vn:8080/",
        "https://user:password@mic.gov.vn/",
        "https://[::1",
        "",
    ],
)
def test_look_alike_hosts_and_other_schemes_are_outside(url: str, portals: SpiderLoader) -> None:
    assert {portals.load(name).classify(url) for name in portals.list()} == {Kind.OUTSIDE}
