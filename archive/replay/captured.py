"""Which captures there are: one, those of the same address, and what of a page's addresses is held."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any
from urllib.parse import quote, unquote, urlsplit

BESIDE = 12  # captures of the same address that are listed before and after one
MOST_ADDRESSES = 4000  # of one page are looked for
LATEST = "9999-12-31T23:59:59Z"
_COLUMNS = "id, url, portal, captured_at, status, mime, sha256, warc_file, warc_offset, warc_length, article"
_LEAST = ("0001", "01", "01", "00", "00", "00")
_PERCENT_SAFE = "/?=&:@!$'()*+,;~-._%#[]"


@dataclass(frozen=True, slots=True)
class Captured:
    """A row of `captures`; `title` is that of its article, if it is one."""

    id: int
    url: str
    portal: str
    captured_at: str
    status: int | None
    mime: str | None
    sha256: str | None
    warc_file: str | None
    warc_offset: int | None
    warc_length: int | None
    article: int | None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """The captures of one address around one of them, oldest first, and how many more there are."""

    shown: tuple[Captured, ...]
    earlier: int
    later: int


@dataclass(frozen=True, slots=True)
class Held:
    """The capture of an address that is nearest in time."""

    id: int
    mime: str


def captured(db: Connection, id: int) -> Captured | None:
    query = (
        f"select {_COLUMNS}, (select title from articles where id = c.article) from captures c where id = ?"
    )
    row = db.execute(query, [id]).fetchone()
    return Captured(*row) if row else None


def beside(db: Connection, one: Captured) -> Beside:
    def some(where: str, order: str) -> tuple[list[Captured], int]:
        key = (one.url, one.captured_at, one.id)
        condition = f"url = ? and (captured_at, id) {where} (?, ?)"
        query = f"select {_COLUMNS} from captures where {condition} order by captured_at {order}, id {order}"
        rows = [Captured(*row) for row in db.execute(f"{query} limit {BESIDE}", key)]
        count = db.execute(f"select count(*) from captures where {condition}", key).fetchone()[0]
        return rows, count - len(rows)

    (before, earlier), (after, later) = some("<", "desc"), some(">", "asc")
    return Beside((*before[::-1], one, *after), earlier, later)


def nearest(db: Connection, url: str, at: str) -> int | None:
    """The capture of an address that is nearest to a time, before one that brought no response."""
    for answered in (True, False):
        found = _nearest(db, [url], at, "status is not null" if answered else "1")
        if url in found:
            return found[url].id
    return None


def held(db: Connection, urls: Iterable[str], at: str, whole: bool = False) -> dict[str, Held]:
    """Of the addresses on a page those that were captured: each with the capture nearest in time.

    `whole`: only with an answer that brings what was asked for.
    """
    which = "status in (200, 304)" if whole else "status is not null"
    return _nearest(db, sorted(set(urls))[:MOST_ADDRESSES], at, f"warc_file is not null and {which}")


def moment(text: str) -> str | None:
    """A time as `captures` has it: from ISO 8601, a date, or the 14 digits of the Wayback Machine."""
    digits = re.fullmatch(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?", text.strip())
    parts = [part or least for part, least in zip(digits.groups(), _LEAST, strict=True)] if digits else []
    stated = "{}-{}-{}T{}:{}:{}".format(*parts) if parts else text.strip()
    try:
        time = datetime.fromisoformat(stated)
        utc = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{utc.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def wayback(url: str, at: str) -> str:
    """The address of the Wayback Machine for a page and a time."""
    return f"https://web.archive.org/web/{re.sub(r'[^0-9]', '', at)[:14]}/{url}"


def _nearest(db: Connection, urls: list[str], at: str, which: str) -> dict[str, Held]:
    variants = [(url, variant) for url in urls for variant in _variants(url)]
    side = "(select id from captures where url = value ->> 1 and captured_at {} :at and {} order by {})"
    query = f"""
        select n.url, c.id, c.mime from (
            select value ->> 0 as url, {side.format("<=", which, "captured_at desc limit 1")} as before,
                {side.format(">", which, "captured_at limit 1")} as after from json_each(:variants)
        ) n join captures c on c.id in (n.before, n.after)
        order by abs(julianday(c.captured_at) - julianday(:at)) desc, c.captured_at desc, c.id
    """
    rows = db.execute(query, {"at": at, "variants": json.dumps(variants)})
    return {url: Held(id, (mime or "").lower()) for url, id, mime in rows}


def _variants(url: str) -> list[str]:
    """The forms in which one address may have been asked for."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return []
    except ValueError:
        return []
    rest = url.partition("://")[2]
    rest = rest if "/" in rest else f"{rest}/"
    forms = dict.fromkeys((rest, quote(rest, safe=_PERCENT_SAFE), unquote(rest)))
    other = "http" if parts.scheme == "https" else "https"
    found: dict[str, Any] = {url: None}
    return list(found | {f"{scheme}://{form}": None for scheme in (parts.scheme, other) for form in forms})
