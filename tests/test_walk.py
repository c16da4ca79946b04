"""The walk from page to page: what is asked for next, and where it ends."""

import pytest
from scrapy.http import Request, Response
from scrapy.spiderloader import SpiderLoader

from archive.model import Kind, Link, Outcome, Page

LIST = "https://backan.gov.vn/Pages/tin-tuc-1/default.aspx"


def article(number: int, day: str | None = None) -> Link:
    url = f"https://backan.gov.vn/Pages/tin-tuc-1/bai-{number:016x}.aspx"
    return Link(url, Kind.ARTICLE, published_at=day)


def walk(
    spider, links: list[Link], request: Request | None = None, outcome: Outcome = Outcome.LISTING
) -> list[Request]:
    request = request or Request(LIST)
    return list(spider.follow(Response(request.url, request=request), Page(outcome, links=tuple(links))))


def test_a_crawl_starts_at_the_front_page_or_where_the_portal_says(portals: SpiderLoader) -> None:
    assert [link.url for link in portals.load("backan")().seeds()] == ["https://backan.gov.vn/"]
    kinds = {link.kind for link in portals.load("mst")().seeds()}
    assert kinds == {Kind.LISTING, Kind.SITEMAP, Kind.RSS}


def test_hosts_outside_and_addresses_that_change_something_are_not_followed(portals: SpiderLoader) -> None:
    spider = portals.load("mic")()
    links = [
        Link("https://evil.example/Pages/TinTuc/1/a.html", Kind.ARTICLE),
        Link("https://mic.gov.vn/_layouts/tangLuotTruyCap.aspx?tintucid=1", Kind.OTHER),
        Link("https://mic.gov.vn/Pages/TinTuc/1/a.html", Kind.ARTICLE),
    ]
    assert [r.url for r in walk(spider, links)] == ["https://mic.gov.vn/Pages/TinTuc/1/a.html"]


def test_a_pager_that_shows_the_same_articles_for_ever_ends(portals: SpiderLoader) -> None:
    spider = portals.load("backan")()
    request, asked = Request(LIST), 0
    while request and asked < 50:
        onward = walk(spider, [article(1), Link(f"{LIST}?page={asked + 2}", Kind.LISTING)], request)
        request = next((r for r in onward if r.meta["kind"] == "listing"), None)
        asked += 1
    assert asked == 4  # the first page, and three that showed nothing new


def test_a_pager_with_new_articles_goes_on(portals: SpiderLoader) -> None:
    spider = portals.load("backan")()
    request = Request(LIST)
    for number in range(20):
        onward = walk(spider, [article(number), Link(f"{LIST}?page={number + 2}", Kind.LISTING)], request)
        request = next(r for r in onward if r.meta["kind"] == "listing")
    assert request.meta["trail"]["stale"] == 0


def test_a_listing_that_repeats_another_for_pages_goes_on_to_what_is_its_own(portals: SpiderLoader) -> None:
    spider = portals.load("backan")()
    for url in (LIST, LIST.replace("tin-tuc-1", "chuyen-muc-2")):
        request = Request(url)
        for number in range(10):
            onward = walk(spider, [article(number), Link(f"{url}?page={number + 2}", Kind.LISTING)], request)
            request = next(r for r in onward if r.meta["kind"] == "listing")
    assert request.url.endswith("chuyen-muc-2/default.aspx?page=11")


def test_a_pager_of_random_known_articles_ends_too(portals: SpiderLoader) -> None:
    spider = portals.load("backan")()
    request, asked = Request(LIST), 0
    while request and asked < 500:
        onward = walk(spider, [article(asked % 7), Link(f"{LIST}?page={asked + 2}", Kind.LISTING)], request)
        request = next((r for r in onward if r.meta["kind"] == "listing"), None)
        asked += 1
    assert asked == 107


