"""Pages are read by processes beside the crawl, and what a page does to its process costs nobody else."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from deadly_portal import Deadly
from runs import HURRY, ROOT, dump, environment, rows, run
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings
from warc_files import HTML, warc

from archive.model import Outcome, Page
from archive.store import Archive
from crawler.beside.child import read
from crawler.beside.readers import Readers, count_of
from crawler.intake.fate import Fate, page_of
from crawler.intake.ingest import ingest
from crawler.intake.readers import Here
from crawler.intake.rebuild import rebuild
from crawler.intake.recovery import recover
from crawler.intake.workers import workers

PORTALS: dict[str, Any] = {"deadly": Deadly}
SITE = "http://localhost"
LONG = 60.0  # seconds that no page here takes, on a busy machine either
SHORT = 1.0  # of the processor's time
TEXT = "<h1>Bản tin</h1><div id=body><p>Ngày 5/3/2024, huyện Chợ Đồn đã hỗ trợ 50 triệu đồng cho 12 hộ.</p></div>"


def response_of(path: str) -> Response:
    return HtmlResponse(
        f"{SITE}{path}", headers={"Content-Type": "text/html; charset=utf-8"}, body=TEXT.encode(), flags=["x"]
    )


@asynccontextmanager
async def readers_of(count: int, seconds: float = LONG) -> AsyncIterator[Readers]:
    readers = Readers(count, ["deadly_portal"], seconds)
    try:
        yield readers
    finally:
        readers.close()


async def read_all(readers: Readers, paths: Iterable[str]) -> list[Page]:
    return await asyncio.gather(*(readers.read(Deadly, response_of(path)) for path in paths))


def among_innocents(path: str, seconds: float = LONG) -> Page:
    """A page that is read with others, all of which must be read for what they are."""
    innocent = [f"/bai/tot-{number}" for number in range(6)]

    async def reading() -> list[Page]:
        async with readers_of(1, seconds) as readers:
            return await read_all(readers, [*innocent[:3], path, *innocent[3:]])

    pages = asyncio.run(reading())
    guilty = pages.pop(3)
    assert pages == [read(Deadly, response_of(path)) for path in innocent]
    return guilty


def test_a_page_that_is_read_beside_comes_to_the_same_and_is_ready_to_be_stored() -> None:
    async def reading() -> list[Page]:
        async with readers_of(2) as readers:
            return await read_all(readers, ["/bai/1", "/", "/bai/2"])

    pages = asyncio.run(reading())
    assert pages == [read(Deadly, response_of(path)) for path in ("/bai/1", "/", "/bai/2")]
    assert pages[0].said
    assert pages[0].said.facts


def test_a_page_that_kills_its_reader_is_unreadable_and_says_so() -> None:
    page = among_innocents("/bai/chet")
    assert (page.outcome, page.note) == (Outcome.UNREADABLE, "ends the process that reads it (SIGKILL)")
    assert page.key == Deadly.key(f"{SITE}/bai/chet")


def test_a_page_whose_reader_was_killed_once_is_read_again(tmp_path: Path) -> None:
    path = f"/bai/chet-mot-lan?{tmp_path / 'mark'}"
    assert among_innocents(path) == read(Deadly, response_of(path))


def test_a_page_that_takes_for_ever_is_unreadable_and_says_so() -> None:
    page = among_innocents("/bai/treo", SHORT)
    assert (page.outcome, page.note) == (Outcome.UNREADABLE, "takes too long to be read")


def test_a_mistake_in_a_portal_is_an_error_here_and_ends_no_process() -> None:
    async def reading() -> bool:
        async with readers_of(1) as readers:
            before = readers.processes()
            with pytest.raises(LookupError, match="a mistake of ours"):
                await readers.read(Deadly, response_of("/bai/loi"))
            await readers.read(Deadly, response_of("/bai/1"))
            return before == readers.processes()

    assert asyncio.run(reading())


HANGING = """
import asyncio
from test_beside import SHORT, Deadly, Readers, response_of
async def main():
    readers = Readers(2, ["deadly_portal"], SHORT)
    await asyncio.gather(*(readers.read(Deadly, response_of("/bai/1")) for _ in range(4)))
    asyncio.ensure_future(readers.read(Deadly, response_of("/bai/treo")))
    await asyncio.sleep(0.1)
    print(*readers.processes(), flush=True)
    await asyncio.sleep(60)
if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_reader_outlives_its_crawl_however_that_ends(how: signal.Signals) -> None:
    command = [sys.executable, "-c", HANGING]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        readers = list(map(int, process.stdout.readline().split()))
        assert len(readers) == 2
        assert all(map(is_there, readers))
        process.send_signal(how)
    until = time.monotonic() + LONG
    while any(map(is_there, readers)):
        assert time.monotonic() < until
        time.sleep(0.02)


