"""What `schedule.toml` in the data folder says: which portal is crawled when, and whom to tell."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from re import fullmatch
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from archive.errors import ArchiveError
from crawler.clock import span
from crawler.desk.calendar import Rule, cron_of, every_of, window_of, zone_of
from crawler.wording import printable

if TYPE_CHECKING:
    from crawler.health.notify import Notify

T = TypeVar("T")
FILE = "schedule.toml"
ZONE = "Asia/Ho_Chi_Minh"
AT_ONCE = 2
DISK_FREE = 2_000_000_000
TIME_LIMIT = timedelta(hours=12)
UNREACHABLE = ("disallow", "allow")  # what a robots.txt says that cannot be had
SIZES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
TOP = ("zone", "at_once", "disk_free", "portals", "notify")
OF_RULE = ("cron", "every", "window", "zone")
OF_RUN = ("since", "limit", "time_limit")
OF_PORTAL = (*OF_RULE, *OF_RUN, "ca_bundle", "verify", "robots_unreachable")


@dataclass(frozen=True)
class Entry:
    """What holds for one portal; without a rule it is crawled by hand only."""

    portal: str
    rule: Rule | None = None
    since: str | None = None
    limit: int | None = None
    time_limit: timedelta = TIME_LIMIT
    ca_bundle: Path | None = None
    verify: bool = True
    robots_unreachable: str | None = None


@dataclass(frozen=True)
class Schedule:
    """`disk_free` is in bytes: less than that is an alarm. `faults` say what is wrong with what is said of a
    portal, by its name; what is said of the others holds.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    at_once: int = AT_ONCE
    disk_free: int = DISK_FREE
    notify: "Notify | None" = None
    faults: Mapping[str, str] = field(default_factory=dict)

    def of(self, portal: str) -> Entry:
        """What holds for a portal, also where nothing is said of it. Raises ArchiveError for its fault."""
        if portal in self.faults:
            raise ArchiveError(self.faults[portal])
        return self.entries.get(portal) or Entry(portal)


def load(data: Path, strict: bool = True) -> Schedule:
    """The schedule of a data folder; empty without a file. Raises ArchiveError as `read` does."""
    path = data / FILE
    text = text_of(path)
    return Schedule() if text is None else read(text, path, strict)


