"""A whole crawl of a site that does everything wrong: it ends, keeps what is there, and asks for nothing else."""

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from everything_portal import HOSTS, Everything
from hostile_behaviours import SITE, TRIES, Behaviour, Trap
from hostile_bodies import BOMBS, MOST_UNPACKED, bomb
from hostile_manners import FOUND_OUT
from hostile_places import ENTRANCES, TRAPS
from hostile_server import Asked, hostile_server
from hostile_table import BY_URL, CERTIFICATES, TABLE, HostileSite
from hostile_wire import DRIPPING, GIGABYTE, THE_GIGABYTE
from runs import HURRY, dump, rows, run
from test_tls import REFUSED
from warc_files import kinds

from crawler.cli import main
from crawler.fetch.conditional import EVERY
from crawler.intake.rebuild import rebuild

SETTINGS = {
    "SPIDER_MODULES": "everything_portal", "DOWNLOAD_TIMEOUT": 6, "CAPTURE_MAXTIME": 8, "RETRY_TIMES": TRIES - 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 24, "CONCURRENT_REQUESTS": 32, "CAPTURE_MAXSIZE": 2 << 20,
    "DECODE_MAXSIZE": MOST_UNPACKED,
    "RETRY_AFTER_MAX": 5, "RETRY_AFTER_FIRST": 1, "BLOCK_FIRST": 0.2,
}  # fmt: skip
MOST_MEMORY = 400 << 20  # bytes at any time; a quarter of it is what Python, Scrapy and trafilatura take
MOST_SENT = 64 << 20  # of the gigabyte: what lies in buffers when the crawl has had enough
# As a command of its own, which says at its end how much memory it has taken at most.
CRAWL = r"""
import atexit, re, sys
from pathlib import Path
from scrapy.cmdline import execute
atexit.register(lambda: print("peak", re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]))
execute(["scrapy", "crawl", "everything", *sys.argv[1:]])
"""
FIRST, LAST = "min", "max"  # of the crawls


@dataclass
class Crawl:
    """What a crawl has left, what its server was asked, and how much time and memory it took."""

    data: Path
    asked: list[str]
    seconds: float
    peak: int
    output: str
    site: HostileSite

    def captures(self, url: str, crawl: str) -> list[tuple[str, str | None]]:
        """Outcome and note of what came of an address, one after another."""
        query = (
            "select outcome, note from captures where url = ? and crawl = "
            f"(select {crawl}(id) from crawls) order by captured_at, warc_file, warc_offset"
        )
        return rows(self.data, query, url)

    def titles(self, url: str) -> list[str]:
        return [title for (title,) in rows(self.data, "select title from articles where url = ?", url)]


class Server:
    """The hostile site on loopback, which remembers how often it was asked for what."""

    def __init__(self, site: HostileSite, url: str, asked: list[str]) -> None:
        self.site, self.url, self.asked = site, url, asked

    def crawl(self, data: Path, **settings: object) -> Crawl:
        """One crawl of it, in a process of its own."""
        given = {**SETTINGS, "BACKAN_VIA": self.url, "BACKAN_DATA": data, **settings}
        begun, before = monotonic(), len(self.asked)
        output = run("-c", CRAWL, *HURRY, *(f"-s{name}={value}" for name, value in given.items()))
        [peak] = re.findall(r"^peak (\d+)$", output, re.M)
        seconds = monotonic() - begun
        return Crawl(data, self.asked[before:], seconds, int(peak) << 10, output, self.site)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    for codings in BOMBS:
        bomb(codings)  # lest the first who asks for one waits until it is made
    site = HostileSite()
    with hostile_server(site=site) as (url, asked):
        yield Server(site, url, asked)


