"""Crawls that go wrong in one place, and what the next one makes of it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from hostile_server import HTML, answer, links, moved, page
from killing import Crawls, assert_sound
from runs import HURRY, rows, run
from watched_server import Asked, Site, watched_server

from archive.warc.reader import Exchange, Revisit, records
from crawler.commands.telling import ALARM


def crawled(data: Path, site: Site, portal: str = "hostile", *settings: str) -> tuple[list[Asked], str]:
    """Crawl a test portal in a process of its own: what its server was asked, and the log."""
    with watched_server(site) as (url, asked):
        log = run(
            "-m", "scrapy", "crawl", portal, *HURRY, *settings, "-s", "SPIDER_MODULES=hostile_portal,hasty_portal",
            "-s", f"BACKAN_VIA={url}", "-s", f"BACKAN_DATA={data}",
        )  # fmt: skip
    return [one for one in asked if one.path != "/robots.txt"], log


def paths(asked: list[Asked]) -> list[str]:
    return sorted(one.path for one in asked)


def requests(data: Path) -> list[tuple[str, str, str]]:
    """State, page and reason of what the frontier holds."""
    with closing(sqlite3.connect(data / "frontier.db")) as frontier:
        return frontier.execute("select state, key, reason from requests order by key").fetchall()


def articles(count: int) -> Site:
    def site(asked: Asked) -> bytes:
        if asked.path == "/":
            return answer("200 OK", HTML, body=links(*(f"/bai/{number}" for number in range(count))))
        if asked.path.startswith("/bai/"):
            return answer("200 OK", HTML, body=page(f"Bài số {asked.path[5:]}"))
        return answer("404 Not Found")

    return site


def test_a_hold_costs_no_request_that_lay_ready_and_no_work_while_it_lasts(tmp_path: Path) -> None:
    def site(asked: Asked) -> bytes:
        if asked.path == "/bai/1" and not asked.times:
            return answer("429 Too Many Requests", "Retry-After: 3")
        return articles(40)(asked)

    _, log = crawled(tmp_path, site, "hostile", "-s", "DOWNLOAD_DELAY=0.02")
    assert rows(tmp_path, "select count(*) from articles") == [(40,)]
    assert rows(tmp_path, "select outcome, complete from crawls") == [("finished", 1)]
    assert requests(tmp_path) == []
    [turns] = re.findall(r"'backan/turns': (\d+)", log)
    assert int(turns) < 100


def test_a_crawl_whose_listing_failed_is_not_complete_and_the_next_asks_again(tmp_path: Path) -> None:
    def site(asked: Asked) -> bytes:
        return answer("500 Internal Server Error") if asked.path == "/" else articles(0)(asked)

    for _ in range(2):
        asked, _ = crawled(tmp_path, site)
        assert paths(asked) == ["/"] * 3
        assert requests(tmp_path) == [("failed", "https://hostile.test/", "HTTP 500")]
    assert rows(tmp_path, "select outcome, complete from crawls") == [("finished", 0)] * 2


def test_articles_below_a_listing_that_failed_are_not_asked_for_one_by_one(tmp_path: Path) -> None:
    crawled(tmp_path, articles(3))

    def site(asked: Asked) -> bytes:
        return answer("404 Not Found" if asked.path == "/robots.txt" else "500 Internal Server Error")

    asked, _ = crawled(tmp_path, site)
    assert set(paths(asked)) == {"/"}


def test_a_redirect_after_a_failure_leads_to_a_page_once(tmp_path: Path) -> None:
    def site(asked: Asked) -> bytes:
        if asked.path == "/":
            return answer("200 OK", HTML, body=links("/bai/a", "/bai/b"))
        if asked.path == "/bai/a":
            return moved("/bai/b") if asked.times else answer("503 Service Unavailable")
        return articles(0)(asked)

    asked, _ = crawled(tmp_path, site, "hostile", "-s", "DOWNLOAD_DELAY=0.1")
    assert paths(asked) == ["/", "/bai/a", "/bai/a", "/bai/b"]


def test_a_page_is_kept_whole_again_where_its_first_record_is_lost(tmp_path: Path) -> None:
    kinds = []
    for _ in range(3):
        crawled(tmp_path, articles(1), "hasty")
        [file] = (tmp_path / "warc").glob("*.warc.gz")
        found = [one for one in records(file) if getattr(one, "url", "") == "http://hostile.test/bai/0"]
        kinds += [type(one) for one in found if isinstance(one, Exchange | Revisit)]
        if len(kinds) < 2:
            file.unlink()
        else:
            file.rename(tmp_path / file.name)
    assert kinds == [Exchange, Exchange, Exchange]


def test_an_address_that_leads_to_https_is_asked_for_on_condition_there(tmp_path: Path) -> None:
    def site(asked: Asked) -> bytes:
        if asked.path != "/bai/x":
            return articles(0)(asked) if asked.path != "/" else answer("200 OK", HTML, body=links("/bai/x"))
        if asked.headers["X-Forwarded-Proto"] == "http":
            return moved("https://hostile.test/bai/x")
        if "If-None-Match" in asked.headers:
            return answer("304 Not Modified", 'ETag: "1"')
        return answer("200 OK", HTML, 'ETag: "1"', body=page("Bài"))

    conditions = []
    for _ in range(3):
        asked, _ = crawled(tmp_path, site, "hasty")
        conditions.append([one.headers.get("If-None-Match") for one in asked if one.path == "/bai/x"])
    assert conditions == [[None, None], [None, '"1"'], [None, '"1"']]


def test_a_vanished_address_that_leads_elsewhere_is_asked_for_once_and_then_when_it_is_due(
    tmp_path: Path,
) -> None:
    def site(asked: Asked) -> bytes:
        if asked.path == "/":
            return answer("200 OK", HTML, body=links("/bai/cu"))
        return moved("/bai/moi") if asked.path == "/bai/cu" else articles(0)(asked)

    def later(asked: Asked) -> bytes:
        return articles(0)(asked) if asked.path == "/" else site(asked)

    found = [paths(crawled(tmp_path, one)[0]) for one in (site, later, later)]
    assert found[0] == ["/", "/bai/cu", "/bai/moi"]
    assert found[1][0] == "/"
    assert len(found[1]) > 1
    assert found[2] == ["/"]


def test_a_frontier_without_its_archive_passes_over_nothing(tmp_path: Path) -> None:
    crawled(tmp_path, articles(2))
    for path in [*tmp_path.glob("archive.db*"), *(tmp_path / "warc").iterdir()]:
        path.unlink()
    assert paths(crawled(tmp_path, articles(2))[0]) == ["/", "/bai/0", "/bai/1"]
    assert rows(tmp_path, "select count(*) from articles") == [(2,)]


def test_a_page_that_we_cannot_read_at_all_does_not_keep_the_crawl_from_ending(tmp_path: Path) -> None:
    for _ in range(2):
        asked, log = crawled(tmp_path, articles(3), "raising", "-s", "BACKAN_FRESH=1")
        assert paths(asked) == ["/", "/bai/0", "/bai/1", "/bai/2"]
        assert "RuntimeError: a mistake of ours" in log
    assert requests(tmp_path) == [
        ("failed", "hostile/hostile.test/article/1", "RuntimeError: a mistake of ours")
    ]


def test_an_archive_that_a_power_cut_has_left_ahead_of_its_warc_file_is_rebuilt(tmp_path: Path) -> None:
    with watched_server(lambda asked: answer("404 Not Found")) as (url, _):
        backan = Crawls(tmp_path, url, ("mst",))
        backan.run(expect=ALARM)
        [file] = (tmp_path / "warc").glob("*.warc.gz")
        cut = file.with_name(f"{file.name}.open")
        cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        file.unlink()
        with closing(sqlite3.connect(tmp_path / "archive.db")) as archive:
            archive.execute("update crawls set outcome = null, finished_at = null")
            archive.commit()
        for _ in range(2):
            backan.run(expect=1)
            assert "as after a power cut: `backan rebuild` makes it anew" in " ".join(backan.output.split())
        backan.end(backan.command("rebuild", "--jobs", "1"))
        assert_sound(tmp_path)
        backan.run(expect=ALARM)
