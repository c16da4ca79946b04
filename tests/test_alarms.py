"""Whole crawls of a portal that falls ill: what the exit code, the logbook and the news say of each illness."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile_server import HTML, answer, hostile_server, links
from killing import Crawls
from news_servers import HOST, mail_server, web_server
from runs import differences, rows

from crawler.health.rules import FEW

SETTINGS = {"SPIDER_MODULES": ["ailing_portal"], "BLOCK_FIRST": 0.01, "BLOCK_MAX": 0.02, "RETRY_TIMES": 0}
COUNT = 24
REJECTED = (
    b"<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult "
    b"with your administrator.<br><br>Your support ID is: 1234567890123456789</body></html>"
)
ALARM = 3


def article(number: int, title: str = "h1", body: str = "body", date: str = "21/11/2026 07:00") -> bytes:
    sentences = "".join(
        f"<p>Ngày {n}, bài {number}: xã Cẩm Giàng họp bàn về xây dựng nông thôn mới lần thứ {n}.</p>"
        for n in range(1, 20)
    )
    return (
        f"<html><head><title>Bài số {number}</title></head><body><{title}>Bài số {number}</{title}>"
        f"<span id=date>{date}</span><div id={body}>{sentences}</div></body></html>"
    ).encode()


@dataclass
class Site:
    """A portal that is well, unless told otherwise: what it lists, and how it makes the page of an article."""

    listed: int = COUNT
    page: Callable[[int], bytes] = article

    def answer(self, path: str) -> bytes:
        if path == "/":
            return answer("200 OK", HTML, body=links(*(f"/bai/{number}" for number in range(self.listed))))
        if path.startswith("/bai/"):
            return answer("200 OK", HTML, body=self.page(int(path.removeprefix("/bai/"))))
        return answer("404 Not Found")


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Site, str]]:
    site = Site()
    with hostile_server(site=lambda asked: iter([site.answer(asked.url.partition("hostile.test")[2])])) as (
        url,
        _,
    ):
        yield site, url


@pytest.fixture(scope="module")
def well(served: tuple[Site, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many crawls without alarm as make what is usual."""
    data = tmp_path_factory.mktemp("well") / "data"
    for _ in range(FEW):
        crawls(data, served[1]).run(**SETTINGS)
    assert rows(data, "select met from crawls") == [(COUNT + 1,)] * FEW
    assert rows(data, "select * from alarms") == []
    return data


def crawls(data: Path, url: str) -> Crawls:
    return Crawls(data, url, ("ailing",))


def half_rejected(number: int) -> bytes:
    return REJECTED if number % 2 else article(number)


@pytest.mark.parametrize(
    ("ill", "rules"),
    [
        (Site(), []),
        (Site(listed=COUNT * 2), []),
        (Site(listed=11), ["fewer-pages"]),  # the others answer still, but nothing links to them
        (Site(listed=0), ["fewer-pages"]),
        (Site(page=lambda n: article(n, "h4", "text")), ["other-layer"]),
        (Site(page=lambda n: article(n, date="")), ["no-dates"]),
        (
            Site(page=lambda n: b"<html><h1>Tin</h1><p>x</p></html>"),
            ["no-bodies", "no-titles", "no-articles"],
        ),
        (Site(page=half_rejected), ["blocked"]),
        (Site(page=lambda n: REJECTED), ["blocked"]),
    ],
    ids=["well", "grown", "shrunk", "empty", "markup", "dates", "texts", "half-blocked", "blocked"],
)
def test_an_illness_is_told_by_exit_code_logbook_mail_webhook_and_ping_and_after_a_rebuild(
    served: tuple[Site, str], well: Path, tmp_path: Path, ill: Site, rules: list[str]
) -> None:
    (site, url), data = served, tmp_path / "data"
    shutil.copytree(well, data)
    site.listed, site.page = ill.listed, ill.page
    crawl = crawls(data, url)
    with mail_server() as inbox, web_server() as hook:
        (data / "schedule.toml").write_text(
            f'[notify]\nping = "{hook.url}/id"\nwebhook = "{hook.url}/hook"\n[notify.mail]\n'
            f'to = ["lan@example.org"]\nhost = "{HOST}"\nport = {inbox.port}\ntls = "none"\nlanguage = "en"\n'
        )
        crawl.run(expect=ALARM if rules else 0, **SETTINGS)
    asked = "select rule from alarms where crawl = (select max(id) from crawls) order by rule"
    found = [rule for (rule,) in rows(data, asked)]
    assert found == sorted(rules), crawl.output
    news = {path: body for _, path, body in hook.asked}
    if rules:
        assert news.keys() == {"/hook", "/id/fail"}
        (told,) = json.loads(news["/hook"])["crawls"]
        assert sorted(one["rule"] for one in told["alarms"]) == found
        (mail,) = inbox.mails
        text = " ".join(crawl.output.split())
        for one in told["alarms"]:
            assert one["en"] in mail.get_content()
            assert one["en"] in text
    else:
        assert (news.keys(), inbox.mails) == ({"/id"}, [])
        return
    shutil.copytree(data, before := tmp_path / "before")
    crawl.end(crawl.command("rebuild", **SETTINGS))
    assert differences(before, data) == {}


def test_a_warning_of_news_that_reached_nobody_changes_no_exit_code(
    served: tuple[Site, str], tmp_path: Path
) -> None:
    site, url = served
    site.listed, site.page = 3, article
    with web_server() as hook:
        hook.answers = [404]
        tmp_path.joinpath("schedule.toml").write_text(f'[notify]\nping = "{hook.url}/sesam"\n')
        crawl = crawls(tmp_path, url)
        crawl.run(**SETTINGS)
    assert f"the ping address at {HOST} was not told: HTTP 404" in crawl.output
    assert "sesam" not in crawl.output + "".join(one.read_text() for one in (tmp_path / "logs").iterdir())


def test_a_schedule_that_cannot_be_read_ends_a_crawl_before_it_begins(tmp_path: Path) -> None:
    tmp_path.joinpath("schedule.toml").write_text("[notify]\nmail = 3\n")
    crawl = crawls(tmp_path, "http://127.0.0.1:9")
    crawl.run(expect=1, **SETTINGS)
    assert "notify.mail is no table" in crawl.output
    assert not (tmp_path / "warc").exists()
