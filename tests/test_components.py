"""The parts of the crawler on their own, where a whole crawl would show too little."""

import asyncio
import gzip
import threading
import zlib
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from runs import HURRY, rows, run
from scrapy.exceptions import IgnoreRequest
from scrapy.http import FormRequest, HtmlResponse, Request, Response
from scrapy.statscollectors import StatsCollector
from test_tls import Site, serving, signed

from archive.errors import ArchiveError
from archive.model import Capture, Outcome, Page
from crawler.books import Books
from crawler.errors import reason
from crawler.fetch.challenge import Challenge, cookie_asked_for
from crawler.fetch.cookies import Cookies
from crawler.fetch.decode import Decode
from crawler.fetch.fingerprint import Fingerprinter
from crawler.fetch.guard import Guard
from crawler.logbook import Logbook
from crawler.plan import plan_of
from crawler.portals import load, project_settings

MIC = load()["mic"]
STUB = b"""<html><body><script>document.cookie="D1N=0123abcd"+"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/";
window.location.reload(true);</script></body></html>"""


def part_of_a_crawl() -> Any:
    """What a component asks of Scrapy's crawler."""
    cookies = Cookies()
    crawler = SimpleNamespace(
        settings=project_settings(), spidercls=MIC, get_downloader_middleware=lambda _: cookies,
        get_extension=lambda _: None,
    )  # fmt: skip
    crawler.stats = StatsCollector(crawler)  # type: ignore[arg-type]
    return crawler


def fingerprint(request: Request) -> bytes:
    return Fingerprinter(MIC).fingerprint(request)


def test_two_addresses_of_one_article_are_one_request() -> None:
    one = Request("https://mic.gov.vn/Pages/TinTuc/137150/Chuyen-doi-so.html")
    other = Request("http://www.mic.gov.vn:80/pages/tintuc/tinchitiet.aspx?tintucid=137150")
    another = Request("https://mic.gov.vn/Pages/TinTuc/137151/Chuyen-doi-so.html")
    assert fingerprint(one) == fingerprint(other) != fingerprint(another)


def test_a_redirect_within_one_page_is_no_repetition_but_a_second_redirect_to_it_is() -> None:
    first = Request("http://mic.gov.vn/Pages/TinTuc/1/a.html")
    second = first.replace(
        url="https://mic.gov.vn/Pages/TinTuc/1/a.html", meta={"redirect_urls": [first.url]}
    )
    assert fingerprint(first) != fingerprint(second) == fingerprint(second.copy())
    elsewhere = first.replace(meta={"redirect_urls": ["https://mic.gov.vn/Pages/TinTuc/2/b.html"]})
    assert fingerprint(elsewhere) == fingerprint(first)


def test_the_pages_of_a_form_are_different_requests_whatever_its_view_state() -> None:
    def page(event: str, state: str) -> bytes:
        form = {"__EVENTTARGET": "pager", "__EVENTARGUMENT": event, "__VIEWSTATE": state}
        return fingerprint(FormRequest("https://mic.gov.vn/Pages/VanBan/", formdata=form))

    assert page("Page$2", "a") == page("Page$2", "b") != page("Page$3", "a")


@pytest.mark.parametrize(
    "url",
    [
        "https://mic.gov.vn.example/Pages/TinTuc/1/a.html",
        "ftp://mic.gov.vn/a",
        "https://mic.gov.vn/Pages/tangLuotTruyCap.aspx?id=1",
    ],
)
def test_the_guard_stops_other_hosts_and_what_changes_the_server(url: str) -> None:
    with pytest.raises(IgnoreRequest):
        Guard.from_crawler(part_of_a_crawl()).process_request(Request(url))


def test_a_challenge_is_answered_with_its_cookie_twice_at_most() -> None:
    crawler = part_of_a_crawl()
    challenge = Challenge.from_crawler(crawler)
    first = Request("https://mic.gov.vn/", meta={"key": "k"})
    stub = HtmlResponse(first.url, body=STUB)
    second = challenge.process_response(first, stub)
    assert isinstance(second, Request)
    crawler.get_downloader_middleware(Cookies).process_request(second)
    assert (second.headers["Cookie"], second.dont_filter) == (b"D1N=0123abcd", True)
    third = challenge.process_response(second, stub)
    assert isinstance(third, Request)
    assert challenge.process_response(third, stub) is stub


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><p>reload</p></html>", STUB + b" " * 2048, STUB.replace(b"reload", b"assign")],
)
def test_what_is_no_challenge_is_left_alone(body: bytes) -> None:
    assert cookie_asked_for(Response("https://mic.gov.vn/", body=body)) is None
    assert cookie_asked_for(Response("https://mic.gov.vn/", status=503, body=STUB)) is None


