from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from sqlite3 import connect

import pytest
from datasette.app import Datasette
from following import changed, take_hostile
from sample_archive import FOREST, fill, take_in
from shown import get, serving

from archive.site.feeds import news
from archive.store import Archive

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with Archive(fill(folder / "archive.db")) as archive:
        for number, captured in enumerate(
            (
                "2026-11-20T16:59:59Z",  # the last second of the 20th in Vietnam
                "2026-11-20T17:00:00Z",  # the first of the 21st
                "2026-11-21T16:59:59Z",
                "2026-11-21T17:00:00Z",
            )
        ):
            one = replace(
                FOREST, key=f"n{number}", url=f"https://backan.gov.vn/n{number}", title=f"Bài số {number}"
            )
            take_in(archive, "backan", one, captured)
        take_in(
            archive,
            "backan",
            changed(FOREST, lambda body: body.replace("hai lần", "ba lần")),
            "2026-11-15T01:00:00Z",
        )
        archive.db.execute(
            "update articles set gone_at = '2026-11-21T02:00:00Z' where title like 'Mùa xuân%'"
        )
        archive.db.conn.commit()
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Datasette]:
    with serving(data) as datasette:
        yield datasette


def test_a_day_is_one_of_vietnam(data: Path) -> None:
    archive = connect(data / "archive.db")
    assert [row["title"] for row in news.new(archive, news.Span.days(DAY))] == ["Bài số 2", "Bài số 1"]
    assert news.new_by_portal(archive, news.Span.days(DAY, 2)) == {"backan": 3}
    archive.close()


def test_the_days_around_are_the_nearest_with_news_of_any_kind(data: Path) -> None:
    archive = connect(data / "archive.db")
    assert news.last_day(archive) == date(2026, 11, 22)
    around = news.days_around(archive, date(2026, 11, 17))
    assert (around.previous, around.next) == (date(2026, 11, 15), date(2026, 11, 20))
    around = news.days_around(archive, date(2026, 11, 22))
    assert (around.previous, around.next) == (DAY, None)
    archive.close()


def test_the_lists_and_their_counts_come_from_indexes(data: Path) -> None:
    archive = connect(data / "archive.db")
    asked = list[str]()
    archive.set_trace_callback(asked.append)
    span = news.Span.days(DAY, 7)
    news.last_day(archive), news.days_around(archive, DAY), news.new(archive, span), news.gone(archive, span)
    news.new_by_portal(archive, span), news.edited(archive, span)
    news.count_edited(archive, span), news.count_gone(archive, span)
    archive.set_trace_callback(None)
    plans = [row[3] for sql in asked for row in archive.execute(f"explain query plan {sql}")]
    assert plans
    assert [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan] == []
    archive.close()


def test_the_page_shows_what_was_captured_edited_and_lost(site: Datasette) -> None:
    html = get(site, "/moi?ngay=2026-11-21").text
    assert "Bài số 1" in html
    assert "Bài số 2" in html
    assert "Bài số 0" not in html
    assert "Bài số 3" not in html
    assert "Mới lưu trong ngày: 2" in html
    assert "<del>hai</del> <ins>ba</ins>" in html
    assert "/so-sanh?cu=2&amp;moi=3" in html
    assert html.index("Đã gỡ trong bảy ngày: 1") < html.index("Mùa xuân trên bản Dao đỏ")
    assert '<a rel="prev" href="/moi?ngay=2026-11-20">' in html
    assert '<a rel="next" href="/moi?ngay=2026-11-22">' in html


def test_without_a_day_the_page_shows_the_last_one_with_news(site: Datasette) -> None:
    html = get(site, "/moi").text
    assert "22/11/2026" in html
    assert "Bài số 3" in html
    assert "Bài số 2" not in html


def test_a_week_has_seven_days(site: Datasette) -> None:
    assert "<del>hai</del>" not in get(site, "/moi?ngay=2026-11-22").text  # edited on the 15th
    assert "<del>hai</del>" in get(site, "/moi?ngay=2026-11-15").text


def test_a_day_without_news_says_so_and_one_that_is_no_day_is_an_error(site: Datasette) -> None:
    html = get(site, "/moi?ngay=2020-01-01").text
    assert "Không có bài mới nào trong ngày này." in html
    assert "Không thấy bài nào bị sửa." in html
    for day in ("hôm qua", "2026-13-01", "21/11/2026", "'--", "0001-01-01", "9999-12-31"):
        answer = get(site, f"/moi?ngay={day}")
        assert answer.status_code == 400
        assert "Ngày viết như 2026-11-21" in answer.text


def test_the_page_links_to_every_feed(site: Datasette) -> None:
    html = get(site, "/moi").text
    for which in ("moi", "thay-doi", "da-go"):
        assert f'<link rel="alternate" type="application/atom+xml" href="/{which}.atom"' in html
        assert f'<a href="/{which}.jsonfeed">' in html


def test_many_new_articles_are_paged_by_key_and_none_is_left_out_or_shown_twice(tmp_path: Path) -> None:
    with Archive(fill(tmp_path / "archive.db")) as archive:
        for number in range(95):  # in three moments
            one = replace(
                FOREST, key=f"n{number}", url=f"https://backan.gov.vn/n{number}", title=f"Bài số {number}!"
            )
            take_in(archive, "backan", one, f"2026-11-21T0{number % 3}:00:00Z")
    with serving(tmp_path) as site:
        address, seen = "/moi", list[str]()
        for _ in range(4):  # 25, 25, 25 and 20
            html = get(site, address).text
            assert "Mới lưu trong ngày: 95" in html
            seen += [title for title in (f"Bài số {number}!" for number in range(95)) if title in html]
            _, _, rest = html.partition('rel="next" href="')
            address = rest.partition('"')[0].replace("&amp;", "&")
    assert address == ""
    assert len(seen) == len(set(seen)) == 95


def test_an_empty_archive_has_a_page_of_news(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db"):
        pass
    with serving(tmp_path) as site:
        assert "Không có bài mới" in get(site, "/moi").text


def test_hostile_articles_stay_text_and_the_page_small(tmp_path: Path) -> None:
    with Archive(fill(tmp_path / "archive.db")) as archive:
        take_hostile(archive)
        archive.db.execute(
            "update articles set gone_at = '2023-11-21T00:00:00Z', section = title || title || title"
        )
        archive.db.conn.commit()
    with serving(tmp_path) as site:
        answer = get(site, "/moi")
    assert "<script>alert" not in answer.text
    assert "javascript:" not in answer.text
    assert len(answer.content) < 100_000
