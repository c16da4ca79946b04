"""Write WARC files, record by record.

https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/
"""

import fcntl
import io
import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc import Place

MAX_FILE = 1 << 30  # a new file after so many bytes, as is usual among web archives
OPEN = ".open"  # behind the name of a file that has not been ended


class WarcWriter:
    """Writes exchanges to new files `<prefix>-<serial>.warc.gz` in a folder; never appends to one.

    What stands behind a cut record is lost to every reader, so a crash must end a file. One that is being
    written has `.open` behind its name and is locked, so that `abandoned` can tell it from one that a crash
    has left. `info` goes into the warcinfo record at the head of each file.
    """

    def __init__(
        self, folder: Path, prefix: str, info: Mapping[str, str], level: int = 6, max_size: int = MAX_FILE
    ) -> None:
        self.folder, self.prefix, self.info = folder, prefix, info
        self.level, self.max_size = level, max_size
        self._serial = 0
        self._file: BinaryIO | None = None
        self._path = folder
        self._warcio: Any = None

    def write(
        self,
        url: str,
        captured_at: str,
        request: bytes,
        head: bytes,
        body: bytes,
        ip: str | None = None,
        truncated: str | None = None,
    ) -> Place:
        """Write a response and its request; returns the place of the response.

        `request` is the whole request and `head` all of the response before its body, to the blank line.
        Raises OSError where they cannot be written; the file then ends before them, and is whole.
        """
        file = self._current_file()
        start = file.tell()
        context = {"WARC-Date": captured_at} | ({"WARC-IP-Address": ip} if ip else {})
        cut = {"WARC-Truncated": truncated} if truncated else {}
        response = self._record(url, "response", head, body, context | cut)
        context["WARC-Concurrent-To"] = response.rec_headers.get_header("WARC-Record-ID")
        request_head, blank, request_body = request.partition(b"\r\n\r\n")
        try:
            self._warcio.write_record(response)
            end = file.tell()
            self._warcio.write_record(
                self._record(url, "request", request_head + blank, request_body, context)
            )
        except OSError:
            self._end_at(start)
            raise
        return Place(self._path.name, start, end - start)

    def close(self) -> None:
        """End the file and give it its final name."""
        if self._file is not None:
            self._file.close()
            self._file = None
            _open_name(self._path).rename(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end_at(self, size: int) -> None:
        """End the file there: on a full disk, what stands behind is part of a record."""
        assert self._file
        with suppress(OSError):  # what it holds back cannot be written either
            self._file.close()
        os.truncate(_open_name(self._path), size)
        self.close()

    def _current_file(self) -> BinaryIO:
        if self._file is not None and self._file.tell() >= self.max_size:
            self.close()
        if self._file is None:
            self._file = self._new_file()
            self._warcio = WARCWriter(_Members(self._file, self.level), gzip=False, warc_version="1.1")
            self._warcio.write_record(self._warcio.create_warcinfo_record(self._path.name, self.info))
        return self._file

    def _new_file(self) -> BinaryIO:
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            self._path = self.folder / f"{self.prefix}-{self._serial:05}.warc.gz"
            self._serial += 1
            if not self._path.exists() and not _open_name(self._path).exists():
                file = _open_name(self._path).open("xb")
                with suppress(OSError):  # some network file systems know no locks
                    fcntl.flock(file, fcntl.LOCK_EX)
                return file

    def _record(self, url: str, kind: str, head: bytes, body: bytes, headers: dict[str, str]) -> Any:
        return self._warcio.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            length=len(body),
            warc_headers_dict=headers,
            http_headers=_Verbatim(head),
        )


class _Members:
    """A file of gzip members. warcio flushes once after each record, and that ends a member.

    warcio's own wrapper has level 9 built in, which is slow: 16 MB/s against 27 MB/s at level 6.
    """

    def __init__(self, file: BinaryIO, level: int) -> None:
        self._file, self._level = file, level
        self._gzip = self._new()

    def write(self, data: bytes) -> None:
        self._file.write(self._gzip.compress(data))

    def flush(self) -> None:
        self._file.write(self._gzip.flush())
        self._file.flush()
        self._gzip = self._new()

    def _new(self) -> Any:
        return zlib.compressobj(self._level, zlib.DEFLATED, zlib.MAX_WBITS | 16)


class _Verbatim(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """HTTP headers that are written as they came; warcio percent-encodes what is not ASCII."""

    def __init__(self, head: bytes) -> None:
        super().__init__("verbatim", [])
        self._head = head

    def to_ascii_bytes(self, filter_func: object = None) -> bytes:
        return self._head


def abandoned(folder: Path) -> list[Path]:
    """The files that have `.open` behind their name, though nobody is writing to them any more."""
    return [path for path in sorted(folder.glob(f"*{OPEN}")) if not _is_held(path)]


def _is_held(path: Path) -> bool:
    """Whether a process holds the lock on a file; what has gone or cannot be opened counts as held."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _open_name(path: Path) -> Path:
    return path.with_name(path.name + OPEN)
