"""A challenge is answered once, a host that blocks is left alone, and a portal that is blocked ends with an alarm."""

import asyncio
import json
import signal
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from sqlite3 import connect
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import pytest
from forked import Program
from hostile_server import HTML, answer, links, page
from runs import HURRY, begin, rows
from scrapy.http import HtmlResponse, Request
from watched_server import Asked, watched_server

from archive.model import NOT_THERE, Outcome, Page
from crawler.fetch.block import COUNTER, LAST, Block
from crawler.fetch.challenge import Challenge, cookie_asked_for
from crawler.fetch.cookies import Cookies
from crawler.frontier.frontier import Frontier
from crawler.portals import project_settings

HOST = "hostile.test"
PATIENCE = 60.0  # seconds until something happens, on a busy machine
QUICK = (
    "-s",
    "BLOCK_FIRST=0",
    "-s",
    "DOWNLOAD_DELAY=0.15",
)  # a page is read before the next one is asked for
LOGIN = "<html><title>Đăng nhập</title><form><input type=password name=p></form></html>".encode()
REJECTED = (
    b"<html><title>Request Rejected</title>The requested URL was rejected. Your support ID is: 1</html>"
)
CRAWL = """
import sys, crawler.settings
crawler.settings.SPIDER_MODULES = ["hostile_portal", "other_portal"]
for pair in sys.argv[4:]:
    name, _, value = pair.partition("=")
    setattr(crawler.settings, name, value)
sys.argv = ["backan", "crawl", *sys.argv[3].split(","), "--via", sys.argv[2], "--data", sys.argv[1]]
from crawler.cli import main
main()
"""


def stub(value: str) -> bytes:
    script = f'document.cookie="D1N={value}"+"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/";window.location.reload(true);'
    return answer("200 OK", HTML, body=f"<html><body><script>{script}</script></body></html>".encode())


def command(data: Path, url: str, *settings: str, portals: str = "hostile") -> list[str]:
    pairs = [one for one in (*HURRY, *QUICK, *settings) if one != "-s"]
    return ["-c", CRAWL, str(data), url, portals, *pairs]


def crawl(data: Path, url: str, *settings: str, portals: str = "hostile") -> tuple[int, str]:
    """`backan crawl` in a process of its own: its exit code, and what it printed in one line."""
    program = begin(*command(data, url, *settings, portals=portals))
    code = program.end()
    return code, " ".join(program.output.split())


def wait_for(happened: Callable[[], object], crawl: Program) -> None:
    until = monotonic() + PATIENCE
    while not happened():
        if monotonic() > until:
            with suppress(ProcessLookupError):
                crawl.send_signal(signal.SIGKILL)
            crawl.end()
            pytest.fail(f"what is waited for has not come in {PATIENCE:.0f} seconds: {crawl.output}")
        sleep(0.02)


def cookie(asked: Asked) -> str:
    return asked.headers.get("Cookie", "")


def asked_of(log: list[Asked], path: str) -> list[str]:
    return [cookie(one) for one in log if one.path == path]


class Door:
    """A site behind a challenge, which asks for this cookie."""

    def __init__(self, value: str = "0123abcd", sets: tuple[str, ...] = ()) -> None:
        self.value, self.sets = value, sets

    def __call__(self, asked: Asked) -> bytes:
        if f"D1N={self.value}" not in cookie(asked):
            return stub(self.value)
        if asked.path == "/robots.txt":
            return answer("404 Not Found")
        body = links("/bai/mot", "/bai/hai", "/bai/ba") if asked.path == "/" else page(asked.path)
        return answer("200 OK", HTML, *self.sets, body=body)


def kept(data: Path) -> list[tuple[str, str, str]]:
    with connect(data / "frontier.db") as connection:
        found = connection.execute("select host, name, value from cookies").fetchall()
    connection.close()
    return found


