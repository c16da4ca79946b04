"""A search as its address states it: the one reading of the fields of the search form."""

import calendar
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from archive.search import Filters, Order
from archive.text import normalise

PAGE_SIZE = 20
MOST_HITS = 100
SEVERAL = ("portal", "section", "author", "source", "place", "document", "person")  # may be repeated
EITHER = ("gone", "changed")
MOST_VALUES = 20  # of one field

T = TypeVar("T")
_ORDER = {n: at for at, n in enumerate(("q", *SEVERAL, "from", "to", *EITHER, "sort", "exact", "limit"))}
_EITHER = {"1": True, "0": False}
_NUMBER = re.compile(r"\d{1,16}")

# 2023, 2023-03, 2023-03-13, and as Vietnamese write them: 03/2023, 13/03/2023
_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:(?:(?P<day>\d{1,2})/)?(?P<month>\d{1,2})/)(?P<year>\d{4})")


@dataclass(frozen=True)
class Wanted:
    """`since` and `until` are as asked for (a year, a month or a day); what the search takes is in `filters`.

    `ignored` names the fields that made no sense and were left out.
    """

    q: str = ""
    filters: Filters = field(default_factory=Filters)
    since: str = ""
    until: str = ""
    order: Order = Order.RELEVANCE
    exact: bool = False
    limit: int = PAGE_SIZE
    after: str = ""
    ignored: tuple[str, ...] = ()

    @classmethod
    def read(cls, args: Any) -> "Wanted":
        """Of Datasette's `request.args`, or whatever has `get` and `getlist`."""
        ignored = list[str]()

        def checked(name: str, value: T | None) -> T | None:
            if value is None and (args.get(name) or "").strip():
                ignored.append(name)
            return value

        q = normalise(args.get("q") or "")
        since, until = (_written(checked(name, _span(args.get(name) or ""))) for name in ("from", "to"))
        documents, people = (checked(name, _ids(args, name) or None) or () for name in ("document", "person"))
        sort = checked("sort", args.get("sort") if args.get("sort") in set(Order) else None)
        order = Order(sort or Order.RELEVANCE)
        filters = Filters(
            portal=_values(args, "portal"),
            section=_values(args, "section"),
            author=_values(args, "author"),
            source=_values(args, "source"),
            place=_values(args, "place"),
            document=documents,
            person=people,
            since=_first_day(since),
            until=_last_day(until),
            gone=checked("gone", _EITHER.get(args.get("gone") or "")),
            changed=checked("changed", _EITHER.get(args.get("changed") or "")),
        )
        return cls(
            q=q,
            filters=filters,
            since=since,
            until=until,
            # Without words there is nothing to be relevant to; the form sends an order all the same.
            order=order if q or order is Order.OLDEST else Order.NEWEST,
            exact=bool(args.get("exact")),
            limit=checked("limit", _number(args.get("limit"), 1, MOST_HITS)) or PAGE_SIZE,
            after=args.get("after") or "",
            ignored=tuple(ignored),
        )

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for, or to choose by."""
        return bool(self.q) or self.filtered

    @property
    def filtered(self) -> bool:
        return self.filters != Filters()

    @cached_property
    def fields(self) -> "Fields":
        return Fields(tuple(self._fields()))

    def adding(self, name: str, value: str) -> "Fields":
        """This search with one more value chosen; of `gone` and `changed` there is one."""
        return self.fields.adding(name, value)

    def dropping(self, name: str, value: str | None = None) -> "Fields":
        """This search without a value, or without all values of a field."""
        return self.fields.dropping(name, value)

    def between(self, since: str, until: str) -> "Fields":
        return self.fields.adding("from", since).adding("to", until)

    def address(self, path: str, **changes: Any) -> str:
        """Of this search, from its first page unless `after` says otherwise."""
        return self.fields.address(path, **changes)

    def chosen(self) -> Iterator[tuple[str, str]]:
        """The filters, as name and value of a field."""
        return ((n, v) for n, v in self.fields.pairs if n not in ("q", "sort", "exact", "limit"))

    def _fields(self) -> Iterator[tuple[str, str]]:
        if self.q:
            yield "q", self.q
        for name in SEVERAL:
            yield from ((name, str(value)) for value in getattr(self.filters, name))
        yield from (pair for pair in (("from", self.since), ("to", self.until)) if pair[1])
        for name in EITHER:
            if (value := getattr(self.filters, name)) is not None:
                yield name, "1" if value else "0"
        if self.order is not (Order.RELEVANCE if self.q else Order.NEWEST):
            yield "sort", self.order
        if self.exact:
            yield "exact", "1"
        if self.limit != PAGE_SIZE:
            yield "limit", str(self.limit)


@dataclass(frozen=True, slots=True)
class Fields:
    """Of an address that leads to a search. They are not read again here: a page leads to hundreds."""

    pairs: tuple[tuple[str, str], ...]

    def adding(self, name: str, value: str) -> "Fields":
        kept = [(n, v) for n, v in self.pairs if n != name or (name in SEVERAL and v != value)]
        return Fields(tuple(sorted([*kept, (name, value)], key=_place)))

    def dropping(self, name: str, value: str | None = None) -> "Fields":
        return Fields(tuple((n, v) for n, v in self.pairs if n != name or (value is not None and v != value)))

    def address(self, path: str, **changes: Any) -> str:
        fields = [(n, v) for n, v in self.pairs if n not in changes]
        fields += [(name, str(value)) for name, value in changes.items() if value not in ("", None)]
        return f"{path}?{urlencode(fields)}" if fields else path


def _place(field: tuple[str, str]) -> int:
    """One search has one address, however it was put together."""
    return _ORDER[field[0]]


def _values(args: Any, name: str) -> tuple[str, ...]:
    stated = (normalise(value) for value in args.getlist(name))
    return tuple(dict.fromkeys(value for value in stated if value))[:MOST_VALUES]


def _ids(args: Any, name: str) -> tuple[int, ...]:
    return tuple(int(value) for value in _values(args, name) if _NUMBER.fullmatch(value))


def _span(text: str) -> tuple[int, int | None, int | None] | None:
    """Year, month and day of what was typed; None where it is no date."""
    text = text.strip()
    match = _DAY.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.group("year", "month", "day"))
    with suppress(ValueError):
        date(year or 0, month or 1, day or 1)
        return (year or 0, month, day) if 1900 <= (year or 0) <= 2100 else None
    return None


def _written(span: tuple[int, int | None, int | None] | None) -> str:
    year, month, day = span or (None, None, None)
    return "-".join(
        [f"{part:0{width}}" for part, width in ((year, 4), (month, 2), (day, 2)) if part is not None]
    )


def _first_day(written: str) -> date | None:
    return date(*_parts(written, 1, 1)) if written else None


def _last_day(written: str) -> date | None:
    if not written:
        return None
    year, month, day = _parts(written, 12, 31)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _parts(written: str, month: int, day: int) -> tuple[int, int, int]:
    parts = [int(part) for part in written.split("-")]
    return (*parts, *(month, day)[len(parts) - 1 :])  # type: ignore[return-value]  # always three


def _number(text: str | None, low: int, high: int) -> int | None:
    with suppress(ValueError):
        number = int(text or "")
        return number if low <= number <= high else None
    return None
