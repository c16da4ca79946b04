"""Captures as they were received: the page of one, and what is shown of it in a frame that can do nothing.

The copy in the frame is written anew by `archive.replay`; on top of that stand the `sandbox` of the frame and
a policy of its own, which is a sandbox too (for whoever opens it alone) and under which nothing loads but our
own images and style sheets. Nothing that the captured response had in its head is passed on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from markupsafe import Markup

from archive.replay import captured, kinds, payload, style
from archive.replay.addresses import Addresses, absolute
from archive.replay.captured import LATEST, Captured
from archive.replay.kinds import Kind
from archive.replay.page import Page
from archive.replay.payload import Received, UnreadableError
from archive.replay.safe_copy import Copy, Words, Writer
from archive.site import render
from archive.site.asking import ask, page
from archive.site.exports.streaming import Streamed, in_pieces
from archive.site.language import language_of
from archive.site.options import site_of
from archive.warc.reader import Revisit

IN_FRAME = (
    "default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'none'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
)
ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
MOST_LOADED = 32 << 20  # bytes of an image
MOST_DOWNLOADED = 256 << 20
DAY = 24 * 3600  # seconds
HTML = "text/html; charset=utf-8"
BY_ID = r"^/ban-luu/(?P<id>[0-9]{1,16})"
TOGETHER = {  # how a capture is shown that is no page
    Kind.IMAGE: '<img src="{}" alt="">',
    Kind.TEXT: "<pre>{}</pre>",
    Kind.STYLE: "<pre>{}</pre>",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A capture, and what was received, or why that cannot be shown."""

    one: Captured
    received: Received | None = None
    kind: Kind | None = None  # where there is anything
    trouble: UnreadableError | None = None


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [
        (r"^/ban-luu$", find),
        (rf"{BY_ID}$", about),
        (rf"{BY_ID}/trang$", frame),
        (rf"{BY_ID}/anh$", image),
        (rf"{BY_ID}/kieu$", sheet),
        (rf"{BY_ID}/tep$", file),
    ]


async def find(datasette: Any, request: Any) -> Response:
    """Lead to the capture of an address that is nearest to a time, else to the newest."""
    url, at = (request.args.get("url") or "").strip(), request.args.get("luc") or ""
    when = captured.moment(at) if at else LATEST
    id = when and url and await ask(datasette, request, lambda db: captured.nearest(db, url, when))
    if id:
        return Response.redirect(datasette.urls.path(f"/ban-luu/{id}"))
    context = {
        "url": url,
        "at": at,
        "no_time": when is None,
        "wayback": captured.wayback(url, when or "") if render.web_address(url) else None,
    }
    status = 404 if url and when else 400 if url else 200
    return await page(datasette, request, "captured_find.html", context, status=status)


async def about(datasette: Any, request: Any) -> Response:
    """Where a capture comes from, around the frame that shows it."""
    opened = await _open(datasette, request)
    if opened is None:
        return await page(datasette, request, "error.html", {"status": 404}, status=404)
    one, received = opened.one, opened.received
    moved = received.header("location") if received and 300 <= received.status < 400 else ""
    is_page = opened.kind is Kind.PAGE
    context = {
        "capture": one,
        "received": received,
        "trouble": opened.trouble,
        "kind": opened.kind,
        "beside": await ask(datasette, request, lambda db: captured.beside(db, one)),
        "copy": await _copy(datasette, request, opened) if is_page else None,
        "wayback": captured.wayback(one.url, one.captured_at),
        "moved": absolute(one.url, moved) if moved else None,
    }
    return await page(datasette, request, "captured.html", context)


async def frame(datasette: Any, request: Any) -> Response:
    """What the frame shows; also alone."""
    opened = await _open(datasette, request)
    if opened is None or opened.received is None or opened.kind is None:
        say = language_of(request).say("Không có gì để hiện.", "There is nothing to show.")
        return _alone(f"<!DOCTYPE html><p>{say}", HTML, IN_FRAME, 404)
    one, kind = opened.one, opened.kind
    if kind is Kind.PAGE:
        html = (await _copy(datasette, request, opened)).html
    elif kind is Kind.FILE:
        say = language_of(request).say("Chỉ có thể tải tệp này về.", "This file can only be downloaded.")
        html = _bare(one, Markup("<p>{}</p>").format(say))
    else:
        shown = datasette.urls.path(f"/ban-luu/{one.id}/anh")
        if kind is not Kind.IMAGE:
            shown = kinds.text_of(opened.received.content().body, opened.received.header("content-type"))
        html = _bare(one, Markup(TOGETHER[kind]).format(shown))
    return _alone(html, HTML, IN_FRAME)


async def image(datasette: Any, request: Any) -> Response:
    """Pixels only, by their first bytes and not by what the server called them."""
    opened = await _open(datasette, request)
    body = opened.received.content(MOST_LOADED).body if opened and opened.received else b""
    if kind := kinds.image_type(body):
        return _loaded(datasette, body, kind)
    return _alone("", "text/plain", ALONE, 404)


