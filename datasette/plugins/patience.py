"""What one reader may keep busy: no question without an end, so many at a time, and none for nobody."""

import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.utils.asgi import Request

from archive.site.inside import INSIDE
from archive.site.language import language_of
from archive.site.options import site_of
from archive.site.turns import TooManyError, Turns
from archive.site.waited_for import READING, while_waited_for

AT_ONCE = 2  # of one address; Datasette has three threads
WAITING = 40  # in the line of one address
LONGEST_QUERY = 8_000  # bytes; a page repeats its address in many links
MOST_FACETS = 10  # each takes up to the time limit of facets
STATIC = ("/static/", "/-/static/", "/-/static-plugins/")
METHODS = "Ở đây chỉ để đọc.", "This is for reading only."
LONG = "Địa chỉ quá dài: hãy chọn ít hơn.", "The address is too long: choose less."
FACETS = f"Mỗi lần nhiều nhất {MOST_FACETS} cột để đếm.", f"No more than {MOST_FACETS} facets at a time."
# Turns that last until all is sent: Datasette's own CSV is made meanwhile, captures are held in memory.
_TO_ITS_END = re.compile(r"(?s)(?!/tim\.).*\.csv|/ban-luu/[0-9]+/(?:trang|anh|kieu|tep)")
TOO_MANY = "Quá nhiều yêu cầu cùng lúc: chờ một lát.", "Too many requests at once: wait."

_turns = WeakKeyDictionary[Any, Turns]()  # by the Datasette that they are taken at


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    site = site_of(datasette)
    strangers = bool(site.public or site.password)
    turns = _turns.setdefault(datasette, Turns(AT_ONCE, WAITING)) if site.rate_limit else None

    def wrap(app: Any) -> Any:
        async def in_turn(scope: Any, receive: Any, send: Any) -> None:
            if turns is None or scope["path"].startswith(STATIC):
                await app(scope, receive, send)
                return
            async with AsyncExitStack() as stack:
                to_its_end = _TO_ITS_END.fullmatch(scope["path"])

                async def begin(message: Any) -> None:
                    if message["type"] == "http.response.start" and not to_its_end:
                        await stack.aclose()
                    await send(message)

                try:
                    await stack.enter_async_context(turns.turn((scope.get("client") or ("",))[0]))
                except TooManyError:
                    await _told(scope, HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY).asgi_send(send)
                else:
                    await app(scope, receive, begin)

        async def patient(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "websocket" and strangers:
                await send({"type": "websocket.close"})
            elif scope["type"] != "http" or INSIDE in scope:
                await app(scope, receive, send)
            elif refused := _refused(scope, strangers):
                await _told(scope, *refused).asgi_send(send)
            elif scope["method"] in READING:
                await while_waited_for(in_turn, scope, receive, send)
            else:
                await in_turn(scope, receive, send)

        return patient

    return wrap


def _refused(scope: Any, strangers: bool) -> tuple[HTTPStatus, tuple[str, str]] | None:
    """What is refused unread, and in which words. Nothing here takes more than an address."""
    query = scope.get("query_string", b"")
    if not strangers:
        return None
    if scope["method"] not in READING:
        return HTTPStatus.METHOD_NOT_ALLOWED, METHODS
    if len(query) > LONGEST_QUERY:
        return HTTPStatus.REQUEST_URI_TOO_LONG, LONG
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    if sum(name.startswith("_facet") and name != "_facet_size" for name in names) > MOST_FACETS:
        return HTTPStatus.BAD_REQUEST, FACETS
    return None


def _told(scope: Any, status: HTTPStatus, words: tuple[str, str]) -> Response:
    """In plain words: to lay out a page for these would be work that no limit of requests counts."""
    message = language_of(Request(scope, None)).text(*words)
    headers = {"cache-control": "no-store"}
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = ", ".join(READING)
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        headers["retry-after"] = "5"
    return Response.text(f"{message}\n", status=status, headers=headers)
