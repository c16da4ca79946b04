"""The head of a response whose body a web archive has kept in another form than it was sent."""

import re

GZIP = b"\x1f\x8b"
_HEADER = re.compile(rb"[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")  # with the lines that continue it


def head_of(status: int, reason: str, headers: list[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    return b"".join(_bytes(line) + b"\r\n" for line in [*lines, ""])


def fitting(head: bytes, body: bytes) -> tuple[bytes, str]:
    """The head without what is not true of this body, and the lines that were left out.

    Archives undo chunks, and mostly the content encoding. Common Crawl has renamed these headers since 2018;
    before, it left them as they were sent, and so does the Wayback Machine.
    """
    start, *lines = _HEADER.findall(head)
    kept = [line for line in lines if _fits(line, body)]
    removed = [line.decode("latin-1").strip() for line in lines if not _fits(line, body)]
    return start + b"".join(kept), "; ".join(removed)


def _fits(line: bytes, body: bytes) -> bool:
    name, _, value = line.partition(b":")
    name, value = name.strip().lower(), value.strip().lower()
    if name == b"transfer-encoding":
        return False
    if name == b"content-length":
        return value == b"%d" % len(body)
    if name == b"content-encoding":
        return body.startswith(GZIP) if b"gzip" in value else not body.lstrip().startswith(b"<")
    return True


def _bytes(line: str) -> bytes:
    """A line as it came: HTTP libraries read bytes as Latin-1, but what they unquote is beyond it."""
    flat = line.replace("\r", " ").replace("\n", " ")
    try:
        return flat.encode("latin-1")
    except UnicodeEncodeError:
        return flat.encode()
