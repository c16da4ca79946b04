"""Ctrl-C once ends a crawl within seconds, whatever it is waiting for, and twice at once; neither loses anything."""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hostile_server import HTML, answer, links, page
from killing import Crawls, Fault, assert_sound, assert_whole, heard, leased, rows, wait_for
from watched_server import Asked, watched_server

from crawler.commands.telling import ALARM

GRACE = 0.5  # seconds for what is in flight; in a real crawl it is more
SOON = GRACE + 6  # seconds, on a machine that is busy with other tests
ARTICLES = tuple(f"/bai-so-{n}-1972503140930{n:02}.htm" for n in range(1, 9))
TROUBLED = ARTICLES[3]
OK = {
    "/": answer("200 OK", HTML, body=links(*ARTICLES)),
    "/robots.txt": answer("404 Not Found"),
    "/sitemap.xml": answer("404 Not Found"),
    "/rss/home.rss": answer("404 Not Found"),
} | {path: answer("200 OK", HTML, body=page(f"Bài {path[8]}")) for path in ARTICLES}
ANSWERED = "select url from captures where status = 200"
MST = "https://mst.gov.vn{}"
LATER = answer("429 Too Many Requests", "Retry-After: 3600")
SLOW_ROBOTS = answer("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nCrawl-delay: 300\n")


class Server:
    """Eight articles. Until it is `well`, it gives the answer of `troubles`, or none where that is None."""

    def __init__(self) -> None:
        self.well = threading.Event()
        self.troubles: dict[str, bytes | None] = {}

    def __call__(self, asked: Asked) -> bytes:
        if self.well.is_set() or asked.path not in self.troubles:
            return OK[asked.path]
        trouble = self.troubles[asked.path]
        if trouble is None:
            self.well.wait(60)
            return b""
        return trouble


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def log_and_crawls(server: Server, tmp_path: Path) -> Iterator[tuple[list[Asked], Crawls]]:
    with watched_server(server) as (url, log):
        yield log, Crawls(tmp_path / "data", url, ("mst",))
        server.well.set()  # for the threads that wait


def interrupt(
    crawls: Crawls,
    log: list[Asked],
    after: str,
    first: signal.Signals,
    *more: signal.Signals,
    grace: float = GRACE,
) -> float:
    """Crawl until a path was asked for, and send signals, each when the one before was heard; returns how long
    the crawl took to end then.
    """
    process = crawls.start(STOP_GRACE=grace)
    assert wait_for(lambda: any(one.path == after for one in log), process), crawls.output
    time.sleep(0.3)  # until its answer has come
    begun = time.monotonic()
    os.kill(process.pid or 0, first)
    for one in more:
        assert wait_for(lambda: heard(crawls.data), process), crawls.output
        os.kill(process.pid or 0, one)
    crawls.end(process, expect=ALARM)
    assert "Traceback" not in crawls.output
    return time.monotonic() - begun


def assert_goes_on(crawls: Crawls, server: Server, log: list[Asked]) -> None:
    """Nothing was lost, and the next crawl asks for nothing again but for what had no answer."""
    assert_whole(crawls.data)
    assert_sound(crawls.data)
    assert not leased(crawls.data)
    assert rows(crawls.data / "archive.db", "select outcome from crawls") == [("interrupted",)]
    done = {path for (path,) in rows(crawls.data / "archive.db", ANSWERED)}
    server.well.set()
    before = len(log)
    crawls.run(clock=(2 * 3600,))  # when nobody wants to be left alone any more
    again = Counter(one.path for one in log[before:] if one.path != "/robots.txt")
    assert not {path for path in again if MST.format(path) in done}
    assert max(again.values(), default=0) <= 1
    assert {path for (path,) in rows(crawls.data / "archive.db", ANSWERED)} >= set(map(MST.format, ARTICLES))


TROUBLES: dict[str, tuple[dict[str, bytes | None], str]] = {
    "a host wants to be left alone for an hour": ({TROUBLED: LATER}, TROUBLED),
    "a host wants that before it has told its rules": ({"/robots.txt": LATER}, "/robots.txt"),
    "an answer does not come": ({TROUBLED: None}, TROUBLED),
    "the rules of a host do not come": ({"/robots.txt": None}, "/robots.txt"),
    "a host asks for five minutes between two requests": ({"/robots.txt": SLOW_ROBOTS}, "/robots.txt"),
}


@pytest.mark.parametrize(
    ("trouble", "how"),
    [*((trouble, signal.SIGINT) for trouble in TROUBLES), (next(iter(TROUBLES)), signal.SIGTERM)],
    ids=lambda one: getattr(one, "name", one),
)
def test_a_crawl_ends_soon_while(
    server: Server, log_and_crawls: tuple[list[Asked], Crawls], trouble: str, how: signal.Signals
) -> None:
    log, crawls = log_and_crawls
    server.troubles, after = TROUBLES[trouble]
    assert interrupt(crawls, log, after, how) < SOON
    assert_goes_on(crawls, server, log)


def test_ctrl_c_twice_ends_a_crawl_at_once_and_loses_nothing(
    server: Server, log_and_crawls: tuple[list[Asked], Crawls]
) -> None:
    log, crawls = log_and_crawls
    server.troubles = {TROUBLED: None}
    # With a minute for what is in flight, only the second one can end it.
    assert interrupt(crawls, log, TROUBLED, signal.SIGINT, signal.SIGINT, grace=60.0) < SOON
    assert leased(crawls.data)
    server.well.set()
    crawls.run()
    assert_sound(crawls.data)
    assert {path for (path,) in rows(crawls.data / "archive.db", ANSWERED)} >= set(map(MST.format, ARTICLES))
    outcomes = [outcome for (outcome,) in rows(crawls.data / "archive.db", "select outcome from crawls")]
    assert outcomes[-1] == "finished"


MOMENTS = {
    "it is being opened": ("crawler.books:recover", "interrupted"),
    "it is being closed": ("crawler.books:Books.close", "finished"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_closes_the_files_of_a_crawl_while(
    log_and_crawls: tuple[list[Asked], Crawls], tmp_path: Path, moment: str
) -> None:
    _, crawls = log_and_crawls
    target, outcome = MOMENTS[moment]
    mark = tmp_path / "mark"
    fault = Fault(target, "before", deed=partial(subprocess.run, ["sh", "-c", f"touch {mark}; sleep 1"]))
    process = crawls.start(fault=fault, STOP_GRACE=GRACE)
    assert wait_for(mark.exists, process), crawls.output
    time.sleep(0.3)
    os.kill(process.pid or 0, signal.SIGINT)
    crawls.end(process, expect=None)
    assert "Traceback" not in crawls.output
    assert_whole(crawls.data)
    assert_sound(crawls.data)
    assert rows(crawls.data / "archive.db", "select outcome from crawls") == [(outcome,)]