def test_a_challenge_is_answered_once_and_its_cookie_kept_for_the_next_crawl_until_it_is_of_no_use(
    tmp_path: Path,
) -> None:
    door = Door(sets=("Set-Cookie: phien=abc; path=/",))
    with watched_server(door) as (url, asked):
        assert crawl(tmp_path, url)[0] == 0
        assert kept(tmp_path) == [(HOST, "D1N", "0123abcd")]
        assert [cookie(one) for one in asked].count("") == 1
        assert "phien=abc" in cookie(asked[-1]), "the server's own cookie lives beside it"
        assert "D1N=0123abcd" in cookie(asked[-1])
        door.value = "ffff0000"
        asked.clear()
        assert crawl(tmp_path, url)[0] == 0
        assert kept(tmp_path) == [(HOST, "D1N", "ffff0000")]
        assert cookie(asked[0]) == "D1N=0123abcd", "and not the server's own one"
        assert not [one for one in asked if "D1N" not in cookie(one)]
        assert len([one for one in asked if "0123abcd" in cookie(one)]) == 1
        asked.clear()
        assert crawl(tmp_path, url, portals="hostile,--fresh")[0] == 0
        assert cookie(asked[0]) == "", "who begins anew begins without"
    assert not rows(
        tmp_path, "select 1 from captures where outcome = 'challenge' and text_sha256 is not null"
    )
    assert len(rows(tmp_path, "select 1 from articles")) == 3


def part_of_a_crawl(**settings: object) -> Any:
    """What a component asks of Scrapy's crawler; `held` are the hosts that its scheduler was told to hold."""
    cookies, held, ended = Cookies(), list[tuple[str, float]](), list[str]()

    async def close(reason: str) -> None:
        ended.append(reason)

    engine = SimpleNamespace(
        downloader=SimpleNamespace(slots={}), close_spider_async=close,
        scheduler=SimpleNamespace(hold=lambda host, seconds: held.append((host, seconds))),
    )  # fmt: skip
    return SimpleNamespace(
        settings=project_settings(settings), engine=engine, held=held, ended=ended, cookies=cookies,
        stats=SimpleNamespace(inc_value=lambda name: None), get_downloader_middleware=lambda _: cookies,
        get_extension=lambda _: None,
    )  # fmt: skip


def header(cookies: Cookies, url: str) -> bytes | None:
    request = Request(url)
    cookies.process_request(request)
    return request.headers.get("Cookie")


def test_the_cookie_of_a_host_goes_to_no_other_host_not_even_below_it() -> None:
    crawler = part_of_a_crawl()
    challenge = Challenge.from_crawler(crawler)
    first = Request("https://backan.gov.vn/")
    assert isinstance(
        challenge.process_response(first, HtmlResponse(first.url, body=stub("1").partition(b"\r\n\r\n")[2])),
        Request,
    )
    assert header(crawler.cookies, "https://backan.gov.vn/Pages/") == b"D1N=1"
    for url in (
        "https://ict.backan.gov.vn/",
        "https://gov.vn/",
        "https://mic.gov.vn/",
        "https://xbackan.gov.vn/",
    ):
        assert header(crawler.cookies, url) is None


def test_several_requests_that_met_the_challenge_at_once_are_all_sent_again_and_each_twice_at_most() -> None:
    challenge = Challenge.from_crawler(part_of_a_crawl())
    body = stub("1").partition(b"\r\n\r\n")[2]

    def answered(request: Request, body: bytes = body) -> Any:
        return challenge.process_response(request, HtmlResponse(request.url, body=body))

    requests: list[Any] = [Request(f"https://backan.gov.vn/{number}") for number in range(5)]
    for _ in range(2):
        requests = [answered(request) for request in requests]
        assert all(isinstance(request, Request) for request in requests)
    assert not any(isinstance(answered(request), Request) for request in requests)
    another = Request("https://backan.gov.vn/another")
    assert not isinstance(answered(another), Request), "it has been tried often enough"
    answered(another, b"<html>a page</html>")
    assert isinstance(answered(another), Request), "it works again, so the next stub is worth a try"


