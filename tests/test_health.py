"""Each rule gives an alarm where something is wrong, and none where nothing is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from shutil import disk_usage

import pytest
from past_crawls import BAD, GOOD, Pages, Past

from archive.alarms import Alarm, Rule
from archive.model import NOT_THERE, Outcome, Tally
from archive.store import Archive
from crawler.health.rules import PAUSED, Run, examine

SOME = Tally(pages=3, new=1)
MANY = Tally(pages=100, new=1)
NOBODY = "http://mic.test/"


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    with Archive(tmp_path / "archive.db") as archive:
        archive.db.table("portals").insert({"id": "mic"})
        yield Past(archive)


def told(past: Past, run: Run) -> list[Rule]:
    return [alarm.rule for alarm in alarms(past, run)]


def alarms(past: Past, run: Run) -> tuple[Alarm, ...]:
    return examine(run, past.archive.db.conn, Path("/"))


def run_of(past: Past, *pages: Pages, met: int | None = 100, outcome: str = "finished") -> Run:
    """A crawl of now, and what it found."""
    crawl = past.crawl(*pages, met=met, outcome=outcome)
    return Run(crawl, "mic", "live", outcome, MANY, met=met)


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (Run("mic-1", "mic", "live", "finished", SOME), []),
        (Run("mic-1", "mic", "live", PAUSED, SOME), []),
        (Run("mic-1", "mic", "live", "finished", Tally(pages=3)), ["no articles"]),
        (Run("mic-1", "mic", "live", "finished", Tally(pages=3), not_due=1), []),
        (Run("mic-1", "mic", "live", "finished", Tally()), ["no pages"]),
        (Run("mic-1", "mic", "live", "finished", Tally(), cause="HTTP 503"), ["no pages (HTTP 503)"]),
        (Run("mic-1", "mic", "live", "finished", Tally(), resumed=True), []),
        (Run("mic-1", "mic", "live", PAUSED, Tally(), resumed=True), ["no pages"]),
        (Run("mic-1", "mic", "live", "finished", SOME, errors=2), ["errors in the spider, see the log: 2"]),
        (Run("mic-1", "mic", "live", "interrupted", SOME), ["it did not come to its end (interrupted)"]),
        (Run("mic-1", "mic", "live", "failed", SOME, errors=1),
         ["it did not come to its end (failed)", "errors in the spider, see the log: 1"]),
        (Run("mic-1", "mic", "live", "blocked", SOME), ["0 pages were blocked"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(run: Run, told: list[str], tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        assert [alarm.told() for alarm in examine(run, archive.db.conn, tmp_path)] == told


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_is_told_in_two_languages(rule: Rule) -> None:
    alarm = Alarm(rule, 0.5, 0.25, "detail")
    assert alarm.told() != alarm.told(english=False)
    assert alarm.told().endswith("(detail)")


@pytest.mark.parametrize(
    ("before", "now", "fires"),
    [
        ([100] * 3, 49, True),
        ([100] * 3, 50, False),  # half is not less than half
        ([100] * 2, 1, False),  # nothing is usual yet
        ([], 0, False),
        ([100] * 10, 100, False),
        ([100] * 10, 300, False),
        ([None] * 9 + [100, 100], 1, False),  # crawls of an older program, which did not count
        ([100, 100, 3, 100, 100], 45, True),  # one odd crawl among them
        ([8, 8, 8], 4, False),
        ([8, 8, 8], 3, True),
        ([2, 2, 2], 0, False),  # so few that a page more or less is no sign
        ([10, 20, 40, 80, 100, 100, 100], 99, False),  # a portal that grows
    ],
)
def test_less_than_half_of_what_is_usual_is_an_alarm(
    past: Past, before: list[int | None], now: int, fires: bool
) -> None:
    for met in before:
        past.crawl(met=met)
    assert told(past, run_of(past, met=now)) == [Rule.FEWER_PAGES] * fires


def test_the_alarm_says_what_was_met_and_what_is_usual(past: Past) -> None:
    for met in (90, 100, 110):
        past.crawl(met=met)
    assert alarms(past, run_of(past, met=40)) == (Alarm(Rule.FEWER_PAGES, 40, 100),)


@pytest.mark.parametrize(
    "other",
    [{"arguments": '{"limit": 9}'}, {"source": "via"}, {"outcome": "paused"}, {"outcome": "killed"},
     {"outcome": "missed"}, {"alarms": [Rule.NO_PAGES]}, {"alarms": [Rule.NO_ARTICLES]}],
)  # fmt: skip
def test_crawls_that_cannot_be_compared_say_nothing_of_what_is_usual(
    past: Past, other: dict[str, str]
) -> None:
    for _ in range(5):
        past.crawl(met=1000, **other)  # type: ignore[arg-type]
    for _ in range(3):
        past.crawl(met=100)
    assert told(past, run_of(past, met=99)) == []


@pytest.mark.parametrize("run", [{"outcome": PAUSED}, {"met": None}])
def test_a_crawl_that_is_not_through_or_not_counted_is_not_compared(past: Past, run: dict[str, str]) -> None:
    for _ in range(5):
        past.crawl(met=100)
    assert told(past, run_of(past, **({"met": 1} | run))) == []  # type: ignore[arg-type]


def test_a_decline_that_is_slow_is_an_alarm_at_half_of_what_it_was(past: Past) -> None:
    met = 1000.0
    for _ in range(30):
        assert told(past, run_of(past, met=round(met))) == []
    while met > 510:
        met *= 0.98  # the median of the last ten is never more than an eighth above it
        assert told(past, run_of(past, met=round(met))) == [], met
    assert told(past, run_of(past, met=480)) == [Rule.FEWER_PAGES]


@pytest.mark.parametrize(
    ("apart", "told_for"),
    [(timedelta(days=1), 10), (timedelta(hours=6), 29), (timedelta(weeks=1), 10)],
)
def test_an_alarm_is_told_for_ten_crawls_and_a_week_and_then_it_is_the_usual_state(
    past: Past, apart: timedelta, told_for: int
) -> None:
    past.apart = apart
    for _ in range(5):
        past.crawl(met=100)
    for number in range(told_for + 2):
        run = run_of(past, met=30)
        found = alarms(past, run)
        past.archive.put_alarms(run.crawl, found)
        assert [alarm.rule for alarm in found] == [Rule.FEWER_PAGES] * (number < told_for), number
    assert told(past, run_of(past, met=14)) == [Rule.FEWER_PAGES]  # half of what is usual now


def test_a_crawl_without_pages_is_told_once(past: Past) -> None:
    for _ in range(5):
        past.crawl(met=100)
    assert told(past, replace(run_of(past, met=0), tally=Tally())) == [Rule.NO_PAGES]
    assert told(past, replace(run_of(past, met=1), tally=Tally(pages=1))) == [Rule.NO_ARTICLES]


def test_crawls_with_an_alarm_do_not_become_what_is_usual(past: Past) -> None:
    for _ in range(5):
        past.crawl(met=100)
    for _ in range(9):
        past.crawl(met=10, alarms=[Rule.FEWER_PAGES])
    past.crawl(met=100)
    for _ in range(9):
        past.crawl(met=10, alarms=[Rule.FEWER_PAGES])
    assert alarms(past, run_of(past, met=10)) == (Alarm(Rule.FEWER_PAGES, 10, 100),)


UNREAD = Pages(20, Outcome.UNREADABLE, lacks="title, body")


@pytest.mark.parametrize(
    ("now", "rules"),
    [
        (GOOD, []),
        (BAD, [Rule.OTHER_LAYER]),
        (replace(BAD, outcome=Outcome.WHOLE), [Rule.OTHER_LAYER]),
        (UNREAD, [Rule.NO_TITLES, Rule.NO_BODIES]),
        (replace(GOOD, lacks="date"), [Rule.NO_DATES]),
        (replace(GOOD, lacks="body, date"), [Rule.NO_DATES, Rule.NO_BODIES]),
    ],
)
def test_pages_that_are_read_otherwise_or_lack_something_are_an_alarm(
    past: Past, now: Pages, rules: list[Rule]
) -> None:
    for _ in range(3):
        past.crawl(GOOD)
    assert told(past, run_of(past, now)) == rules


@pytest.mark.parametrize(
    ("number", "of", "fires"),
    [(9, 9, False), (10, 10, True), (5, 10, False), (6, 10, True), (7, 20, False), (8, 20, True),
     (24, 100, False), (25, 100, True)],
)  # fmt: skip
def test_a_share_must_have_risen_by_a_quarter_and_by_more_than_chance_makes(
    past: Past, number: int, of: int, fires: bool
) -> None:
    past.crawl(Pages(30))  # so that the crawls before hold no pages that could join these
    past.crawl()
    for _ in range(9):
        past.crawl()
    run = run_of(past, replace(BAD, number=number), replace(GOOD, number=of - number))
    assert told(past, run) == [Rule.OTHER_LAYER] * fires


def test_in_a_year_of_slips_no_chance_gives_an_alarm_and_a_new_template_is_noticed_in_days(
    past: Past,
) -> None:
    chance = Random(5)

    def some(number: int, broken: bool = False) -> Iterator[Pages]:
        """Five of a hundred pages need a fallback, eight of a hundred have no date."""
        for _ in range(number):
            outcome = Outcome.LANDMARKS if broken or chance.random() < 0.05 else Outcome.SELECTORS
            yield Pages(1, outcome, lacks="date" if chance.random() < 0.08 else None, new=True)

    past.crawl(*some(500))
    for _ in range(365):
        run = run_of(past, *some(chance.choice([0, 0, 1, 3, 5, 8, 12])))
        assert alarms(past, run) == (), run.crawl
    noticed = [Rule.OTHER_LAYER in told(past, run_of(past, *some(4, broken=True))) for _ in range(4)]
    assert noticed[-1]


def test_the_alarm_says_of_which_engine_how_many_pages(past: Past) -> None:
    for _ in range(3):
        past.crawl(replace(BAD, number=2), replace(GOOD, number=18))
    (alarm,) = alarms(past, run_of(past, replace(BAD, number=15), replace(GOOD, number=5)))
    assert alarm == Alarm(Rule.OTHER_LAYER, 0.75, 0.1, "old: 15/20")


def test_a_portal_of_few_articles_a_day_is_judged_by_those_of_several_days(past: Past) -> None:
    for _ in range(20):
        past.crawl(Pages(3, new=True))
    for expected in ([], [Rule.OTHER_LAYER], [Rule.OTHER_LAYER]):  # 3 of 12, 6 of 12, 9 of 12
        run = run_of(past, replace(BAD, number=3, new=True))
        found = told(past, run)
        past.archive.put_alarms(run.crawl, [Alarm(rule) for rule in found])
        assert found == expected


def test_once_it_is_mended_the_bad_days_before_are_no_alarm_any_more(past: Past) -> None:
    for _ in range(20):
        past.crawl(Pages(3))
    for _ in range(3):
        past.crawl(replace(BAD, number=3), alarms=[Rule.OTHER_LAYER])
    assert told(past, run_of(past, Pages(3))) == []


def test_a_day_like_those_of_before_is_no_alarm_after_bad_ones(past: Past) -> None:
    for _ in range(5):
        past.crawl(replace(BAD, number=10), Pages(40))
    past.crawl(replace(BAD, number=20), alarms=[Rule.OTHER_LAYER])
    assert told(past, run_of(past, replace(BAD, number=3), Pages(6))) == []


def test_a_share_that_rises_slowly_is_an_alarm_at_last(past: Past) -> None:
    for number in range(25):
        past.crawl(replace(BAD, number=number), Pages(100 - number))
    (alarm,) = alarms(past, run_of(past, replace(BAD, number=36), Pages(64)))
    assert (alarm.value, alarm.usual) == (0.36, 0.095)  # as it was before the last ten crawls


def test_what_is_judged_is_no_part_of_what_is_usual(past: Past) -> None:
    past.crawl(Pages(30))
    for _ in range(3):
        past.crawl(replace(BAD, number=3))
    (alarm,) = alarms(past, run_of(past, replace(BAD, number=3)))
    assert (alarm.value, alarm.usual) == (1, 0)


def test_an_engine_that_always_needs_a_fallback_is_no_alarm(past: Past) -> None:
    always = replace(BAD, engine="scraped")
    for _ in range(3):
        past.crawl(GOOD, always)
    assert told(past, run_of(past, always)) == []  # on a day on which nothing else is asked for


def test_an_engine_that_was_not_asked_for_lately_is_compared_with_all_that_is_there_of_it(
    past: Past,
) -> None:
    past.crawl(GOOD, replace(BAD, engine="scraped"))
    for _ in range(40):
        past.crawl(GOOD)
    assert told(past, run_of(past, replace(BAD, engine="scraped"))) == []
    assert told(past, run_of(past, BAD)) == [Rule.OTHER_LAYER]


def test_a_new_engine_that_needs_a_fallback_is_an_alarm_until_it_is_the_usual_state(past: Past) -> None:
    for _ in range(3):
        past.crawl(GOOD)
    for number in range(15):
        run = run_of(past, GOOD, replace(BAD, number=50, engine="new"))
        found = alarms(past, run)
        past.archive.put_alarms(run.crawl, found)
        assert [alarm.rule for alarm in found] == [Rule.OTHER_LAYER] * (number < 10), number


def test_the_first_crawl_of_a_portal_is_compared_with_nothing(past: Past) -> None:
    assert told(past, run_of(past, GOOD, GOOD, outcome=PAUSED)) == []
    assert told(past, run_of(past, BAD, UNREAD)) == []  # it goes on, and comes to old layouts


def test_new_articles_are_compared_with_new_ones(past: Past) -> None:
    for _ in range(3):
        past.crawl(Pages(12, new=True), Pages(500))
    run = run_of(past, Pages(12, Outcome.LANDMARKS, new=True), Pages(500))
    assert told(past, run) == [Rule.OTHER_LAYER]  # a template for what is published from now on


def test_pages_that_the_server_calls_unmodified_tell_nothing_of_its_markup(past: Past) -> None:
    for _ in range(3):
        past.crawl(GOOD)
    assert told(past, run_of(past, BAD, Pages(500, status=304))) == [Rule.OTHER_LAYER]


def test_pages_that_were_cut_short_tell_nothing_of_its_markup(past: Past) -> None:
    for _ in range(3):
        past.crawl(GOOD)
    assert told(past, run_of(past, GOOD, replace(BAD, number=50, whole=False))) == []


def test_chance_alone_gives_no_alarm_where_half_of_the_pages_are_always_so(past: Past) -> None:
    for _ in range(5):
        past.crawl(replace(BAD, number=10), replace(GOOD, number=10))
    assert told(past, run_of(past, replace(BAD, number=8), replace(GOOD, number=2))) == []
    assert told(past, run_of(past, replace(BAD, number=80), replace(GOOD, number=20))) == [Rule.OTHER_LAYER]


@pytest.mark.parametrize(
    ("outcomes", "rules"),
    [
        ([Outcome.BLOCKED] * 3, [Rule.BLOCKED]),
        ([Outcome.BLOCKED] * 2, []),
        ([Outcome.BLOCKED, Outcome.CHALLENGE, Outcome.ERROR], [Rule.BLOCKED]),
        ([Outcome.FAILED, Outcome.MISSING, Outcome.EMPTY, Outcome.REDIRECT], []),
    ],
)
def test_three_pages_that_were_kept_from_us_are_an_alarm(
    past: Past, outcomes: list[Outcome], rules: list[Rule]
) -> None:
    run = run_of(past)
    for number, outcome in enumerate(outcomes):
        past.capture(run.crawl, f"{NOBODY}{number}", outcome)
    assert told(past, run) == rules


def test_a_crawl_that_asks_for_one_page_is_blocked_by_one(past: Past) -> None:
    run = replace(run_of(past), tally=Tally(pages=0), resumed=True)
    past.capture(run.crawl, NOBODY, Outcome.BLOCKED)
    assert alarms(past, run) == (Alarm(Rule.BLOCKED, 1, detail="mic.test 1"),)


def test_a_page_that_came_in_the_end_was_not_blocked(past: Past) -> None:
    run = run_of(past)
    for number in range(5):
        past.capture(run.crawl, f"{NOBODY}{number}", Outcome.CHALLENGE)
        past.capture(run.crawl, f"{NOBODY}{number}", Outcome.SELECTORS)
    assert told(past, run) == []


def test_a_missing_page_that_says_so_with_status_200_is_no_block(past: Past) -> None:
    run = run_of(past)
    for number in range(5):
        past.capture(run.crawl, f"{NOBODY}{number}", Outcome.ERROR, NOT_THERE)
    assert told(past, run) == []


def test_login_pages_that_a_site_links_to_are_told_once(past: Past) -> None:
    for expected in ([Rule.BLOCKED], [], []):
        run = run_of(past)
        for number in range(5):
            past.capture(run.crawl, f"{NOBODY}login{number}", Outcome.BLOCKED)
        assert told(past, run) == expected
    for expected in ([], [Rule.BLOCKED], [Rule.BLOCKED]):  # but not what was a page before
        run = run_of(past)
        for number in range(5):
            past.capture(run.crawl, f"{NOBODY}{number}", Outcome.BLOCKED if expected else Outcome.LISTING)
        assert told(past, run) == expected


def test_a_portal_that_was_stopped_tells_which_host_blocked_it(past: Past) -> None:
    for _ in range(2):  # the second time too
        run = run_of(past, outcome="blocked")
        for number in range(5):
            past.capture(run.crawl, f"{NOBODY}{number}", Outcome.BLOCKED)
        past.capture(run.crawl, "http://img.mic.test/", Outcome.ERROR)
        (alarm,) = alarms(past, run)
        assert alarm == Alarm(Rule.BLOCKED, 6, detail="mic.test 5, img.mic.test 1")


def test_a_disk_that_is_nearly_full_is_an_alarm(past: Past, tmp_path: Path) -> None:
    free = disk_usage(tmp_path).free
    for wanted, rules in ((0, []), (free // 2, []), (free * 2, [Rule.DISK])):
        run = replace(run_of(past), disk_free=wanted)
        assert [alarm.rule for alarm in examine(run, past.archive.db.conn, tmp_path)] == rules
    failed = replace(run, outcome="cannot write")
    found = examine(failed, past.archive.db.conn, tmp_path)
    assert [alarm.rule for alarm in found] == [Rule.UNFINISHED, Rule.DISK]  # perhaps for that reason
