"""When a portal is due: a year of slots against another library and against cron itself, and windows."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise, takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from crawler.clock import span
from crawler.desk.calendar import Rule, Window, cron_of, every_of, span_told, window_of, zone_of

BACKAN, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
YEAR = 2028  # a leap year
SPRING, AUTUMN = (
    datetime(YEAR, 3, 26, 1, tzinfo=UTC),
    datetime(YEAR, 10, 29, 1, tzinfo=UTC),
)  # Berlin's switches
LISTS = {
    "JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10,
    "NOV": 11, "DEC": 12, "SUN": 0, "MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5, "SAT": 6,
}  # fmt: skip
CRONS = [
    "0 3 * * *", "30 2 * * *", "15,45 1-3 * * *", "0 2,3 * * *", "59 2 * * *", "0 0 * * *", "59 23 * * 7",
    "*/15 1-4 * * *", "*/10 2 * * *", "30 */2 * * *", "5 */6 * * *", "0 * * * *", "20 2-3 * * SUN",
    "0 4 1 * *", "0 4 31 * *", "0 4 29 2 *", "30 2 26 3 *", "30 2 29 10 *", "0 12 13 * 5", "0 12 */2 * MON-FRI",
    "0 12 1-7 * */2", "0 5 * JAN,JUL 1", "10-50/20 8-18/5 * 6-8 2,4", "0 22 28-31 * *", "0 1 * * 0,3,7",
]  # fmt: skip


def some_crons(number: int) -> Iterator[str]:
    """Of all sorts, always the same."""
    chosen = random.Random(5)

    def field(low: int, high: int, stars: float) -> str:
        if chosen.random() < stars:
            return chosen.choice(["*", "*", f"*/{chosen.randint(2, (high - low) // 2)}"])
        first, last = sorted(chosen.sample(range(low, high + 1), 2))
        return chosen.choice([f"{first}", f"{first},{last}", f"{first}-{last}", f"{first}-{last}/2"])

    for _ in range(number):
        minute = chosen.choice(["0", "30", "5,35", "*/20", "59", "10-50/20"])
        yield f"{minute} {field(0, 23, 0.3)} {field(1, 31, 0.6)} {field(1, 12, 0.7)} {field(0, 6, 0.5)}"


def values(field: str, low: int, high: int) -> set[int]:
    """The numbers that a field of cron stands for, by its manual."""
    found: set[int] = set()
    for term in field.split(","):
        bounds, _, step = term.partition("/")
        first, _, last = (f"{low}-{high}" if bounds == "*" else bounds).partition("-")
        begin, end = (int(LISTS.get(bound, bound)) for bound in (first, last or first))
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


class Fields:
    """Cron's five fields, read as its manual has them."""

    def __init__(self, cron: str) -> None:
        fields = cron.split()
        bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
        self.minutes, self.hours, self.days, self.months, self.weekdays = (
            values(field, *bound) for field, bound in zip(fields, bounds, strict=True)
        )
        self.weekdays |= {0} if 7 in self.weekdays else set()
        self.both_days = fields[2].startswith("*") or fields[4].startswith("*")
        self.by_hours = not fields[0].startswith("*") and not fields[1].startswith("*")

    def fit(self, wall: datetime) -> bool:
        if wall.minute not in self.minutes or wall.hour not in self.hours or wall.month not in self.months:
            return False
        days = (wall.day in self.days, wall.isoweekday() % 7 in self.weekdays)
        return all(days) if self.both_days else any(days)


class Shown(NamedTuple):
    """A time of day as a clock on the wall shows it at a moment, or passes over when it is set forward."""

    wall: datetime
    moment: datetime
    is_left_out: bool = False
    is_again: bool = False


