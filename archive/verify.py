"""Prove that the archive still is what was captured: every WARC record against its row, both ways."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection

from archive.access import connect
from archive.errors import WarcError
from archive.warc import Exchange, Other, Record, Unusable, records
from archive.warc_writer import OPEN, abandoned

WARC = ("*.warc", "*.warc.gz")


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong, in a sentence, and where: file, byte and address as far as they are known."""

    file: str
    what: str
    offset: int | None = None
    url: str | None = None

    def __str__(self) -> str:
        at = "" if self.offset is None else f", byte {self.offset}"
        return f"{self.file}{at}{f', {self.url}' if self.url else ''}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Row:
    url: str
    sha256: str
    length: int


def verify(
    data: Path, covers: Callable[[str], bool], read: Callable[[int], object] = lambda _: None
) -> Iterator[Damage]:
    """All damage in a data folder; none if every record is whole and known, and every capture has its record.

    `covers` says whether an address is one of ours: responses of other hosts need no row. `read` is told the
    bytes of each record as it is read. Files that a crawl is writing to just now are left out.

    Raises ArchiveError where there is no archive, or none that can be read.
    """
    folder = data / "warc"
    with closing(connect(data / "archive.db")) as archive:
        on_disk = {path.name: path for pattern in WARC for path in sorted(folder.glob(pattern))}
        for name in sorted(on_disk.keys() | _files(archive)):
            rows = _rows(archive, name)
            if path := on_disk.get(name):
                yield from _verify_file(path, rows, covers, read)
            elif not (folder / f"{name}{OPEN}").exists():
                yield Damage(name, f"is not there, and {len(rows)} captures point to it")
    for path in abandoned(folder):
        yield Damage(path.name, "was left unfinished by a crawl that was killed")


def _files(archive: Connection) -> set[str]:
    query = "select distinct warc_file from captures where warc_file is not null"
    return {name for (name,) in archive.execute(query)}


def _rows(archive: Connection, file: str) -> dict[int, _Row]:
    query = "select warc_offset, url, sha256, warc_length from captures where warc_file = ?"
    return {offset: _Row(*rest) for offset, *rest in archive.execute(query, [file])}


def _verify_file(
    path: Path, rows: dict[int, _Row], covers: Callable[[str], bool], read: Callable[[int], object]
) -> Iterator[Damage]:
    try:
        for record in records(path):
            read(record.place.length)
            row = rows.pop(record.place.offset, None)
            for what in _wrong(record, row, covers):
                url = row.url if row else getattr(record, "url", None)
                yield Damage(path.name, what, record.place.offset, url)
    except WarcError as error:
        yield Damage(path.name, str(error))
    for offset, row in rows.items():
        yield Damage(path.name, "holds no record where this capture points", offset, row.url)


def _wrong(record: Record, row: _Row | None, covers: Callable[[str], bool]) -> Iterator[str]:
    if isinstance(record, Unusable):
        if row:
            yield f"the record cannot be read: {record.why}"
        return
    if not record.intact:
        yield "the record is not what its digest says"
    if isinstance(record, Other):
        if row:
            yield f"a capture points here, to a record that is no response but {record.kind}"
    elif row is None:
        if covers(record.url):
            yield "the archive does not know this record: `backan ingest` takes it in"
    else:
        yield from _unlike(record, row)


def _unlike(record: Exchange, row: _Row) -> Iterator[str]:
    if record.url != row.url:
        yield f"the record is of another address, {record.url}"
    if record.place.length != row.length:
        yield f"the record has {record.place.length} bytes, not {row.length}"
    if sha256(record.body).hexdigest() != row.sha256:
        yield "the body is not the one that was captured: its SHA-256 differs"
