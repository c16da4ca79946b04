"""Read WARC files, to the last whole record.

https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

import base64
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParserException

from archive.errors import WarcError
from archive.warc.gzip_members import CHUNK, GZIP, GzipMember
from archive.warc.head import parse_head
from archive.warc.records import Exchange, Note, Other, Place, Record, Revisit, Unusable

__all__ = ["OPEN", "Exchange", "Note", "Other", "Place", "Record", "Revisit", "Unusable"]

OPEN = ".open"  # behind the name of a file that has not been ended
MAX_BLOCK = 256 << 20  # responses beyond are skipped: they are read into memory, and are no pages
ZSTANDARD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")  # the second where a dictionary comes first
VERSIONS = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]
FIELDS = "application/warc-fields"
Headers = tuple[tuple[str, str], ...]


def exchanges(path: Path) -> Iterator[Exchange]:
    """The HTTP responses of a WARC file, as far as they can be used; see `records`."""
    return (record for record in records(path) if isinstance(record, Exchange))


def records(path: Path) -> Iterator[Record]:
    """What a WARC file holds, 1.0 or 1.1, plain or gzipped, in its order.

    Places name the file as it will be called once it has been ended. Raises WarcError, after the last whole
    record, where the file is damaged or ends within a record: warcio says nothing then.
    """
    return _records_from(path, 0)


def read_at(path: Path, offset: int) -> Record:
    """The record that begins at a byte of a file, also where a crawl is still writing it.

    Raises WarcError where no whole record begins there.
    """
    begun = path.with_name(path.name + OPEN)
    try:  # it may be ended just now
        return next(_records_from(begun if not path.exists() and begun.exists() else path, offset))
    except StopIteration:
        raise WarcError(f"{path} ends before byte {offset}, where a record should be") from None


def payload_digest(body: bytes) -> str:
    """The digest that a record states of its payload, as most archives write it."""
    return f"sha1:{base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()}"


def http_head(block: bytes) -> tuple[int, Headers, bytes]:
    """Status, headers and body of an HTTP response; 0 where the status line states no status."""
    stream = io.BytesIO(block)
    http = parse_head(stream)
    status = http.get_statuscode()
    number = int(status) if len(status) == 3 and status.isdecimal() else 0
    return number, tuple(http.headers), stream.read()


def _records_from(path: Path, offset: int) -> Iterator[Record]:
    try:
        with path.open("rb") as file:
            begun = offset > 0
            file.seek(offset)
            start = file.peek(4)[:4]
            if start in ZSTANDARD:
                raise WarcError(f"{path} is compressed with Zstandard: unpack it with `zstd -d` first")
            while (at := next_offset(file)) is not None:
                try:
                    record = _read_record(file, start[:2] == GZIP, path.name.removesuffix(OPEN), at)
                except EOFError as error:
                    raise WarcError(f"{path} is cut: the record at byte {at} is not whole") from error
                except StatusAndHeadersParserException as error:  # whose message holds what is there instead
                    what = f"damaged at byte {at}: no record begins there" if begun else "no WARC file"
                    raise WarcError(f"{path} is {what}") from error
                except (ValueError, zlib.error) as error:
                    raise WarcError(f"{path} is damaged at byte {at}: {error}") from error
                begun = True
                yield record
    except OSError as error:
        raise WarcError(f"cannot read {path}: {error}") from error


def next_offset(file: io.BufferedReader) -> int | None:
    """Where the next record starts, behind the blank lines that part plain ones; None at the end."""
    while (byte := file.peek(1)[:1]) in (b"\r", b"\n"):
        file.read(1)
    return file.tell() if byte else None


def _read_record(file: io.BufferedReader, packed: bool, name: str, offset: int) -> Record:
    """The record that starts here; the file stands behind it then."""
    stream = io.BufferedReader(GzipMember(file), CHUNK) if packed else file
    headers = parse_head(stream, VERSIONS)
    if not headers.protocol:
        raise StatusAndHeadersParserException("a blank line", "")
    kind = _kind(headers)
    length = block_length(headers)
    wanted = kind in READERS and length <= MAX_BLOCK
    digest = BlockDigest(headers.get_header("WARC-Block-Digest", ""))
    block = read_block(stream, length, wanted, digest)
    if packed and stream.read(CHUNK).strip():
        raise ValueError("several records in one gzip member, which `warcio recompress` can part")
    place = Place(name, offset, file.tell() - offset)
    if kind not in READERS:
        return Other(kind, place, intact=digest.holds())
    if not wanted:
        return Unusable(place, f"larger than {MAX_BLOCK >> 20} MB")
    try:
        record = READERS[kind](headers, block, place)
        return record if isinstance(record, Unusable) else replace(record, intact=digest.holds())
    except Exception as error:  # the record has been read to its end: the next one may be better
        return Unusable(place, f"{type(error).__name__}: {error}")


def _kind(headers: StatusAndHeaders) -> str:
    """The type of a record, "note" where it is metadata that we can read."""
    kind = str(headers.get_header("WARC-Type", "nameless"))
    claimed = headers.get_header("Content-Type", "").partition(";")[0].strip().lower()
    return "note" if kind == "metadata" and claimed == FIELDS else kind


def block_length(headers: StatusAndHeaders) -> int:
    length = headers.get_header("Content-Length", "")
    if not length.isdecimal():
        raise ValueError(f"a record of {length or 'no'} bytes")
    return int(length)


class BlockDigest:
    """The digest that a record states of its block, `sha1:` or so and base32 or hex, and the block's own."""

    def __init__(self, stated: str) -> None:
        algorithm, _, digest = stated.lower().partition(":")
        self._stated = digest.rstrip("=")
        self._hash = hashlib.new(algorithm) if algorithm in ("sha1", "sha256", "md5") else None

    def update(self, data: bytes) -> None:
        if self._hash:
            self._hash.update(data)

    def holds(self) -> bool:
        """True also where nothing is stated that we know."""
        if self._hash is None:
            return True
        found = self._hash.digest()
        return self._stated in (found.hex(), base64.b32encode(found).decode().lower().rstrip("="))


