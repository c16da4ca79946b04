"""The page of the logbook: its picture of weeks, its list of crawls, and what strangers see of it."""

import json
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from logbooks import FEWER, NOW, blank, note, schedule
from shown import EVIL, Tags, get, serving
from sqlite_utils import Database
from timed import seconds

from archive import lock
from archive.alarms import Alarm, Rule
from archive.dates import VIETNAM
from archive.model import PortalInfo
from archive.publish import publish
from archive.schema import migrations
from archive.site.language import Language
from archive.site.logbook.picture import BASE, MARK, weeks_picture
from archive.site.logbook.weeks import WEEKS, Week, Year, begin, year
from archive.site.options import Site
from archive.store import Archive

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 16)
ADDRESSES = re.compile(r'href="([^"]*/nhat-ky\?[^"]*truoc=[^"]*)"')


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return blank(tmp_path / "data")


def weeks(data: Path, portal: str | None = None) -> Year:
    with closing(sqlite3.connect(data / "archive.db")) as connection:
        return year(connection, NOW.astimezone(VIETNAM).date(), portal)


def drawn(*of: Week | None) -> dict[str, str]:
    """The paths of a picture of the last weeks of one portal, by what they stand for."""
    mondays = tuple(MONDAY - timedelta(weeks=ago) for ago in reversed(range(len(of))))
    known = {monday: week for monday, week in zip(mondays, of, strict=True) if week}
    html = weeks_picture(
        Year(mondays, {"mic": known}), {"mic": "Bộ"}, lambda portal, end: f"/{portal}/{end}", Language.BOTH
    )
    svg = ElementTree.fromstring(html[html.index("<svg") : html.rindex("</svg>") + 6])
    return {str(path.get("class")): str(path.get("d")) for path in svg.iter("path")}


def tops(paths: dict[str, str], layer: str) -> list[int]:
    """How high a layer reaches, week by week."""
    steps = re.findall(rf"V(\d+)h1V{BASE}|h1", paths.get(layer, "").removeprefix(f"M0 {BASE}"))
    return [BASE - int(step) if step else 0 for step in steps]


def shown(data: Path | Site, path: str = "/nhat-ky", language: str = "both") -> str:
    with serving(data) as site:
        answer = get(site, path, cookies={"lang": language})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_a_week_begins_on_monday_in_vietnam(data: Path) -> None:
    note(data, "mic", datetime(2026, 11, 15, 16, 59, 59, tzinfo=UTC), new=1, changed=2, unchanged=3)  # Sunday
    note(data, "mic", datetime(2026, 11, 15, 17, 0, 0, tzinfo=UTC), new=10)
    note(
        data, "mic", datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC), new=20, alarms=[FEWER, Alarm(Rule.DISK, 1)]
    )
    assert weeks(data).of == {
        "mic": {MONDAY - timedelta(weeks=1): Week(1, 1, 2, 3, 0), MONDAY: Week(2, 30, 0, 0, 1)}
    }


def test_the_picture_has_a_year_of_weeks_and_nothing_before(data: Path) -> None:
    first = datetime.fromisoformat(begin(MONDAY - timedelta(weeks=52)))
    note(data, "mic", first - timedelta(seconds=1), new=5)
    note(data, "mic", first, new=7)
    found = weeks(data)
    assert len(found.mondays) == WEEKS
    assert found.mondays[0] == MONDAY - timedelta(weeks=52)
    assert found.of == {"mic": {found.mondays[0]: Week(1, 7, 0, 0, 0)}}


def test_runs_that_were_missed_are_no_crawls(data: Path) -> None:
    note(data, "mic", NOW - DAY, outcome="missed")
    note(data, "backan", NOW - DAY, outcome=None)
    assert weeks(data).of == {"mic": {MONDAY: Week(0, 0, 0, 0, 0)}, "backan": {MONDAY: Week(1, 0, 0, 0, 0)}}
    assert set(weeks(data, "mic").of) == {"mic"}


