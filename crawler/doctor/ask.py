"""One polite request, for the doctor: bounded in time, size and redirects, whatever the server does.

Not through Scrapy, whose reactor runs once in a process and bounds no request as a whole; not through
`requests`, which cannot be told to end: a server that sends a byte a second holds it for ever. httpx under
`asyncio.timeout` ends in time wherever it hangs, and takes a TLS context of our own for each portal.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urljoin, urlsplit

import httpx
from scrapy.http import Response

from archive.warc.records import Exchange, Place
from crawler.clock import now
from crawler.fetch.tls import certificates_in
from crawler.intake.fate import response_of

PATIENCE = 15.0  # seconds for all of it, redirects included
MOST = 8 << 20  # bytes of a body; no page of an article has more
HOPS = 5
PAUSE = 1.25  # seconds between two requests to one host, as in a crawl


@dataclass(frozen=True, slots=True)
class Route:
    """How a portal is asked: through which server instead, and whose certificates count.

    `cookies` are those that a crawl was given, by host.
    """

    headers: Mapping[str, str]
    via: str | None = None
    verify: bool = True
    bundle: Path | None = None
    cookies: Mapping[str, Mapping[str, str]] | None = None
    patience: float = PATIENCE
    pause: float = PAUSE

    def context(self) -> ssl.SSLContext:
        """As in a crawl, see `crawler/fetch/tls.py`: what stands in the bundle is trusted itself."""
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        elif self.bundle:
            certificates_in(self.bundle)  # which says what is wrong with it; `ssl` does not
            context.load_verify_locations(self.bundle)
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. `redirects` are the addresses that led to `url`, `date` is what the server's clock says."""

    url: str
    exchange: Exchange
    seconds: float
    redirects: tuple[str, ...] = ()
    date: str | None = None

    @property
    def response(self) -> Response:
        """As a spider gets it in a crawl."""
        return response_of(self.exchange)


class LedAwayError(Exception):
    """It redirects to where the crawl would not follow; the argument is that address."""


async def ask(url: str, route: Route, may_follow: Callable[[str], bool]) -> Answer:
    """Ask for one address. Raises what `reach.UNANSWERED` lists; `trouble.told` says what it means."""
    began, passed = monotonic(), list[str]()
    async with asyncio.timeout(route.patience):
        while True:
            answer = await _once(url, route, began, tuple(passed))
            where = dict(answer.exchange.headers).get("location") or ""
            if not 300 <= answer.exchange.status < 400 or not where or len(passed) == HOPS:
                return answer
            passed.append(url)
            url = urljoin(url, where)
            if not may_follow(url):
                raise LedAwayError(url)
            await asyncio.sleep(0 if route.via else route.pause)


async def _once(url: str, route: Route, began: float, passed: tuple[str, ...]) -> Answer:
    scheme, _, rest = url.partition("://")
    headers = {**route.headers}
    if route.via:  # as `crawler/fetch/via.py` asks
        headers["X-Forwarded-Proto"] = scheme
    if cookies := (route.cookies or {}).get(urlsplit(url).hostname or ""):
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    client = httpx.AsyncClient(
        verify=route.context(),
        proxy=route.via,
        trust_env=False,
        timeout=route.patience,
        follow_redirects=False,
    )
    async with client, client.stream("GET", f"http://{rest}" if route.via else url, headers=headers) as came:
        body, truncated = await _body(came)
    fields = tuple((name.lower(), value) for name, value in came.headers.multi_items())
    exchange = Exchange(url, now(), came.status_code, fields, body, Place("", 0, 0), truncated)
    return Answer(url, exchange, monotonic() - began, passed, came.headers.get("date"))


async def _body(came: httpx.Response) -> tuple[bytes, str | None]:
    """What came of the body, still encoded, and why it is not whole, if so."""
    parts, size = list[bytes](), 0
    with suppress(httpx.RemoteProtocolError, httpx.ReadError):
        async for part in came.aiter_raw():
            parts.append(part)
            size += len(part)
            if size > MOST:
                return b"".join(parts)[:MOST], "length"
        return b"".join(parts), None
    return b"".join(parts), "disconnect"
