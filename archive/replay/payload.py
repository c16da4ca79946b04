"""What was received: read from a WARC file, compared with what was captured, and unpacked within bounds."""

import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection
from threading import BoundedSemaphore

import brotli  # type: ignore[import-untyped]  # it ships none

from archive.errors import ArchiveError, WarcError
from archive.repeats import Repeats, repeat_of
from archive.replay.captured import Captured
from archive.warc.file import open_name
from archive.warc.reader import Exchange, Place, Revisit, read_at

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SHOWN = 8 << 20  # bytes of a page that are shown, unpacked
MOST_CODINGS = 3  # one upon the other
MOST_MEMBERS = 256  # of a body, and one more for each SMALL bytes in them: an empty one takes time too
SMALL = 1 << 10
_STEP = 1 << 16
_FED = 1 << 14  # packed bytes at once: what is left of them is copied with every piece, and with every member
_NO_PADDING = re.compile(rb"[^\0]")
_READERS = BoundedSemaphore(2)  # a record may be large in memory, so few are read at one time


class Problem(StrEnum):
    """Why there is nothing to show."""

    SILENT = "silent"  # no response was received
    ABSENT = "absent"  # the file is not on this server
    DAMAGED = "damaged"
    UNLINKED = "unlinked"  # a revisit, and what it repeats is in no file here


class UnreadableError(ArchiveError):
    """What was received cannot be shown."""

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(detail or problem)
        self.problem, self.detail = problem, detail


@dataclass(frozen=True, slots=True)
class Received:
    """A response: `body` still encoded; `intact` is None where no digest was kept to compare it with.

    `repeats` is the place of the record that has the body, where this one only refers to it.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    intact: bool | None
    repeats: Place | None = None
    truncated: bool = False
    unfinished: bool = False  # a crawl is still writing the file

    def header(self, name: str) -> str:
        return next((value for field, value in self.headers if field.lower() == name), "")

    def content(self, most: int = SHOWN) -> "Content":
        return decoded(self.body, self.header("content-encoding"), most)


@dataclass(frozen=True, slots=True)
class Content:
    """A body without its encoding; `cut`: there is more of it, or it is damaged further on."""

    body: bytes
    cut: bool = False


def read(folder: Path, one: Captured) -> Exchange | Revisit:
    """The record of a capture. Raises UnreadableError."""
    if one.warc_file is None or one.warc_offset is None:
        raise UnreadableError(Problem.SILENT)
    return _record(folder, Place(one.warc_file, one.warc_offset, one.warc_length or 0))


def original(db: Connection, folder: Path, record: Revisit, digest: str | None) -> Place | None:
    """Where the body is that a revisit only refers to."""
    return Repeats(db, folder).original(repeat_of(record, digest))


def received(record: Exchange, folder: Path, one: Captured) -> Received:
    open_still = not (folder / record.place.file).exists()
    truncated = record.truncated is not None
    return Received(
        record.status, record.headers, record.body, _intact(record, one), None, truncated, open_still
    )


def repeated(revisit: Revisit, folder: Path, one: Captured, place: Place | None) -> Received:
    """The response of a revisit with the body of the record at `place`. Raises UnreadableError."""
    if place is None:
        raise UnreadableError(Problem.UNLINKED)
    whole = _record(folder, place)
    if not isinstance(whole, Exchange):
        raise UnreadableError(Problem.UNLINKED)
    # Not modified: it is shown as it was, headers and all; an identical body came with headers of its own.
    own = revisit.status not in (0, 304)
    headers = revisit.headers if own else whole.headers
    intact = _intact(whole, one)
    status, truncated = revisit.status or whole.status, whole.truncated is not None
    return Received(status, headers, whole.body, intact and revisit.intact, place, truncated)


def decoded(body: bytes, codings: str, most: int) -> Content:
    """Undo a Content-Encoding, up to `most` bytes; what does not decode at all stays as it is."""
    names = [name.strip().lower() for name in codings.split(",") if name.strip()]
    content = Content(body)
    for name in reversed(names[:MOST_CODINGS]):
        if name in _UNPACKERS:
            content = _unpacked(content, name, most)
    return Content(content.body[:most], content.cut or len(content.body) > most)


def _record(folder: Path, place: Place) -> Exchange | Revisit:
    path = folder / place.file
    is_name = Path(place.file).name == place.file
    if not is_name or not (path.exists() or open_name(path).exists()):
        raise UnreadableError(Problem.ABSENT)
    try:
        with _READERS:
            record = read_at(path, place.offset)
    except WarcError as error:
        raise UnreadableError(Problem.DAMAGED, str(error).replace(f"{folder}/", "")) from error
    if not isinstance(record, Exchange | Revisit):
        raise UnreadableError(Problem.DAMAGED, "another record is there, or one that cannot be used")
    return record


def _intact(record: Exchange, one: Captured) -> bool | None:
    if one.sha256 is None:
        return None
    return record.intact and sha256(record.body).hexdigest() == one.sha256


def _unpacked(content: Content, name: str, most: int) -> Content:
    pieces, size = [], 0
    try:
        for piece in _UNPACKERS[name](content.body):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                break
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError):
        if not size:  # some archives keep bodies unpacked under the header that says otherwise
            return content
        return Content(b"".join(pieces), cut=True)
    return Content(b"".join(pieces), cut=content.cut)


def _inflated(body: bytes, wbits: int) -> Iterator[bytes]:
    at = size = members = 0
    while at < len(body):  # a body may be of several members
        members += 1
        if members > MOST_MEMBERS + size // SMALL:
            raise EOFError
        unpack = zlib.decompressobj(wbits)
        while not unpack.eof:
            data = unpack.unconsumed_tail
            if not data:
                data = body[at : at + _FED]
                at += len(data)
            piece = unpack.decompress(data, _STEP)
            if not piece and not data and not unpack.eof:
                raise EOFError
            size += len(piece)
            yield piece
        more = _NO_PADDING.search(body, at - len(unpack.unused_data))
        at = more.start() if more else len(body)


def _deflated(body: bytes) -> Iterator[bytes]:
    """As zlib has it, or bare, as some servers send it."""
    bare = len(body) < 2 or body[0] & 15 != 8 or int.from_bytes(body[:2]) % 31
    return _inflated(body, -zlib.MAX_WBITS if bare else zlib.MAX_WBITS)


def _brotli(body: bytes) -> Iterator[bytes]:
    unpack, at = brotli.Decompressor(), 0
    while not unpack.is_finished():
        data = body[at : at + _FED] if unpack.can_accept_more_data() else b""
        at += len(data)
        piece = unpack.process(data, output_buffer_limit=_STEP)
        if not piece and not data and unpack.can_accept_more_data():
            raise EOFError
        yield piece


def _zstandard(body: bytes) -> Iterator[bytes]:
    unpack = zstd.ZstdDecompressor()
    data = body
    while not unpack.eof:
        piece = unpack.decompress(data, _STEP)
        data = b""
        if not piece and unpack.needs_input:
            raise EOFError
        yield piece


_UNPACKERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": lambda body: _inflated(body, zlib.MAX_WBITS | 16),
    "x-gzip": lambda body: _inflated(body, zlib.MAX_WBITS | 16),
    "deflate": _deflated,
    "br": _brotli,
    "zstd": _zstandard,
}
