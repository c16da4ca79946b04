"""Crawls whose server says how fast it wants to be asked, and looks at the clock."""

import signal
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from hostile_server import HTML, answer, links, page
from runs import HURRY, begin, rows, run
from test_blocks import wait_for
from watched_server import Asked, Site, watched_server

NOW = datetime(2026, 11, 21, 7, 0, 0, tzinfo=UTC)


def command(data: Path, url: str) -> list[str]:
    return [
        "-m", "scrapy", "crawl", "hostile", *HURRY, "-s", "SPIDER_MODULES=hostile_portal",
        "-s", f"BACKAN_VIA={url}", "-s", f"BACKAN_DATA={data}",
    ]  # fmt: skip


def crawled(data: Path, site: Site, *settings: str) -> list[Asked]:
    """Crawl the test portal in a process of its own; what its server was asked."""
    with watched_server(site) as (url, asked):
        run(*command(data, url), *settings)
    return asked


AUTOTHROTTLE = ("-s", "AUTOTHROTTLE_ENABLED=1", "-s", "AUTOTHROTTLE_START_DELAY=0")
ARTICLES = ("/bai/mot", "/bai/hai", "/bai/ba")


def slow(asked: Asked) -> bytes:
    if asked.path == "/robots.txt":
        return answer("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 0.5\n")
    body = links(*ARTICLES) if asked.path == "/" else page(asked.path)
    return answer("200 OK", HTML, body=body)


@pytest.mark.parametrize("settings", [(), AUTOTHROTTLE], ids=["fixed", "autothrottle"])
def test_requests_arrive_as_far_apart_as_robots_txt_asks(tmp_path: Path, settings: tuple[str, ...]) -> None:
    asked = crawled(tmp_path, slow, "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", *settings)
    assert sorted(one.path for one in asked) == sorted(("/robots.txt", "/", *ARTICLES))
    gaps = [later.at - one.at for one, later in pairwise(asked)]
    assert sorted(gaps)[1] > 0.3, "one that arrives late makes the next gap shorter, but no other"
    assert sum(gaps) > 0.45 * len(gaps)


def busy(asked: Asked) -> bytes:
    """One page asks to wait with a number, one with a date, one with nothing and for ever."""
    if asked.path == "/robots.txt":
        return answer("404 Not Found")
    if asked.path == "/":
        return answer("200 OK", HTML, body=links("/bai/so", "/bai/ngay", "/bai/mai", "/bai/yen"))
    if asked.path == "/bai/so" and not asked.times:
        return answer("429 Too Many Requests", "Retry-After: 1")
    if asked.path == "/bai/ngay" and not asked.times:
        now, then = (format_datetime(NOW.replace(second=second), usegmt=True) for second in (0, 1))
        return answer("503 Service Unavailable", f"Date: {now}", f"Retry-After: {then}")
    if asked.path == "/bai/mai":
        return answer("429 Too Many Requests")
    return answer("200 OK", HTML, body=page(asked.path))


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Asked]]:
    data = tmp_path_factory.mktemp("busy")
    settings = (
        "-s", "RETRY_TIMES=0", "-s", "RETRY_AFTER_FIRST=0.1", "-s", "RETRY_AFTER_MAX=1",
        "-s", "DOWNLOAD_DELAY=0.02",  # without any, Scrapy sends all that waits at once
    )  # fmt: skip
    return data, crawled(data, busy, *settings)


@pytest.mark.parametrize("path", ["/bai/so", "/bai/ngay"])
def test_nothing_is_asked_of_a_host_before_the_time_it_states(
    refused: tuple[Path, list[Asked]], path: str
) -> None:
    data, asked = refused
    first = next(one for one in asked if one.path == path)
    after = [one.at - first.at for one in asked if one.at > first.at]
    assert min(after) > 0.95
    assert len([one for one in asked if one.path == path]) == 2
    query = "select outcome from captures where url like ? order by captured_at, outcome desc"
    assert sorted(rows(data, query, f"%{path}")) == [("article:selectors",), ("failed",)]


def test_a_page_that_is_refused_for_ever_is_given_up_and_the_others_are_kept(
    refused: tuple[Path, list[Asked]],
) -> None:
    data, asked = refused
    refusals = [one.at for one in asked if one.path == "/bai/mai"]
    assert len(refusals) == 6
    assert min(later - one for one, later in pairwise(refusals)) > 0.09
    notes = rows(data, "select note, count(*) from captures where url like '%/bai/mai' group by 1 order by 2")
    assert notes == [("HTTP 429", 1), ("HTTP 429, asked again", 5)]
    assert len(rows(data, "select 1 from articles")) == 3


HOLD = 8  # seconds, so that an interrupted crawl can begin anew within them


def test_a_hold_keeps_nobody_who_wants_to_stop_and_is_kept_by_the_next_start(tmp_path: Path) -> None:
    refused = threading.Event()

    def site(asked: Asked) -> bytes:
        if asked.path == "/robots.txt":
            return answer("404 Not Found")
        if asked.path == "/" and not asked.times:
            return answer("200 OK", HTML, body=links(*ARTICLES))
        if not refused.is_set():
            refused.set()
            return answer("429 Too Many Requests", f"Retry-After: {HOLD}")
        return answer("200 OK", HTML, body=page(asked.path))

    with watched_server(site) as (url, asked):
        crawl = begin(*command(tmp_path, url), "-s", "DOWNLOAD_DELAY=0.2")
        assert refused.wait(60)
        wait_for(lambda: rows(tmp_path, "select 1 from captures where status = 429"), crawl)
        crawl.send_signal(signal.SIGINT)
        crawl.end(within=60)
        before = list(asked)
        assert monotonic() - before[-1].at < HOLD
        run(*command(tmp_path, url))
    assert len(before) == 3  # robots.txt, the listing, the refusal
    assert asked[len(before)].at - before[-1].at > HOLD - 1.1  # the frontier knows whole seconds
    assert len(rows(tmp_path, "select 1 from articles")) == len(ARTICLES)