def test_a_site_that_makes_up_new_names_leaves_one_cookie_only() -> None:
    crawler = part_of_a_crawl()
    challenge = Challenge.from_crawler(crawler)
    for number in range(50):
        body = stub("1").partition(b"\r\n\r\n")[2].replace(b"D1N", b"D%d" % number)
        challenge.process_response(
            Request("https://backan.gov.vn/"), HtmlResponse("https://backan.gov.vn/", body=body)
        )
    assert header(crawler.cookies, "https://backan.gov.vn/") == b"D49=1"


@pytest.mark.parametrize(
    "value", ["", "a" * 513, "a\x00b", "a\nb", "a\r\nSet-Cookie: x=1", "ă", "a,b", "a\\b", 'a"b', "a b"]
)
def test_a_value_that_no_header_may_hold_is_not_sent(value: str) -> None:
    body = f'<script>document.cookie="D1N={value}"+"; path=/";window.location.reload(true);</script>'.encode()
    found = cookie_asked_for(HtmlResponse("https://backan.gov.vn/", body=body))
    assert found is None or (found == ("D1N", "a") and value.startswith('a"'))


def test_one_cookie_of_a_host_is_kept_and_those_of_other_portals_stay(tmp_path: Path) -> None:
    frontier = Frontier(tmp_path / "frontier.db", "me", due=lambda *_: "")
    for host, name in (("a.vn", "D1N"), ("a.vn", "D2N"), ("b.vn", "D1N"), ("localhost", "D1N")):
        frontier.passes.keep(host, (name, "1"), "2026-11-22T00:00:00Z")
    covers: Callable[[str], bool] = lambda url: "//a.vn/" in url  # noqa: E731
    assert frontier.passes.of(covers) == {"a.vn": ("D2N", "1")}
    frontier.passes.forget(covers)
    assert frontier.passes.of(lambda _: True) == {"b.vn": ("D1N", "1"), "localhost": ("D1N", "1")}
    frontier.close()


GOOD, BAD = Page(Outcome.LISTING), Page(Outcome.BLOCKED)


class Told:
    """What `Block` makes of pages that come one after another, the holds between them gone by."""

    def __init__(self, **settings: object) -> None:
        self.crawler = part_of_a_crawl(**settings)
        self.block = Block.from_crawler(self.crawler)

    def hear(self, path: str, page: Page, request: Request | None = None) -> Request | None:
        for host in self.block.hosts.values():
            host.until = 0
        return self.block.heard(request or Request(f"https://{HOST}{path}", meta={"lease": 1}), page)

    @property
    def held(self) -> list[float]:
        return [seconds for _, seconds in self.crawler.held]


def in_a_loop(work: Callable[[], None]) -> None:
    async def started() -> None:
        work()
        await asyncio.sleep(0)

    asyncio.run(started())


def test_a_host_is_held_twice_as_long_after_each_blocked_page_until_a_good_one_comes() -> None:
    told = Told(BLOCK_STOPS=9, BLOCK_MAX=200)
    for number in range(4):
        told.hear(f"/{number}", BAD)
    assert told.held == [60, 120, 200, 200]
    told.hear("/good", GOOD)
    told.hear("/5", BAD)
    assert told.held[4:] == [60]


@pytest.mark.parametrize(
    "outcome", [Outcome.MISSING, Outcome.FAILED, Outcome.UNREADABLE, Outcome.EMPTY, Outcome.FILE]
)
def test_what_is_neither_good_nor_blocked_neither_holds_a_host_nor_frees_it(outcome: Outcome) -> None:
    told = Told()
    told.hear("/1", BAD)
    told.hear("/2", Page(outcome))
    told.hear("/3", BAD)
    assert told.held == [60, 120]


@pytest.mark.parametrize(
    ("page", "slows"),
    [
        (Page(Outcome.BLOCKED), True),
        (Page(Outcome.CHALLENGE), True),
        (Page(Outcome.ERROR, note="an error page"), True),
        (Page(Outcome.ERROR, note=NOT_THERE), False),
        (Page(Outcome.FAILED, note="HTTP 500"), False),
    ],
)
def test_what_slows_a_host_down(page: Page, slows: bool) -> None:
    told = Told()
    assert bool(told.hear("/1", page)) == slows
    assert bool(told.held) == slows