@cache
def shown_in(zone: ZoneInfo) -> dict[int, list[Shown]]:
    """Every minute of the year, by its number in the hour."""
    start, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (YEAR, YEAR + 1))
    latest, found = start.astimezone(zone).replace(tzinfo=None), defaultdict(list)
    for number in range(1, (end - start) // MINUTE + 1):
        moment = start + number * MINUTE
        wall = moment.astimezone(zone).replace(tzinfo=None)
        found[wall.minute].append(Shown(wall, moment, is_again=wall <= latest))
        while latest + MINUTE < wall:
            latest += MINUTE
            found[latest.minute].append(Shown(latest, moment, is_left_out=True))
        latest = max(latest, wall)
    return found


def slots_of_cron(cron: str, zone: ZoneInfo) -> list[datetime]:
    """What Debian's cron runs in a year, minute by minute.

    Where the clock is set forward, it runs at once what was to run at a named hour in the time left out. Where
    it is set back, it runs nothing of that sort until the clock shows what it did not show before. What has a
    star for its minute or hour runs by the clock as it is.
    https://manpages.debian.org/bookworm/cron/cron.8.en.html
    """
    fields = Fields(cron)
    shown = (one for minute in fields.minutes for one in shown_in(zone)[minute])
    counted = (one for one in shown if not (one.is_again if fields.by_hours else one.is_left_out))
    return sorted({one.moment for one in counted if fields.fit(one.wall)})


def rule_of(cron: str, zone: ZoneInfo = BACKAN, window: str | None = None) -> Rule:
    return Rule(cron_of(cron), None, window_of(window) if window else None, zone)


def slots_of_year(rule: Rule) -> list[datetime]:
    return list(rule.slots(datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize("cron", [*CRONS, *some_crons(7)])
def test_a_year_of_slots_is_what_cron_would_have_run(cron: str) -> None:
    slots = slots_of_year(rule_of(cron, BERLIN))
    assert slots == slots_of_cron(cron, BERLIN)
    assert slots or "31" in cron or "30" in cron
    assert all(slot.tzinfo is UTC for slot in slots)


@pytest.mark.parametrize(
    ("cron", "zone"),
    [*((cron, BACKAN) for cron in (*CRONS, *some_crons(7))), *((cron, BERLIN) for cron in CRONS[::5])],
)
def test_another_library_finds_the_same_slots_except_on_the_days_of_a_switch(
    cron: str, zone: ZoneInfo
) -> None:
    start = datetime(YEAR, 1, 1, tzinfo=UTC).astimezone(zone)
    other = croniter(cron, start, implement_cron_bug=True)  # which is how every cron goes about days
    end = datetime(YEAR + 1, 1, 1, tzinfo=UTC)
    theirs = [slot.astimezone(UTC) for slot in takewhile(lambda slot: slot <= end, other.all_next(datetime))]
    switches = {SPRING.date(), AUTUMN.date()} if zone is BERLIN else set()

    def known(slots: list[datetime]) -> list[datetime]:
        return [slot for slot in slots if slot.astimezone(zone).date() not in switches]

    assert known(slots_of_year(rule_of(cron, zone))) == known(theirs)


@pytest.mark.parametrize(
    ("cron", "day", "local"),
    [
        ("30 2 * * *", SPRING, ["03:00+02:00"]),  # 2:30 does not come: at the end of the gap
        ("0,15,30 2 * * *", SPRING, ["03:00+02:00"]),  # all of them in one
        ("30 2,3 * * *", SPRING, ["03:00+02:00", "03:30+02:00"]),
        ("*/30 2 * * *", SPRING, []),  # a star for the minutes: as the clock has it
        ("30 */2 * * *", SPRING, ["00:30+01:00"]),
        ("30 2 * * *", AUTUMN, ["02:30+02:00"]),  # the first of two
        ("30 2,3 * * *", AUTUMN, ["02:30+02:00", "03:30+01:00"]),
        ("*/30 2 * * *", AUTUMN, ["02:00+02:00", "02:30+02:00", "02:00+01:00", "02:30+01:00"]),
    ],
)
def test_where_clocks_are_changed_a_slot_is_neither_lost_nor_doubled(
    cron: str, day: datetime, local: list[str]
) -> None:
    start = day.astimezone(BERLIN).replace(hour=0) - MINUTE
    slots = rule_of(cron, BERLIN).slots(start, start + timedelta(hours=4 if day is SPRING else 5))
    assert [
        slot.astimezone(BERLIN).isoformat()[11:16] + slot.astimezone(BERLIN).isoformat()[-6:]
        for slot in slots
    ] == local


@pytest.mark.parametrize("cron", ["30 2 * * *", "0,30 2,3 * * *", "*/20 2 * * *", "15 * * * *"])
@pytest.mark.parametrize("switch", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_slots_are_the_same_wherever_one_stops_to_look(cron: str, switch: datetime) -> None:
    rule, start, end = rule_of(cron, BERLIN), switch - DAY, switch + DAY
    for seconds in (60, 1234, 5000):
        looks = [
            start + number * timedelta(seconds=seconds)
            for number in range(2 * DAY // timedelta(seconds=seconds))
        ]
        seen = [slot for after, until in pairwise([*looks, end]) for slot in rule.slots(after, until)]
        assert seen == list(rule.slots(start, end))


def test_the_first_moment_is_left_out_and_the_last_is_not() -> None:
    rule, at = rule_of("0 3 * * *"), datetime(YEAR, 5, 1, 20, tzinfo=UTC)
    assert list(rule.slots(at, at + DAY)) == [at + DAY]
    assert list(rule.slots(at, at)) == []
    assert rule.next(at) == at + DAY
    assert rule.next(at - timedelta(microseconds=1)) == at


def test_every_counts_from_where_it_is_told_to() -> None:
    rule, at = Rule(None, every_of("6h"), None, BERLIN), SPRING - timedelta(minutes=7)
    hours = timedelta(hours=6)
    assert list(rule.slots(at, at + DAY)) == [at + number * hours for number in (1, 2, 3, 4)]
    assert rule.next(at) == at + hours


WINDOWS = [
    "22:00-06:00", "02:15-02:45", "02:30-04:00", "01:00-02:30", "22:00-02:30", "02:30-01:00", "23:59-00:00",
    "00:00-00:30", "00:30-00:10", "00:00-23:59",
]  # fmt: skip
SWITCHES = [
    (BACKAN, SPRING),
    (BERLIN, SPRING),
    (BERLIN, AUTUMN),
    (ZoneInfo("Africa/Cairo"), datetime(YEAR, 4, 27, 22, tzinfo=UTC)),  # from midnight to one
    (ZoneInfo("Africa/Cairo"), datetime(YEAR, 10, 26, 21, tzinfo=UTC)),
    (ZoneInfo("Australia/Lord_Howe"), datetime(YEAR, 4, 1, 15, tzinfo=UTC)),  # by half an hour
    (ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # by a whole day
]


@pytest.mark.parametrize(("zone", "switch"), SWITCHES, ids=str)
@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_opens_and_closes_as_the_clock_on_the_wall_has_it(
    window: str, zone: ZoneInfo, switch: datetime
) -> None:
    rule = rule_of("0 0 * * *", zone, window)
    first, last = (int("".join(hour.split(":"))) for hour in window.split("-"))
    minutes = [switch - DAY + number * MINUTE for number in range(5 * 1440)]
    walls = [int(f"{minute.astimezone(zone):%H%M}") for minute in minutes]
    is_open = [first <= wall < last if first < last else wall >= first or wall < last for wall in walls]
    assert (len(set(is_open)), len(set(walls))) == (2, 1440)
    opens, closes = minutes[-1] + DAY, minutes[-1] + DAY
    for number in range(len(minutes) - 1, -1, -1):
        if is_open[number]:
            opens = minutes[number]
        else:
            closes = minutes[number]
        if number < 2 * 1440 and number % 7 == 0:
            assert rule.opens(minutes[number]) == opens
            assert rule.closes(minutes[number]) == closes


def test_a_window_over_midnight_holds_from_one_day_to_the_next() -> None:
    rule = rule_of("0 3 * * *", BACKAN, "22:00-06:00")
    evening = datetime(YEAR, 5, 1, 22, tzinfo=BACKAN).astimezone(UTC)
    night = timedelta(hours=8)
    assert rule.opens(evening - timedelta(hours=9)) == evening
    assert rule.opens(evening + MINUTE) == evening + MINUTE
    assert rule.closes(evening) == rule.closes(evening + night - MINUTE) == evening + night
    assert rule.opens(evening + night) == evening + DAY  # the hour of closing is outside


def test_without_a_window_it_is_open_always() -> None:
    rule = rule_of("0 3 * * *")
    assert (rule.opens(SPRING), rule.closes(SPRING)) == (SPRING, None)


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("  0  3 * *   mon-fri ", "0 3 * * MON-FRI"),
        ("@daily", "0 0 * * *"),
        ("@Hourly", "0 * * * *"),
        ("*/10 * * * *", "*/10 * * * *"),
        ("0 0 29 2 *", "0 0 29 2 *"),  # it comes, if seldom
        ("0 0 31 2 1", "0 0 31 2 1"),  # on Mondays in February
    ],
)
def test_a_cron_expression_has_one_form(text: str, cron: str) -> None:
    assert cron_of(text) == cron
    assert rule_of(text).stated() == f"{cron} Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write five fields, minute hour day month weekday"),
        ("0 3 * *", "write five fields"),
        ("0 0 3 * * *", "seconds are not among them"),
        ("0 3 * * * 2026 x", "write five fields"),
        ("60 3 * * *", "there is no such minute"),
        ("0 24 * * *", "there is no such hour"),
        ("0 3 0 * *", "there is no such day-of-month"),
        ("0 3 * 13 *", "there is no such month"),
        ("0 3 * * 8", "there is no such day-of-week"),
        ("0 3 * * thứ2", "there is no such day-of-week"),
        ("0 5-3 * * *", "there is no such hour"),
        ("0 */0 * * *", "there is no such hour"),
        ("0 3 31 2 *", "there is no such day"),
        ("0 3 30 2 */2", "there is no such day"),
        ("0 3 31 4,6,9,11 *", "there is no such day"),
        ("@reboot", "write @hourly, @daily"),
        ("* * * * *", "every 1 minute: leave a portal at least 10"),
        ("0,5 3 * * *", "leave a portal at least 10"),
        ("0,55 * * * *", "leave a portal at least 10"),
    ],
)
def test_a_cron_expression_that_cannot_be_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"cron|comes") as refused:
        cron_of(text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [("9m", "between 10m and 366d"), ("99w", "between 10m and 366d"), ("6", "write 90s, 30m, 6h")],
)
def test_oftener_than_every_ten_minutes_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        every_of(text)
    assert every_of("10m") == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("text", "window"),
    [("22:00-06:00", (22, 6)), ("9:00 - 17:00", (9, 17)), ("18:00-24:00", (18, 0)), ("18:00–00:00", (18, 0))],
)
def test_a_window_is_two_times_of_day(text: str, window: tuple[int, int]) -> None:
    assert window_of(text) == Window(time(window[0]), time(window[1]))
    assert window_of(str(window_of(text))) == window_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "22-6",
        "22:00",
        "24:00-06:00",
        "22:00-25:00",
        "22:00-24:01",
        "7:60-8:00",
        "6:00-6:00",
        "0:00-24:00",
    ],
)
def test_a_window_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it as 22:00-06:00|leave it out for the whole day"):
        window_of(text)


@pytest.mark.parametrize(
    "name", ["Europe/Bärlin", "", "../etc/passwd", "/etc/passwd", "Asia", "Asia/Hanoi\x00", "UTC+7"]
)
def test_a_zone_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone; write one as Asia/Ho_Chi_Minh"):
        zone_of(name)
    assert zone_of("Europe/Berlin") is BERLIN


@pytest.mark.parametrize("text", ["90s", "10m", "6h", "36h", "1d", "2w"])
def test_a_span_is_told_as_it_is_read(text: str) -> None:
    assert span_told(span(text)) == text


def test_a_schedule_that_says_the_same_is_stated_the_same() -> None:
    every = Rule(None, every_of("360m"), None, BERLIN)
    assert (
        every.stated() == Rule(None, every_of("6h"), window_of("22:00-06:00"), BACKAN).stated() == "every 6h"
    )
    assert rule_of("0 3 * * *").stated() != rule_of("0 3 * * *", BERLIN).stated()
