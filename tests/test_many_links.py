"""Of a page with more links than any page has, the first are followed, soon, and the others counted."""

from time import process_time
from types import SimpleNamespace

import pytest
from hostile_portal import Hostile
from hostile_server import page
from scrapy.http import HtmlResponse, Request
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from archive.model import Outcome
from spiders.reading.html import MOST_LINKS

URL = "http://hostile.test/muc/?trang=1"
MORE = 30


def response(body: bytes, url: str = URL) -> HtmlResponse:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return HtmlResponse(url, body=body, headers=headers, request=Request(url))


def links(start: int, end: int) -> bytes:
    return b"".join(b"<p><a href='/bai/x%d'>bai %d</a> va</p>" % (n, n) for n in range(start, end))


def test_the_first_links_are_followed_and_the_others_counted() -> None:
    listing = response(b"<html><body>" + links(0, MOST_LINKS + MORE))
    read = Hostile.read(listing)
    assert (read.outcome, len(read.links), read.unread) == (Outcome.LISTING, MOST_LINKS, MORE)
    spider = Hostile()
    stats = MemoryStatsCollector(get_crawler())
    spider.crawler = SimpleNamespace(stats=stats)  # type: ignore[assignment]
    assert sum(1 for _ in spider.follow(listing, read)) == MOST_LINKS
    assert stats.get_value("backan/traps/links") == MORE


def test_the_text_of_links_that_are_not_followed_stays() -> None:
    menu = b"<a href=/bai/tot>x</a>" * MOST_LINKS
    article = page("Một").replace(
        b"<div id=body>", menu + b"<div id=body><p>Xem <a href='/b'>trang hai</a>.</p>"
    )
    read = Hostile.read(response(article, "http://hostile.test/bai/mot"))
    assert read.article
    assert "Xem trang hai." in read.article.body
    assert read.unread == 1


@pytest.mark.parametrize("url", [URL, "http://hostile.test/bai/mot"], ids=["listing", "article"])
def test_reading_many_links_takes_no_longer_than_their_number(url: str) -> None:
    body = page("Một") + b"<div>" + links(0, MOST_LINKS)
    begun = process_time()
    read = Hostile.read(response(body, url))
    assert process_time() - begun < 10, "each link looks at all others once more"
    assert len(read.links) >= MOST_LINKS
