"""When a page is asked for again."""

from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Kind, Link
from crawler.frontier.due import Schedule, due_at, is_due
from crawler.portals import load

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCHEDULE = Schedule((HOUR, DAY, 7 * DAY, 30 * DAY), shortest=DAY, longest=365 * DAY)
START = datetime(2026, 1, 1, tzinfo=UTC)


def written(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def wait(kind: Kind, checks: int, changes: int = 0, watched: timedelta = timedelta(0)) -> timedelta:
    """How long after the last check the next one is due."""
    last = START + watched
    due = due_at(kind, written(START), written(last), checks, changes, SCHEDULE)
    return datetime.fromisoformat(due) - last


@pytest.mark.parametrize("kind", [Kind.LISTING, Kind.DOCUMENT_LIST, Kind.RSS, Kind.SITEMAP, Kind.OUTSIDE])
def test_what_leads_to_pages_is_due_in_every_crawl(kind: Kind) -> None:
    assert wait(kind, checks=9, watched=400 * DAY) == timedelta(0)


@pytest.mark.parametrize("kind", [Kind.ARTICLE, Kind.DOCUMENT, Kind.PRINT, Kind.NOTICE, Kind.OTHER])
def test_an_article_or_file_is_due_after_an_hour_a_day_a_week_and_a_month(kind: Kind) -> None:
    assert [wait(kind, checks) for checks in range(4)] == [HOUR, DAY, 7 * DAY, 30 * DAY]


def test_what_never_changed_is_left_twice_as_long_each_time_up_to_a_year() -> None:
    days = [wait(Kind.ARTICLE, checks, watched=checks * DAY) / DAY for checks in (4, 5, 6, 7, 8, 500)]
    assert days == [60, 120, 240, 365, 365, 365]


def test_what_has_changed_before_is_due_as_often_as_it_changed() -> None:
    assert wait(Kind.ARTICLE, checks=4, changes=3, watched=60 * DAY) == 20 * DAY


@pytest.mark.parametrize(
    ("changes", "watched", "days"), [(100, 50 * DAY, 1), (1, 3000 * DAY, 365), (2, -5 * DAY, 1)]
)
def test_the_interval_of_what_changes_stays_between_a_day_and_a_year(
    changes: int, watched: timedelta, days: int
) -> None:
    assert wait(Kind.ARTICLE, checks=4, changes=changes, watched=watched) == days * DAY


def test_a_change_begins_with_the_first_step_again() -> None:
    assert wait(Kind.ARTICLE, checks=0, changes=5, watched=1000 * DAY) == HOUR


def test_a_portal_states_its_own_steps() -> None:
    class Hasty(load()["mic"]):  # type: ignore[misc]
        recheck = (timedelta(minutes=1),)
        recheck_longest = timedelta(minutes=3)

    schedule = Schedule.of(Hasty)
    moment = written(START)
    due = [due_at(Kind.ARTICLE, moment, moment, checks, 0, schedule) for checks in range(4)]
    assert due == [written(START + timedelta(minutes=m)) for m in (1, 2, 3, 3)]


def test_a_portal_without_steps_begins_with_the_shortest_interval() -> None:
    schedule = Schedule((), shortest=DAY, longest=365 * DAY)
    assert due_at(Kind.ARTICLE, written(START), written(START), 0, 0, schedule) == written(START + DAY)


def test_a_capture_at_the_end_of_time_is_due_and_no_error() -> None:
    last = "9999-12-31T23:59:59Z"
    assert due_at(Kind.ARTICLE, last, last, 3, 0, SCHEDULE) == last


CHECKED, LATER = "2026-03-01T10:00:00Z", "2026-04-01T10:00:00Z"


@pytest.mark.parametrize(
    ("now", "due"),
    [("2026-03-31T00:00:00Z", False), ("2026-04-01T10:00:00Z", True), ("2026-05-01T00:00:00Z", True)],
)
def test_a_page_is_due_when_its_time_has_come(now: str, due: bool) -> None:
    assert is_due(CHECKED, LATER, now) is due


def test_a_check_that_lies_ahead_is_due_because_a_clock_was_set_back() -> None:
    assert is_due(CHECKED, LATER, "2026-02-01T00:00:00Z")


@pytest.mark.parametrize(
    ("changed_at", "due"),
    [
        ("2026-03-01T16:59:59+07:00", False),  # one second before the check
        ("2026-03-01T17:00:01+07:00", True),
        ("2026-03-01T17:00:01", True),  # in Vietnam, where nothing else is said
        ("2026-02-28", False),
        ("2026-03-01", True),  # later that day, perhaps
        ("2026-03-02", True),
        ("2026-03-09", False),  # is yet to come
        ("2099-01-01T00:00:00+07:00", False),
        ("hôm qua", False),
        ("2026-13-41", False),
        (None, False),
    ],
)
def test_a_change_that_the_site_states_makes_a_page_due(changed_at: str | None, due: bool) -> None:
    assert is_due(CHECKED, LATER, "2026-03-05T00:00:00Z", changed_at) is due


def test_a_day_begins_and_ends_in_vietnam() -> None:
    late = "2026-03-01T17:30:00Z"  # half past midnight of the 2nd in Bắc Kạn
    assert not is_due(late, LATER, "2026-03-05T00:00:00Z", "2026-03-01")
    assert is_due(late, LATER, "2026-03-05T00:00:00Z", "2026-03-02")


def test_a_request_carries_the_change_that_a_sitemap_states() -> None:
    portal = load()["mic"]()
    links = [Link("https://mic.gov.vn/", Kind.LISTING, changed_at=at) for at in ("2026-03-01", None)]
    assert [portal.request(link).meta.get("changed_at") for link in links] == ["2026-03-01", None]
