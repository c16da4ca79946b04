"""The Wayback Machine of the Internet Archive, through the library `wayback`.

Its `WaybackClient.search` is not used: it keeps the resume key to itself, so that nobody could go on where a
search ended, and one broken line in an index ends it.
"""

import re
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

import wayback
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ContentDecodingError
from wayback.exceptions import RateLimitError, WaybackException, WaybackRetryError

from archive.warc.reader import payload_digest
from crawler.backfill.heads import fitting, head_of
from crawler.backfill.pace import Pace, stated_wait
from crawler.backfill.service import (
    REVISIT,
    BlockedError,
    BusyError,
    Fetched,
    Found,
    IndexPage,
    LostError,
    TroubleError,
    is_timestamp,
)  # fmt: skip

HOME = "https://web.archive.org"
LINES = 5000  # of an index at once
SEARCHES = 24 / 60  # a second, 80 % of the limit: what the Internet Archive has asked the library to keep to
MEMENTOS = 1.0  # a second; the library would ask for eight
TIMEOUT = 60.0
REFUSALS = ("AdministrativeAccessControlException", "RobotAccessControlException")
_USUAL_PORT = re.compile(r"^(http(?=://)://[^/:]+):80(?=/|$)|^(https://[^/:]+):443(?=/|$)")


class Session(wayback.WaybackSession):  # type: ignore[misc]  # wayback has no types
    """The library's session, without its own patience: a wait is to be seen, and to be ended by Ctrl-C."""

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        response: Response = super().send(request, **kwargs)
        # The library takes such an answer for one about the capture; archived errors have this header.
        if response.status_code in self.retryable_statuses and "Memento-Datetime" not in response.headers:
            response.close()
            wait = stated_wait(response.headers.get("Retry-After"))
            raise TroubleError(f"the Wayback Machine answers HTTP {response.status_code}", wait)
        return response


class Detour(HTTPAdapter):
    """Sends requests for the Wayback Machine to another server; its addresses are fixed in the library."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base.rstrip("/")

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        sent = request.copy()
        sent.url = self.base + str(request.url).removeprefix(HOME)
        response = super().send(sent, *args, **kwargs)
        response.url, response.request = str(request.url), request
        return response


class Wayback:
    """The service; `base` is another server to ask in its place."""

    name = "wayback"
    grows = True

    def __init__(
        self,
        user_agent: str,
        base: str | None = None,
        searches: Pace | None = None,
        mementos: Pace | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._session = Session(
            retries=0,
            timeout=timeout,
            user_agent=user_agent,
            search_calls_per_second=searches or Pace(SEARCHES),
            memento_calls_per_second=mementos or Pace(MEMENTOS),
        )
        if base:
            self._session.mount(HOME, Detour(base))
        self._client = wayback.WaybackClient(self._session)

    def close(self) -> None:
        self._client.close()

    def indexes(self, since: str | None, until: str | None) -> list[str]:
        return ["cdx"]

    def page(
        self, index: str, host: str, position: str | None, since: str | None, until: str | None
    ) -> IndexPage:
        """A page of the CDX index, which knows no difference between http and https, nor `www.`."""
        params = {
            "url": host, "matchType": "host", "limit": LINES, "from": since, "to": until,
            "resolveRevisits": "true", "showResumeKey": "true", "resumeKey": position,
        }  # fmt: skip
        try:
            response = self._session.request("GET", f"{HOME}/cdx/search/cdx", params=params)
        except (RateLimitError, WaybackRetryError, RequestException) as error:
            raise _passing(error) from error
        text = response.content.decode(errors="replace")
        if refusal := next((name for name in REFUSALS if name in text), None):
            raise BlockedError(f"the Wayback Machine tells nothing of {host}: {refusal}")
        if response.status_code != 200:
            raise TroubleError(f"the index of the Wayback Machine answers HTTP {response.status_code}")
        return _index_page(text)

    def fetch(self, found: Found) -> Fetched:
        """The capture of just this time, with the headers that it came with, its content encoding undone."""
        try:
            memento = self._client.get_memento(
                found.url, timestamp=found.timestamp, mode=wayback.Mode.original, follow_redirects=False
            )
            with memento:
                body: bytes = memento.content
        except ContentDecodingError as error:
            raise LostError(f"its body does not decode: {error}") from error
        except (RateLimitError, WaybackRetryError, RequestException) as error:
            raise _passing(error) from error
        except (WaybackException, ValueError) as error:
            raise LostError(f"{type(error).__name__}: {error}") from error
        status = memento.status_code
        head, removed = fitting(
            head_of(status, responses.get(status, ""), list(memento.headers.items())), body
        )
        return Fetched(
            without_port(memento.url), found.captured_at, head, body, memento.memento_url, removed,
            differs=payload_digest(body) != f"sha1:{found.digest}",
        )  # fmt: skip


def without_port(url: str) -> str:
    """The address without a port that says nothing: the first crawls have put it in everywhere."""
    return _USUAL_PORT.sub(lambda match: match[1] or match[2], url)


def _index_page(text: str) -> IndexPage:
    lines, _, rest = text.partition("\n\n")  # the resume key stands behind a blank line
    told = [_found(line) for line in lines.splitlines() if line]
    found = tuple(one for one in told if one)
    key = rest.strip() or None
    if told and (not found or (key is None and told[-1] is None and not text.endswith("\n"))):
        raise TroubleError("the Wayback Machine answers with no index, or with a part of one")
    return IndexPage(found, key, broken=len(told) - len(found))


def _found(line: str) -> Found | None:
    """A capture by its line: urlkey, timestamp, original, mimetype, statuscode, digest, length, and more."""
    match line.split(" "):
        case [_, timestamp, url, mime, status, digest, length, *_] if (
            is_timestamp(timestamp) and _is_number(status) and _is_number(length) and _host(url)
        ):
            known = None if status == "-" else int(status)
            return Found(without_port(url), timestamp, known, mime, digest, _length(mime, length))
    return None


def _is_number(text: str) -> bool:
    return text == "-" or (text.isascii() and text.isdecimal())


def _length(mime: str, length: str) -> int | None:
    return None if length == "-" or mime == REVISIT else int(length)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _passing(error: Exception) -> BusyError | TroubleError:
    """What the library raises where asking again may help.

    The `time` of a WaybackRetryError is how long it has tried: to wait as long again doubles it each time.
    """
    if isinstance(error, RateLimitError):
        return BusyError("the Wayback Machine asks us to slow down", float(error.retry_after or 60))
    if isinstance(error, WaybackRetryError):
        return TroubleError(f"the Wayback Machine does not answer ({error.cause})", float(error.time or 0))
    return TroubleError(f"the Wayback Machine does not answer ({error})")
