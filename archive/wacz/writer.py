"""Write WACZ 1.1.1: a ZIP file that replay tools open, as it is, in a browser.

https://specs.webrecorder.net/wacz/1.1.1/

It holds copies of WARC records byte for byte, an index of them, the pages with title and text, and the
SHA-256 of all that. Replay reads it from the middle, so the WARC and its index are stored, not packed once
more. Nothing in it depends on when it was written: the same records make the same file.
"""

import hashlib
import json
import sqlite3
import struct
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from archive.errors import ArchiveError
from archive.wacz.selection import Chosen, Part
from archive.warc.gzip_members import CHUNK, GZIP, gzip_member
from archive.warc.surt import surt

LINES = 1024  # of the index in one gzip member, as py-wacz and Browsertrix have it
LEVEL = 6
SOFTWARE = "backan-archive"
INDEXED = ("response", "revisit")
# pywb hands it on, to a browser that has no older page in store. Left out of the index, it is not found,
# and the nearest capture is: that which was not modified. https://github.com/ukwa/ukwa-pywb/issues/40
NOT_MODIFIED = "304"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a ZIP file can state


class Wacz:
    """A WACZ that is being written to an open file: first `add_records`, then `add_pages`, then `finish`.

    `with wacz:` closes it, whole or not.
    """

    def __init__(self, file: IO[bytes], part: Part, scratch: Path) -> None:
        self.part = part
        self._zip = ZipFile(file, "w")
        self._time = datetime.fromisoformat(part.until)
        self._resources: list[dict[str, Any]] = []
        self._scratch = scratch

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add_records(
        self, records: Iterable[Chosen], folder: Path, told: Callable[[int], object] = lambda _: None
    ) -> int:
        """Copy records out of the WARC files in `folder`, and index them; returns their number.

        `told` gets the bytes of each. Raises OSError where one cannot be read or written.
        """
        name, number = f"{self.part.name}.warc.gz", 1  # the warcinfo
        lines = self._scratch / f"{self.part.name}.lines"
        with closing(sqlite3.connect(lines, isolation_level=None)) as index:  # it sorts on disk
            index.execute("pragma journal_mode = off")
            index.execute("pragma synchronous = off")
            index.execute("create table lines (line text primary key) without rowid")
            with self._entry(f"archive/{name}", ZIP_STORED) as out, _Sources(folder) as sources:
                out.write(gzip_member(_warcinfo(self.part, name), LEVEL))
                for record in records:
                    number += 1
                    offset = out.size
                    sources.copy(record, out)
                    told(record.length)
                    if record.kind in INDEXED and record.status != NOT_MODIFIED:
                        line = _line(record, name, offset, out.size - offset)
                        index.execute("insert or ignore into lines values (?)", [line])
            self._add_index(line for (line,) in index.execute("select line from lines order by line"))
        lines.unlink()
        return number

    def add_pages(self, pages: Iterable[dict[str, Any]]) -> int:
        """Write `pages.jsonl`; returns the number of pages."""
        number = 0
        with self._entry("pages/pages.jsonl", ZIP_DEFLATED) as out:
            header = {"format": "json-pages-1.0", "id": "pages", "title": "Pages", "hasText": True}
            out.write(_json(header))
            for page in pages:
                number += 1
                out.write(_json(page))
        return number

    def finish(self) -> None:
        """Write what the file says of itself, and end it."""
        package = json.dumps(self._datapackage(), ensure_ascii=False, indent=2).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        with self._entry("datapackage.json", ZIP_DEFLATED) as out:
            out.write(package)
        with self._entry("datapackage-digest.json", ZIP_DEFLATED) as out:
            out.write(json.dumps(digest, indent=2).encode())

    def _add_index(self, lines: Iterator[str]) -> None:
        """Lines in gzip members, and an index of those, so that replay need not read all of them."""
        filename, entries = "index.cdx.gz", []
        with self._entry(f"indexes/{filename}", ZIP_STORED) as out:
            while block := list(islice(lines, LINES)):
                member = gzip_member("".join(f"{line}\n" for line in block).encode(), LEVEL)
                where = {"offset": out.size, "length": len(member), "digest": _sha256(member)}
                entries.append(f"{block[0].partition(' {')[0]} {json.dumps(where)}\n")
                out.write(member)
        meta = json.dumps({"format": "cdxj-gzip-1.0", "filename": filename})
        with self._entry("indexes/index.idx", ZIP_DEFLATED) as out:
            out.write(f"!meta 0 {meta}\n{''.join(entries)}".encode())

    def _datapackage(self) -> dict[str, Any]:
        part = self.part
        mark = "Invented pages of the demo. " if part.demo else ""
        return {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "title": f"Bắc Kạn Archive, {part.name}",
            "description": f"{mark}Captured from {part.since} to {part.until}: {'; '.join(part.titles)}",
            "software": SOFTWARE,
            "created": part.until,  # that of the newest capture
            "resources": self._resources,
        }

    @contextmanager
    def _entry(self, path: str, how: int) -> Iterator["_Out"]:
        """A file within the ZIP; what is written to it is counted among the resources."""
        info = ZipInfo(path, max(EARLIEST, self._time.timetuple()[:6]))
        info.compress_type, info.create_system, info.external_attr = how, 3, 0o644 << 16
        # ReplayWeb.page takes an entry without extra fields in the directory for one without any in its own
        # header, where those of ZIP64 are: so each has a time stamp, and the size need not be known before.
        info.extra = struct.pack("<HHBI", 0x5455, 5, 1, int(self._time.timestamp()) % (1 << 32))
        with self._zip.open(info, "w", force_zip64=True) as file:
            out = _Out(file)
            yield out
        name = path.rpartition("/")[2].lower()
        self._resources.append({"name": name, "path": path, "hash": out.hash(), "bytes": out.size})


