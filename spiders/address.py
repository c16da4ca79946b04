"""Addresses: one form for one page, and what a kind of address looks like."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from archive.model import Kind

CACHED = 4096  # addresses: a page repeats its own and its menu's many times over
# Marks of a session or a campaign in the query; they never choose the page.
_NOISE = re.compile(r"^(?:utm_\w+|fbclid|gclid|zarsrc|jsessionid|phpsessid|aspsessionid\w*|sid|isdlg)$", re.I)
_SESSION_IN_PATH = re.compile(r"/\(s\([0-9a-z]{24}\)\)(?=/)|;jsessionid=[^/?]*", re.I)


@lru_cache(CACHED)
def host_of(url: str) -> str:
    """The host in lower case without port, trailing dot or `www.`; empty where there is none."""
    try:
        host = (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return host.removeprefix("www.")


@lru_cache(CACHED)
def is_plain(url: str) -> bool:
    """Whether it is http or https, names no user, and no port but the usual."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme in ("http", "https") and "@" not in parts.netloc and parts.port in (None, 80, 443)
    except ValueError:
        return False


# What changes something on a server, whatever its system: counters, votes, comments, sign-ins. A word is a
# whole part of path or query, so that no article's slug is one.
CHANGING = re.compile(
    r"tangluot|luottruycap|(?:^|[/?&=_])(?:ratt?ings?|votes?|polls?|likes?|binhchon|danhgia|binhluan|comments?"
    r"|delete|xoa|log(?:in|out)|sign(?:in|out))(?=[./?&=_]|$)",
    re.I,
)


@lru_cache(CACHED)
def local(url: str) -> str:
    """Path and query in NFC and percent-decoded, without noise: what `Address` patterns are matched on."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = unicodedata.normalize("NFC", unquote(_SESSION_IN_PATH.sub("", parts.path))) or "/"
    pairs = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _NOISE.match(k)]
    query = unicodedata.normalize("NFC", unquote(urlencode(sorted(pairs))))
    return re.sub(r"/{2,}", "/", path) + (f"?{query}" if query else "")


def canonical(url: str) -> str:
    """One form for one page: https, no `www.`, port or fragment, lower case (the portals run on IIS).

    For comparing and for keys, never for requesting.
    """
    return "https://" + host_of(url) + quote(local(url).lower(), safe="/?=&:@!$'()*+,;~-._")


@dataclass(frozen=True, slots=True)
class Address:
    """A kind of address: `pattern` must match all of path and query, in any case.

    A group `id` names the page whatever else the address says; with `shared`, on every host of the
    portal, not only on its own.
    """

    kind: Kind
    pattern: re.Pattern[str]
    shared: bool = False

    def match(self, url: str) -> re.Match[str] | None:
        return self.pattern.fullmatch(local(url))


def address(kind: Kind, pattern: str, shared: bool = False) -> Address:
    return Address(kind, re.compile(pattern, re.I), shared)
