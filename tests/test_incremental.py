"""What has been captured before is asked for again only when it is due, and only if it has changed."""

import asyncio
import gzip
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hostile_server import HTML, answer, links, moved, page
from runs import HURRY, rows, run
from scrapy.http import HtmlResponse, Request, Response
from scrapy.statscollectors import StatsCollector
from watched_server import Asked, watched_server

from archive.errors import WarcError
from archive.warc.reader import Exchange, Place, Revisit, records
from crawler.fetch.capture import Capture
from crawler.fetch.conditional import Conditional, NotModified
from crawler.fetch.decode import Decode
from crawler.frontier.visits import Visit
from crawler.portals import project_settings

URL = "https://mic.gov.vn/Pages/TinTuc/1/a.html"
MODIFIED = "Sat, 21 Nov 2026 07:00:00 GMT"
VISIT = Visit(URL, "2026-11-21T07:00:00Z", "00", "sha1:AA", "a.warc.gz", 7, '"é-1"', MODIFIED)
PACKED = gzip.compress(page("Bài cũ"))
ORIGINAL = Exchange(
    URL, VISIT.captured_at, 200,
    (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"), ("X-Was", "a"), ("X-Was", "b")),
    PACKED, Place("a.warc.gz", 7, 100),
)  # fmt: skip


def conditional(original: Exchange | None = ORIGINAL) -> Conditional:
    async def find(visit: Visit) -> Exchange:
        assert visit is VISIT
        if original is None:
            raise WarcError("a.warc.gz is not there")
        return original

    stats = StatsCollector(SimpleNamespace(settings=project_settings()))  # type: ignore[arg-type]
    return Conditional(SimpleNamespace(original=find), stats)  # type: ignore[arg-type]


def conditions(request: Request) -> list[bytes | None]:
    conditional().process_request(request)
    return [request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")]


BOTH = [VISIT.etag.encode("latin-1"), MODIFIED.encode()] if VISIT.etag else []


@pytest.mark.parametrize(
    ("request_", "visit", "sent"),
    [
        (Request(URL), VISIT, BOTH),
        (Request(f"{URL}#part"), VISIT, BOTH),
        (Request(URL), replace(VISIT, etag=None), [None, BOTH[1]]),
        (Request(URL), replace(VISIT, last_modified=None), [BOTH[0], None]),
        (Request(URL), replace(VISIT, etag=None, last_modified=None), [None, None]),
        (Request(URL), None, [None, None]),
        (Request(URL, method="POST"), VISIT, [None, None]),
        (Request("https://mic.gov.vn/Pages/TinTuc/1/b.html"), VISIT, [None, None]),
        (Request(URL, meta={"unconditional": True}), VISIT, [None, None]),
    ],
)
def test_a_condition_is_set_on_the_address_that_it_is_of(
    request_: Request, visit: Visit | None, sent: list[bytes | None]
) -> None:
    request = request_.copy()
    if visit:
        request.meta["visit"] = visit
    assert conditions(request) == sent


def test_every_fifth_check_is_unconditional() -> None:
    checks = range(10)
    asked = [conditions(Request(URL, meta={"visit": replace(VISIT, checks=n)})) for n in checks]
    assert [n + 1 for n in checks if asked[n] == [None, None]] == [5, 10]


def test_a_request_drops_the_conditions_of_the_one_it_was_copied_from() -> None:
    request = Request(URL, meta={"visit": VISIT})
    assert conditions(request) == BOTH
    assert conditions(request.replace(url="https://mic.gov.vn/")) == [None, None]
    assert conditions(request.copy()) == BOTH


def answered(middleware: Conditional, request: Request, response: Response) -> Request | Response:
    middleware.process_request(request)
    return asyncio.run(middleware.process_response(request, response))


def test_a_304_brings_what_was_captured_before_to_those_who_read_it() -> None:
    request = Request(URL, meta={"visit": VISIT})
    told = answered(conditional(), request, Response(URL, 304, {"Date": "today"}, flags=["x"]))
    assert isinstance(told, HtmlResponse)
    assert (told.url, told.status, told.body, told.flags) == (URL, 200, PACKED, ["x", "not_modified"])
    assert told.headers.getlist("X-Was") == [b"a", b"b"]
    assert "Date" not in told.headers
    decoded = Decode(max_size=1 << 20).process_response(request, told)
    assert isinstance(decoded, HtmlResponse)
    assert decoded.css("h1::text").get() == "Bài cũ"
    assert decoded.flags == ["x", "not_modified"]


def test_another_status_is_passed_on() -> None:
    response = Response(URL, 200)
    assert answered(conditional(), Request(URL, meta={"visit": VISIT}), response) is response


@pytest.mark.parametrize(
    "original",
    [
        None,
        replace(ORIGINAL, intact=False),
        replace(ORIGINAL, truncated="length"),
        replace(ORIGINAL, status=404),
    ],
    ids=["gone", "damaged", "cut", "error page"],
)
def test_a_304_to_what_the_archive_cannot_give_is_asked_again_once_without_conditions(
    original: Exchange | None,
) -> None:
    middleware = conditional(original)
    request = Request(URL, meta={"visit": VISIT, "lease": 1}, priority=3)
    again = answered(middleware, request, Response(URL, 304))
    assert isinstance(again, Request)
    assert (again.dont_filter, again.priority, again.meta["lease"]) == (True, 3, 1)
    again.meta["visit"] = VISIT  # the scheduler sees it for the first time
    with pytest.raises(NotModified, match="304"):
        answered(middleware, again, Response(URL, 304))
    assert "visit" not in again.meta  # lest what it brings be written as a revisit of nothing
    assert not {"If-None-Match", "If-Modified-Since"} & {name.decode() for name in again.headers}


def test_a_304_that_nobody_asked_for_is_asked_again_once_and_then_a_failure() -> None:
    again = answered(conditional(), Request(URL), Response(URL, 304))
    assert isinstance(again, Request)
    with pytest.raises(NotModified):
        answered(conditional(), again, Response(URL, 304))


@pytest.mark.parametrize(
    ("checks", "status", "given"),
    [(0, 304, VISIT), (0, 200, VISIT), (4, 200, replace(VISIT, checks=4)), (4, 304, None)],
)
def test_a_304_is_recorded_as_a_revisit_only_where_a_condition_was_sent(
    checks: int, status: int, given: Visit | None
) -> None:
    written = []

    async def write(*args: object, **more: Any) -> str:
        written.append((args[3], more["visit"]))
        return "capture"

    request = Request(URL, meta={"visit": replace(VISIT, checks=checks)})
    conditional().process_request(request)
    capture = Capture(SimpleNamespace(write=write))  # type: ignore[arg-type]
    asyncio.run(capture.process_response(request, Response(URL, status)))
    [(sent, visit)] = written
    assert visit == given
    assert (b"If-None-Match: " in sent) == (checks == 0)


@dataclass
class Portal:
    """A site that changes between crawls: what it answers now, and what it was asked in each crawl."""

    data: Path
    day: int = 1
    crawls: list[list[Asked]] = field(default_factory=list)

    def site(self, asked: Asked) -> bytes:
        answers: dict[str, Callable[[Asked], bytes]] = {
            "/": lambda _: answer("200 OK", HTML, body=links(*PATHS)),
            "/bai/on-dinh": lambda asked: self.compared(asked, '"1"', page("Bài ổn định")),
            "/bai/doi": lambda asked: self.compared(asked, f'"{self.day}"', page(f"Bài sửa lần {self.day}")),
            "/bai/giong": lambda _: answer("200 OK", HTML, body=page("Bài không có nhãn")),
            "/bai/noi-doi": self.lying,
            "/bai/chuyen": self.moving,
            "/bai/luon-304": lambda _: answer("304 Not Modified"),
        }
        return answers.get(asked.path, lambda _: answer("404 Not Found"))(asked)

    def compared(self, asked: Asked, etag: str, body: bytes) -> bytes:
        if asked.headers.get("If-None-Match") == etag:
            return answer("304 Not Modified", f"ETag: {etag}")
        return answer("200 OK", HTML, f"ETag: {etag}", body=body)

    def lying(self, asked: Asked) -> bytes:
        if "If-None-Match" in asked.headers:
            return answer("304 Not Modified")
        return answer("200 OK", HTML, 'ETag: "0"', body=page(f"Bài giấu sửa lần {self.day}"))

    def moving(self, asked: Asked) -> bytes:
        if self.day > 1:
            return moved("/bai/dich")
        return self.compared(asked, '"1"', page("Bài sắp chuyển"))

    def crawl(self, spider: str = "hasty") -> list[Asked]:
        with watched_server(self.site) as (url, asked):
            run(
                "-m", "scrapy", "crawl", spider, *HURRY, "-s", "SPIDER_MODULES=hasty_portal,hostile_portal",
                "-s", f"BACKAN_VIA={url}", "-s", f"BACKAN_DATA={self.data}",
            )  # fmt: skip
        self.crawls.append(asked)
        self.day += 1
        return asked

    def copied(self, to: Path) -> "Portal":
        return Portal(Path(shutil.copytree(self.data, to)), self.day, list(self.crawls))

    def captures(self, path: str) -> list[tuple[Any, ...]]:
        """Status, outcome and digest of the captures of an address, the last one last."""
        query = "select status, outcome, sha256 from captures where url like ? order by crawl, warc_offset"
        return rows(self.data, query, f"%{path}")

    def versions(self, path: str) -> int:
        query = "select count(*) from versions where article in (select id from articles where url like ?)"
        return int(rows(self.data, query, f"%{path}")[0][0])

    def revisits(self) -> dict[str, Revisit]:
        files = sorted((self.data / "warc").glob("*.warc.gz"))
        found = (record for file in files for record in records(file))
        return {record.url.rpartition("/")[2]: record for record in found if isinstance(record, Revisit)}


PATHS = ("/bai/on-dinh", "/bai/doi", "/bai/giong", "/bai/noi-doi", "/bai/chuyen", "/bai/luon-304")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    portal = Portal(tmp_path_factory.mktemp("incremental") / "once")
    portal.crawl()
    return portal


@pytest.fixture(scope="module")
def twice(once: Portal) -> Portal:
    portal = once.copied(once.data.parent / "twice")
    portal.crawl()
    return portal


def headers(asked: list[Asked], path: str) -> list[str | None]:
    return [one.headers.get("If-None-Match") for one in asked if one.path == path]


def test_a_first_crawl_asks_without_conditions(once: Portal) -> None:
    assert {header for path in PATHS for header in headers(once.crawls[0], path)} == {None}


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/bai/on-dinh", ['"1"']),
        ("/bai/doi", ['"1"']),
        ("/bai/giong", [None]),
        ("/bai/noi-doi", ['"0"']),
        ("/bai/chuyen", ['"1"']),
        ("/bai/dich", [None]),  # where the redirect leads to
        ("/", [None]),
    ],
)
def test_a_second_crawl_asks_only_for_what_has_changed(twice: Portal, path: str, sent: list[str]) -> None:
    assert headers(twice.crawls[1], path) == sent


