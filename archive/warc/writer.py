"""Write WARC files, record by record.

https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc import cdxj
from archive.warc.file import WarcFile, abandoned
from archive.warc.gzip_members import gzip_member
from archive.warc.reader import FIELDS, OPEN, Exchange, Place, Revisit, http_head

__all__ = ["OPEN", "Revisited", "WarcWriter", "Written", "abandoned"]

MAX_FILE = 1 << 30  # a new file after so many bytes, as is usual among web archives
PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # what ends a line for one reader or another


@dataclass(frozen=True, slots=True)
class Revisited:
    """The response whose body has come again; `digest` is its WARC-Payload-Digest."""

    url: str
    captured_at: str
    digest: str
    profile: Literal["identical-payload-digest", "server-not-modified"]


@dataclass(frozen=True, slots=True)
class Written:
    """Where a response was written, its WARC-Record-ID (without brackets) and its payload digest."""

    place: Place
    id: str
    digest: str
    is_revisit: bool = False


class WarcWriter:
    """Writes exchanges to new files `<prefix>-<serial>.warc.gz` in a folder; see `WarcFile`.

    `info` goes into the warcinfo record at the head of each file; that of the first is of `started_at`, if
    given. `level` is that of gzip, 0 to 9. Each call writes whole records or none: where it raises OSError,
    the file is as it was before, and can be written to or closed.
    """

    def __init__(
        self,
        folder: Path,
        prefix: str,
        info: Mapping[str, str],
        level: int = 6,
        max_size: int = MAX_FILE,
        started_at: str | None = None,
    ) -> None:
        self.folder, self.prefix, self.info = folder, prefix, info
        self.level, self.max_size, self.started_at = level, max_size, started_at
        self._serial = 0
        self._file: WarcFile | None = None
        self._info_id = ""

    def open(self) -> None:
        """Begin the first file, if none has been begun: a crawl without a record leaves a file too."""
        if self._file is None:
            self._file = self._next_file(self.started_at)

    def write(
        self,
        url: str,
        captured_at: str,
        request: bytes | None,
        head: bytes,
        body: bytes,
        ip: str | None = None,
        truncated: str | None = None,
        revisit: Revisited | None = None,
    ) -> Written:
        """Write a response and its request.

        `request` is the whole request, None where nobody knows it, and `head` all of the response before its
        body, to the blank line. With `revisit`, which brought the same body or is declared to be unchanged,
        the body is left out.
        """
        file = self._current_file(captured_at)
        context = {"WARC-Date": captured_at} | ({"WARC-IP-Address": ip} if ip else {})
        of_response = context | ({"WARC-Truncated": truncated} if truncated else {})
        if revisit:
            record = self._record(url, "revisit", head, b"", of_response | _references(revisit))
        else:
            record = self._record(url, "response", head, body, of_response)
        id, digest = (
            str(record.rec_headers.get_header(name)) for name in ("WARC-Record-ID", "WARC-Payload-Digest")
        )
        data = self._member(record)
        place = Place(file.path.name, file.size, len(data))
        line = _line(url, captured_at, head, place, digest, revisit)
        if request is not None:
            request_head, blank, request_body = request.partition(b"\r\n\r\n")
            context["WARC-Concurrent-To"] = id
            data += self._member(self._record(url, "request", request_head + blank, request_body, context))
        file.append(data, line)
        return Written(place, id.strip("<>"), digest, revisit is not None)

    def note(self, url: str, captured_at: str, fields: Mapping[str, str], about: str | None = None) -> Place:
        """Write a metadata record: `about` the response with that id, or of its own.

        A value is kept in one line: breaks and control characters become blanks.
        """
        self.open()
        assert self._file
        lines = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in fields.items())
        headers = {"WARC-Date": captured_at} | ({"WARC-Concurrent-To": f"<{about}>"} if about else {})
        block = lines.encode(errors="replace")
        data = self._member(self._record(url, "metadata", None, block, headers))
        place = Place(self._file.path.name, self._file.size, len(data))
        self._file.append(data)
        return place

    def sync(self) -> None:
        """Make all that has been written outlast a loss of power; costs nothing where nothing is new."""
        if self._file:
            self._file.sync()

    def close(self) -> None:
        """End the file and give it its final name."""
        if self._file is not None:
            file, self._file = self._file, None
            file.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _current_file(self, captured_at: str) -> WarcFile:
        self.open()
        assert self._file
        if self._file.is_full(self.max_size):
            # The next one is begun first: a crawl that runs always holds one.
            full, self._file = self._file, self._next_file(captured_at)
            full.end()
        return self._file

    def _next_file(self, begun_at: str | None) -> WarcFile:
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = self.folder / f"{self.prefix}-{self._serial:05}.warc.gz"
            warcinfo = self._warcinfo(path.name, begun_at)
            try:
                file = WarcFile(path, self._member(warcinfo))
            except FileExistsError:
                self._serial += 1
            else:
                self._info_id = str(warcinfo.rec_headers.get_header("WARC-Record-ID"))
                return file

    def _warcinfo(self, name: str, begun_at: str | None) -> Any:
        info = {field: _one_line(value) for field, value in self.info.items()}
        record = WARCWriter(None, warc_version="1.1").create_warcinfo_record(name, info)
        if begun_at:
            record.rec_headers.replace_header("WARC-Date", begun_at)
        return record

    def _record(self, url: str, kind: str, head: bytes | None, body: bytes, headers: dict[str, str]) -> Any:
        if UNFIT.search(url):
            raise ValueError(f"no address that a WARC record can be of: {url!r}")
        return WARCWriter(None, warc_version="1.1").create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            length=len(body),
            warc_content_type=FIELDS if head is None else "",
            warc_headers_dict=headers | {"WARC-Warcinfo-ID": self._info_id},
            http_headers=None if head is None else _Verbatim(head),
        )

    def _member(self, record: Any) -> bytes:
        """A record as a gzip member; warcio's own are of level 9, which is slow: 16 MB/s against 27 at 6."""
        plain = io.BytesIO()
        WARCWriter(plain, gzip=False, warc_version="1.1").write_record(record)
        return gzip_member(plain.getvalue(), self.level)


class _Verbatim(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """HTTP headers that are written as they came; warcio percent-encodes what is not ASCII."""

    def __init__(self, head: bytes) -> None:
        super().__init__("verbatim", [])
        self._head = head

    def to_ascii_bytes(self, filter_func: object = None) -> bytes:
        return self._head


def _one_line(value: str) -> str:
    return UNFIT.sub(" ", value).strip()


def _references(revisit: Revisited) -> dict[str, str]:
    return {
        "WARC-Profile": PROFILES + revisit.profile,
        "WARC-Refers-To-Target-URI": revisit.url,
        "WARC-Refers-To-Date": revisit.captured_at,
        "WARC-Payload-Digest": revisit.digest,
    }


def _line(
    url: str, captured_at: str, head: bytes, place: Place, digest: str, revisit: Revisited | None
) -> str:
    """The CDXJ line, from the bytes that are written: a reader of the file must come to the same."""
    status, headers, _ = http_head(head)
    if revisit:
        return cdxj.line(Revisit(url, captured_at, status, headers, place, payload_digest=digest))
    return cdxj.line(Exchange(url, captured_at, status, headers, b"", place, payload_digest=digest))
