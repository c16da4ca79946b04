"""The key by which web archives look an address up: `vn,gov,mic)/tin/1?a=b` for `https://www.mic.gov.vn/Tin/1?a=b`.

The rules are those of the Internet Archive's `surt`, which pywb and other players apply to the address that
is asked for; a key that is one letter off is never found. https://github.com/internetarchive/surt
"""

import re
from contextlib import suppress
from urllib.parse import quote, unquote_to_bytes

PARTS = re.compile(r"(https?)://(?:[^/?#]*@)?([^/?#]*?)(?::(\d*))?([/?#].*)?", re.IGNORECASE)
LONGEST_PORT = 9  # digits; no port has more than five
DEFAULT_PORTS = {"http": 80, "https": 443}
PERCENT, HEXADECIMAL = ord("%"), b"0123456789abcdefABCDEF"
KEPT = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
WWW = re.compile(r"^www\d*\.")
SESSION_IN_PATH = re.compile(r"/\((?:(?:[a-z]\([0-9a-z]{24}\))+|[0-9a-z]{24})\)/(?=[^?]+\.aspx)")
SESSION_IN_QUERY = re.compile(
    r"(?:(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24}|cfid=[^&]+&cftoken=[^&]+)(?:&|$)"
)


def surt(url: str) -> str:
    """The key of an address; one that is no web address is its own key."""
    parts = PARTS.fullmatch(re.sub(r"[\n\r\t]", "", url.strip()))
    if parts is None or not parts[2] or len(parts[3] or "") > LONGEST_PORT:
        return url
    scheme, host, port, rest = parts.groups(default="")
    path, _, query = rest.partition("#")[0].partition("?")
    other_port = port and int(port) != DEFAULT_PORTS[scheme.lower()]
    host = ",".join(reversed(_host(host).split("."))) + (f":{int(port)}" if other_port else "")
    query = "&".join(sorted(SESSION_IN_QUERY.sub("", _escape(query)).split("&"), key=_name_and_value))
    return f"{host}){_path(path)}{f'?{query}' if query else ''}"


def _host(host: str) -> str:
    raw = _unescape(host.strip("[]")).decode(errors="ignore").replace("..", ".").strip(".")
    with suppress(UnicodeError):  # what is no name at all stays as it is
        raw = raw if raw.isascii() else raw.encode("idna").decode()
    return WWW.sub("", _escape(raw))


def _path(path: str) -> str:
    kept: list[bytes] = []
    for part in _unescape(path).split(b"/")[1:]:
        if part == b".." and kept:
            kept.pop()
        elif part != b".":
            kept.append(part)
    escaped = _escape(b"/".join([b"", *filter(None, kept[:-1]), *kept[-1:]]))
    return SESSION_IN_PATH.sub("/", escaped).removesuffix("/") or "/"


def _name_and_value(argument: str) -> list[str]:
    return argument.split("=", 1)


def _escape(text: str | bytes) -> str:
    """Escaped once, whatever it was before, and in lower case."""
    return quote(_unescape(text), safe=KEPT).lower()


def _unescape(text: str | bytes) -> bytes:
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    once = unquote_to_bytes(raw)
    return _wholly_unescaped(once) if b"%" in once else once


def _wholly_unescaped(raw: bytes) -> bytes:
    """In one pass, however often it was escaped: `%25252541` is `A`, and so is `%%32%3541`."""
    done = bytearray()
    for byte in raw:
        done.append(byte)
        while len(done) > 2 and done[-3] == PERCENT and done[-2] in HEXADECIMAL and done[-1] in HEXADECIMAL:
            done[-3:] = bytes.fromhex(done[-2:].decode())
    return bytes(done)
