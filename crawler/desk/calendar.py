"""When a portal is due: by cron or every so often, and in which hours it may run. No clock is read here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from re import fullmatch
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from crawler.clock import UNITS, span
from crawler.wording import counted

LEAST = timedelta(minutes=10)  # oftener is impolite, and no portal publishes that fast
MOST = timedelta(days=366)
NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FIELDS = "minute hour day month weekday"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Hours of the day, as a clock on the wall shows them; over midnight where `closing` is the earlier."""

    opening: time
    closing: time

    def __str__(self) -> str:
        return f"{self.opening:%H:%M}-{self.closing:%H:%M}"

    def holds(self, clock: time) -> bool:
        if self.opening < self.closing:
            return self.opening <= clock < self.closing
        return clock >= self.opening or clock < self.closing


@dataclass(frozen=True)
class Rule:
    """When one portal is due. All times are aware and in UTC; `zone` is that of cron and of the window.

    Where clocks are changed, cron's slots are as Debian's cron has them: at hours that are named, a slot in
    the hour that is left out comes at the end of the gap, and one in the hour that comes twice comes the
    first time only; slots of every minute or hour (`*`, `*/2`) go by the time that really passes.
    """

    cron: str | None
    every: timedelta | None
    window: Window | None
    zone: ZoneInfo

    def slots(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Those with after < slot <= until, each once; `every` counts from `after`."""
        return takewhile(lambda slot: slot <= until, self._slots(after))

    def next(self, after: datetime) -> datetime | None:
        return next(self._slots(after), None)

    def opens(self, at: datetime) -> datetime:
        """The first moment at or after `at` in the window."""
        return at if self._is_open(at) else next(edge for edge in self._edges(at) if self._is_open(edge))

    def closes(self, at: datetime) -> datetime | None:
        """When the window ends that holds `at`; None without a window, and `at` itself outside of it."""
        if self.window is None or not self._is_open(at):
            return at if self.window else None
        return next(edge for edge in self._edges(at) if not self._is_open(edge))

    def stated(self) -> str:
        """What the slots depend on, in one form only. The window is no part of it: it moves no slot."""
        return f"every {span_told(self.every)}" if self.every else f"{self.cron} {self.zone.key}"

    def _slots(self, after: datetime) -> Iterator[datetime]:
        if self.every:
            return _steps(after, self.every)
        return _moments(self.cron or "", after, self.zone)

    def _is_open(self, at: datetime) -> bool:
        return self.window is None or self.window.holds(at.astimezone(self.zone).time())

    def _edges(self, at: datetime) -> list[datetime]:
        """Moments after `at` when the window may open or close: at its hours, and where clocks are changed.

        Four days hold one of either sort, even where the window lies in the hour that is left out once.
        """
        assert self.window
        before = at.astimezone(self.zone)
        edges: list[datetime] = []
        for days in range(-1, 5):
            day = before.date() + days * DAY
            for clock in (self.window.opening, self.window.closing):
                edges += moments_of(day, clock, self.zone)
        edges += changes(at, at + 4 * DAY, self.zone)
        return sorted(edge for edge in edges if edge > at)


def cron_of(text: str) -> str:
    """Cron's five fields in one form. Raises ValueError, saying what to write, also where they never fit."""
    told = f"{text!r} is no cron expression"
    parts = NAMED.get(text.strip().lower(), text).upper().split()
    if parts and parts[0].startswith("@"):
        raise ValueError(f"{told}; write {', '.join(NAMED)}, or five fields: {FIELDS}")
    if len(parts) != 5:
        seconds = " (seconds are not among them)" if len(parts) == 6 else ""
        raise ValueError(f"{told}: write five fields{seconds}, {FIELDS}, as in '0 3 * * *'")
    try:
        found = CronSim(" ".join(parts), datetime(2024, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        field = str(error).removeprefix("Bad ")  # also for 31 February: there is no such day of the month
        raise ValueError(f"{told}: there is no such {field}; write {FIELDS}, as in '0 3 * * *'") from error
    clock = sorted(hour * 60 + minute for hour in found.hours for minute in found.minutes)
    between = min(b - a for a, b in zip(clock, [*clock[1:], clock[0] + 1440], strict=True))
    if between * timedelta(minutes=1) < LEAST:
        often = counted(between, "minute")
        raise ValueError(f"{text!r} comes every {often}: leave a portal at least 10 between")
    return " ".join(parts)


def every_of(text: str) -> timedelta:
    """Raises ValueError, saying what to write."""
    every = span(text)
    if not LEAST <= every <= MOST:
        raise ValueError(f"{text!r} is not between 10m and 366d")
    return every


def window_of(text: str) -> Window:
    """22:00-06:00; the end of the day is 24:00 or 00:00. Raises ValueError, saying what to write."""
    clock = r"\s*([01]?[0-9]|2[0-4]):([0-5][0-9])\s*"
    found = fullmatch(f"{clock}[-–]{clock}", text)
    hours = [int(part) for part in found.groups()] if found else []
    if not hours or (hours[0], hours[1]) >= (24, 0) or (hours[2], hours[3]) > (24, 0):
        raise ValueError(f"{text!r} is no window of hours; write it as 22:00-06:00")
    window = Window(time(hours[0], hours[1]), time(hours[2] % 24, hours[3]))
    if window.opening == window.closing:
        raise ValueError(f"{text!r} begins when it ends; leave it out for the whole day")
    return window


def zone_of(name: str) -> ZoneInfo:
    """Raises ValueError, saying what to write."""
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:
        raise ValueError(
            f"{name!r} is no time zone; write one as Asia/Ho_Chi_Minh or Europe/Berlin"
        ) from error


def span_told(span: timedelta) -> str:
    """6h, in the largest unit that fits; as `crawler.clock.span` reads it."""
    seconds = int(span.total_seconds())
    unit, size = next((unit, size) for unit, size in reversed(UNITS.items()) if seconds % size == 0)
    return f"{seconds // size}{unit}"


def moments_of(day: date, clock: time, zone: ZoneInfo) -> set[datetime]:
    """When a clock on the wall shows this: mostly once, never in the hour left out, twice where set back."""
    wall = datetime.combine(day, clock, zone)
    moments = {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return {one for one in moments if one.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)}


def changes(after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments, to the second, at which the zone's clocks are changed; one a day at most."""
    while after < until:
        low, high = int(after.timestamp()), int((after + DAY).timestamp())
        if _offset(low, zone) != _offset(high, zone):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if _offset(middle, zone) == _offset(high, zone) else (middle, high)
            yield datetime.fromtimestamp(high, UTC)
        after += DAY


def _offset(seconds: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(seconds, zone).utcoffset()


def _steps(after: datetime, every: timedelta) -> Iterator[datetime]:
    while True:
        after += every
        yield after


def _moments(cron: str, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Cron's slots after a moment; what falls together where clocks are changed is one slot.

    Where they are changed by half an hour, which is on Lord Howe alone, cronsim passes over a slot of every
    so many hours on that day.
    """
    for slot in CronSim(cron, after.astimezone(zone)):
        moment = slot.astimezone(UTC)
        if moment > after:
            after = moment
            yield moment
