"""From a capture to a stored article: once, and the same however often it is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from sqlite3 import OperationalError, connect
from typing import Any

import pytest
from sqlite_utils import Database

from archive.coherence import incoherent
from archive.errors import ArchiveError
from archive.gone import DEFINITE
from archive.identity import docid, row_id
from archive.model import (
    NOT_THERE,
    Article,
    Attachment,
    Capture,
    Change,
    Ended,
    Image,
    Outcome,
    Page,
    PortalInfo,
    Related,
)
from archive.schema import count_articles, create_search_triggers, migrations
from archive.schema.counting import COUNTS
from archive.schema.quality import UNREAD
from archive.store import Archive
from archive.versions import text_digest

CAPTURE = Capture(
    "https://mic.gov.vn/Pages/TinTuc/1/a.html", "mic", "2023-10-16T00:00:00Z", "mic-1", 200, "text/html",
    "ab" * 32, "mic-1.warc.gz", 400, 1000,
)  # fmt: skip
ARTICLE = Article(
    CAPTURE.url, "mic/1", "Đồng bào Bắc Kạn", "Huyện Bạch Thông./.", published_at="2023-10-15",
    images=(Image("https://mic.gov.vn/Upload/a.jpg", "Chú thích"),),
    attachments=(Attachment("https://mic.gov.vn/Upload/kh.pdf", "Kế hoạch"),),
    related=(Related("Tin khác"), Related("Tin cũ")),
)  # fmt: skip
PAGE = Page(Outcome.SELECTORS, ARTICLE)
LATER = replace(CAPTURE, captured_at="2024-01-01T00:00:00Z", warc_offset=5000)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(PortalInfo("mic", "Cổng MIC", "Bộ TTTT", "https://mic.gov.vn/", "mic"))
        archive.start_crawl("mic-1", "mic", "live", "2023-10-16T00:00:00Z")
        yield archive


def count(archive: Archive, table: str, where: str = "1") -> int:
    return int(archive.db.execute(f"select count(*) from {table} where {where}").fetchone()[0])


def test_a_capture_taken_in_twice_is_one_row_and_one_version(archive: Archive) -> None:
    assert archive.take_in(CAPTURE, PAGE) == Change.NEW
    before = (
        list(archive.db.query("select * from articles")),
        list(archive.db.query("select * from captures")),
    )
    assert archive.take_in(CAPTURE, PAGE) == Change.UNCHANGED
    assert (
        list(archive.db.query("select * from articles")),
        list(archive.db.query("select * from captures")),
    ) == before
    assert [count(archive, t) for t in ("captures", "articles", "versions", "images", "related")] == [
        1,
        1,
        1,
        1,
        2,
    ]


def test_a_changed_body_makes_a_new_version(archive: Archive) -> None:
    archive.take_in(CAPTURE, PAGE)
    changed = replace(ARTICLE, body="Huyện Chợ Đồn./.", related=(Related("Tin mới"),))
    assert archive.take_in(LATER, Page(Outcome.SELECTORS, changed)) == Change.CHANGED
    row = next(
        iter(archive.db.query("select version, body, first_captured_at, last_captured_at from articles"))
    )
    assert tuple(row.values()) == (2, "Huyện Chợ Đồn./.", CAPTURE.captured_at, LATER.captured_at)
    assert count(archive, "versions") == 2
    assert [r["title"] for r in archive.db.query("select title from related")] == ["Tin mới"]


def test_a_page_cut_short_never_replaces_a_whole_text(archive: Archive) -> None:
    cut = Page(Outcome.SELECTORS, replace(ARTICLE, body="Huyện"), whole=False)
    assert archive.take_in(CAPTURE, cut) == Change.NEW
    assert archive.take_in(LATER, PAGE) == Change.CHANGED
    last = replace(LATER, captured_at="2024-02-01T00:00:00Z", warc_offset=9000)
    assert archive.take_in(last, cut) == Change.UNCHANGED
    assert archive.db.execute("select body, version, first_captured_at from articles").fetchone() == (
        ARTICLE.body, 1, LATER.captured_at,
    )  # fmt: skip
    assert count(archive, "versions") == 1


def test_counters_related_lists_and_white_space_make_no_version(archive: Archive) -> None:
    archive.take_in(CAPTURE, PAGE)
    same = replace(ARTICLE, body="Huyện  Bạch\nThông./.", views=99, related=(Related("Tin mới"),))
    assert archive.take_in(LATER, Page(Outcome.SELECTORS, same)) == Change.UNCHANGED
    assert count(archive, "versions") == 1


def at(day: int, body: str) -> tuple[Capture, Page]:
    capture = replace(CAPTURE, captured_at=f"2024-01-{day:02}T00:00:00Z", warc_offset=day)
    return capture, Page(Outcome.SELECTORS, replace(ARTICLE, body=body, views=day))


def contents(archive: Archive) -> list[list[dict[str, object]]]:
    tables = ("articles", "versions", "captures", "images", "related")
    return [sorted(archive.db.query(f"select * from {table}"), key=str) for table in tables]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::9])
def test_the_order_of_taking_in_does_not_matter(tmp_path: Path, order: tuple[int, ...]) -> None:
    bodies = ("Bản một", "Bản hai", "Bản  hai", "Bản một", "Bản ba")  # one comes back, one differs in space
    history = [at(day, body) for day, body in enumerate(bodies, 1)]
    results = []
    for name, sequence in (("forward", range(5)), ("shuffled", order)):
        with Archive(tmp_path / f"{name}.db") as archive:
            archive.put_portal(PortalInfo("mic", "Cổng MIC", "Bộ TTTT", "https://mic.gov.vn/", "mic"))
            for number in (*sequence, *sequence):
                archive.take_in(*history[number])
            results.append(contents(archive))
            assert archive.db.execute("select version, body, views from articles").fetchone() == (
                4,
                "Bản ba",
                5,
            )
            assert matches(archive, "articles_fts", "ba") == 1
    assert results[0] == results[1]


def gone(day: int) -> tuple[Capture, Page]:
    capture = replace(CAPTURE, captured_at=f"2024-01-{day:02}T00:00:00Z", warc_offset=day, status=404)
    return capture, Page(Outcome.MISSING, key=ARTICLE.key)


@pytest.mark.parametrize("order", list(permutations(range(4)))[::3])
def test_an_article_is_gone_since_it_was_first_missed_for_good(
    archive: Archive, order: tuple[int, ...]
) -> None:
    history = [at(1, "Bài"), gone(2), gone(3), at(4, "Bài")]
    for number in (0, 1, 2):
        archive.take_in(*history[number])
    assert archive.db.execute("select gone_at from articles").fetchone() == ("2024-01-02T00:00:00Z",)
    archive.db.execute("delete from articles")
    archive.db.execute("delete from versions")
    archive.db.execute("delete from captures")
    for number in order:
        archive.take_in(*history[number])
    assert archive.db.execute("select gone_at, version from articles").fetchone() == (None, 1)
    assert count(archive, "captures", "article is not null") == 4


def answered(day: int, outcome: Outcome, crawl: str = "mic-1") -> tuple[Capture, Page]:
    return replace(at(day, "")[0], crawl=crawl), Page(outcome, key=ARTICLE.key)


def gone_at(archive: Archive) -> str | None:
    (found,) = archive.db.execute("select gone_at from articles").fetchone()
    return found and str(found)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_a_crawl_that_was_complete_takes_another_answer_for_a_sign_that_an_article_has_gone(
    archive: Archive, outcome: Outcome
) -> None:
    archive.take_in(*at(1, "Bài"))
    archive.take_in(*answered(2, outcome))
    missing, gone = outcome == Outcome.MISSING, outcome in (Outcome.MISSING, *DEFINITE)
    assert bool(gone_at(archive)) == missing
    archive.finish_crawl("mic-1", Ended("2024-01-03T00:00:00Z", "finished", complete=True))
    assert gone_at(archive) == ("2024-01-02T00:00:00Z" if gone else None)
    archive.take_in(*answered(4, outcome))
    assert gone_at(archive) == ("2024-01-02T00:00:00Z" if gone else None)
    archive.finish_crawl("mic-1", Ended("2024-01-03T00:00:00Z", "interrupted"))
    assert bool(gone_at(archive)) == missing
    archive.take_in(*at(5, "Bài"))
    assert gone_at(archive) is None


def denied(archive: Archive, day: int, crawl: str, note: str = NOT_THERE, then: str | None = "read") -> None:
    """A crawl that went through to its end, in which the article's page says this, and another one is read."""
    if crawl != "mic-1":
        archive.start_crawl(crawl, "mic", "live", f"2024-01-0{day}T00:00:00Z")
    capture, _ = answered(day, Outcome.ERROR, crawl)
    archive.take_in(capture, Page(Outcome.ERROR, key=ARTICLE.key, note=note))
    if then:
        other = replace(ARTICLE, key="other", url="https://mic.gov.vn/khac")
        at_last = replace(
            capture, url=other.url, captured_at=f"2024-01-0{day}T01:00:00Z", warc_offset=100 + day
        )
        page = (
            Page(Outcome.SELECTORS, other) if then == "read" else Page(Outcome.ERROR, key="other", note=note)
        )
        archive.take_in(at_last, page)
    archive.finish_crawl(crawl, Ended(f"2024-01-0{day}T02:00:00Z", "finished", complete=True))