def is_there(process: int) -> bool:
    """Whether a process runs; one that nobody has waited for is none any more."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        links = "".join(f"<a href=/bai/{name}>x</a>" for name in ("chet", "treo", "1", "2", "3"))
        page = "User-agent: *\n" if self.path == "/robots.txt" else TEXT
        if self.path == "/":
            host = self.headers["Host"]
            page = f"<html><body>{links.replace('=/', f'=http://{host}/')}</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def test_a_crawl_goes_on_after_pages_that_kill_and_that_hang(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    run(
        "-m", "scrapy", "crawl", "deadly", "-a", f"homepage={SITE}:{server.server_port}/", *HURRY,
        "-s", "SPIDER_MODULES=deadly_portal", "-s", f"BACKAN_DATA={tmp_path}", "-s", "BACKAN_READERS=1",
        "-s", f"BACKAN_READING_TIME={SHORT}",
    )  # fmt: skip
    server.shutdown()
    server.server_close()
    found = {
        url.rpartition("/")[2]: (outcome, note)
        for url, outcome, note in rows(
            tmp_path, "select url, outcome, note from captures where url like '%bai%'"
        )
    }
    assert found.pop("chet") == ("unreadable", "ends the process that reads it (SIGKILL)")
    assert found.pop("treo") == ("unreadable", "takes too long to be read")
    assert set(found) == {"1", "2", "3"}
    assert {outcome for outcome, _ in found.values()} == {"article:selectors"}
    assert rows(tmp_path, "select outcome from crawls") == [("finished",)]
    before = dump(tmp_path)
    rebuild(tmp_path, PORTALS, elsewhere=partial(in_a_hurry, tmp_path / "warc"))
    assert dump(tmp_path) == before


@contextmanager
def in_a_hurry(folder: Path) -> Iterator[Here]:
    with workers(2) as pool:
        yield Here(pool, folder, PORTALS, longest=SHORT)


def test_a_small_import_that_holds_a_deadly_page_is_done_and_stops_no_later_start(tmp_path: Path) -> None:
    pages = [(f"{SITE}/bai/{name}", "200 OK", [HTML], TEXT.encode()) for name in ("1", "chet", "2")]
    file = warc(tmp_path, *pages)
    ingest(file, tmp_path / "data", PORTALS)
    query = "select url, outcome from captures order by url"
    outcomes = ["article:selectors", "article:selectors", "unreadable"]
    assert [outcome for _, outcome in rows(tmp_path / "data", query)] == outcomes
    with Archive(tmp_path / "data" / "archive.db") as archive:  # as if it had been killed in the middle
        archive.db.execute("delete from captures")
        archive.db.execute("update crawls set outcome = null, finished_at = null")
    recover(tmp_path / "data", PORTALS)
    assert [outcome for _, outcome in rows(tmp_path / "data", query)] == outcomes
    rebuild(tmp_path / "data", PORTALS)
    assert [outcome for _, outcome in rows(tmp_path / "data", query)] == outcomes


@pytest.mark.parametrize(
    "body",
    [
        b"User-agent: *\nDisallow: /x\n",
        b"<html><body>%s</body></html>" % (b"<p>Tin</p>" * 10_000),
        b"%PDF-1.7 <<",
    ],
)
def test_the_rules_of_a_host_are_not_read_as_a_page(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr(Deadly, "read", lambda response: pytest.fail("it was read"))
    rules = Response(f"{SITE}/robots.txt", body=body)
    assert page_of(Deadly, rules.url, rules, Fate()).outcome == Outcome.ROBOTS


def test_a_challenge_in_place_of_the_rules_is_told_as_one() -> None:
    body = b'<html><script>document.cookie="D1N=abc"+"; path=/";window.location.reload(true);</script></html>'
    rules = HtmlResponse(f"{SITE}/robots.txt", body=body)
    assert (
        page_of(Deadly, rules.url, rules, Fate()).outcome == Deadly.read(rules).outcome == Outcome.CHALLENGE
    )


@pytest.mark.parametrize(("cores", "count"), [(1, 1), (2, 1), (4, 3), (64, 4)])
def test_all_cores_but_one_read_unless_it_is_said_otherwise(
    monkeypatch: pytest.MonkeyPatch, cores: int, count: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(cores)))
    assert count_of(Settings({"BACKAN_READERS": None})) == count
    assert count_of(Settings({"BACKAN_READERS": "0"})) == 0
    assert count_of(Settings({"BACKAN_READERS": 7})) == 7