def test_what_was_asked_before_the_hold_does_not_lengthen_it() -> None:
    told = Told()
    for number in range(4):
        told.block.heard(Request(f"https://{HOST}/{number}"), BAD)
    assert told.held == [60]


def test_a_page_that_is_blocked_is_asked_for_again_behind_all_others_and_three_times_at_most() -> None:
    told = Told()
    first = Request(f"https://{HOST}/1", priority=20, meta={"lease": 1, "challenges": 2})
    second = told.hear("", BAD, first)
    assert second
    assert (second.priority, second.dont_filter, second.meta) == (20 - LAST, True, {"lease": 1, COUNTER: 1})
    third = told.hear("", BAD, second)
    assert third
    assert told.hear("", BAD, third) is None


def test_a_page_that_is_blocked_where_all_others_come_is_given_up_and_slows_nothing_down() -> None:
    told = Told()
    again = told.hear("/1", BAD)
    told.hear("/2", GOOD)
    assert told.held == [60]
    assert told.hear("/1", BAD, again) is None
    assert told.held == [60]


def test_the_crawl_ends_after_five_blocked_pages_in_a_row_of_one_host_and_not_of_two() -> None:
    def work() -> None:
        for number in range(4):
            told.hear(f"/{number}", BAD)
            told.hear("", BAD, Request(f"https://other.test/{number}"))
        assert told.block._end is None
        told.hear("/4", BAD)
        told.hear("/5", BAD)

    told = Told()
    in_a_loop(work)
    assert told.crawler.ended == ["blocked"]


def test_the_crawl_goes_on_while_other_hosts_of_the_portal_give_good_pages() -> None:
    def work() -> None:
        for number in range(8):
            told.hear("", GOOD, Request(f"https://other.test/{number}"))
            told.hear(f"/{number}", BAD)
        assert told.block._end is None
        told.hear("", Page(Outcome.FILE), Request("https://other.test/anh.jpg"))
        told.hear("/8", BAD)

    told = Told(BLOCK_MAX=600)
    in_a_loop(work)
    assert told.held == [60, 120, 240, 480, 600, 600, 600, 600]
    assert told.crawler.ended == ["blocked"]


def test_a_page_that_was_blocked_in_a_crawl_before_is_judged_by_the_pages_of_this_one() -> None:
    told = Told()
    told.hear("/good", GOOD)
    again = told.hear("/1", BAD, Request(f"https://{HOST}/1", meta={"lease": 1, COUNTER: 1}))
    assert again
    assert told.held == [60]


def test_no_longest_hold_means_that_blocks_are_taken_as_they_come() -> None:
    told = Told(BLOCK_MAX=0)
    assert [told.hear(f"/{number}", BAD) for number in range(9)] == [None] * 9
    assert told.held == []


class Blocking:
    """A site that lets nothing through after its front page, or from the start, until it is `open`."""

    def __init__(self, body: bytes = REJECTED, front: bool = True, many: int = 8) -> None:
        self.body, self.front, self.open, self.many = body, front, False, many

    def __call__(self, asked: Asked) -> bytes:
        if asked.path == "/robots.txt":
            return answer("404 Not Found")
        if asked.path == "/" and (self.front or self.open):
            return answer("200 OK", HTML, body=links(*(f"/bai/{n}" for n in range(self.many))))
        return answer("200 OK", HTML, body=page(asked.path) if self.open else self.body)


