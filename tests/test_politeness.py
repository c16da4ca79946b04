"""A host is asked no faster than it wants to be, and left alone when it says so."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.core.downloader import Downloader
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler
from twisted.internet.defer import Deferred

from crawler.fetch.crawl_delay import CrawlDelay
from crawler.fetch.retry import Retry
from crawler.fetch.retry_after import HELD, HeldError, RetryAfter, seconds_stated

NOW = datetime(2026, 11, 21, 7, 0, 0, tzinfo=UTC)
HOST = "mic.gov.vn"


def refusal(status: int = 429, **headers: str) -> Response:
    return Response(
        f"https://{HOST}/", status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("9" * 5000, float("inf")),
        ("Sat, 21 Nov 2026 07:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 14:02:00 +0700", 120),
        ("Saturday, 21-Nov-26 07:02:00 GMT", 120),
        ("Sat Nov 21 07:02:00 2026", 120),
        ("Sat, 21 Nov 2026 06:59:00 GMT", None),
        ("0", None),
        ("-120", None),
        ("", None),
        ("soon", None),
        ("١٢", None),
        ("Sat, 99 Nov 2026 99:99:99 GMT", None),
        ("Sat, 21 Nov 99999999999 07:02:00 GMT", None),
        ("nan", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_that_lies_ahead(value: str, seconds: float | None) -> None:
    assert seconds_stated(refusal(Retry_After=value), NOW) == seconds


def test_a_date_is_told_by_the_clock_of_the_server() -> None:
    slow = {"Date": "Sat, 21 Nov 2026 05:00:00 GMT", "Retry_After": "Sat, 21 Nov 2026 05:01:00 GMT"}
    assert seconds_stated(refusal(**slow), NOW) == 60
    assert seconds_stated(refusal(**slow | {"Date": "today"}), NOW) is None


def in_a_loop(work: Callable[[Any], Awaitable[None]], **settings: object) -> None:
    """Do something with a part of a crawl that can set timers: a downloader with a slot for HOST."""

    async def started() -> None:
        offline = {"DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "http", "https", "s3"))}
        crawler = get_crawler(settings_dict={"ROBOTSTXT_OBEY": True, **offline, **settings})
        crawler.stats.open_spider()
        downloader = Downloader(crawler)
        downloader._start_slot_gc = lambda: None  # type: ignore[method-assign]
        downloader._get_slot(Request(f"https://{HOST}/"))
        crawler.engine = SimpleNamespace(downloader=downloader, scheduler=object())  # type: ignore[assignment]
        try:
            await work(crawler)
        finally:
            downloader.close()

    asyncio.run(started())


class Scheduler:
    """The frontier's, as far as it matters here."""

    def __init__(self) -> None:
        self.held: list[tuple[str, float]] = []

    def hold(self, host: str, seconds: float) -> None:
        self.held.append((host, seconds))


def held(crawler: Any, *responses: Response) -> list[float]:
    """For how long the host is held after each of these responses."""
    extension, scheduler = RetryAfter.from_crawler(crawler), Scheduler()
    crawler.engine.scheduler = scheduler
    for response in responses:
        extension.response_downloaded(response, Request(response.url), crawler.spider)
        extension.until.clear()  # that time has passed
    assert {host for host, _ in scheduler.held} <= {HOST}
    return [seconds for _, seconds in scheduler.held]


def test_429_without_retry_after_holds_the_host_twice_as_long_each_time() -> None:
    async def work(crawler: Any) -> None:
        assert held(crawler, *[refusal()] * 4) == [30, 60, 120, 200]

    in_a_loop(work, RETRY_AFTER_MAX=200)


def test_an_answer_of_another_kind_ends_the_doubling() -> None:
    async def work(crawler: Any) -> None:
        assert held(crawler, refusal(), refusal(), refusal(200), refusal()) == [30, 60, 30]

    in_a_loop(work)


