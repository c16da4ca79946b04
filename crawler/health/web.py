"""Ask an address that may hold a secret.

By http.client, as requests and httpx write the addresses that they ask to the log, obey the environment's
proxies and follow redirects: each would give the secret to somebody else.
"""

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from crawler.health.deliver import RefusedError
from crawler.settings import USER_AGENT

TIMEOUT = 20.0  # seconds for each answer of the server
AGAIN = (408, 425, 429)  # and 500 upwards: a later try may be answered


def usable(url: str) -> bool:
    """Whether it is an address that can be asked: of http or https, without a user's name in it."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
            and parts.port != 0 and url.isascii() and url.isprintable() and " " not in url
        )  # fmt: skip
    except ValueError:
        return False


def host_of(url: str) -> str:
    """What of an address may be told."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # of what a server sends on to
        return ""


def ask(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> None:
    """GET an address, or POST a body to it. Raises RefusedError, or OSError where it is worth to try again.

    Of the answer only the status is read.
    """
    parts = urlsplit(url)
    connection: HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT, context=context)
    else:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = {"User-Agent": USER_AGENT, "Connection": "close"}
    try:
        connection.request("GET" if body is None else "POST", target, body, {**named, **(headers or {})})
        answer = connection.getresponse()
        _judge(answer.status, answer.getheader("Location"), host_of(url))
    except ssl.SSLCertVerificationError as error:
        raise RefusedError(f"its certificate is not good: {error.verify_message}") from error
    except HTTPException as error:
        raise OSError(f"no HTTP answer ({type(error).__name__})") from error
    finally:
        connection.close()


def _judge(status: int, location: str | None, host: str) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        other = host_of(location or "") or host
        raise RefusedError(
            f"HTTP {status}, it sends on to {other}: write the final address into schedule.toml"
        )
    if status in AGAIN or status >= 500:
        raise OSError(f"HTTP {status}")
    raise RefusedError(f"HTTP {status}")