def gone_of(archive: Archive) -> str | None:
    (found,) = archive.db.execute("select gone_at from articles where key = ?", [ARTICLE.key]).fetchone()
    return found and str(found)


def test_an_article_is_gone_that_two_crawls_through_a_working_site_were_told_is_not_there(
    archive: Archive,
) -> None:
    archive.take_in(*at(1, "Bài"))
    denied(archive, 2, "mic-1")
    assert gone_of(archive) is None
    denied(archive, 3, "mic-2")
    assert gone_of(archive) == "2024-01-03T00:00:00Z"
    archive.take_in(*at(4, "Bài"))
    assert gone_of(archive) is None
    denied(archive, 5, "mic-3")
    assert gone_of(archive) is None, "it has come back since the first two"


@pytest.mark.parametrize(
    ("note", "then"),
    [
        pytest.param("an error page", "read", id="an error that says nothing of the page"),
        pytest.param(NOT_THERE, "denied", id="no article is there, as where a database is broken"),
        pytest.param(NOT_THERE, None, id="nothing else was asked for after it"),
    ],
)
def test_a_site_that_does_not_work_has_lost_no_article_however_often_it_says_so(
    archive: Archive, note: str, then: str | None
) -> None:
    archive.take_in(*at(1, "Bài"))
    for day in range(2, 7):
        denied(archive, day, f"mic-{day - 1}", note, then)
    assert gone_of(archive) is None