def text_of(path: Path) -> str | None:
    """What is in the file, None where there is none. Raises ArchiveError."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise ArchiveError(f"{path} is not UTF-8 text: save it as UTF-8") from error
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror}") from error


def read(text: str, path: Path, strict: bool = True) -> Schedule:
    """The schedule that a file's text is. Raises ArchiveError, naming the file, the line or the key, and what
    to write; where it is not `strict`, not for what is said of one portal: the others shall run.
    """
    try:
        top = _Table(path, "", tomllib.loads(text.replace("\r\n", "\n")), TOP)
    except tomllib.TOMLDecodeError as error:
        raise ArchiveError(f"{path} is no TOML: {printable(str(error))}") from error
    zone = top.get("zone", _text(zone_of)) or zone_of(ZONE)
    tables = top.get("portals", _tables) or {}
    known = portals() if tables else []
    entries, faults = {}, {}
    for name, values in tables.items():
        try:
            entries[name] = _entry(path, name, values, zone, known)
        except ArchiveError as error:
            if strict:
                raise
            faults[name] = str(error)
    return Schedule(
        entries,
        top.get("at_once", _number) or AT_ONCE,
        top.get("disk_free", _text(size_of)) or DISK_FREE,
        top.get("notify", _notify),
        faults,
    )


def size_of(text: str) -> int:
    """Bytes: 500 MB, 2 GB, 1.5 TB. Raises ValueError, saying what to write."""
    found = fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*([MGT]B)", text.strip())
    size = int(float(found[1]) * SIZES[found[2]]) if found else 0
    if not size:
        raise ValueError(f"{text!r} is no size; write 500 MB, 2 GB or 1 TB")
    return size


class _Table:
    """A table of the file, read key by key, so that each complaint names its place."""

    def __init__(self, path: Path, name: str, values: Mapping[str, Any], known: Iterable[str]) -> None:
        self.place = f"{path}, [{name}]" if name else str(path)
        self.values = values
        for key in values:
            if key not in known:
                self._refuse_key(key, list(known))

    def get(self, key: str, read: Callable[[Any], T]) -> T | None:
        """What a key says, None where it is absent; `read` raises ValueError with what to write."""
        if key not in self.values:
            return None
        try:
            return read(self.values[key])
        except ValueError as error:
            raise self.refused(key, str(error)) from error

    def refused(self, key: str, why: str) -> ArchiveError:
        # [notify] names its own keys, down to those of [notify.mail]
        return ArchiveError(f"{self.place}: {why}" if key == "notify" else f"{self.place}: {key}: {why}")

    def _refuse_key(self, key: str, known: list[str]) -> NoReturn:
        told = f"{self.place}: there is no key {printable(key)!r}"
        if key in TOP:
            raise ArchiveError(f"{told} here; write it above the first line that begins with [")
        if key in portals() and known == list(TOP):
            raise ArchiveError(f"{told} at the top; write [portals.{key}]")
        raise ArchiveError(f"{told}; {nearest(key, known)}")


def portals() -> list[str]:
    from crawler.portals import load

    return list(load())


def nearest(name: str, known: list[str]) -> str:
    """What somebody may have meant who wrote a name that is not known."""
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"


def _entry(path: Path, portal: str, values: Any, zone: ZoneInfo, known: list[str]) -> Entry:
    if portal not in known:
        raise ArchiveError(f"{path}: no portal named {printable(portal)!r}; {nearest(portal, known)}")
    if not isinstance(values, Mapping):
        raise ArchiveError(f"{path}: portals.{portal} is no table; write [portals.{portal}]")
    table = _Table(path, f"portals.{portal}", values, OF_PORTAL)
    bundle = table.get("ca_bundle", _text(str))
    verify = table.get("verify", _flag)
    return Entry(
        portal,
        _rule(table, zone),
        table.get("since", _day),
        table.get("limit", _number),
        table.get("time_limit", _text(span)) or TIME_LIMIT,
        path.parent / bundle if bundle else None,
        True if verify is None else verify,
        table.get("robots_unreachable", _text(_answer)),
    )


def _rule(table: _Table, zone: ZoneInfo) -> Rule | None:
    cron, every = table.get("cron", _text(cron_of)), table.get("every", _text(every_of))
    window, own = table.get("window", _text(window_of)), table.get("zone", _text(zone_of))
    if cron and every:
        raise table.refused("every", "there is cron already: keep one of them")
    if not cron and not every:
        if idle := [key for key in ("window", "zone") if key in table.values]:
            raise table.refused(idle[0], 'it needs cron or every, as in cron = "0 3 * * *" or every = "6h"')
        return None
    return Rule(cron, every, window, own or zone)


def _text(read: Callable[[str], T]) -> Callable[[Any], T]:
    def checked(value: Any) -> T:
        if not isinstance(value, str):
            raise ValueError(f"{value} is no text; write it in quotes")
        if not value.strip():
            raise ValueError("nothing is written there; leave the key out")
        return read(value)

    return checked


def _tables(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is no table; write [portals.mic], and its keys below")
    return value


def _notify(value: Any) -> "Notify":
    from crawler.health.notify import Notify  # who has no [notify] needs no mail

    if not isinstance(value, Mapping):
        raise ValueError(f"notify: {value!r} is no table; write [notify], and its keys below")
    return Notify.of(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{value!r} is no number from 1 up; write it without quotes")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false; write one of them without quotes")
    return value


def _answer(text: str) -> str:
    if text not in UNREACHABLE:
        raise ValueError(f"{text!r} is neither {' nor '.join(UNREACHABLE)}; write one of them")
    return text


def _day(value: Any) -> str:
    try:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise ValueError(f"{str(value)!r} is no day; write it as 2024-01-31") from error
