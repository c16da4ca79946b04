"""WARC files as others might have made them, with pages of the hostile portal."""

from pathlib import Path
from typing import Any

from hostile_server import page

from archive.warc_writer import WarcWriter

AT = "2019-12-11T10:00:00Z"
HTML = "Content-Type: text/html; charset=utf-8"


def warc(
    folder: Path,
    *exchanges: tuple[str, str, list[str], bytes],
    name: str = "foreign",
    info: dict[str, str] | None = None,
    at: str = AT,
    **more: Any,
) -> Path:
    """A WARC file with responses of address, status, header lines and body."""
    with WarcWriter(folder, name, info or {}) as writer:
        for url, status, headers, body in exchanges:
            head = "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()
            place = writer.write(url, at, b"GET / HTTP/1.1\r\n\r\n", head, body, **more)
    return folder / place.file


def article(name: str) -> tuple[str, str, list[str], bytes]:
    return f"http://hostile.test/bai/{name}", "200 OK", [HTML], page(f"Bài {name}")