def counts(archive: Archive, crawl: str) -> dict[str, int]:
    names = ("pages", "new", "changed", "unchanged", "failed")
    row = archive.db.execute(f"select {', '.join(names)} from crawls where id = ?", [crawl]).fetchone()
    return {name: number for name, number in zip(names, row, strict=True) if number}


def test_an_older_file_taken_in_later_moves_what_was_new_to_its_crawl(archive: Archive) -> None:
    for day, body in ((3, "Bài"), (4, "Bài"), (5, "Bài khác")):
        archive.take_in(*at(day, body))
    archive.take_in(*answered(6, Outcome.MISSING))
    archive.take_in(*answered(7, Outcome.ROBOTS))
    asked_again = answered(8, Outcome.FAILED)
    archive.take_in(asked_again[0], replace(asked_again[1], replaced=True))
    archive.finish_crawl("mic-1", Ended("2024-01-09T00:00:00Z", "finished"))
    assert counts(archive, "mic-1") == {"pages": 3, "new": 1, "changed": 1, "unchanged": 1, "failed": 1}
    archive.start_crawl("mic-0", "mic", "warc", "2024-01-01T00:00:00Z")
    capture, page = at(1, "Bài cũ")
    archive.take_in(replace(capture, crawl="mic-0"), page)
    archive.finish_crawl("mic-0", Ended("2024-01-01T00:00:00Z", "finished"))
    assert counts(archive, "mic-0") == {"pages": 1, "new": 1}
    assert counts(archive, "mic-1") == {"pages": 3, "changed": 2, "unchanged": 1, "failed": 1}