PAGE = b"<html>" + bytes(range(32, 127)) * 40


@pytest.mark.parametrize(
    ("encoding", "body", "flags"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0), []),
        ("deflate", zlib.compress(PAGE), []),
        ("gzip", gzip.compress(PAGE, mtime=0)[:-20], ["dataloss"]),
        ("gzip", gzip.compress(PAGE, mtime=0) + b"padding", []),
        ("gzip", gzip.compress(PAGE, mtime=0)[:-8] + bytes(8), ["dataloss"]),
        ("gzip", PAGE, ["undecodable"]),
        ("br", PAGE, ["undecodable"]),
        ("zstd", PAGE, ["undecodable"]),
        ("gzip", b"", []),
        ("gzip", gzip.compress(bytes(10_000), mtime=0), ["undecodable"]),
    ],
)
def test_a_body_that_does_not_decode_is_flagged_and_kept(
    encoding: str, body: bytes, flags: list[str]
) -> None:
    request = Request("https://mic.gov.vn/")
    response = Response(request.url, headers={"Content-Encoding": encoding}, body=body)
    decoded = Decode(max_size=5_000).process_response(request, response)
    assert isinstance(decoded, Response)
    assert decoded.flags == flags
    if flags == ["undecodable"]:
        assert decoded.body == body
    else:
        assert PAGE.startswith(decoded.body)


def test_the_doors_that_scrapy_leaves_open_are_shut() -> None:
    settings = project_settings()
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_a_crawl_is_polite_unless_it_is_told_otherwise() -> None:
    settings = project_settings()
    assert settings.getbool("ROBOTSTXT_OBEY")
    assert settings.getbool("AUTOTHROTTLE_ENABLED")
    assert settings.getfloat("DOWNLOAD_DELAY") >= 1
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1


def test_an_error_is_told_without_the_clothes_of_twisted() -> None:
    error = OSError("[<twisted.python.failure.Failure twisted.internet.error.ConnectionLost: It is gone.>]")
    assert reason(error) == "OSError: It is gone."


@pytest.fixture
def logbook(tmp_path: Path) -> Logbook:
    crawler = part_of_a_crawl()
    crawler.settings.set("BACKAN_DATA", str(tmp_path))
    return Logbook(MIC, crawler)


def test_the_logbook_hashes_in_the_thread_that_writes(
    logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def hashing(body: bytes) -> Any:
        threads.append(threading.current_thread())
        return sha256(body)

    monkeypatch.setattr("crawler.books.sha256", hashing)

    async def crawl() -> Capture:
        await logbook.spider_opened(MIC)
        capture = await logbook.write("https://mic.gov.vn/", 200, None, b"", b"HTTP/1.1 200 OK\r\n\r\n", b"x")
        await logbook.spider_closed(MIC, "finished")
        return capture

    assert asyncio.run(crawl()).sha256 == sha256(b"x").hexdigest()
    assert threads != [threading.current_thread()]


def test_what_cannot_be_stored_at_all_counts_as_failed_and_ends_nothing(logbook: Logbook) -> None:
    async def crawl() -> None:
        await logbook.spider_opened(MIC)
        with pytest.raises(UnicodeEncodeError):
            await logbook.take_in(logbook.capture("https://mic.gov.vn/\udcff"), Page(Outcome.OTHER))
        await logbook.spider_closed(MIC, "finished")

    asyncio.run(crawl())
    assert (logbook.broken, logbook.outcome, logbook.tally.failed) == (None, "finished", 1)


def test_an_archive_that_is_not_open_is_an_error_and_not_a_wrong_assumption(logbook: Logbook) -> None:
    async def crawl() -> None:
        logbook.books = Books(plan_of(logbook.portal, MIC, logbook.crawler.settings, frontier=False))
        with pytest.raises(ArchiveError, match="not open"):
            await logbook.take_in(logbook.capture("https://mic.gov.vn/"), Page(Outcome.OTHER))
        await logbook.spider_closed(MIC, "finished")

    asyncio.run(crawl())
    assert logbook.broken == "the archive is not open"


def test_a_site_whose_certificate_proves_nothing_is_not_read(tmp_path: Path) -> None:
    with serving(Site([signed("localhost", None)]), tmp_path) as home:
        run(
            "-m", "scrapy", "crawl", "local", "-a", f"homepage={home}", *HURRY, "-s", "RETRY_TIMES=0",
            "-s", "SPIDER_MODULES=hostile_portal", "-s", f"BACKAN_DATA={tmp_path}",
        )  # fmt: skip
    [(status, outcome, note)] = rows(
        tmp_path, f"select status, outcome, note from captures where url = '{home}'"
    )
    assert (status, outcome) == (None, "failed")
    assert "certificate" in note
