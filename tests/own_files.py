"""WARC files as a crawl of ours writes them, with pages of the hostile portal."""

from pathlib import Path
from typing import Any

from hostile_server import page
from warc_files import HTML

from archive.warc.writer import WarcWriter, Written

CRAWL = "hostile-20260101T000000Z"


def ours(folder: Path, max_size: int = 1 << 30) -> WarcWriter:
    """A writer of the files of one crawl."""
    info = {
        "software": "backan-archive (Scrapy/2.19.0)", "isPartOf": CRAWL, "portal": "hostile", "source": "via",
        "startedAt": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    return WarcWriter(folder, CRAWL, info, max_size=max_size)


def answer(
    writer: WarcWriter, path: str, second: int, status: str = "200 OK", body: bytes | None = None, **more: Any
) -> Written:
    head = f"HTTP/1.1 {status}\r\n{HTML}\r\n\r\n".encode()
    at = f"2026-01-01T00:00:{second:02}Z"
    body = page(f"Bài {path}") if body is None else body
    return writer.write(f"http://hostile.test{path}", at, b"GET / HTTP/1.1\r\n\r\n", head, body, **more)


def end(writer: WarcWriter, outcome: str = "finished", complete: str = "true") -> None:
    fields = {"crawl": CRAWL, "finishedAt": "2026-01-01T00:01:00Z", "outcome": outcome, "complete": complete}
    writer.note(f"urn:backan:crawl:{CRAWL}", "2026-01-01T00:01:00Z", fields)


def of_several_files(folder: Path) -> list[Path]:
    """A crawl whose first response has its fate told in another file, and whose end is in the last."""
    with ours(folder, max_size=1) as writer:
        first = answer(writer, "/bai/mot", 1, "503 Busy")
        answer(writer, "/bai/hai", 2)
        writer.note("http://hostile.test/bai/mot", "2026-01-01T00:00:01Z", {"successor": "retry"}, first.id)
        answer(writer, "/bai/mot", 3)
        end(writer)
    return [folder / f"{CRAWL}-0000{n}.warc.gz" for n in range(3)]