def test_503_holds_the_host_only_where_it_says_so() -> None:
    async def work(crawler: Any) -> None:
        assert held(crawler, refusal(503), refusal(503, Retry_After="5"), refusal(500, Retry_After="5")) == [
            5
        ]

    in_a_loop(work)


def test_an_absurd_retry_after_is_cut_to_an_hour_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work(crawler: Any) -> None:
        assert held(crawler, refusal(Retry_After="86400")) == [3600]

    in_a_loop(work)
    assert "RETRY_AFTER_MAX" in caplog.text


def test_what_was_asked_before_the_refusal_neither_lengthens_nor_shortens_the_hold() -> None:
    async def work(crawler: Any) -> None:
        extension, crawler.engine.scheduler = RetryAfter.from_crawler(crawler), Scheduler()
        for response in (refusal(Retry_After="100"), refusal(), refusal(Retry_After="10")):
            extension.response_downloaded(response, Request(response.url), crawler.spider)
            assert HELD in response.flags
        assert crawler.engine.scheduler.held == [(HOST, 100)]

    in_a_loop(work)


def test_several_refusals_at_once_double_the_next_hold_only_once() -> None:
    async def work(crawler: Any) -> None:
        extension, crawler.engine.scheduler = RetryAfter.from_crawler(crawler), Scheduler()
        for _ in range(4):
            extension.response_downloaded(refusal(), Request(f"https://{HOST}/"), crawler.spider)
        extension.until.clear()  # that time has passed
        extension.response_downloaded(refusal(), Request(f"https://{HOST}/"), crawler.spider)
        holds = [round(seconds) for _, seconds in crawler.engine.scheduler.held]
        assert (set(holds[:-1]), holds[-1]) == ({30}, 60)

    in_a_loop(work)


def test_a_hold_stops_what_waits_in_the_downloader_and_gives_it_back_to_the_frontier() -> None:
    async def work(crawler: Any) -> None:
        slot = crawler.engine.downloader.slots[HOST]
        waiting: Deferred[Response] = Deferred()
        failures: list[Any] = []
        waiting.addErrback(failures.append)
        slot.queue.append((Request(f"https://{HOST}/next"), waiting))
        extension = RetryAfter.from_crawler(crawler)
        response = refusal(Retry_After="100")
        extension.response_downloaded(response, Request(response.url), crawler.spider)
        assert (len(slot.queue), failures) == (1, [])  # Scrapy's own scheduler would only bring it again
        crawler.engine.downloader._process_queue(slot)
        crawler.engine.downloader._slot_gc(0)
        assert len(slot.queue) == 1
        assert crawler.engine.downloader.slots == {HOST: slot}
        crawler.engine.scheduler = Scheduler()
        response = refusal(Retry_After="200")
        extension.response_downloaded(response, Request(response.url), crawler.spider)
        assert not slot.queue
        assert isinstance(failures[0].value, HeldError)

    in_a_loop(work)


def test_no_limit_means_no_holds() -> None:
    with pytest.raises(NotConfigured):
        RetryAfter.from_crawler(get_crawler(settings_dict={"RETRY_AFTER_MAX": 0}))


def test_a_page_is_asked_again_after_five_holds_and_then_given_up_without_counting_as_retries() -> None:
    async def work(crawler: Any) -> None:
        retry = Retry.from_crawler(crawler)
        request, asked = Request(f"https://{HOST}/", meta={"lease": 1}), 0
        response = refusal()
        response.flags.append(HELD)
        while isinstance(again := retry.process_response(request, response), Request):
            assert again.dont_filter
            assert "retry_times" not in again.meta
            request, asked = again, asked + 1
        assert (asked, again) == (5, response)

    in_a_loop(work)


def test_a_request_that_was_given_back_is_asked_for_as_if_it_had_never_been() -> None:
    async def work(crawler: Any) -> None:
        request = Request(f"https://{HOST}/", priority=7, meta={"lease": 1})
        again = Retry.from_crawler(crawler).process_exception(request, HeldError())
        assert isinstance(again, Request)
        assert (again.priority, again.meta, again.dont_filter) == (7, {"lease": 1}, True)

    in_a_loop(work)


