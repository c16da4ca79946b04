"""Crawls through the whole network stack, each in a process of its own: a reactor runs once in a process."""

import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from hostile_server import HUGE, answer, hostile_server, links
from runs import HURRY, Demo, begin, rows, run, run_anew

from archive.warc.reader import Exchange, exchanges
from crawler.cli import main
from crawler.replica.truth import truths

SITE = "http://hostile.test"


def recorded(data: Path) -> dict[tuple[str, int], Exchange]:
    files = sorted((data / "warc").glob("*.warc.gz"))
    indexes = sorted((data / "warc").glob("*.cdxj"))
    assert sorted((data / "warc").iterdir()) == sorted([*files, *indexes])
    assert len(files) == len(indexes)
    return {(e.place.file, e.place.offset): e for file in files for e in exchanges(file)}


@dataclass
class Crawl:
    data: Path
    asked: list[str]
    output: str

    def outcomes(self, path: str) -> list[tuple[str, str | None]]:
        """Outcome and note of every capture of an address, the last one last."""
        query = "select outcome, note from captures where url like ? order by coalesce(warc_offset, 1e12)"
        return rows(self.data, query, f"%{SITE.removeprefix('http')}{path}")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    data = tmp_path_factory.mktemp("hostile")
    with hostile_server() as (url, asked):
        output = run(
            "-m", "scrapy", "crawl", "hostile", *HURRY, "-s", "SPIDER_MODULES=hostile_portal",
            "-s", f"BACKAN_VIA={url}", "-s", f"BACKAN_DATA={data}",
        )  # fmt: skip
    return Crawl(data, asked, output)


AGAIN = ("failed", "incomplete, asked again")


@pytest.mark.parametrize(
    ("path", "outcomes"),
    [
        ("/bai/tot", [("article:selectors", None)]),
        ("/bai/rong", [("empty", None)]),
        ("/bai/bang-ma", [("article:selectors", None)]),
        ("/bai/gzip-hong", [("unreadable", "its Content-Encoding does not decode")]),
        ("/bai/bom", [("unreadable", "its Content-Encoding does not decode")]),
        ("/bai/loi", [*[("failed", "HTTP 503, asked again")] * 2, ("failed", "HTTP 503")]),
        ("/bai/im", [("failed", "DownloadFailedError: Connection was closed cleanly.")]),
        ("/bai/ra-ngoai", [("redirect", None)]),
        ("/robots.txt", [("robots", None)]),
    ],
)
def test_bad_responses_come_to_a_clear_outcome(
    hostile: Crawl, path: str, outcomes: list[tuple[str, str | None]]
) -> None:
    assert hostile.outcomes(path) == outcomes


@pytest.mark.parametrize("path", ["/bai/cut", "/bai/gzip-cut"])
def test_a_cut_page_is_asked_for_again_and_then_kept_as_far_as_it_came(hostile: Crawl, path: str) -> None:
    *before, (last, _) = hostile.outcomes(path)
    assert before == [AGAIN, AGAIN]
    assert last.startswith("article:")


def test_a_page_of_fifty_megabytes_is_kept_up_to_the_limit_and_marked(hostile: Crawl) -> None:
    [exchange] = [e for e in recorded(hostile.data).values() if e.url == f"{SITE}/bai/dai"]
    assert 32 << 20 < len(exchange.body) < HUGE
    assert exchange.truncated == "length"
    assert len(hostile.outcomes("/bai/dai")) == 1


def test_every_response_is_a_capture_and_none_is_lost(hostile: Crawl) -> None:
    captured = Counter(
        url for (url,) in rows(hostile.data, "select url from captures where status is not null")
    )
    silent = f"{SITE}/bai/im"
    assert captured == Counter(url for url in hostile.asked if url != silent)
    assert hostile.asked.count(silent) == 3


def test_every_capture_lies_in_the_warc_file_as_the_archive_says(hostile: Crawl) -> None:
    found = recorded(hostile.data)
    query = "select warc_file, warc_offset, warc_length, url, status, sha256, captured_at from captures where status"
    captures = rows(hostile.data, query)
    assert len(captures) == len(found)
    for file, offset, length, *said in captures:
        exchange = found[file, offset]
        digest = sha256(exchange.body).hexdigest()
        assert said == [exchange.url, exchange.status, digest, exchange.captured_at]
        assert length == exchange.place.length


def test_a_redirect_loop_ends_and_is_told(hostile: Crawl) -> None:
    loop = [url for url in hostile.asked if "/bai/vong" in url]
    assert len(loop) == 11
    outcomes = hostile.outcomes("/bai/vong-1") + hostile.outcomes("/bai/vong-2")
    assert Counter(outcomes) == {
        ("redirect", None): 10,
        ("failed", "IgnoreRequest: max redirections reached"): 1,
    }


def test_a_redirect_to_the_same_page_under_https_is_followed(hostile: Crawl) -> None:
    [(url,)] = rows(hostile.data, "select url from articles where title = 'Chỉ có qua https'")
    assert url == "https://hostile.test/bai/https"


def test_a_listing_that_links_to_itself_for_ever_ends(hostile: Crawl) -> None:
    assert 2 <= sum("/muc/" in url for url in hostile.asked) <= 10


def test_no_other_host_and_nothing_that_changes_the_server_is_ever_asked_for(hostile: Crawl) -> None:
    assert not [url for url in hostile.asked if not url.split("://")[1].startswith("hostile.test/")]
    assert not [url for url in hostile.asked if "dem.aspx" in url]
    assert "publicsuffix" not in hostile.output