def test_a_week_without_a_crawl_is_not_drawn_as_one_that_found_nothing() -> None:
    found = drawn(Week(1, 4, 0, 0, 0), None, Week(1, 0, 0, 0, 0), Week(0, 0, 0, 0, 0))
    assert re.findall(r"M([\d.]+) 0h1", found["idle"]) == ["1", "3"]
    assert re.findall(r"M([\d.]+) ", found["ran"]) == ["0.3", "2.3"]
    assert [bool(top) for top in tops(found, "new")] == [True, False, False, False]


def test_an_alarm_has_a_mark_of_its_own_form() -> None:
    found = drawn(Week(1, 4, 0, 0, 0), Week(3, 9, 0, 0, 1))
    assert found["alarm"] == f"M1 {BASE + MARK}h1l-.5 -7z"
    assert re.findall(r"M([\d.]+) ", found["ran"]) == ["0.3"]


@pytest.mark.parametrize(
    "week", [Week(1, 1, 1, 1, 0), Week(1, 1, 1, 1_000_000, 0), Week(1, 999_999, 1, 1, 0), Week(1, 5, 0, 5, 0)]
)
def test_all_that_was_read_can_be_seen_and_fits(week: Week) -> None:
    found = drawn(week)
    foot = 0
    for layer in ("new", "changed", "unchanged"):
        top = tops(found, layer)[0]
        if getattr(week, layer):
            assert top - foot >= 3
            foot = top
    assert 0 < foot <= BASE


def test_a_week_that_read_twice_as_much_has_a_bar_twice_as_high() -> None:
    found = drawn(Week(1, 100, 0, 0, 0), None, Week(1, 30, 0, 20, 0))
    assert tops(found, "new")[0] == pytest.approx(2 * tops(found, "unchanged")[2], abs=1)
    assert tops(found, "new")[1] == 0


def test_the_table_says_what_the_picture_shows(data: Path) -> None:
    now = datetime.now(UTC)
    note(data, "mic", now - DAY, new=1234, changed=5, unchanged=6, alarms=[FEWER])
    note(data, "backan", now - 8 * DAY, new=0, changed=0, unchanged=0)
    html = shown(data, language="vi")
    table = html[html.index('class="numbers"') :]
    day = (now - DAY).astimezone(VIETNAM).date()
    assert f'<th scope="row">{day - day.weekday() * DAY:%d/%m/%Y}</th>' in table
    assert "<td>1.234 + 5 + 6 !</td>" in table
    assert "<td>0 + 0 + 0</td>" in table
    assert "<td>–</td>" in table


def test_one_portal_alone_leads_to_the_crawls_of_each_week(data: Path) -> None:
    now = datetime.now(UTC)
    first = note(data, "mic", now - 8 * DAY, new=3)
    note(data, "mic", now - DAY, new=4)
    other = note(data, "backan", now - 2 * DAY, new=5)
    html = shown(data, "/nhat-ky?portal=mic")
    links = [link.replace("&amp;", "&") for link in ADDRESSES.findall(html)]
    assert len(links) == 2
    older = shown(data, links[0])
    assert older.count("/archive/crawls/") == 1
    assert f"/archive/crawls/{first}" in older
    assert other not in html


def test_what_no_portal_is_called_shows_all(data: Path) -> None:
    crawl = note(data, "mic", NOW - DAY)
    for odd in ("nothing", EVIL, "mic%27--"):
        assert f"/archive/crawls/{crawl}" in shown(data, f"/nhat-ky?portal={odd}")


