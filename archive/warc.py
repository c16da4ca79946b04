"""Read WARC files, to the last whole record.

https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

import base64
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from archive.errors import WarcError

CHUNK = 1 << 16
MAX_BLOCK = 256 << 20  # responses beyond are skipped: they are read into memory, and are no pages
GZIP = b"\x1f\x8b"
VERSIONS = ["WARC/1.1", "WARC/1.0", "WARC/0.18", "WARC/0.17"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: name of the file, first byte, number of bytes (compressed, if the file is)."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A response out of a WARC file. `body` is still content-encoded, but never in chunks.

    `captured_at` is in whole seconds, as in `captures`; `status` is 0 where the status line states none;
    `truncated` is the reason in WARC-Truncated; `intact` is False where the record is not what its own
    digest says.
    """

    url: str
    captured_at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    place: Place
    truncated: str | None = None
    intact: bool = True


@dataclass(frozen=True, slots=True)
class Unusable:
    """An HTTP response of which nothing can be made, and why."""

    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Other:
    """A record that is no HTTP response, by its type; `fields` are what a warcinfo states."""

    kind: str
    place: Place
    fields: Mapping[str, str] = field(default_factory=dict)
    intact: bool = True


Record = Exchange | Unusable | Other


def exchanges(path: Path) -> Iterator[Exchange]:
    """The HTTP responses of a WARC file, as far as they can be used; see `records`."""
    return (record for record in records(path) if isinstance(record, Exchange))


def records(path: Path) -> Iterator[Record]:
    """What a WARC file holds, 1.0 or 1.1, plain or gzipped, in its order.

    Raises WarcError, after the last whole record, where the file is damaged or ends within a record: warcio
    says nothing then.
    """
    try:
        with path.open("rb") as file:
            packed = file.peek(2)[:2] == GZIP
            begun = False
            while (offset := _next_offset(file)) is not None:
                try:
                    record = _read_record(file, packed, path.name, offset)
                except EOFError as error:
                    raise WarcError(f"{path} is cut: the record at byte {offset} is not whole") from error
                except StatusAndHeadersParserException as error:  # whose message holds what is there instead
                    what = f"damaged at byte {offset}: no record begins there" if begun else "no WARC file"
                    raise WarcError(f"{path} is {what}") from error
                except (ValueError, zlib.error) as error:
                    raise WarcError(f"{path} is damaged at byte {offset}: {error}") from error
                begun = True
                yield record
    except OSError as error:
        raise WarcError(f"cannot read {path}: {error}") from error


def _next_offset(file: io.BufferedReader) -> int | None:
    """Where the next record starts, behind the blank lines that part plain ones; None at the end."""
    while (byte := file.peek(1)[:1]) in (b"\r", b"\n"):
        file.read(1)
    return file.tell() if byte else None


def _read_record(file: io.BufferedReader, packed: bool, name: str, offset: int) -> Record:
    """The record that starts here; the file stands behind it then."""
    stream = io.BufferedReader(_Member(file), CHUNK) if packed else file
    headers = StatusAndHeadersParser(VERSIONS).parse(stream)
    if not headers.protocol:
        raise StatusAndHeadersParserException("a blank line", "")
    kind = str(headers.get_header("WARC-Type", "nameless"))
    length = _length(headers)
    wanted = kind in ("response", "warcinfo") and length <= MAX_BLOCK
    digest = _Digest(headers.get_header("WARC-Block-Digest", ""))
    block = _read_block(stream, length, wanted, digest)
    if packed and stream.read(CHUNK).strip():
        raise ValueError("several records in one gzip member, which `warcio recompress` can part")
    place = Place(name, offset, file.tell() - offset)
    if kind != "response":
        return Other(kind, place, _fields(block) if kind == "warcinfo" else {}, digest.holds())
    if not wanted:
        return Unusable(place, f"larger than {MAX_BLOCK >> 20} MB")
    try:
        record = _exchange(headers, block, place)
        return record if digest.holds() or isinstance(record, Unusable) else replace(record, intact=False)
    except Exception as error:  # the record has been read to its end: the next one may be better
        return Unusable(place, f"{type(error).__name__}: {error}")


def _length(headers: StatusAndHeaders) -> int:
    length = headers.get_header("Content-Length", "")
    if not length.isdecimal():
        raise ValueError(f"a record of {length or 'no'} bytes")
    return int(length)


class _Digest:
    """The digest that a record states of its block, `sha1:` or so and base32 or hex, and the block's own."""

    def __init__(self, stated: str) -> None:
        algorithm, _, self._stated = stated.lower().partition(":")
        self._hash = hashlib.new(algorithm) if algorithm in ("sha1", "sha256", "md5") else None

    def update(self, data: bytes) -> None:
        if self._hash:
            self._hash.update(data)

    def holds(self) -> bool:
        """True also where nothing is stated that we know."""
        if self._hash is None:
            return True
        found = self._hash.digest()
        return self._stated in (found.hex(), base64.b32encode(found).decode().lower())


def _read_block(stream: IO[bytes], length: int, keep: bool, digest: _Digest) -> bytes:
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


def _fields(block: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in block.decode(errors="replace").splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _exchange(headers: StatusAndHeaders, block: bytes, place: Place) -> Record:
    url = str(headers.get_header("WARC-Target-URI", "")).strip("<>")  # in brackets by wget 1.19
    if not block.startswith(b"HTTP/") or not url.startswith(("http://", "https://")):
        return Other("response without HTTP", place)
    date = headers.get_header("WARC-Date", "")
    captured_at = _seconds(date)
    if captured_at is None:
        return Unusable(place, f"captured at {date!r}, which is no time")
    stream = io.BytesIO(block)
    http = StatusAndHeadersParser([], verify=False).parse(stream)
    status = http.get_statuscode()
    body = stream.read()
    if "chunked" in http.get_header("Transfer-Encoding", "").lower():
        body = ChunkedDataReader(io.BytesIO(body)).read()
    return Exchange(
        url=url,
        captured_at=captured_at,
        status=int(status) if len(status) == 3 and status.isdecimal() else 0,
        headers=tuple(http.headers),
        body=body,
        place=place,
        truncated=headers.get_header("WARC-Truncated"),
    )


def _seconds(date: str) -> str | None:
    """A WARC-Date in UTC and whole seconds; None where it is no date, or in UTC none that we can write."""
    try:
        time = datetime.fromisoformat(date)
        utc = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Member(io.RawIOBase):
    """One gzip member of a file, unpacked as it is read; at its end the file stands right behind it."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file, self._gunzip = file, zlib.decompressobj(zlib.MAX_WBITS | 16)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data and not self._gunzip.eof:
            packed = self._gunzip.unconsumed_tail or self._file.read(CHUNK)
            data = self._gunzip.decompress(packed, len(buffer))
            if self._gunzip.eof:
                self._file.seek(-len(self._gunzip.unused_data), io.SEEK_CUR)
            elif not packed and not data:
                raise EOFError
        buffer[: len(data)] = data
        return len(data)