def test_a_304_is_a_revisit_record_and_no_new_version(twice: Portal) -> None:
    first, second = twice.captures("/bai/on-dinh")
    assert first == (200, "article:selectors", sha256(page("Bài ổn định")).hexdigest())
    assert second == (304, *first[1:])
    assert twice.versions("/bai/on-dinh") == 1
    revisit = twice.revisits()["on-dinh"]
    assert (revisit.status, revisit.refers_to_url) == (304, "http://hostile.test/bai/on-dinh")
    assert revisit.refers_to_at is not None


def test_an_identical_body_is_a_revisit_record_and_no_new_version(twice: Portal) -> None:
    first, second = twice.captures("/bai/giong")
    assert first == second
    assert twice.versions("/bai/giong") == 1
    revisit = twice.revisits()["giong"]
    assert (revisit.status, revisit.refers_to_url) == (200, "http://hostile.test/bai/giong")


def test_what_has_changed_is_a_record_of_its_own_and_a_new_version(twice: Portal) -> None:
    first, second = twice.captures("/bai/doi")
    assert (first[:2], second[:2]) == ((200, "article:selectors"),) * 2
    assert first[2] != second[2]
    assert twice.versions("/bai/doi") == 2
    assert "doi" not in twice.revisits()


def test_a_304_to_a_first_request_is_asked_again_once_and_then_a_failure(once: Portal) -> None:
    assert headers(once.crawls[0], "/bai/luon-304") == [None, None]
    notes = rows(once.data, "select outcome, note from captures where url like '%304' order by warc_offset")
    assert [outcome for outcome, _ in notes] == ["failed", "failed"]
    assert "asked again" in notes[0][1]
    assert "HTTP 304" in notes[1][1]