def test_crawls_are_paged_by_key_and_none_is_left_out_or_shown_twice(data: Path) -> None:
    known = [
        note(data, "mic", NOW - number // 2 * DAY - number % 2 * timedelta(0), id=f"c{number}")
        for number in range(61)
    ]
    with serving(data) as site:
        address, seen = "/nhat-ky", list[str]()
        while address:
            html = get(site, address).text
            seen += re.findall(r'/archive/crawls/(c\d+)"', html)
            more = re.search(r'rel="next" href="([^"#]*)', html)
            address = more[1].replace("&amp;", "&") if more else ""
    assert len(known) == len(seen) == len(set(seen))
    starts = [int(crawl[1:]) // 2 for crawl in seen]
    assert starts == sorted(starts)


@pytest.mark.parametrize("key", ["x", "2026-11-20", "2026-11-20T15:00:00Z", "9999-99-99T99:99:99Z.x", "'--"])
def test_an_odd_key_is_no_error(data: Path, key: str) -> None:
    note(data, "mic", NOW - DAY)
    assert "<h1>" in shown(data, f"/nhat-ky?truoc={key}")


def test_the_page_says_what_is_wrong_what_runs_and_what_is_next(data: Path) -> None:
    now = datetime.now(UTC)
    note(data, "backan", now - DAY, alarms=[FEWER])
    note(data, "mic", now - timedelta(minutes=5), outcome=None)
    schedule(data, sonoivu=now + timedelta(hours=3, minutes=1))
    with lock.crawling(data, "mic"):
        html = shown(data)
    assert "Chỉ gặp 12 trang, thường là 400" in html
    assert "<code>backan doctor backan</code>" in html
    assert f"tiến trình {os.getpid()}" in html
    assert "còn 3 giờ 01" in html
    assert "đang chạy" in html
    assert "bị tắt đột ngột" in shown(data)


def test_a_frontier_that_cannot_be_read_is_told(data: Path) -> None:
    (data / "frontier.db").write_bytes(b"no database" * 1000)
    html = shown(data)
    assert "Không đọc được frontier.db" in html
    assert str(data) not in html


def test_strangers_see_no_process_no_plan_and_no_place_of_the_machine(data: Path) -> None:
    now = datetime.now(UTC)
    crawl = note(data, "mic", now - DAY, alarms=[FEWER], new=3)
    schedule(data, sonoivu=now + timedelta(hours=3))
    publish(data, now=now)
    with lock.crawling(data, "mic"), serving(Site(data, public=True)) as site:
        html = get(site, "/nhat-ky").text
        row = get(site, f"/archive/crawls/{crawl}.json?_shape=array").text
    assert f"/archive/crawls/{crawl}" in html
    assert "Chỉ gặp 12 trang" in html
    for word in ("tiến trình", "Sắp tới", "Cần xử lý", "Đang chạy", "backan doctor", str(data), "192.0.2.7"):
        assert word not in html
    assert "192.0.2.7" not in row
    assert json.loads(
        json.loads(row)["rows"][0]["settings"] if row[0] == "{" else json.loads(row)[0]["settings"]
    ) == {"download_delay": 2}


def test_a_copy_that_is_served_by_hand_is_one_for_strangers_too(data: Path) -> None:
    note(data, "mic", datetime.now(UTC) - DAY)
    copy = publish(data, now=datetime.now(UTC)).path
    other = data.parent / "copy"
    other.mkdir()
    (other / "archive.db").write_bytes(copy.read_bytes())
    assert "Đang chạy" not in shown(other)


def test_the_picture_of_a_copy_ends_with_its_last_crawl(data: Path) -> None:
    note(data, "mic", datetime(2019, 3, 6, tzinfo=UTC), new=3)
    publish(data, now=datetime.now(UTC))
    assert "04/03/2019" in shown(Site(data, public=True))
    assert "04/03/2019" not in shown(data)


def test_an_empty_archive_has_a_logbook(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db"):
        pass
    html = shown(tmp_path)
    assert "Chưa có lượt nào." in html
    assert "Không có lượt thu thập nào" in html


def test_an_archive_of_before_the_logbook_says_what_brings_it_up_to_date(tmp_path: Path) -> None:
    db = Database(tmp_path / "archive.db")
    migrations.apply(db, stop_before="m007_logbook")
    db.close()
    assert "backan rebuild" in shown(tmp_path)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_speaks_one_language_where_one_is_chosen(data: Path, language: str) -> None:
    note(data, "mic", datetime.now(UTC) - DAY, alarms=[FEWER])
    html = shown(data, language=language)
    assert ("Các lượt thu thập" in html) == (language == "vi")
    assert ("The crawls" in html) == (language == "en")
    assert ("400 are usual" in html) == (language == "en")


def test_hostile_words_of_a_crawl_stay_words(data: Path) -> None:
    with Archive(data / "archive.db") as archive:
        archive.put_portal(PortalInfo(EVIL, EVIL, EVIL, EVIL, "x"))
    now = datetime.now(UTC)
    note(data, EVIL, now - DAY, EVIL, [Alarm(Rule.BLOCKED, 1, detail=EVIL * 50)], new=1)
    note(data, EVIL, now - 2 * DAY, "missed", arguments=json.dumps({"missed": EVIL, "until": EVIL}))
    schedule(data, **{EVIL: now + DAY})
    html = shown(data)
    tags = Tags(html)
    assert tags.scripts == []
    assert not [name for name, _ in tags.elements if name == "img"]
    assert not [name for _, stated in tags.elements for name in stated if name.startswith("on")]
    assert "style=" not in html


def fill_up(data: Path, portals: int, crawls: int) -> None:
    """A year and more of crawls of many portals, each with much to tell."""
    now = datetime.now(UTC)
    ids = [f"cong{number}" for number in range(portals)]
    with closing(sqlite3.connect(data / "archive.db")) as archive, archive:
        archive.execute("delete from portals")
        archive.executemany(
            "insert into portals(id, title) values (?, ?)",
            [(id, f"Cổng thông tin điện tử của sở và huyện {id}") for id in ids],
        )
        for number in range(crawls):
            at = now - timedelta(hours=9000 * number // crawls + 1)
            crawl = f"{ids[number % portals]}-{number}"
            archive.execute(
                "insert into crawls(id, portal, source, started_at, finished_at, outcome, met, pages, new, changed, "
                "unchanged, gone, failed, bytes) values (?, ?, 'live', ?, ?, 'finished', 9, 9, ?, ?, ?, 1, 2, 99999999)",
                [crawl, ids[number % portals], f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%dT%H:%M:%SZ}",
                 number * 7919 % 10_000, number * 104_729 % 1000, number * 1_299_709 % 100_000],
            )  # fmt: skip
            for rule in Rule if number % 3 == 0 else ():
                archive.execute(
                    "insert into alarms values (?, ?, 12, 400, 'một máy chủ nào đó')", [crawl, rule]
                )


def test_the_page_of_twenty_portals_crawled_for_a_year_is_light(data: Path) -> None:
    fill_up(data, 20, 4000)
    html = shown(data)
    assert len(html.encode()) < 100_000
    assert html.count("<svg") == 24  # two for each of twelve portals
    assert "Chỉ vẽ 12 cổng" in html
    assert len(shown(data, "/nhat-ky?portal=cong19").encode()) < 100_000


def test_ten_thousand_crawls_are_summed_up_at_once_and_without_their_captures(data: Path) -> None:
    fill_up(data, 10, 10_000)
    asked = list[str]()
    with closing(sqlite3.connect(data / "archive.db")) as connection:
        connection.set_trace_callback(asked.append)
        found = year(connection, datetime.now(VIETNAM).date())
        took = seconds(lambda: year(connection, datetime.now(VIETNAM).date()), 1)
    assert sum(week.crawls for of in found.of.values() for week in of.values()) > 9_000
    assert not [sql for sql in asked if "captures" in sql]
    assert took < 1


@pytest.mark.parametrize("path", ["/", "/moi", "/nhat-ky"])
def test_every_page_of_ours_leads_to_the_logbook(data: Path, path: str) -> None:
    assert 'href="/nhat-ky"' in shown(data, path)
