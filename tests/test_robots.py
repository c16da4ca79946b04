"""A host whose robots.txt cannot be had is asked for nothing, and that is a failure, not the end of its articles."""

from pathlib import Path

import pytest
from hostile_server import HTML, answer, links, page
from runs import rows
from scrapy.utils.test import get_crawler
from test_blocks import crawl
from watched_server import Asked, watched_server

from archive.errors import ArchiveError
from crawler.commands.telling import ALARM
from crawler.fetch.robots import MOST, RobotsTxt

ERROR = answer("500 Internal Server Error")


class Site:
    """One article. `robots` is what it answers to whoever asks for robots.txt; nothing: it closes."""

    def __init__(self, robots: bytes) -> None:
        self.robots = robots

    def __call__(self, asked: Asked) -> bytes:
        if asked.path == "/robots.txt":
            return self.robots
        return answer("200 OK", HTML, body=links("/bai/mot") if asked.path == "/" else page("Một"))


def paths(log: list[Asked]) -> list[str]:
    return [asked.path for asked in log]


@pytest.mark.parametrize(
    ("robots", "why"),
    [(ERROR, "HTTP 500"), (answer("503 Service Unavailable"), "HTTP 503"), (b"", "DownloadFailedError")],
    ids=["500", "503", "silence"],
)
def test_without_robots_txt_nothing_is_asked_for_until_a_crawl_can_have_it(
    tmp_path: Path, robots: bytes, why: str
) -> None:
    site = Site(robots)
    with watched_server(site) as (url, log):
        code, printed = crawl(tmp_path, url, "-s", "RETRY_TIMES=1")
        assert (code, paths(log)) == (ALARM, ["/robots.txt"] * 2)
        assert f"no pages (RobotsError: robots.txt cannot be had: {why}" in printed
        query = "select note, complete from captures join crawls on crawls.id = crawl where url like '%/'"
        [(note, complete)] = rows(tmp_path, query)
        assert note.startswith(f"RobotsError: robots.txt cannot be had: {why}")
        assert not complete
        site.robots = answer("404 Not Found")
        assert crawl(tmp_path, url)[0] == 0
    assert paths(log)[2:] == ["/robots.txt", "/", "/bai/mot"]


def test_of_a_robots_txt_without_end_its_beginning_counts(tmp_path: Path) -> None:
    """More would hold up all crawls of the process, with each request anew."""
    rules = f"User-agent: *\nDisallow: /\nAllow: /$\n{'# and so on' * (MOST // 11)}\nAllow: /bai/mot\n"
    with watched_server(Site(answer("200 OK", body=rules.encode()))) as (url, log):
        crawl(tmp_path, url)
    assert paths(log) == ["/robots.txt", "/"]
    assert len(rules) > MOST


def test_a_robots_txt_that_fails_makes_no_article_gone(tmp_path: Path) -> None:
    site = Site(answer("404 Not Found"))
    with watched_server(site) as (url, log):
        assert crawl(tmp_path, url)[0] == 0
        site.robots = ERROR
        assert crawl(tmp_path, url, "-s", "RETRY_TIMES=0")[0] == ALARM
    assert paths(log)[-1] == "/robots.txt"
    assert rows(tmp_path, "select title, gone_at from articles") == [("Một", None)]


@pytest.mark.parametrize("how", ["schedule", "setting"])
def test_an_archivist_can_take_a_broken_robots_txt_for_none(tmp_path: Path, how: str) -> None:
    settings = ("-s", "RETRY_TIMES=0", *(("-s", "ROBOTS_UNREACHABLE=allow") if how == "setting" else ()))
    portal = "mst" if how == "schedule" else "hostile"
    if how == "schedule":
        (tmp_path / "schedule.toml").write_text('[portals.mst]\nrobots_unreachable = "allow"\n')
        settings = (*settings, "-s", "SPIDER_MODULES=spiders")
    with watched_server(Site(ERROR)) as (url, log):
        crawl(tmp_path, url, *settings, portals=portal)
    assert "/" in paths(log)
    [(stated,)] = rows(tmp_path, "select settings ->> 'robots_unreachable' from crawls")
    assert stated == "allow"


@pytest.mark.parametrize(
    "robots",
    [
        answer("403 Forbidden"),
        answer("302 Found", "Location: http://elsewhere.test/robots.txt"),
        answer("200 OK", HTML, body=b"<html><title>Login</title><input type=password></html>"),
    ],
    ids=["forbidden", "elsewhere", "a login page"],
)
def test_a_robots_txt_that_there_is_not_forbids_nothing(tmp_path: Path, robots: bytes) -> None:
    with watched_server(Site(robots)) as (url, log):
        assert crawl(tmp_path, url)[0] == 0
    assert paths(log) == ["/robots.txt", "/", "/bai/mot"]


def test_a_setting_that_says_nothing_is_refused() -> None:
    with pytest.raises(ArchiveError, match="ROBOTS_UNREACHABLE=yes: write disallow or allow"):
        RobotsTxt(get_crawler(settings_dict={"ROBOTSTXT_OBEY": True, "ROBOTS_UNREACHABLE": "yes"}))
