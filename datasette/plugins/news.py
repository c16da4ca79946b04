"""What is new: captured for the first time on a day, edited or found gone in the week up to it."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from datasette import Response, hookimpl

from archive.dates import VIETNAM, YEARS
from archive.site.asking import ask, page
from archive.site.feeds import news
from archive.site.feeds.changes import Changes
from archive.site.language import language_of
from archive.site.lookup import portals
from archive.site.trouble import trouble

SHOWN = 25  # new articles on a page
FATES = 20  # edits, and losses
WEEK = 7

_KEY = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\.(\d{1,16})")


@dataclass(frozen=True, slots=True)
class News:
    """`more` is the key of the next page of new articles; the counts are of all, not of those shown."""

    days: news.Days
    by_portal: dict[str, int]
    new: list[news.Row]
    more: str | None
    edited: list[news.Row]
    edited_count: int
    gone: list[news.Row]
    gone_count: int

    @property
    def count(self) -> int:
        return sum(self.by_portal.values())


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/moi$", whats_new)]


async def whats_new(datasette: Any, request: Any) -> Response:
    """`ngay` is a day as in 2026-11-21, without it the last one with news; `sau` what `News.more` was."""
    today = datetime.now(VIETNAM).date()
    try:
        day = _day(request.args.get("ngay") or "")
    except ValueError:
        words = language_of(request).text("Ngày viết như 2026-11-21.", "Write the day as in 2026-11-21.")
        return await trouble(datasette, request, 400, words)
    key = _KEY.fullmatch(request.args.get("sau") or "")
    before = (key[1], int(key[2])) if key else None
    found = await ask(datasette, request, lambda connection: _found(connection, day, today, before))
    context = {
        "news": found,
        "later": before is not None,
        "today": today,
        "in_vietnam": _clock,
        # Comparing texts takes too long to let other requests wait for it.
        "edits": await asyncio.to_thread(_told, found.edited),
        "portals": await ask(datasette, request, portals),
    }
    return await page(datasette, request, "news.html", context)


def _found(
    connection: sqlite3.Connection, day: date | None, today: date, before: tuple[str, int] | None
) -> News:
    day = day or news.last_day(connection) or today
    span, week = news.Span.days(day), news.Span.days(day, WEEK)
    new = news.new(connection, span, SHOWN + 1, before)
    last = new[SHOWN - 1] if len(new) > SHOWN else None
    return News(
        days=news.days_around(connection, day),
        by_portal=news.new_by_portal(connection, span),
        new=new[:SHOWN],
        more=last and f"{last['first_captured_at']}.{last['id']}",
        edited=news.edited(connection, week, FATES),
        edited_count=news.count_edited(connection, week),
        gone=news.gone(connection, week, FATES),
        gone_count=news.count_gone(connection, week),
    )


def _day(stated: str) -> date | None:
    """Raises ValueError where it is none, or one out of our years."""
    day = date.fromisoformat(stated) if stated else None
    if day and day.year not in YEARS:
        raise ValueError(stated)
    return day


def _told(edited: list[news.Row]) -> list[tuple[news.Row, Changes]]:
    return [(edit, news.told(edit)) for edit in edited]


def _clock(stamp: str) -> str:
    """A time of capture as a clock in Vietnam showed it, to the minute."""
    return datetime.fromisoformat(stamp).astimezone(VIETNAM).isoformat(timespec="minutes")