def test_a_killed_crawl_ends_at_its_last_capture(archive: Archive) -> None:
    query = "select outcome, finished_at, complete, new from crawls"
    archive.mark_killed("mic-1")
    assert archive.db.execute(query).fetchone() == ("killed", "2023-10-16T00:00:00Z", 0, 0)
    archive.take_in(*at(3, "Bài"))
    archive.take_in(*at(2, "Bài"))
    archive.mark_killed("mic-1")
    assert archive.db.execute(query).fetchone() == ("killed", "2024-01-03T00:00:00Z", 0, 1)


def test_a_missing_page_of_no_known_article_makes_none(archive: Archive) -> None:
    assert archive.take_in(*gone(1)) is None
    assert count(archive, "articles") == 0


def test_an_older_text_becomes_an_older_version(archive: Archive) -> None:
    archive.take_in(*at(5, "Bản mới"))
    assert archive.take_in(*at(2, "Bản cũ")) == Change.CHANGED
    rows = list(archive.db.query("select number, body, captured_at from versions order by number"))
    assert [(row["number"], row["body"]) for row in rows] == [(1, "Bản cũ"), (2, "Bản mới")]
    state = archive.db.execute("select body, first_captured_at, last_captured_at from articles").fetchone()
    assert state == ("Bản mới", "2024-01-02T00:00:00Z", "2024-01-05T00:00:00Z")


def test_an_unchanged_text_leaves_the_indexes_alone(archive: Archive) -> None:
    archive.take_in(*at(1, "Bản một"))
    before = archive.db.conn.total_changes
    archive.take_in(*at(2, "Bản một"))
    changed = archive.db.conn.total_changes - before
    assert changed < 20  # rows, the children's among them; an index alone writes more
    assert archive.db.execute("select views, capture from articles").fetchone()[0] == 2


def test_a_page_without_an_article_is_kept_as_a_capture(archive: Archive) -> None:
    assert archive.take_in(CAPTURE, Page(Outcome.UNREADABLE, note="no title")) is None
    assert next(iter(archive.db.query("select outcome, note, article from captures"))) == {
        "outcome": "unreadable", "note": "no title", "article": None,
    }  # fmt: skip


def test_ids_depend_on_what_a_row_is_and_not_on_when_it_came(archive: Archive) -> None:
    archive.take_in(CAPTURE, PAGE)
    row = next(iter(archive.db.query("select id, docid, capture from articles")))
    assert row["id"] == row_id("mic", "mic/1") < 2**53
    assert row["docid"] == docid(row["id"], "2023-10-15")
    assert row["capture"] == row_id("mic-1.warc.gz", 400)


def test_docids_sort_by_day_and_undated_ones_come_first() -> None:
    days = [None, "1999-12-31", "2019-12-11", "2019-12-12T00:00:00+07:00"]
    assert [docid(2**53 - 1, day) for day in days] == sorted(docid(2**53 - 1, day) for day in days)
    assert docid(2**53 - 1, "2079-01-01") < 2**63


def matches(archive: Archive, index: str, words: str) -> int:
    return count(archive, index, f"{index} match '{words}'")


@pytest.mark.parametrize("index", ["articles_fts", "articles_fts_exact"])
def test_the_indexes_follow_inserts_updates_and_deletes(archive: Archive, index: str) -> None:
    archive.take_in(CAPTURE, PAGE)
    archive.take_in(LATER, Page(Outcome.SELECTORS, replace(ARTICLE, body="Na Rì", published_at="2020-01-01")))
    assert (matches(archive, index, "thông"), matches(archive, index, "rì")) == (0, 1)
    archive.db.execute(f"insert into {index}({index}) values ('integrity-check')")
    archive.db.execute("delete from articles")
    assert matches(archive, index, "rì") == 0
    archive.db.execute(f"insert into {index}({index}) values ('integrity-check')")


def test_a_rebuilt_index_still_finds_words_with_d(archive: Archive) -> None:
    archive.take_in(CAPTURE, PAGE)
    archive.db.execute("insert into articles_fts(articles_fts) values ('rebuild')")
    assert matches(archive, "articles_fts", "dong") == 1