class _Out:
    """Counts and hashes what is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._sha256, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._sha256.update(data)
        self.size += len(data)

    def hash(self) -> str:
        return f"sha256:{self._sha256.hexdigest()}"


class _Sources:
    """The WARC files that records are copied from, one open at a time, as records come file by file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name: str | None = None
        self._file: IO[bytes] | None = None
        self._packed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def copy(self, record: Chosen, out: _Out) -> None:
        """Copy a gzip member as it is, and a record of a plain file as a new one, with its blank lines."""
        if record.file != self._name or self._file is None:
            self.__exit__()
            self._name, self._file = record.file, (self._folder / record.file).open("rb")
            self._packed = self._file.read(len(GZIP)) == GZIP
        self._file.seek(record.offset)
        if self._packed:
            for data in self._read(self._file, record.length):
                out.write(data)
        else:
            gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
            for data in self._read(self._file, record.length):
                out.write(gzip.compress(data))
            out.write(gzip.compress(b"\r\n\r\n") + gzip.flush())

    def _read(self, file: IO[bytes], left: int) -> Iterator[bytes]:
        while left:
            data = file.read(min(left, CHUNK))
            if not data:
                raise ArchiveError(f"{file.name} has become shorter: run `backan verify`")
            yield data
            left -= len(data)


def _line(record: Chosen, filename: str, offset: int, length: int) -> str:
    """The CDXJ line of a record. An answer to a form stands under its address and what was sent, as replay
    asks for it: https://specs.webrecorder.net/request-body-canonicalization/latest/"""
    url = record.url or ""
    key = url
    if record.method:
        sent = f"&{record.form}" if record.form else ""
        key = f"{url}{'&' if '?' in url else '?'}__wb_method={record.method}{sent}"
    fields = {
        "url": url,
        "mime": "warc/revisit" if record.kind == "revisit" else record.mime,
        "status": record.status,
        "digest": record.digest,
        "length": str(length),
        "offset": str(offset),
        "filename": filename,
        "requestBody": record.form,
        "method": record.method,
    }
    stated = json.dumps({name: value for name, value in fields.items() if value is not None})
    time = "".join(c for c in record.at or "" if c.isdigit())
    return f"{surt(key)} {time} {stated}"


def _warcinfo(part: Part, filename: str) -> bytes:
    """It names no crawl: the records are of many, and whoever takes them in must not take them for one."""
    fields = {"software": SOFTWARE, "format": "WARC File Format 1.1", "description": part.name}
    if part.demo:
        fields["source"] = "demo"  # by which an archive knows what it must not be mixed with
    block = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
    id = uuid.uuid5(uuid.NAMESPACE_URL, f"{filename} {part.since} {part.until} {part.captures}")
    head = {
        "WARC-Type": "warcinfo",
        "WARC-Record-ID": f"<urn:uuid:{id}>",
        "WARC-Date": part.until,
        "WARC-Filename": filename,
        "Content-Type": "application/warc-fields",
        "Content-Length": str(len(block)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