def test_a_server_that_always_says_304_is_found_out_by_the_fifth_check(twice: Portal, tmp_path: Path) -> None:
    portal = twice.copied(tmp_path / "data")
    assert [status for status, *_ in portal.captures("/bai/noi-doi")] == [200, 304]
    with sqlite3.connect(portal.data / "frontier.db") as connection:
        connection.execute("update visits set checks = 4 where url like '%/bai/noi-doi'")
    connection.close()
    asked = portal.crawl()
    assert headers(asked, "/bai/noi-doi") == [None]
    assert [status for status, *_ in portal.captures("/bai/noi-doi")] == [200, 304, 200]
    assert portal.versions("/bai/noi-doi") == 2


def test_a_304_whose_original_is_lost_is_asked_again_and_kept_whole(once: Portal, tmp_path: Path) -> None:
    portal = once.copied(tmp_path / "data")
    for file in (portal.data / "warc").iterdir():
        file.unlink()
    asked = portal.crawl()
    assert headers(asked, "/bai/on-dinh") == ['"1"', None]
    status, outcome, digest = portal.captures("/bai/on-dinh")[-1]
    assert (status, outcome) == (200, "article:selectors")
    assert digest == sha256(page("Bài ổn định")).hexdigest()
    kept = [
        record
        for file in (portal.data / "warc").glob("*.warc.gz")
        for record in records(file)
        if isinstance(record, Exchange) and record.url.endswith("/bai/on-dinh")
    ]
    assert [record.body for record in kept] == [page("Bài ổn định")]


def test_an_article_is_not_asked_for_before_it_is_due_but_a_listing_is(once: Portal, tmp_path: Path) -> None:
    portal = Portal(tmp_path / "data")
    first, second = (portal.crawl("hostile") for _ in range(2))
    assert {one.path for one in first} > {"/", "/bai/on-dinh", "/bai/giong"}
    assert {one.path for one in second} - {"/bai/luon-304"} == {"/robots.txt", "/"}