def test_triggers_lost_to_a_transform_can_be_made_again(archive: Archive) -> None:
    archive.db.table("articles").transform(defaults={"version": 1})
    assert archive.db.table("articles").triggers == []
    create_search_triggers(archive.db)
    archive.take_in(CAPTURE, PAGE)
    assert matches(archive, "articles_fts", "dong") == matches(archive, "articles_fts_exact", "đồng") == 1


def test_an_archive_opened_again_needs_no_migration(archive: Archive, tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as again:
        assert migrations.pending(again.db) == []


def first_version(path: Path) -> None:
    """An archive as the first version of this project made it: one article whole, one that came in part only."""
    pages = [
        # day, key, outcome, note, whether it has a text that counts
        (1, "mic/1", "article:selectors", None, True),
        (2, "mic/1", "article:selectors", "cut short; kept the even text", False),
        (3, "mic/9", "missing", None, False),
        (4, "mic/2", "article:selectors", "cut short", True),
        (5, None, "failed", "HTTP 503, asked again", False),
        (6, None, "listing", None, False),
    ]
    with closing(connect(path)) as connection:
        db = Database(connection)
        migrations.apply(db, stop_before="m004_what_counts")
        db.table("crawls").insert({"id": "mic-1", "portal": "mic", "source": "live", "pages": 99})
        for day, key, outcome, note, counts in pages:
            time, article = f"2024-01-{day:02}T00:00:00Z", key and row_id("mic", key)
            text = ARTICLE if key == "mic/1" else replace(ARTICLE, body="Huyện")
            own = {"article": article, "captured_at": time, "capture": day}
            said = {"title": text.title, "body": text.body}
            db.table("captures").insert(
                {"id": day, "portal": "mic", "captured_at": time, "crawl": "mic-1", "outcome": outcome,
                 "note": note, "article": article, "text_sha256": text_digest(text) if counts else None}
            )  # fmt: skip
            if counts:
                db.table("versions").insert(own | said | {"number": 1, "sha256": text_digest(text)})
                db.table("articles").insert(
                    {"id": article, "docid": day, "portal": "mic", "key": key, "url": text.url, "version": 1,
                     "first_captured_at": time, "last_captured_at": time, "capture": day} | said
                )  # fmt: skip
        connection.commit()


def test_an_archive_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    first_version(tmp_path / "old.db")
    with Archive(tmp_path / "old.db") as archive, Archive(tmp_path / "new.db") as new:
        assert schema(archive) == schema(new)
        query = "select key, replaced, whole from captures order by id"
        assert list(archive.db.execute(query)) == [
            ("mic/1", 0, 1), ("mic/1", 0, 0), (None, 0, 1), ("mic/2", 0, 0), (None, 1, 1), (None, 0, 1),
        ]  # fmt: skip
        assert archive.db.execute("select complete from crawls").fetchone() == (0,)
        told = [one.db.execute("pragma user_version").fetchone() for one in (archive, new)]
        assert told == [(UNREAD,), (0,)]


def test_what_is_taken_into_an_archive_of_the_first_version_joins_what_is_there(tmp_path: Path) -> None:
    first_version(tmp_path / "old.db")
    with Archive(tmp_path / "old.db") as archive:
        for day, key, body in ((7, "mic/1", "Bản mới"), (8, "mic/2", "Bản đủ"), (1, "mic/9", "Bản đã gỡ")):
            capture, page = at(day, body)
            archive.take_in(capture, replace(page, article=replace(ARTICLE, key=key, body=body), key=key))
        archive.finish_crawl("mic-1", Ended("2024-01-09T00:00:00Z", "finished"))
        query = "select key, version, first_captured_at, gone_at, body from articles order by key"
        assert list(archive.db.execute(query)) == [
            ("mic/1", 2, "2024-01-01T00:00:00Z", None, "Bản mới"),
            ("mic/2", 1, "2024-01-08T00:00:00Z", None, "Bản đủ"),
            ("mic/9", 1, "2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z", "Bản đã gỡ"),
        ]
        assert counts(archive, "mic-1") == {"pages": 7, "new": 3, "changed": 1, "unchanged": 1, "failed": 1}
        for index in ("articles_fts", "articles_fts_exact"):
            archive.db.execute(f"insert into {index}({index}) values ('integrity-check')")
            assert matches(archive, index, "mới") == 1


def schema(archive: Archive) -> dict[str, object]:
    tables = {table.name: sorted(map(str, table.columns)) for table in archive.db.tables}
    return {"tables": tables, "triggers": sorted(archive.db.execute("select name, sql from sqlite_master "
            "where type in ('index', 'trigger', 'view') and sql is not null"))}  # fmt: skip


def test_a_full_disk_is_told_as_such_and_the_archive_goes_on_when_there_is_room(archive: Archive) -> None:
    def write() -> None:
        with archive.writing():
            archive.take_in(CAPTURE, PAGE)
            archive.put_portal(PortalInfo("mst", "Bắc Kạn " * 20_000, "", "https://mst.gov.vn/", "mic"))

    archive.db.execute("pragma max_page_count = 1")  # no more than there are
    with pytest.raises(OperationalError, match="database or disk is full"):
        write()
    assert count(archive, "captures") == 0
    archive.db.execute("pragma max_page_count = 100000")
    assert archive.take_in(CAPTURE, PAGE) == Change.NEW


def test_a_part_that_fails_is_taken_back_and_the_rest_is_kept(archive: Archive) -> None:
    with archive.writing():
        archive.take_in(CAPTURE, PAGE)
        with suppress(ZeroDivisionError), archive.writing():
            archive.db.execute("update articles set title = ''")
            raise ZeroDivisionError
    assert archive.db.execute("select title from articles").fetchall() == [(ARTICLE.title,)]


def test_ten_writers_that_open_a_new_archive_at_once_all_write(tmp_path: Path) -> None:
    def write(number: int) -> Change | None:
        url = f"https://mic.gov.vn/Pages/TinTuc/{number}/a.html"
        with Archive(tmp_path / "new.db") as archive:
            archive.put_portal(PortalInfo("mic", "Cổng MIC", "Bộ TTTT", "https://mic.gov.vn/", "mic"))
            article = replace(ARTICLE, url=url, key=f"mic/{number}")
            return archive.take_in(
                replace(CAPTURE, url=url, warc_offset=number), Page(Outcome.SELECTORS, article)
            )

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(write, range(1, 41))) == [Change.NEW] * 40


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_text("không phải cơ sở dữ liệu, " * 50)
    with pytest.raises(ArchiveError, match=r"archive\.db"):
        Archive(tmp_path / "archive.db")