def read_block(stream: IO[bytes], length: int, keep: bool, digest: BlockDigest) -> bytes:
    """Read `length` bytes, all of which must be there; returns them if they are to be kept."""
    kept, left = [], length
    while left:
        data = stream.read(min(left, CHUNK))
        if not data:
            raise EOFError
        left -= len(data)
        digest.update(data)
        if keep:
            kept.append(data)
    return b"".join(kept)


def _response(headers: StatusAndHeaders, block: bytes, place: Place) -> Record:
    url = _target(headers)
    if not block.startswith(b"HTTP/") or not _is_http(url):
        return Other("response without HTTP", place)
    captured_at = seconds(headers.get_header("WARC-Date"))
    if captured_at is None:
        return _undated(headers, place)
    status, lines, body = http_head(block)
    if any("chunked" in value.lower() for name, value in lines if name.lower() == "transfer-encoding"):
        body = ChunkedDataReader(io.BytesIO(body)).read()
    return Exchange(
        url, captured_at, status, lines, body, place,
        truncated=headers.get_header("WARC-Truncated"),
        id=reference(headers, "WARC-Record-ID"),
        payload_digest=headers.get_header("WARC-Payload-Digest"),
    )  # fmt: skip


def _revisit(headers: StatusAndHeaders, block: bytes, place: Place) -> Record:
    """Of any profile: all say that the body is elsewhere, and where it is stands in other headers."""
    url = _target(headers)
    if not _is_http(url):
        return Other("revisit", place)
    captured_at = seconds(headers.get_header("WARC-Date"))
    if captured_at is None:
        return _undated(headers, place)
    status, lines, _ = http_head(block) if block.startswith(b"HTTP/") else (0, (), b"")
    return Revisit(
        url, captured_at, status, lines, place,
        refers_to_url=reference(headers, "WARC-Refers-To-Target-URI"),
        refers_to_at=seconds(headers.get_header("WARC-Refers-To-Date")),
        payload_digest=headers.get_header("WARC-Payload-Digest"),
        id=reference(headers, "WARC-Record-ID"),
        refers_to=reference(headers, "WARC-Refers-To"),
    )  # fmt: skip


def _note(headers: StatusAndHeaders, block: bytes, place: Place) -> Record:
    about = reference(headers, "WARC-Concurrent-To") or reference(headers, "WARC-Refers-To")
    date = seconds(headers.get_header("WARC-Date"))
    return Note(_target(headers) or None, date, _fields(block), place, about)


def _warcinfo(headers: StatusAndHeaders, block: bytes, place: Place) -> Record:
    return Other("warcinfo", place, _fields(block))


READERS = {"response": _response, "revisit": _revisit, "note": _note, "warcinfo": _warcinfo}


def _fields(block: bytes) -> dict[str, str]:
    """The fields of `application/warc-fields`, the last of those of one name."""
    fields: dict[str, str] = {}
    name = ""
    for line in block.decode(errors="replace").splitlines():
        if line[:1] in (" ", "\t") and name:  # goes on with the line before
            fields[name] = f"{fields[name]} {line.strip()}".strip()
        elif line.strip():
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _target(headers: StatusAndHeaders) -> str:
    return reference(headers, "WARC-Target-URI") or ""


def reference(headers: StatusAndHeaders, name: str) -> str | None:
    """An address or a record's id, without brackets: some have them, wget 1.19 even around addresses."""
    value = headers.get_header(name)
    return str(value).strip("<> ") if value else None


def _is_http(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _undated(headers: StatusAndHeaders, place: Place) -> Unusable:
    date = headers.get_header("WARC-Date", "")
    return Unusable(place, f"captured at {date!r}, which is no time")


def seconds(date: str | None) -> str | None:
    """A WARC-Date in UTC and whole seconds; None where it is no date, or in UTC none that we can write."""
    try:
        time = datetime.fromisoformat(date or "")
        utc = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{utc.replace(microsecond=0, tzinfo=None).isoformat()}Z"  # strftime writes the year 19 as 19