def test_the_crawl_is_written_down(hostile: Crawl) -> None:
    [(source, outcome, pages, new, failed)] = rows(
        hostile.data, "select source, outcome, pages, new, failed from crawls"
    )
    assert (source, outcome) == ("via", "finished")
    assert new == rows(hostile.data, "select count(*) from articles")[0][0]
    assert pages > new > 3
    assert failed == 6  # empty, two that do not decode, 503, no answer, the loop


def test_scrapy_lists_the_portals() -> None:
    assert {"backan", "mic", "mst"} <= set(run_anew("-m", "scrapy", "list").split())


def test_ctrl_c_ends_a_crawl_gracefully(tmp_path: Path) -> None:
    reached, go = threading.Event(), threading.Event()

    def slow() -> Iterator[bytes]:
        reached.set()
        go.wait(60)
        yield answer("200 OK", "Content-Type: text/html", body=links("/bai/tot"))

    with hostile_server({"/": slow}) as (url, _):
        crawl = begin("-c", SCRIPT, str(tmp_path), url)
        assert reached.wait(60)
        crawl.send_signal(signal.SIGINT)
        go.set()
        crawl.end(within=60)
    assert "interrupted" in crawl.output
    assert rows(tmp_path, "select outcome from crawls") == [("interrupted",)]
    assert rows(tmp_path, "select outcome from captures where url like '%.test/'") == [("listing",)]
    assert recorded(tmp_path)


SCRIPT = """
import sys
from pathlib import Path
from crawler.crawl import crawl
settings = {"SPIDER_MODULES": ["hostile_portal"], "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}
portals = sys.argv[3:] or ["hostile"]
for done in crawl(portals, Path(sys.argv[1]), via=sys.argv[2], settings=settings):
    print(done, done.alarm)
"""


def test_one_page_that_cannot_be_stored_and_one_mistake_of_ours_do_not_end_a_crawl(tmp_path: Path) -> None:
    with hostile_server() as (url, _):
        output = run("-c", SCRIPT, str(tmp_path), url, "stumbling")
    assert "errors in the spider, see the log: 1" in output
    assert rows(tmp_path, "select outcome from crawls") == [("finished",)]
    [(outcome, note)] = rows(tmp_path, "select outcome, note from captures where url like '%/tot'")
    assert outcome == "unreadable"
    assert note.startswith("OverflowError: ")
    assert rows(tmp_path, "select 1 from articles where title = 'Chỉ có qua https'")
    [log] = (tmp_path / "logs").iterdir()
    assert "/bai/tot' cannot be stored as it was read\nTraceback" in log.read_text()


def test_a_crawl_that_reached_nobody_says_why(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    output = run(
        "-c", "from crawler.cli import main; main()", "crawl", "ict", "--via", url, "--data", str(tmp_path),
        expect=3,
    )  # fmt: skip
    assert "ict: no pages (" in output
    assert "refused" in output


def test_a_crawl_that_cannot_write_ends_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("in the way of the folder")
    with hostile_server() as (url, asked):
        output = run("-c", SCRIPT, str(tmp_path), url)
    assert "outcome='cannot write'" in output
    assert "File exists" in output
    assert len(asked) <= 2
    assert rows(tmp_path, "select outcome from crawls") == []


def test_the_demo_tells_what_it_did_on_eighty_columns(demo: Demo) -> None:
    [(captures,)] = rows(demo.data, "select count(*) from captures")
    [(articles,)] = rows(demo.data, "select count(*) from articles")
    printed = demo.printed.read_text()
    assert f" {captures} captures; the archive holds {articles} articles." in printed
    assert printed.count("backan search") == 3
    assert all(len(line) <= 80 for line in printed.splitlines() if str(demo.data) not in line)


def test_all_articles_of_the_replica_arrive_and_no_others(demo: Demo) -> None:
    expected = {(truth.portal, truth.title) for truth in truths() if truth.allowed}
    assert set(rows(demo.data, "select portal, title from articles")) == expected


def test_forbidden_addresses_of_the_replica_are_never_asked_for(demo: Demo) -> None:
    asked = {url for (url,) in rows(demo.data, "select url from captures")}
    assert not asked & {url for truth in truths() if not truth.allowed for url in truth.urls}
    traps = ("tangluottruycap", "ratting.aspx", "sendtofriend", "drawcaptcha")
    assert not [url for url in asked if any(trap in url.lower() for trap in traps)]


def test_a_challenge_is_answered_and_its_stub_is_no_page(demo: Demo) -> None:
    stubs = rows(demo.data, "select url, status from captures where outcome = 'challenge'")
    assert len(stubs) == 1
    assert rows(demo.data, "select 1 from articles where portal = 'giamngheo'")


ARTICLES = "select * from articles order by id"
CAPTURES = "select id, url, captured_at, status, mime, sha256, outcome, article from captures where status order by id"


def test_ingesting_the_warc_files_elsewhere_gives_the_same_archive(demo: Demo, tmp_path: Path) -> None:
    warcs = sorted(map(str, (demo.data / "warc").iterdir()))
    with pytest.raises(SystemExit) as ended:
        main(["ingest", *warcs, "--data", str(tmp_path)])
    assert ended.value.code == 0
    for query in (CAPTURES, ARTICLES):
        assert rows(tmp_path, query) == rows(demo.data, query)
    assert rows(tmp_path, "select distinct source from crawls") == [("demo",)]