async def sheet(datasette: Any, request: Any) -> Response:
    """A style sheet that loads only what is held."""
    opened = await _open(datasette, request)
    if opened is None or opened.received is None or opened.kind is not Kind.STYLE:
        return _alone("", "text/plain", ALONE, 404)
    content_type = opened.received.header("content-type")
    css = kinds.text_of(opened.received.content().body, content_type)
    base = opened.one.url
    stated = {whole for one in style.addresses(css) if (whole := absolute(base, one))}
    held = await ask(
        datasette, request, lambda db: captured.held(db, stated, opened.one.captured_at, whole=True)
    )
    addresses = Addresses(base, datasette.urls.path("/ban-luu"), {}, held)
    try:
        safe = await asyncio.to_thread(style.safe, css, addresses.image, addresses.sheet)
    except ValueError:
        return _alone("", "text/plain", ALONE, 404)
    return _loaded(datasette, safe.encode(), "text/css; charset=utf-8")


async def file(datasette: Any, request: Any) -> Response:
    """What was received as a download, under a name that no computer runs."""
    opened = await _open(datasette, request)
    if opened is None or opened.received is None:
        return await page(datasette, request, "error.html", {"status": 404}, status=404)
    body = await asyncio.to_thread(opened.received.content, MOST_DOWNLOADED)
    response = _alone(body.body, "application/octet-stream", ALONE)
    response.headers["content-disposition"] = kinds.disposition(
        kinds.file_name(opened.one.url, opened.one.mime)
    )
    return response


async def _open(datasette: Any, request: Any) -> Opened | None:
    """None where there is no such capture."""
    id = int(request.url_vars["id"])
    one = await ask(datasette, request, lambda db: captured.captured(db, id))
    if one is None:
        return None
    try:
        received = await _receive(datasette, request, one, site_of(datasette).data / "warc")
    except UnreadableError as error:
        return Opened(one, trouble=error)
    return Opened(one, received, await asyncio.to_thread(_kind, received, one))


async def _receive(datasette: Any, request: Any, one: Captured, folder: Path) -> Received:
    record = await asyncio.to_thread(payload.read, folder, one)
    if not isinstance(record, Revisit):
        return await asyncio.to_thread(payload.received, record, folder, one)
    place = await ask(datasette, request, lambda db: payload.original(db, folder, record, one.sha256))
    return await asyncio.to_thread(payload.repeated, record, folder, one, place)


def _kind(received: Received, one: Captured) -> Kind | None:
    return kinds.kind_of(received.content(1 << 12).body, one.mime) if received.body else None


async def _copy(datasette: Any, request: Any, opened: Opened) -> Copy:
    """The page for the frame: parsed, its addresses looked for, written anew."""
    one, received = opened.one, opened.received
    assert received is not None

    def parsed() -> tuple[Page, set[str], set[str], bool]:
        content = received.content()
        found = Page(kinds.text_of(content.body, received.header("content-type")), one.url)
        return found, found.links(), found.loads(), content.cut

    whole, links, loads, cut = await asyncio.to_thread(parsed)
    at = one.captured_at
    linked = await ask(datasette, request, lambda db: captured.held(db, links, at))
    loaded = await ask(datasette, request, lambda db: captured.held(db, loads, at, whole=True))
    addresses = Addresses(whole.base, datasette.urls.path("/ban-luu"), linked, loaded)
    copy = await asyncio.to_thread(Writer(whole, addresses, _words(request, one)).write)
    copy.cut |= cut
    return copy


def _words(request: Any, one: Captured) -> Words:
    text = language_of(request).text
    when = render.vietnamese_date(one.captured_at)
    return Words(
        bar=text(f"Bản lưu lúc {when}", f"Captured at {when}") + f": {one.url}",
        not_captured=text("Chưa được lưu", "Not captured"),
        embedded=text("Khung nhúng, không hiện", "Embedded, not shown"),
    )


def _bare(one: Captured, shown: Markup) -> str:
    title = Markup("<!DOCTYPE html><html><head><meta charset=utf-8><title>{}</title></head>").format(one.url)
    return f"{title}<body>{shown}</body></html>"


def _loaded(datasette: Any, body: bytes, content_type: str) -> Response:
    """For the frame, whose origin is none, so that to it this comes from another one."""
    response = _alone(body, content_type, ALONE)
    response.headers["cross-origin-resource-policy"] = "cross-origin"
    whose = "public" if site_of(datasette).public else "private"
    response.headers["cache-control"] = f"{whose}, max-age={DAY}"
    return response


def _alone(body: bytes | str, content_type: str, policy: str, status: int = 200) -> Response:
    """With a policy of its own, and nothing of the head that was received."""
    headers = {
        "content-security-policy": policy,
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "private, no-cache",
        "vary": "Cookie",
    }
    content = body.encode() if isinstance(body, str) else body
    return Streamed(in_pieces(content), content_type, headers, status)
