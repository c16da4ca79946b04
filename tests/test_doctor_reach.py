"""`backan doctor` asks each portal for one page: what it says of answers of every kind, and of none."""

import asyncio
import gzip
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from click.testing import CliRunner, Result
from runs import ROOT
from watched_server import Asked, watched_server

from archive.database import open_for_writing
from archive.model import Article, Capture, Outcome, Page
from archive.store import Archive
from crawler.cli import main
from crawler.doctor import ask as asking
from crawler.doctor import reach, trouble
from crawler.doctor.ask import Route, ask
from crawler.doctor.finding import Level
from crawler.doctor.newest import newest
from crawler.frontier.frontier import Frontier
from crawler.portals import load
from crawler.replica import Replica

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIC = ROOT / "tests" / "portals" / "mic" / "mic.html"
URL = re.search(r"saved from url=(?:\(\d+\))?(\S+)", MIC.read_text())[1]  # type: ignore[index]
CHANGED = MIC.read_text().replace("divArticleContent", "noi-dung-moi").encode()
HTML = b"Content-Type: text/html\r\n"


def doctor(*arguments: str | Path) -> Result:
    return CliRunner(env={"BACKAN_CONTACT": "mai@example.org"}).invoke(main, ["doctor", *map(str, arguments)])


def answer(body: bytes, *, status: str = "200 OK", headers: bytes = HTML) -> bytes:
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status.encode(), headers, len(body), body)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive that has read one article of mic by selectors, in March."""
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(load()["mic"].info())
        archive.start_crawl("mic-1", "mic", "live", "2026-03-20T00:00:00Z")
        article = Article(URL, load()["mic"].key(URL), "Một bài", "Thân bài./.", published_at="2026-03-19")
        archive.take_in(
            Capture(URL, "mic", "2026-03-20T00:00:01Z", "mic-1", 200), Page(Outcome.SELECTORS, article)
        )
    return tmp_path


def said(data: Path, site: Callable[[Asked], bytes], portal: str = "mic") -> tuple[str, str, list[Asked]]:
    """How good it is and what is said of a portal whose server answers like this, and what that was asked."""
    with watched_server(site) as (via, log):
        result = doctor(portal, "--via", via, "--data", data, "--json")
    [finding] = [one for one in json.loads(result.stdout) if one["group"] == "Portals"]
    assert result.exit_code == (3 if finding["level"] == "bad" else 0)
    assert (finding["advice"] is None) == (finding["level"] == "ok")
    return finding["level"], f"{finding['what']}\n{finding['advice']}", log


def test_the_newest_article_is_read_as_before(data: Path) -> None:
    level, told, log = said(data, lambda _: answer(MIC.read_bytes()))
    assert level == "ok"
    assert "its newest article is read by selectors, as before" in told
    assert [(asked.path, asked.headers["User-Agent"]) for asked in log] == [
        (URL.partition("mic.gov.vn")[2], log[0].headers["User-Agent"])
    ]
    assert log[0].headers["User-Agent"].startswith("BacKanArchive/")
    assert log[0].headers["X-Forwarded-Proto"] == "https"


def test_a_changed_markup_is_told_with_the_month_and_the_command(data: Path) -> None:
    level, told, _ = said(data, lambda _: answer(CHANGED))
    assert level == "bad"
    assert "was read by selectors in March 2026, today by landmarks: the markup has changed" in told
    assert f"run `backan doctor {URL}`" in told


def test_a_packed_answer_is_unpacked(data: Path) -> None:
    packed = answer(gzip.compress(MIC.read_bytes()), headers=HTML + b"Content-Encoding: gzip\r\n")
    assert said(data, lambda _: packed)[0] == "ok"


STUB = b'<html><script>document.cookie="D1N=%s";window.location.reload(true);</script></html>' % (b"0" * 32)
REJECTED = b"<html><title>Request Rejected</title><body>The requested URL was rejected.</body></html>"
ELSEWHERE = b"Location: https://xoso.example/\r\n"


@pytest.mark.parametrize(
    ("site", "level", "what"),
    [
        (answer(STUB), "ok", "with a cookie challenge, which the crawl answers by itself"),
        (answer(b"no", status="403 Forbidden"), "bad", "it refuses us: HTTP 403"),
        (answer(REJECTED), "bad", "it refuses us: a refusal or a login page"),
        (
            answer(b"gone", status="404 Not Found"),
            "bad",
            "where its newest article was, it comes to “missing”",
        ),
        (answer(b"", status="302 Found", headers=ELSEWHERE), "bad", "leads away to xoso.example"),
        (answer(b"", status="302 Found", headers=b"Location: /\r\n"), "bad", "it comes to “redirect”"),
        (answer(b"", status="302 Found", headers=b"Location: http://[::1/\r\n"), "bad", "Invalid URL"),
        (answer(b"x" * 99, headers=HTML)[:-9], "bad", "cut short"),
        (b"", "bad", "no answer that can be understood"),
        (b"220 mail.example.org ESMTP\r\n", "bad", "no answer that can be understood"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, "bad", "no answer that can be understood"),
        (answer(b"\x1f\x8b" + b"\0" * 9, headers=HTML + b"Content-Encoding: gzip\r\n"), "bad", "unreadable"),
    ],
)
def test_an_answer_of_another_kind_is_told_in_plain_words(
    site: bytes, level: str, what: str, data: Path
) -> None:
    found, told, _ = said(data, lambda _: site)
    assert (found, what in told) == (level, True), told


def test_a_redirect_within_the_portal_is_followed_and_no_loop_for_ever(data: Path) -> None:
    moved = answer(b"", status="301 Moved", headers=b"Location: https://www.mic.gov.vn/moved\r\n")
    level, _, log = said(data, lambda asked: moved if asked.path != "/moved" else answer(MIC.read_bytes()))
    assert (level, len(log)) == ("bad", 2)  # at that address nothing is an article
    _, _, log = said(data, lambda _: moved)
    assert len(log) == asking.HOPS + 1


def test_a_redirect_to_what_changes_something_is_not_followed(data: Path) -> None:
    counter = b"Location: /Pages/TinTuc/tangLuotTruyCap.aspx\r\n"
    level, _, log = said(data, lambda _: answer(b"", status="302 Found", headers=counter))
    assert (level, len(log)) == ("bad", 1)


def test_without_an_article_the_front_page_is_asked_for(tmp_path: Path) -> None:
    with Replica() as replica:
        result = doctor("pacnam", "--via", replica.url, "--data", tmp_path)
        assert [served.url for served in replica.requests] == ["https://pacnam.backan.gov.vn/"]
    assert re.search(r"ok +pacnam answers in [\d.]+ s: its front page shows \d+ articles", result.stdout)
    level, told, _ = said(tmp_path, lambda _: answer(b"<html><h1>Tin</h1><script>load()</script></html>"))
    assert (level, "shows no article that we know" in told) == ("warn", True)


def test_no_real_site_is_asked_for_an_article_of_the_demo(data: Path) -> None:
    assert newest(data, "mic", invented=False) == newest(data, "mic", invented=True)
    connection = open_for_writing(data / "archive.db", autocommit=True)
    connection.execute("update crawls set source = 'demo'")
    connection.close()
    assert newest(data, "mic", invented=False) is None
    assert newest(data, "mic", invented=True)


def test_all_portals_are_asked_once_each_side_by_side(tmp_path: Path) -> None:
    under_way, at_once = list[Asked](), list[int]()

    def slow(asked: Asked) -> bytes:
        under_way.append(asked)
        at_once.append(len(under_way))
        sleep(0.5)
        under_way.remove(asked)
        return answer(b"<html></html>")

    with watched_server(slow) as (via, log):
        result = doctor("--via", via, "--data", tmp_path)
    assert max(at_once) > 1
    assert len(log) == len(load())
    assert sorted({asked.headers["Host"] for asked in log}) == sorted(asked.headers["Host"] for asked in log)
    assert result.stderr == f"Asking {len(load())} portals for one page each, 15 s at most\n"
    assert list(tmp_path.iterdir()) == []


def test_a_cookie_that_a_crawl_was_given_is_sent(data: Path) -> None:
    Frontier(data / "frontier.db", "test", lambda *_: "").close()
    connection = open_for_writing(data / "frontier.db", autocommit=True)
    connection.execute("insert into cookies values ('mic.gov.vn', 'D1N', 'abc', '2026-01-01T00:00:00Z')")
    connection.close()
    _, _, log = said(data, lambda asked: answer(MIC.read_bytes()))
    assert log[0].headers["Cookie"] == "D1N=abc"


@contextmanager
def server(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server that says whatever it likes to its one guest, while that listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            guest, _ = listening.accept()
            with guest:
                guest.recv(4096)
                try:
                    while not over.is_set() and talk(guest) is not None:
                        pass
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def drip(guest: socket.socket) -> int:
    sleep(0.05)
    return guest.send(b"a")


def flood(guest: socket.socket) -> int:
    return guest.send(b"a" * 65536)


def hang(_: socket.socket) -> int:
    sleep(0.05)
    return 0


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("talk", [drip, hang])
def test_a_server_that_hangs_is_left_in_time(talk: Callable[[socket.socket], int], head: bytes) -> None:
    said = [head]

    def first(guest: socket.socket) -> int:
        return guest.send(said.pop()) if said else talk(guest)

    began = monotonic()
    with server(first) as via, pytest.raises(TimeoutError) as failed:
        asyncio.run(ask("http://mic.gov.vn/", Route({}, via, patience=0.5), lambda _: True))
    assert monotonic() - began < 3
    assert trouble.told(failed.value, "mic", "http://mic.gov.vn/")[0] == "does not answer in time"


def test_a_body_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST", 100_000)
    said = [b"HTTP/1.1 200 OK\r\n\r\n"]
    with server(lambda guest: guest.send(said.pop()) if said else flood(guest)) as via:
        came = asyncio.run(ask("http://mic.gov.vn/", Route({}, via), lambda _: True))
    assert (len(came.exchange.body), came.exchange.truncated) == (100_000, "length")


def test_a_bomb_is_not_unpacked(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.intake.fate.DECODE._max_size", 1 << 20)
    bomb = answer(gzip.compress(b"<p>" * (1 << 20)), headers=HTML + b"Content-Encoding: gzip\r\n")
    level, told, _ = said(data, lambda _: bomb)
    assert (level, "unreadable" in told) == ("bad", True)


def test_a_server_without_tls_is_told() -> None:
    with server(lambda guest: None) as url, pytest.raises(httpx.HTTPError) as failed:
        asyncio.run(ask(url.replace("http:", "https:"), Route({}), lambda _: True))
    assert all(trouble.told(failed.value, "mic", url))


def test_a_closed_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(httpx.ConnectError) as failed:
        asyncio.run(ask(f"http://127.0.0.1:{port}/", Route({}), lambda _: True))
    assert trouble.told(failed.value, "mic", "http://x/")[0] == "refuses connections"


@pytest.mark.parametrize(
    ("number", "what", "advice"),
    [
        (
            socket.EAI_NONAME,
            "the name mic.gov.vn is not found",
            "backan backfill mic --from wayback",
        ),
        (socket.EAI_AGAIN, "mic.gov.vn cannot be looked up just now", "is this machine online?"),
    ],
)
def test_a_name_that_is_gone_is_told(
    number: int, what: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lookup(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "told by the resolver")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    result = doctor("mic", "mst", "--data", tmp_path, "--json")
    portals = [one for one in json.loads(result.stdout) if one["group"] == "Portals"]
    assert result.exit_code == 3
    assert portals[0]["what"] == "none of the portals answers"
    assert portals[1]["what"] == f"mic: {what}"
    assert advice in portals[1]["advice"]


@pytest.mark.parametrize(
    ("date", "minutes"),
    [
        ("Sun, 22 Nov 2026 12:03:00 GMT", 3),
        ("Sun, 22 Nov 2026 12:03:00", 3),
        ("Sun, 22 Nov 2026 18:57:00 +0700", -3),
        ("gestern", None),
        ("Sun, 99 Nov 2026 12:03:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_a_servers_clock_is_read_off_its_answer(date: str | None, minutes: int | None) -> None:
    assert reach.ahead(date, NOW) == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("minutes", "level", "what"),
    [
        ([0, 1, -1], Level.OK, "the clock agrees with 3 of 3 portals"),
        ([0, 1, 300], Level.OK, "the clock agrees with 2 of 3 portals"),
        ([5, 5, 0], Level.BAD, "this machine's clock is 5 minutes slow, say 2 of 3 portals"),
        ([-180, -181, -179], Level.BAD, "this machine's clock is 3 hours fast, say 3 of 3 portals"),
        ([3], Level.BAD, "this machine's clock is 3 minutes slow, say 1 of 1 portal"),
    ],
)
def test_the_clock_is_wrong_where_most_portals_say_so(minutes: list[int], level: Level, what: str) -> None:
    [finding] = reach.clocks({str(i): timedelta(minutes=each) for i, each in enumerate(minutes)})
    assert (finding.level, finding.what) == (level, what)
    assert reach.clocks({}) == []
