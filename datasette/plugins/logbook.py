"""The logbook as a page: what is wrong, what runs, what is next, and how the crawls went, week by week."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette import Response, hookimpl
from datasette.utils import tilde_encode

from archive import logbook, running
from archive.dates import VIETNAM
from archive.errors import ArchiveError
from archive.site.asking import ask, page
from archive.site.language import Language, language_of
from archive.site.logbook import words
from archive.site.logbook.picture import weeks_picture
from archive.site.logbook.weeks import Year, begin, last_day, year
from archive.site.lookup import portals
from archive.site.options import site_of
from archive.site.panorama import unless_too_long

SHOWN = 20  # crawls on a page
_KEY = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\.(.{0,200})")


@dataclass(frozen=True, slots=True)
class Page:
    """`more` is the key of the next page of crawls. A copy for strangers is not live: nothing runs there, and
    nothing is to be done. `desk` is None there, and where it took too long to look.
    """

    portals: dict[str, str]
    portal: str
    is_live: bool
    desk: running.Desk | None
    wrong: list[logbook.Wrong]
    year: Year
    crawls: list[logbook.Crawl]
    more: str | None
    totals: logbook.Totals


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/nhat-ky$", logbook_page)]


async def logbook_page(datasette: Any, request: Any) -> Response:
    """`portal` is one of the portals, without it all; `truoc` is what `Page.more` was."""
    site, now, language = site_of(datasette), datetime.now(UTC), language_of(request)
    key = _KEY.fullmatch(request.args.get("truoc") or "")
    look = partial(
        _found,
        data=None if site.public else site.data,
        now=now,
        portal=request.args.get("portal") or "",
        before=(key[1], key[2]) if key else None,
    )
    try:
        found = await ask(datasette, request, look)
    except ArchiveError:
        return await page(datasette, request, "logbook.html", {"found": None})
    at_work = {one.crawl for one in found.desk.running} if found.desk else set()
    address = partial(_address, datasette.urls.path("/nhat-ky"))
    context = {
        "found": found,
        "later": key is not None,
        "address": address,
        "picture": weeks_picture(
            found.year,
            {found.portal: found.portals[found.portal]} if found.portal else found.portals,
            lambda portal, end: address(portal, f"{begin(end)}." if end else ""),
            language,
        ),
        "outcome": lambda crawl: words.outcome(crawl, crawl.id in at_work, language),
        "remarks": partial(words.remarks, language=language),
        "row": lambda crawl: f"{datasette.urls.table('archive', 'crawls')}/{tilde_encode(crawl.id)}",
        "in_vietnam": words.in_vietnam,
        "lasting": logbook.lasting,
        "size": words.size,
        "coded": words.coded,
        "until": lambda stamp: _until(stamp, now, language),
    }
    return await page(datasette, request, "logbook.html", context)


def _found(
    connection: sqlite3.Connection,
    data: Path | None,
    now: datetime,
    portal: str,
    before: tuple[str, str] | None,
) -> Page:
    """Raises ArchiveError where the archive is older than its logbook."""
    logbook.check(connection)
    names = portals(connection)
    chosen = portal if portal in names else ""
    is_copy = connection.execute("select 1 from sqlite_master where name = 'published'").fetchone()
    folder = None if is_copy else data
    newest = logbook.newest(connection) if folder else []
    crawls = logbook.last(connection, SHOWN + 1, chosen, before)
    last = crawls[SHOWN - 1] if len(crawls) > SHOWN else None
    weeks = year(connection, _last_day(connection, now, folder is not None), chosen)
    totals = logbook.totals(connection)
    # Last, for a crawl of millions may take too long to count.
    desk = folder and unless_too_long(connection, partial(running.desk, data=folder, now=now))
    alarms = logbook.wrong(newest)
    wrong = running.wrong(desk, now, alarms) if desk else alarms
    return Page(
        names,
        chosen,
        folder is not None,
        desk,
        sorted((one for one in wrong if chosen in ("", one.portal)), key=attrgetter("portal")),
        weeks,
        crawls[:SHOWN],
        last and f"{last.started_at}.{last.id}",
        totals,
    )


def _last_day(connection: sqlite3.Connection, now: datetime, is_live: bool) -> date:
    """Today; a copy knows nothing of the time since its last crawl."""
    today = now.astimezone(VIETNAM).date()
    return today if is_live else last_day(connection) or today


def _address(path: str, portal: str, before: str = "") -> str:
    fields = {name: value for name, value in (("portal", portal), ("truoc", before)) if value}
    return f"{path}?{urlencode(fields)}" if fields else path


def _until(stamp: str, now: datetime, language: Language) -> str:
    seconds = (datetime.fromisoformat(stamp) - now).total_seconds()
    told = logbook.lasting(abs(seconds))
    vietnamese = (
        told.replace(" d", " ngày").replace(" h", " giờ").replace(" min", " phút").replace(" s", " giây")
    )
    return (
        language.say(f"còn {vietnamese}", f"in {told}")
        if seconds > 0
        else language.say(f"quá hạn {vietnamese}", f"due for {told}")
    )
