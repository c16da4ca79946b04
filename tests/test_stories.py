"""A story told by two engines of one host is one article; and nothing else is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scrapy.http import Headers, HtmlResponse

from archive.identity import row_id
from archive.model import Article, Capture, Change, Image, Outcome, Page, PortalInfo
from archive.store import Archive
from archive.stories import article_of, held_as
from archive.versions import history
from crawler.history import versions_of
from crawler.portals import Portal, load
from crawler.replica.exchange import Request
from crawler.replica.server import TODAY
from crawler.replica.truth import Truth, truths
from crawler.replica.web import Web

OLD, NEW = "backan-old/backan.gov.vn/article/1", "backan-new/backan.gov.vn/article/tin-0a1b"
OTHER = "backan-old/backan.gov.vn/article/2"
ID = row_id("backan", NEW)  # of both: it is the first in the alphabet
STORY = "backan.gov.vn 2019-04-18 ba be mo rong vung trong bi xanh"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(PortalInfo("backan", "Bắc Kạn", "UBND", "https://backan.gov.vn/", "backan-old"))
        archive.start_crawl("c", "backan", "live", "2024-01-01T00:00:00Z")
        yield archive


def told(day: int, key: str, body: str = "Bí xanh thơm", story: str | None = STORY) -> tuple[Capture, Page]:
    url, time = f"https://backan.gov.vn/Pages/{key}.aspx", f"2024-01-{day:02}T00:00:00Z"
    capture = Capture(url, "backan", time, "c", 200, "text/html", "ab" * 32, "c.warc.gz", day, 9)
    article = Article(
        url, key, "Ba Bể mở rộng", body, published_at="2019-04-18", story=story, views=day,
        images=(Image(f"https://backan.gov.vn/{day}.jpg"),),
    )  # fmt: skip
    return capture, Page(Outcome.SELECTORS, article, key=key)


def answered(day: int, key: str, outcome: Outcome) -> tuple[Capture, Page]:
    return told(day, key)[0], Page(outcome, key=key)


def ids(archive: Archive, query: str = "select id from articles order by id") -> list[int]:
    return [id for (id,) in archive.db.execute(query)]


def gone_at(archive: Archive) -> str | None:
    (found,) = archive.db.execute("select gone_at from articles").fetchone()
    return found and str(found)


def test_one_story_under_two_engines_is_one_article_with_captures_of_both(archive: Archive) -> None:
    assert archive.take_in(*told(1, OLD)) == Change.NEW
    assert ids(archive) == [row_id("backan", OLD)]
    assert archive.take_in(*told(2, NEW, "Bí xanh thơm hữu cơ")) == Change.CHANGED
    assert ids(archive) == ids(archive, "select distinct article from captures") == [ID]
    row = next(iter(archive.db.query("select * from articles")))
    assert (row["key"], row["views"], row["first_captured_at"][:10]) == (NEW, 2, "2024-01-01")
    assert [version.body for version in history(archive.db.conn, ID)] == [
        "Bí xanh thơm", "Bí xanh thơm hữu cơ",
    ]  # fmt: skip
    assert list(archive.db.execute("select article, url from images")) == [
        (ID, "https://backan.gov.vn/2.jpg")
    ]


def test_two_articles_become_one_when_they_turn_out_to_tell_one_story(archive: Archive) -> None:
    archive.take_in(*told(3, NEW, "Bí xanh", story="another"))
    archive.take_in(*told(1, OLD, "Bí đỏ"))
    archive.take_in(*told(2, OLD, "Bí xanh"))
    assert len(ids(archive)) == 2
    assert archive.take_in(*told(4, NEW, "Bí xanh")) == Change.UNCHANGED
    assert ids(archive) == ids(archive, "select distinct article from stories") == [ID]
    assert [version.body for version in history(archive.db.conn, ID)] == ["Bí đỏ", "Bí xanh"]
    for index in ("articles_fts", "articles_fts_exact"):
        archive.db.execute(f"insert into {index}({index}) values ('integrity-check')")
        found = f"select id from articles join {index} on {index}.rowid = docid where {index} match "
        assert ids(archive, found + "'bí'") == [ID]
        assert ids(archive, found + "'đỏ'") == []


def test_what_was_one_article_stays_one_when_a_title_changes(archive: Archive) -> None:
    archive.take_in(*told(1, OLD))
    archive.take_in(*told(2, NEW))
    archive.take_in(*told(3, OLD, "Bí", story="another title"))
    archive.take_in(*told(4, OLD, "Bí", story=None))
    assert ids(archive) == [ID]


def test_two_notices_of_one_engine_and_one_title_are_two_articles(archive: Archive) -> None:
    archive.take_in(*told(1, OLD))
    archive.take_in(*told(2, OTHER))
    assert len(ids(archive)) == 2


def test_no_story_and_other_portals_make_no_article_one(archive: Archive) -> None:
    archive.take_in(*told(1, OLD, story=None))
    archive.take_in(*told(2, NEW, story=None))
    capture, page = told(3, NEW)
    archive.take_in(replace(capture, portal="sonoivu"), page)
    archive.take_in(*told(4, OLD))
    assert len(ids(archive)) == 3


def test_two_engines_that_read_a_little_differently_make_two_versions_and_not_two_a_crawl(
    archive: Archive,
) -> None:
    for day in range(1, 9):
        archive.take_in(*told(day, *((OLD, "Bí xanh") if day % 2 else (NEW, "Bí xanh thơm"))))
    assert [version.number for version in history(archive.db.conn, ID)] == [1, 2]
    archive.take_in(*told(9, OLD, "Bí đỏ"))
    assert archive.db.execute("select version, body from articles").fetchone() == (3, "Bí đỏ")
    archive.take_in(*told(10, NEW, "Bí xanh thơm"))
    assert archive.db.execute("select version, body from articles").fetchone() == (2, "Bí xanh thơm")


def test_an_article_is_gone_when_it_is_from_both_its_addresses(archive: Archive) -> None:
    archive.take_in(*told(1, OLD))
    archive.take_in(*told(2, NEW))
    archive.take_in(*answered(3, OLD, Outcome.MISSING))
    assert gone_at(archive) is None
    archive.take_in(*answered(4, NEW, Outcome.MISSING))
    assert gone_at(archive) == "2024-01-04T00:00:00Z"
    archive.take_in(*told(5, OLD))
    assert gone_at(archive) is None
    archive.take_in(*answered(6, OLD, Outcome.MISSING))
    assert gone_at(archive) == "2024-01-06T00:00:00Z"


def test_an_article_is_found_by_each_of_its_keys(archive: Archive) -> None:
    archive.take_in(*told(1, OLD))
    archive.take_in(*told(2, NEW))
    connection = archive.db.conn
    assert article_of(connection, "backan", OLD) == held_as(connection, "backan", OLD) == ID
    assert article_of(connection, "backan", OTHER) == row_id("backan", OTHER)
    archive.db.execute("drop table stories")  # as in an archive of an older version
    assert held_as(connection, "backan", OLD) == row_id("backan", OLD)


PORTALS = load()
TWICE = [truth for truth in truths() if truth.title.startswith("Ba Bể mở rộng vùng trồng bí xanh thơm")]


def read(truth: Truth) -> Page:
    answer = Web(TODAY).answer(Request(truth.urls[0]))
    headers = Headers({"Content-Type": answer.mime})
    portal: type[Portal] = PORTALS[truth.portal]
    return portal.read(HtmlResponse(truth.urls[0], headers=headers, body=answer.body))


def test_the_replicas_story_under_both_engines_is_one_article(archive: Archive, tmp_path: Path) -> None:
    assert sorted(truth.engine for truth in TWICE) == ["backan_new", "backan_old"]
    for day, truth in enumerate(TWICE, 1):
        capture, page = told(day, OLD)[0], read(truth)
        archive.take_in(replace(capture, url=truth.urls[0]), page)
    assert len(ids(archive)) == 1
    held = {url for (url,) in archive.db.execute("select c.url from captures as c join articles as a "
                                                 "on a.id = c.article")}  # fmt: skip
    assert held == {truth.urls[0] for truth in TWICE}
    assert all(versions_of(truth.urls[0], tmp_path) for truth in TWICE)


def test_only_where_a_host_has_had_two_engines_does_an_article_state_its_story() -> None:
    several = {name for name, portal in PORTALS.items() if len(portal.engines) > 1}
    read_all = [(truth, read(truth).article) for truth in truths() if truth.allowed]
    stated = {truth.portal for truth, article in read_all if article and article.story}
    assert stated == several == {"backan", "mic"}
    undated = [article for truth, article in read_all if article and truth.published_at is None]
    assert {article.story for article in undated} == {None}
    one = next(a for t, a in read_all if a and t == TWICE[0])
    assert one.story == "backan.gov.vn 2019-04-18 ba be mo rong vung trong bi xanh thom theo huong huu co"
