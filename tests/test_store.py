"""From a capture to a stored article: once, and the same however often it is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from archive.errors import ArchiveError
from archive.identity import docid, row_id
from archive.model import Article, Attachment, Capture, Change, Image, Outcome, Page, PortalInfo, Related
from archive.schema import create_search_triggers, migrations
from archive.store import Archive

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
    assert next(iter(archive.db.query("select body from articles")))["body"] == ARTICLE.body


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
