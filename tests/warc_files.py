"""WARC files as others might have made them, with pages of the hostile portal."""

import gzip
from pathlib import Path
from typing import Any

import fastwarc.warc
import warcio.archiveiterator
from hostile_server import page

from archive.warc.writer import WarcWriter

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
            written = writer.write(url, at, b"GET / HTTP/1.1\r\n\r\n", head, body, **more)
    return folder / written.place.file


def article(name: str) -> tuple[str, str, list[str], bytes]:
    return f"http://hostile.test/bai/{name}", "200 OK", [HTML], page(f"Bài {name}")


def record(
    kind: str, url: str | None, block: bytes, at: str = AT, version: str = "1.0", **headers: str
) -> bytes:
    """A record as others write it, plain. `WARC_Refers_To="x"` is the header `WARC-Refers-To: x`."""
    lines = {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": at}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    stated = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    head = f"WARC/{version}\r\n{stated}Content-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def revisit(url: str, digest: str, block: bytes = b"", at: str = AT, **headers: str) -> bytes:
    """A revisit record as others write it; to what it refers stands in `headers`, if anywhere."""
    profile = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
    headers = {"WARC_Profile": profile, "WARC_Payload_Digest": digest} | headers
    return record("revisit", url, block, at, **headers)


def metadata(url: str | None, fields: str, at: str = AT, **headers: str) -> bytes:
    return record("metadata", url, fields.encode(), at, Content_Type="application/warc-fields", **headers)


def foreign(folder: Path, *records: bytes, name: str = "foreign.warc") -> Path:
    """A WARC file of these records; with a gzip member for each, if it is called so."""
    path = folder / name
    path.write_bytes(b"".join(map(gzip.compress, records) if name.endswith(".gz") else records))
    return path


def kinds(path: Path, http: bool = True) -> list[str]:
    """The types of the records of a file, after warcio, FastWARC and gzip have read all of it alike.

    `http`: FastWARC reads the HTTP heads too, and gives up at one of more than 32 KB.
    """
    if path.name.endswith(".gz"):
        gzip.decompress(path.read_bytes())
    with path.open("rb") as file:
        found = []
        for each in warcio.archiveiterator.ArchiveIterator(file, check_digests="raise"):
            each.raw_stream.read()  # it cannot undo br as the brotli of today has it
            found.append(str(each.rec_type))
    for verified in (False, True):  # it passes over a record that is not what its digest says
        with path.open("rb") as file:
            iterator = fastwarc.warc.ArchiveIterator(file, parse_http=http, verify_digests=verified)
            assert [str(each.record_type) for each in iterator] == found
    return found