@pytest.mark.parametrize(
    "body",
    [REJECTED, stub("1").partition(b"\r\n\r\n")[2]],
    ids=["rejection", "endless challenge"],  # all other kinds are told from good pages above
)
def test_a_portal_that_is_blocked_ends_with_an_alarm_and_the_next_crawl_gets_what_is_left(
    tmp_path: Path, body: bytes
) -> None:
    site = Blocking(body)
    with watched_server(site) as (url, asked):
        code, printed = crawl(tmp_path, url)
        assert code == 3, printed
        assert rows(tmp_path, "select outcome, complete from crawls") == [("blocked", 0)]
        assert rows(tmp_path, "select rule from alarms where rule = 'blocked'") == [("blocked",)]
        blocked = [one.path for one in asked if one.path.startswith("/bai/")]
        # A challenge is tried first; and some may be under way. Without an end there would be 40, or 24.
        most = 32 if b"D1N" in body else 12
        assert 5 <= len(blocked) <= most
        assert rows(tmp_path, "select count(*) from articles") == [(0,)]
        site.open = True
        asked.clear()
        code, printed = crawl(tmp_path, url)
    assert code == 0, printed
    assert rows(tmp_path, "select count(*) from articles") == [(8,)], "nothing is lost"
    assert rows(tmp_path, "select outcome from crawls order by started_at desc") == [
        ("finished",),
        ("blocked",),
    ]


def test_the_other_portals_of_the_command_go_on(tmp_path: Path) -> None:
    def site(asked: Asked) -> bytes:
        return (blocked if HOST in asked.headers["Host"] else fine)(asked)

    blocked, fine = Blocking(), Blocking()
    fine.open = True
    with watched_server(site) as (url, _):
        assert crawl(tmp_path, url, portals="hostile,other")[0] == 3
    found = dict(rows(tmp_path, "select portal, outcome from crawls"))
    assert found == {"hostile": "blocked", "other": "finished"}
    assert rows(tmp_path, "select count(*) from articles where portal = 'other'") == [(8,)]


def test_one_page_that_always_wants_a_login_stops_nothing(tmp_path: Path) -> None:
    def site(asked: Asked) -> bytes:
        return answer("200 OK", HTML, body=LOGIN) if asked.path in ("/bai/2", "/bai/3") else fine(asked)

    fine = Blocking()
    fine.open = True
    with watched_server(site) as (url, asked):
        crawl(tmp_path, url)
    assert rows(tmp_path, "select outcome from crawls") == [("finished",)]
    assert rows(tmp_path, "select count(*) from articles") == [(6,)]
    assert [one.path for one in asked].count("/bai/2") == 2
    with connect(tmp_path / "frontier.db") as connection:
        failed = connection.execute("select reason from requests where state = 'failed'").fetchall()
    connection.close()
    assert failed == [("a login page",)] * 2


def test_a_site_of_one_page_that_is_blocked_is_asked_three_times_and_no_sooner_than_the_holds_say(
    tmp_path: Path,
) -> None:
    with watched_server(Blocking(front=False)) as (url, asked):
        assert crawl(tmp_path, url, "BLOCK_FIRST=1", "BLOCK_MAX=9")[0] == 3
    assert [one.path for one in asked] == ["/robots.txt", "/", "/", "/"]
    gaps = [later.at - one.at for one, later in pairwise(asked[1:])]
    assert gaps[0] > 0.95
    assert gaps[1] > 1.95


def test_a_hold_keeps_nobody_who_wants_to_stop(tmp_path: Path) -> None:
    with watched_server(Blocking(many=3)) as (url, _):
        running = begin(*command(tmp_path, url, "BLOCK_FIRST=600", "BLOCK_MAX=600"))
        wait_for((tmp_path / "archive.db").exists, running)
        wait_for(lambda: rows(tmp_path, "select 1 from sqlite_master where name = 'captures'"), running)
        wait_for(lambda: rows(tmp_path, "select 1 from captures where outcome = 'blocked'"), running)
        begun = monotonic()
        running.send_signal(signal.SIGINT)
        running.end(within=60)
    assert monotonic() - begun < 10
    assert rows(tmp_path, "select outcome from crawls") == [("interrupted",)]
    with connect(tmp_path / "frontier.db") as connection:
        found = connection.execute("select state, request from requests where kind = 'article'").fetchall()
    connection.close()
    assert [state for state, _ in found] == ["pending"] * 3
    assert sum(json.loads(request)["meta"].get(COUNTER, 0) for _, request in found) == 1
