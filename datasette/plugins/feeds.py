"""Feeds to follow: of any search, of what is new in the archive, of what was edited, and of what is gone."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from hashlib import sha256
from typing import Any

from datasette import Response, hookimpl

from archive.errors import QueryError
from archive.search import Order
from archive.site.asking import absolute, ask
from archive.site.feeds import entries
from archive.site.feeds.writing import NOBODY, Entry, Feed, atom, json_feed, name
from archive.site.in_words import Names, in_words
from archive.site.wanted import PAGE_SIZE, Wanted

WRITTEN = {
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "jsonfeed": (json_feed, "application/feed+json; charset=utf-8"),
}
FOLLOWED = {
    "moi": ("bài mới lưu", entries.new, entries.of_article),
    "thay-doi": ("bài đã sửa", entries.edited, entries.of_edit),
    "da-go": ("bài không còn trên trang gốc", entries.gone, entries.of_loss),
}


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    format = r"\.(?P<format>atom|jsonfeed)$"
    return [
        (rf"^/tim{format}", of_search),
        (rf"^/(?P<which>moi|thay-doi|da-go){format}", of_news),
    ]


async def of_search(datasette: Any, request: Any) -> Response:
    """The fields of the search form; the newest come first, whatever order the page has."""
    asked = Wanted.read(request.args)
    # What has no meaning here is no part of its address, so that one search has one feed.
    order = Order.RELEVANCE if asked.q else Order.NEWEST
    wanted = replace(asked, order=order, limit=PAGE_SIZE, after="")
    try:
        names = await ask(datasette, request, lambda connection: Names.asked(connection, wanted))
        rows = await ask(datasette, request, lambda connection: entries.found(connection, wanted))
    except QueryError as error:
        return Response.text(str(error), status=400)
    address = partial(absolute, datasette, request)
    feed = Feed(
        id=name("search", wanted.address("")),
        title=f"{NOBODY}: tìm {in_words(wanted, names)}",
        page=address(wanted.address("/")),
        atom=address(wanted.address("/tim.atom")),
        json=address(wanted.address("/tim.jsonfeed")),
        entries=tuple(entries.of_article(row, address) for row in rows),
    )
    return _answer(request, feed)


async def of_news(datasette: Any, request: Any) -> Response:
    which = request.url_vars["which"]
    title, question, entry = FOLLOWED[which]
    rows: list[Any] = await ask(datasette, request, question)
    address = partial(absolute, datasette, request)

    def told() -> tuple[Entry, ...]:
        return tuple(entry(row, address) for row in rows)

    feed = Feed(
        id=name("news", which),
        title=f"{NOBODY}: {title}",
        page=address("/moi"),
        atom=address(f"/{which}.atom"),
        json=address(f"/{which}.jsonfeed"),
        # Comparing texts takes too long to let other requests wait for it.
        entries=await asyncio.to_thread(told),
    )
    return _answer(request, feed)


def _answer(request: Any, feed: Feed) -> Response:
    """The feed as it was asked for; nothing where the reader has it already."""
    write, content_type = WRITTEN[request.url_vars["format"]]
    body = write(feed)
    updated = datetime.fromisoformat(feed.updated).astimezone(UTC)
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {
        "etag": tag,
        "last-modified": format_datetime(updated, usegmt=True),
        "cache-control": "no-cache",  # keep it, and ask whether it is still so
    }
    if _is_known(request, tag, updated):
        return Response("", status=304, headers=headers, content_type=content_type)
    return Response(body, headers=headers, content_type=content_type)


def _is_known(request: Any, tag: str, updated: datetime) -> bool:
    """RFC 9110, 13.2.2: a tag decides alone; a date only where there is none."""
    if tags := request.headers.get("if-none-match"):
        return any(known.strip().removeprefix("W/") in (tag, "*") for known in tags.split(","))
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since") or "")
        return updated <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    except (ValueError, TypeError):
        return False