def counted(archive: Archive) -> list[dict[str, Any]]:
    rows = list(archive.db.query("select * from articles_counted order by portal, day, layer"))
    count_articles(archive.db.conn)
    assert rows == list(archive.db.query("select * from articles_counted order by portal, day, layer"))
    return rows


def test_articles_are_counted_as_they_come_and_change(archive: Archive) -> None:
    """Each time as they would be counted anew."""
    assert counted(archive) == []
    archive.take_in(CAPTURE, PAGE)
    (first,) = counted(archive)
    assert (first["portal"], first["day"], first["layer"]) == ("mic", "2023-10-15", "article:selectors")
    assert [first[name] for name in COUNTS] == [1, 3, 0, 0, 0]
    longer = replace(ARTICLE, published_at="2023-10-14T07:00:00+07:00", body="Một hai ba.", damage="lost")
    archive.take_in(LATER, Page(Outcome.LANDMARKS, longer))
    (now,) = counted(archive)
    assert (now["day"], now["layer"]) == ("2023-10-14", "article:landmarks")
    assert (now["articles"], now["changed"], now["damaged"]) == (1, 1, 1)
    archive.db.execute("update articles set gone_at = '2024-02-01T00:00:00Z', published_at = null")
    (gone,) = counted(archive)
    assert (gone["day"], gone["gone"]) == ("", 1)
    archive.db.execute("update captures set outcome = 'article:whole'")
    assert [row["layer"] for row in counted(archive)] == ["article:whole"]
    assert list(incoherent(archive.db.conn)) == []
    archive.db.execute("update articles_counted set articles = 2")
    assert [what for _, what in incoherent(archive.db.conn) if "articles of mic" in what]
    count_articles(archive.db.conn)
    archive.db.execute("pragma foreign_keys = off")
    archive.db.execute("delete from articles")
    assert counted(archive) == []