@pytest.fixture(scope="module")
def once(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return server.crawl(tmp_path_factory.mktemp("once") / "data")


@pytest.fixture(scope="module")
def twice(server: Server, once: Crawl, tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """A second crawl, in which one of the pages is due for a check without conditions."""
    data = tmp_path_factory.mktemp("twice") / "data"
    shutil.copytree(once.data, data)
    with closing(sqlite3.connect(data / "frontier.db")) as frontier, frontier:
        frontier.execute("update visits set checks = ? where url = ?", [EVERY - 1, SITE + FOUND_OUT])
    return server.crawl(data)


def each(behaviour: Behaviour) -> str:
    return behaviour.name


def assert_noted(note: str | None, expected: str | None) -> None:
    assert note is None if expected is None else (note or "").startswith(expected)


@pytest.mark.parametrize("behaviour", TABLE, ids=each)
def test_what_a_server_does_wrong_comes_to_what_the_table_says(once: Crawl, behaviour: Behaviour) -> None:
    captures = once.captures(behaviour.url, FIRST)
    assert tuple(outcome for outcome, _ in captures) == behaviour.outcomes
    if captures:
        assert_noted(captures[-1][1], behaviour.note)
    assert once.titles(behaviour.url) == ([behaviour.title] if behaviour.title else [])
    tries = len(behaviour.outcomes) if behaviour.tries is None else behaviour.tries
    assert once.asked.count(behaviour.url) == tries


@pytest.mark.parametrize("behaviour", TABLE, ids=each)
def test_a_second_crawl_makes_of_it_what_the_table_says(twice: Crawl, behaviour: Behaviour) -> None:
    outcomes = behaviour.outcomes if behaviour.again is None else behaviour.again
    assert tuple(outcome for outcome, _ in twice.captures(behaviour.url, LAST)) == outcomes


def test_a_second_crawl_adds_what_was_lost_and_finds_out_an_etag_that_lies(once: Crawl, twice: Crawl) -> None:
    lost = [each for each in TABLE if each.again and not each.title]
    query = "select outcome, new, failed from crawls order by id"
    first, (outcome, new, failed) = rows(twice.data, query)
    assert (outcome, new) == ("finished", len(lost))
    assert failed == first[2] - len(lost)
    # Of a page that drips, more may have come this time.
    changed = {url for (url,) in rows(twice.data, "select url from articles where version > 1")}
    assert changed - {DRIPPING} == {SITE + FOUND_OUT}
    assert twice.titles(SITE + FOUND_OUT) != once.titles(SITE + FOUND_OUT)
    lied = f"{SITE}/bai/etag-doi"
    assert twice.titles(lied) == once.titles(lied)
    assert rows(twice.data, "select count(*) from captures where status = 304 and url = ?", lied) == [(1,)]


def test_the_crawl_ends_by_itself_in_time(once: Crawl) -> None:
    assert rows(once.data, "select outcome, complete from crawls") == [("finished", 1)]
    waits = TRIES * float(SETTINGS["DOWNLOAD_TIMEOUT"])  # type: ignore[arg-type]
    assert once.seconds < 4 * waits  # what hangs is waited for side by side, and first of all robots.txt


def test_the_crawl_takes_no_more_memory_than_it_may(once: Crawl, twice: Crawl) -> None:
    assert max(once.peak, twice.peak) < MOST_MEMORY


def test_all_that_was_answered_is_a_capture(once: Crawl) -> None:
    answered = rows(once.data, "select url from captures where status is not null")
    silent = {behaviour.url for behaviour in TABLE if behaviour.tries is not None}
    asked = Counter(url for url in once.asked if url not in silent)
    captured = Counter(url for (url,) in answered)
    assert captured == asked
    assert silent.isdisjoint(captured)


def test_nothing_is_asked_for_but_what_the_table_says(once: Crawl) -> None:
    entrances = {SITE + entrance for entrance in ENTRANCES}
    others = {
        url
        for url in once.asked
        if url not in BY_URL and not any(url.startswith(trap.start) for trap in TRAPS)
    } - entrances
    places = {(urlsplit(url).path, (urlsplit(url).hostname or "").rstrip(".")) for url in others}
    assert places - {("/robots.txt", host) for host in HOSTS} == {("/", "hostile.test")}


def test_no_host_is_asked_but_those_of_the_portal(once: Crawl, twice: Crawl) -> None:
    hosts = {urlsplit(url).netloc for url in (*once.asked, *twice.asked)}
    assert hosts == {*HOSTS, "hostile.test.:80"}


def test_the_table_uses_every_host_of_the_portal() -> None:
    assert {(urlsplit(url).hostname or "").rstrip(".") for url in BY_URL} == set(HOSTS)


def test_certificates_that_nobody_vouches_for_are_refused_elsewhere() -> None:
    assert set(CERTIFICATES) <= set(REFUSED)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name)
def test_a_trap_is_left_soon(once: Crawl, twice: Crawl, trap: Trap) -> None:
    for crawl in (once, twice):
        asked = [url for url in crawl.asked if url.startswith(trap.start)]
        assert len(asked) <= trap.most
        assert len(set(asked)) == len(asked)


def test_what_was_not_followed_for_a_trap_is_counted(once: Crawl) -> None:
    [(traps,)] = rows(once.data, "select traps from crawls")
    assert traps > 0


def test_a_gigabyte_is_read_no_further_than_it_is_kept(once: Crawl) -> None:
    assert once.site.sent[THE_GIGABYTE] < MOST_SENT < GIGABYTE
    query = "select warc_length from captures where url = ? order by captured_at"
    assert rows(once.data, query, THE_GIGABYTE)[0] < (SETTINGS["CAPTURE_MAXSIZE"],)


def test_a_gigabyte_is_not_held_in_memory_twice(tmp_path: Path) -> None:
    """With the limit that holds unless it is told otherwise, of 32 MB."""
    site = HostileSite()

    def only(asked: Asked) -> Iterator[bytes]:
        return site.only(THE_GIGABYTE, asked)

    with hostile_server(site=only) as (url, asked):
        limits = {"CAPTURE_MAXSIZE": 32 << 20, "DOWNLOAD_TIMEOUT": 60, "CAPTURE_MAXTIME": 120}
        crawl = Server(site, url, asked).crawl(tmp_path / "data", **limits)
    assert crawl.titles(THE_GIGABYTE) == ["Một gigabyte"]
    assert crawl.peak < MOST_MEMORY


def test_the_warc_files_are_valid_to_two_readers(twice: Crawl) -> None:
    for path in sorted((twice.data / "warc").glob("*.warc.gz")):
        found = Counter(kinds(path, http=False))
        assert found["warcinfo"] == 1
        assert found["request"] == found["response"] + found["revisit"] > len(TABLE) / 2


def test_the_archive_is_verified_and_comes_out_of_its_warc_files_again(
    twice: Crawl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.intake.fate.DECODE._max_size", MOST_UNPACKED)  # as in the crawl
    verified = CliRunner().invoke(main, ["verify", "--data", str(twice.data)])
    assert verified.exit_code == 0, verified.output
    before = dump(twice.data)
    rebuild(twice.data, {Everything.name: Everything}, 1)
    after = dump(twice.data)
    assert {
        name: set(before[name]) ^ set(after[name]) for name in before if before[name] != after[name]
    } == {}