def test_a_page_that_came_only_in_part_is_asked_for_again_as_if_the_archive_had_none() -> None:
    async def work(crawler: Any) -> None:
        crawler.spider = crawler._create_spider("any")
        response = Response(f"https://{HOST}/", flags=["not_modified", "dataloss"])
        again = Retry.from_crawler(crawler).process_response(Request(response.url), response)
        assert isinstance(again, Request)
        assert again.meta["unconditional"] is True

    in_a_loop(work)


def robots(text: str) -> ProtegoRobotParser:
    return ProtegoRobotParser(text.encode(), None)


def delayed(crawler: Any, *texts: str) -> CrawlDelay:
    extension = CrawlDelay.from_crawler(crawler)
    for text in texts:
        extension.robots_parsed(robots(text), Request(f"https://{HOST}/"))
    return extension


AGENT = {"ROBOTSTXT_USER_AGENT": "BacKanArchive", "DOWNLOAD_DELAY": 1.25, "DOWNLOAD_DELAY_JITTER": 0.2}


def test_crawl_delay_holds_for_the_slot_that_is_there_and_for_those_to_come() -> None:
    async def work(crawler: Any) -> None:
        delayed(crawler, "User-agent: *\nCrawl-delay: 10")
        downloader = crawler.engine.downloader
        there = downloader.slots.pop(HOST)
        _, after = downloader._get_slot(Request(f"https://{HOST}/"))
        _, other = downloader._get_slot(Request("https://cspl.mic.gov.vn/"))
        for slot in (there, after):
            assert (slot.delay, slot.concurrency) == (10, 1)
            assert min(slot.download_delay() for _ in range(100)) == 10  # no jitter below it
        assert other.delay == 1.25

    in_a_loop(work, **AGENT)


def test_crawl_delay_makes_no_crawl_faster() -> None:
    async def work(crawler: Any) -> None:
        delayed(crawler, "User-agent: *\nCrawl-delay: 0.1")
        downloader = crawler.engine.downloader
        assert downloader.slots.pop(HOST).delay == 1.25
        assert downloader._get_slot(Request(f"https://{HOST}/"))[1].delay == 1.25

    in_a_loop(work, **AGENT)


@pytest.mark.parametrize(
    ("texts", "delay"),
    [
        (["User-agent: *\nCrawl-delay: 10\n\nUser-agent: BacKanArchive\nCrawl-delay: 3"], 3),
        (["User-agent: *\nCrawl-delay: 10", "User-agent: *\nCrawl-delay: 5"], 10),
        (["User-agent: *\nCrawl-delay: -5"], 1.25),
        (["User-agent: *\nCrawl-delay: nan"], 1.25),
        (["User-agent: *\nCrawl-delay: soon"], 1.25),
        (["User-agent: *\nDisallow:"], 1.25),
    ],
)
def test_the_largest_delay_that_robots_txt_asks_of_us_counts(texts: list[str], delay: float) -> None:
    async def work(crawler: Any) -> None:
        delayed(crawler, *texts)
        assert crawler.engine.downloader.slots[HOST].delay == delay

    in_a_loop(work, **AGENT)


def test_an_absurd_crawl_delay_is_cut_to_five_minutes_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work(crawler: Any) -> None:
        delayed(crawler, "User-agent: *\nCrawl-delay: 86400")
        assert crawler.engine.downloader.slots[HOST].delay == 300

    in_a_loop(work, **AGENT)
    assert [r.levelno for r in caplog.records if "CRAWL_DELAY_MAX" in r.message] == [logging.WARNING]


@pytest.mark.parametrize("settings", [{"ROBOTSTXT_OBEY": False}, {"CRAWL_DELAY_MAX": 0}])
def test_who_ignores_robots_txt_has_no_crawl_delay(settings: dict[str, object]) -> None:
    with pytest.raises(NotConfigured):
        CrawlDelay.from_crawler(get_crawler(settings_dict={"ROBOTSTXT_OBEY": True, **settings}))
