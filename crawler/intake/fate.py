"""From a capture to a stored article: the one way that the crawl, the import and the rebuild all take.

What becomes of a capture depends on its bytes, its address and its fate, and on nothing else, so a rebuilt
archive is like the one that the crawl has made.
"""

import logging
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Self, cast
from urllib.parse import urlsplit

from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from archive.model import Capture, Change, Kind, Outcome, Page
from archive.said import prepared
from archive.store import Archive
from archive.warc.reader import Exchange, Note
from crawler.errors import ends_everything, unreadable
from crawler.fetch.decode import OVERDUE, Decode
from crawler.portals import Portal
from crawler.settings import DECODE_MAXSIZE

# Flags of a response, Scrapy's and ours, as WARC-Truncated says it.
CUT = {"download_stopped": "length", "dataloss": "disconnect", OVERDUE: "time"}
FLAGS = {reason: flag for flag, reason in CUT.items()}
DECODE = Decode(DECODE_MAXSIZE)
ANY = Request("http://localhost/")  # the decoder looks at the method only, and no odd address is in its way
logger = logging.getLogger(__name__)


class Successor(StrEnum):
    """Why another request took the place of one that was answered."""

    RETRY = "retry"
    REDIRECT = "redirect"
    CHALLENGE = "challenge"


SUCCESSORS = {successor.value: successor for successor in Successor}


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a request apart from its response; the metadata record beside a response keeps it.

    `successor`: why another request took its place. `error`: why no response could be read, or why there is
    none.
    """

    successor: Successor | None = None
    error: str | None = None

    @classmethod
    def told_by(cls, note: Note) -> Self:
        return cls(SUCCESSORS.get(note.fields.get("successor", "")), note.fields.get("fetcherror"))


CHALLENGE = 4096  # bytes: no challenge in place of robots.txt is longer


def page_of(portal: type[Portal], url: str, response: Response | None, fate: Fate) -> Page:
    """What a capture comes to, ready to be stored; `response` is decoded, and None only where `fate` states
    an error."""
    page = ready(_page_of(portal, response, fate))
    return page if page.key else replace(page, key=article_key(portal, url))


def ready(page: Page) -> Page:
    """A page of which all is worked out that its text says; one that makes that fail is unreadable."""
    try:
        return prepared(page)
    except Exception as error:
        if ends_everything(error):
            raise
        logger.exception("what a page says cannot be worked out")
        return replace(unreadable(error), key=page.key, links=page.links, unread=page.unread)


def _page_of(portal: type[Portal], response: Response | None, fate: Fate) -> Page:
    if response is None or fate.error:
        return Page(Outcome.FAILED, note=fate.error)
    if fate.successor == Successor.REDIRECT:
        return Page(Outcome.REDIRECT)
    if fate.successor == Successor.CHALLENGE:
        return Page(Outcome.CHALLENGE)
    if fate.successor:
        why = "incomplete" if response.status < 300 else f"HTTP {response.status}"
        return Page(Outcome.FAILED, note=f"{why}, asked again", replaced=True)
    if urlsplit(response.url).path != "/robots.txt":
        return portal.read(response)
    if response.status >= 300 or b"document.cookie" in response.body[:CHALLENGE].lower():
        page = portal.read(response.replace(body=response.body[:CHALLENGE]))
        if page.outcome in (Outcome.REDIRECT, Outcome.CHALLENGE):
            return page
    return Page(Outcome.ROBOTS)  # no page, and no file to be read for its text


def unreadable_page(
    note: str, portal: type[Portal], url: str, response: Response | None = None, fate: Fate | None = None
) -> Page:
    """What is stored, instead of `page_of`, of a page that nothing can read."""
    return Page(Outcome.UNREADABLE, note=note, key=article_key(portal, url))


def article_key(portal: type[Portal], url: str) -> str | None:
    """The article whose address it is, as reading a page tells it too."""
    return portal.key(url) if portal.classify(url) == Kind.ARTICLE else None


def take_in(archive: Archive, capture: Capture, page: Page) -> tuple[Page, Change | None]:
    """Store what was read of a capture; returns what was stored, and what it did to its article.

    One page that cannot be stored must not cost the others: its capture is kept, with the reason. Raises
    what would happen to every other page too.
    """
    try:
        return page, archive.take_in(capture, page)
    except Exception as error:
        if ends_everything(error):
            raise
        logger.exception("%r cannot be stored as it was read", capture.url)
        bare = unreadable(error)
        return bare, archive.take_in(capture, bare)


def capture_of(exchange: Exchange, portal: str, crawl: str) -> Capture:
    """The row of a response that stands in a WARC file."""
    return Capture(
        exchange.url, portal, exchange.captured_at, crawl, exchange.status, mime(headers_of(exchange)),
        sha256(exchange.body).hexdigest(), exchange.place.file, exchange.place.offset, exchange.place.length,
    )  # fmt: skip


def response_of(exchange: Exchange) -> Response:
    """The response as a spider gets it in a crawl: decoded, and flagged where it is not whole."""
    headers = headers_of(exchange)
    kind = responsetypes.from_args(headers=headers, url=exchange.url, body=exchange.body)
    flags = [FLAGS[exchange.truncated]] if exchange.truncated in FLAGS else []
    response = kind(exchange.url, status=exchange.status, headers=headers, body=exchange.body, flags=flags)
    return cast(Response, DECODE.process_response(ANY, response))  # which never asks for another


def mime(headers: Headers) -> str | None:
    """The media type that the headers of a response claim, without parameters."""
    claimed = (headers.get("Content-Type") or b"").decode("latin-1")
    return claimed.partition(";")[0].strip().lower() or None


def headers_of(exchange: Exchange) -> Headers:
    headers = Headers()
    for name, value in exchange.headers:
        headers.appendlist(name, value)
    return headers
