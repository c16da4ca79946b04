"""The date that a page states: day first, Vietnam time, with its label. Never today, never guessed."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))  # no daylight saving
LONGEST = 2000  # characters in which a date is looked for
YEARS = range(1990, 2100)  # before and after, a date is a slip of the page

_YEAR = re.compile(r"\d{4}")  # in every form of a date, and in few texts
_DAY = r"(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})(?!\d)"
_WORDS = (
    r"(?:ngày\s+)?(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})(?:\s+năm\s+|\s*,\s*|\s+)(?P<year>\d{4})(?!\d)"
)
_CLOCK = r"(?P<hour>\d{1,2})[:hg](?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\s*(?P<half>SA|CH|AM|PM)\b)?"
_GAP = r"[\s,|–-]*(?:lúc|vào lúc|ngày)?[\s,|–-]*"
_FORMS = [
    re.compile(pattern, re.I)
    for pattern in (
        r"(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)",
        r"(?<!\d)(?P<iso>\d{4}-\d\d-\d\d)(?!\d)",
        rf"(?<![\d/]){_DAY}{_GAP}{_CLOCK}",
        rf"(?<!\d){_CLOCK}{_GAP}{_DAY}",
        rf"(?<!\d){_CLOCK}{_GAP}{_WORDS}",
        rf"{_WORDS}{_GAP}{_CLOCK}",
        rf"(?<![\d/]){_DAY}",
        _WORDS,
    )
]
_LABEL = re.compile(
    r"(?P<label>cập nhật(?: lúc| ngày)?|ngày (?:đăng|cập nhật|xuất bản|tạo)|đăng (?:lúc|ngày)|thời gian đăng"
    r"|xuất bản(?: lúc| ngày)?)\s*:?\s*[^\w]{0,3}",
    re.I,
)
_WEEKDAY = r"(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)\b"
_WEEKDAY_FIRST = re.compile(rf"^\W*{_WEEKDAY}", re.I)
# What may stand on a date's own line beside it.
_BESIDE = re.compile(
    rf"^[\s(\[|]*(?:{_WEEKDAY}[\s,]*)?(?:ngày\s*)?[\s)\]|,/:.-]*(?:\[?GMT\s*\+?0?7\]?)?[\s)\]|/,-]*"
    r"(?:xem cỡ chữ|lượt xem:?\s*[\d.]+|xem với cỡ chữ)?[\s)]*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class StatedDate:
    """`value` is ISO 8601: a bare date, or a date and time with its offset; `label` as on the page.

    `weekday`: it begins with the day of the week, as the clock in a page's header does.
    """

    value: str
    label: str | None = None
    weekday: bool = False


def find_date(text: str) -> StatedDate | None:
    """The first date in a short text, with its label. None where there is none or it cannot be."""
    found = _find(text)
    return found and found[0]


def date_line(text: str) -> StatedDate | None:
    """The date where the text is a date's own line: a date, its label, a view counter, and nothing else.

    `Thứ bảy, ngày 02/12/2023`, a weekday and no time, is the clock in a page's header that shows the
    day of reading, so it is no date line.
    """
    if len(text) > 100 or (found := _find(text)) is None:
        return None
    stated, match = found
    rest = _LABEL.sub(" ", text[: match.start()]) + " " + text[match.end() :]
    if not _BESIDE.match(rest) or (stated.weekday and not stated.label and "T" not in stated.value):
        return None
    return stated


def _find(text: str) -> tuple[StatedDate, re.Match[str]] | None:
    text = text[:LONGEST]
    if not _YEAR.search(text):
        return None
    for form in _FORMS:
        if (match := form.search(text)) and (value := _value(match)):
            label = _LABEL.search(text[: match.start()])
            weekday = bool(_WEEKDAY_FIRST.match(text))
            return StatedDate(value, label and label["label"].strip(), weekday), match
    return None


def _value(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    try:
        if iso := parts.get("iso"):
            return in_vietnam(iso)
        day = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        if day.year not in YEARS:
            return None
        if parts.get("hour") is None:
            return day.isoformat()
        hour = _hour(int(parts["hour"]), (parts["half"] or "").upper())
        second = int(parts["second"] or 0)
        moment = datetime(day.year, day.month, day.day, hour, int(parts["minute"]), second, tzinfo=VIETNAM)
    except ValueError:
        return None
    return moment.isoformat()


def in_vietnam(iso: str) -> str | None:
    """An ISO 8601 day as it is; a time in Vietnam's zone, to the second; None for one out of our years.

    `0001-01-01T00:00:00` is what .NET writes for no date. Raises ValueError on what is not ISO 8601.
    """
    if len(iso) == 10:
        return iso if date.fromisoformat(iso).year in YEARS else None
    moment = datetime.fromisoformat(iso)
    if moment.year not in YEARS:
        return None
    moment = moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)
    return moment.replace(microsecond=0).isoformat()


def _hour(hour: int, half: str) -> int:
    """SA and AM are before noon, CH and PM after; over 12 the marker is a slip of the page (`14:05 CH`)."""
    if hour > 12 or not half:
        return hour
    return hour % 12 + (12 if half in ("CH", "PM") else 0)
