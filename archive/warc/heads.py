"""Read what the records of a WARC file say of themselves: enough to choose, index and copy them unread.

`archive/warc/reader.py` reads what a capture holds; this reads where each record lies, whose companion it
is and how replay finds it, and keeps no body.
"""

import base64
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException

from archive.errors import WarcError
from archive.warc.gzip_members import CHUNK, GZIP, GzipMember
from archive.warc.head import parse_head
from archive.warc.reader import (
    VERSIONS,
    BlockDigest,
    block_length,
    next_offset,
    read_block,
    reference,
    seconds,
)
from archive.warc.records import Place

HTTP = {"response", "revisit", "request"}
MAX_QUERY = 4096  # characters of a posted form that name its answer, as in cdxj-indexer


@dataclass(frozen=True, slots=True)
class Head:
    """A record without its body. Ids are without brackets, times in whole seconds; None: not stated.

    `beside` is the record that this one was made together with (WARC-Concurrent-To). `method` and `form`
    are a request's, where it was no GET: `form` is what it sent, as replay tools write it into an address.
    """

    place: Place
    kind: str
    id: str | None
    beside: str | None
    url: str | None
    at: str | None
    digest: str | None
    refers_to: str | None
    refers_to_url: str | None
    refers_to_at: str | None
    status: str | None = None
    mime: str | None = None
    method: str | None = None
    form: str | None = None


def heads(path: Path) -> Iterator[Head]:
    """The records of a WARC file, gzipped or plain, in its order; each is read to its end.

    Raises WarcError where the file is damaged or cut, or cannot be read.
    """
    offset: int | None = 0
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == GZIP
            while (offset := next_offset(file)) is not None:
                yield _head(file, packed, path.name, offset)
    except (EOFError, ValueError, zlib.error, StatusAndHeadersParserException) as error:
        raise WarcError(f"{path} is damaged at byte {offset}: `backan verify` says what is lost") from error
    except OSError as error:
        raise WarcError(f"cannot read {path}: {error}") from error


def _head(file: io.BufferedReader, packed: bool, name: str, offset: int) -> Head:
    stream = io.BufferedReader(GzipMember(file), CHUNK) if packed else file
    warc = parse_head(stream, VERSIONS)
    digest = BlockDigest(
        ""
    )  # others' may be wrong, and then their records are still to be copied as they are
    length = block_length(warc)
    start = read_block(stream, min(length, CHUNK), True, digest)
    read_block(stream, length - len(start), False, digest)
    if packed and stream.read(CHUNK).strip():  # which also reads the check sum at the end of the member
        raise ValueError("several records in one gzip member")
    kind = str(warc.get_header("WARC-Type", "nameless"))
    more = _http(kind, start) if kind in HTTP else {}
    return Head(
        Place(name, offset, file.tell() - offset),
        kind,
        reference(warc, "WARC-Record-ID"),
        reference(warc, "WARC-Concurrent-To"),
        reference(warc, "WARC-Target-URI"),
        seconds(warc.get_header("WARC-Date")),
        warc.get_header("WARC-Payload-Digest"),
        reference(warc, "WARC-Refers-To"),
        reference(warc, "WARC-Refers-To-Target-URI"),
        seconds(warc.get_header("WARC-Refers-To-Date")),
        **more,
    )


def _http(kind: str, start: bytes) -> dict[str, Any]:
    """What the HTTP head says, at the start of the block; nothing where there is none, as with DNS."""
    if kind != "request" and not start.startswith(b"HTTP/"):
        return {}
    stream = io.BytesIO(start)
    try:
        http = parse_head(stream)
    except (EOFError, StatusAndHeadersParserException):
        return {}
    if kind != "request":
        mime = http.get_header("Content-Type", "").partition(";")[0].strip().lower()
        return {"status": http.get_statuscode() or None, "mime": mime or None}
    method = http.protocol.upper()
    return {} if method in ("", "GET") else {"method": method, "form": _form(http, stream.read())}


def _form(http: StatusAndHeaders, body: bytes) -> str:
    """https://specs.webrecorder.net/request-body-canonicalization/latest/, for forms and opaque bodies."""
    if http.get_header("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        try:
            return unquote_plus(body.decode())[:MAX_QUERY]
        except UnicodeDecodeError:
            return _opaque(body)
    return _opaque(body) if body else ""


def _opaque(body: bytes) -> str:
    return f"__wb_post_data={base64.b64encode(body).decode()}"[:MAX_QUERY]