def test_since_and_until_choose_by_the_date_that_a_listing_shows(portals: SpiderLoader) -> None:
    spider = portals.load("backan")(since="2019-01-01", until="2019-12-31")
    links = [
        article(1, "2018-12-31"),
        article(2, "2019-06-01"),
        article(3, "2020-01-01T08:00:00+07:00"),
        article(4),
    ]
    assert [r.url[-6] for r in walk(spider, links)] == ["2", "4"]


def test_listings_older_than_since_end_the_walk(portals: SpiderLoader) -> None:
    spider = portals.load("backan")(since="2019-01-01")
    request, asked = Request(LIST), 0
    while request and asked < 50:
        onward = walk(
            spider, [article(asked, "2012-01-01"), Link(f"{LIST}?page={asked + 2}", Kind.LISTING)], request
        )
        request = next(iter(onward), None)
        asked += 1
    assert asked == 3


def test_a_sitemaps_last_change_is_no_date_of_publication(portals: SpiderLoader) -> None:
    changed = Link(article(1).url, Kind.ARTICLE, changed_at="2022-05-01")
    assert walk(portals.load("backan")(until="2020-12-31"), [changed]) != []
    assert walk(portals.load("backan")(since="2022-06-01"), [changed]) == []


@pytest.mark.parametrize(
    "wrong", [{"since": "31/12/2020"}, {"until": "2020"}, {"limit": "abc"}, {"limit": "-1"}]
)
def test_a_spider_argument_that_makes_no_sense_is_refused(
    portals: SpiderLoader, wrong: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong.values()))):
        portals.load("backan")(**wrong)


def test_limit_counts_articles_and_not_addresses(portals: SpiderLoader) -> None:
    spider = portals.load("mic")(limit="2")
    links = [
        Link(f"https://mic.gov.vn/{path}", Kind.ARTICLE)
        for path in (
            "Pages/TinTuc/1/a.html",
            "nongthon/Pages/TinTuc/1/a.html",
            "Pages/TinTuc/2/b.html",
            "Pages/TinTuc/3/c.html",
        )
    ]
    assert {spider.key(r.url) for r in walk(spider, links)} == {
        "mic/mic.gov.vn/article/1",
        "mic/mic.gov.vn/article/2",
    }


def test_with_enough_articles_no_more_listings_are_asked_for(portals: SpiderLoader) -> None:
    spider = portals.load("backan")(limit=2)
    picture = Link("https://backan.gov.vn/PictureLibrary/0011223344556677/a.jpg", Kind.OTHER)
    links = [Link(f"{LIST}?page=2", Kind.LISTING), article(1), article(2), article(3), picture]
    assert [r.meta["kind"] for r in walk(spider, links)] == ["article", "article", "other"]


def test_pages_of_a_form_are_posts_with_a_name_each(portals: SpiderLoader) -> None:
    spider = portals.load("backan")()
    form = (("__EVENTTARGET", "ctl00$pager"), ("__VIEWSTATE", "a+b="))
    second, after = walk(
        spider, [Link(LIST, Kind.LISTING, form=form, page=page) for page in ("ctl00$pager/2", "next")]
    )
    assert (second.method, second.body) == ("POST", b"__EVENTTARGET=ctl00%24pager&__VIEWSTATE=a%2Bb%3D")
    assert (second.meta["key"], after.meta["key"]) == (
        f"{LIST.lower()}#ctl00$pager/2",
        f"{LIST.lower()}#next 1",
    )
    (again,) = walk(spider, [article(7), Link(LIST, Kind.LISTING, form=form, page="next")], after)[1:]
    assert again.meta["key"] == f"{LIST.lower()}#next 2"


def test_the_links_of_an_article_are_followed_too(portals: SpiderLoader) -> None:
    spider = portals.load("backan")()
    image = Link("https://backan.gov.vn/PictureLibrary/0011223344556677/a.jpg", Kind.OTHER)
    onward = walk(spider, [article(1), image], outcome=Outcome.LANDMARKS)
    assert [r.priority for r in onward] == [0, -10]
