"""What a payload is: by its first bytes where a browser would show it, else by what the server said."""

import re
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

import webencodings

FALLBACK = "windows-1252"  # as in browsers, where a page does not say and is not UTF-8
_META = re.compile(rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:+-]{1,40})", re.I)
_STATED = re.compile(r"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_.:+-]{1,40})", re.I)
_LOOKED_AT = 1024  # bytes in which browsers look for a <meta charset>
_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|title|script|table|div|h1|p|a|b|br)\b",
    re.I | re.S,
)
# What a download may be called; anything else could run when it is opened.
_EXTENSIONS = frozenset(
    "pdf doc docx xls xlsx ppt pptx odt ods odp rtf csv txt zip rar 7z jpg jpeg png gif webp mp3 mp4".split()
)
_TEXTUAL = re.compile(r"text/|[/+](?:xml|json|javascript|x-javascript|ecmascript)$")


class Kind(StrEnum):
    """How a payload is shown."""

    PAGE = "page"
    IMAGE = "image"
    TEXT = "text"
    STYLE = "style"
    FILE = "file"  # offered as a download


def kind_of(body: bytes, mime: str | None) -> Kind:
    """By the stated type, as browsers do; without one by the first bytes."""
    stated = (mime or "").partition(";")[0].strip().lower()
    if image_type(body):
        return Kind.IMAGE
    if "html" in stated or (not stated and _HTML.match(body[:_LOOKED_AT])):
        return Kind.PAGE
    if stated == "text/css":
        return Kind.STYLE
    if _TEXTUAL.search(stated) or stated == "image/svg+xml":
        return Kind.TEXT
    return Kind.FILE


def image_type(body: bytes) -> str | None:
    """One of four kinds that hold pixels only; never SVG, which is a document."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    return "image/webp" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else None


def text_of(body: bytes, content_type: str) -> str:
    """Decoded as browsers do: by the byte order mark, the header, the page's own word, or a guess."""
    for encoding in (_stated(content_type), _told(body), "utf-8" if _is_utf8(body) else None):
        if encoding:
            break
    text, _ = webencodings.decode(body, encoding or FALLBACK, errors="replace")
    return text


def file_name(url: str, mime: str | None) -> str:
    """A name for a download, of a kind that does not run when it is opened."""
    parts = urlsplit(url)
    name = unquote(parts.path.rpartition("/")[2]) or parts.hostname or "capture"
    name = re.sub(r"[^\w.-]+", "-", name).strip(".-_")[-100:] or "capture"
    _, dot, extension = name.rpartition(".")
    if dot and extension.lower() in _EXTENSIONS:
        return name
    return f"{name}.{'txt' if _TEXTUAL.search((mime or '').lower()) else 'bin'}"


def disposition(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _stated(content_type: str) -> str | None:
    found = _STATED.search(content_type)
    return found[1] if found and webencodings.lookup(found[1]) else None


def _told(body: bytes) -> str | None:
    found = _META.search(body[:_LOOKED_AT])
    encoding = webencodings.lookup(found[1].decode("ascii")) if found else None
    if encoding is None:
        return None
    # Whoever could read this was not reading UTF-16: https://html.spec.whatwg.org/#concept-get-xml-encoding-when-sniffing
    return "utf-8" if encoding.name.startswith("utf-16") else encoding.name


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
