"""CDXJ: where each response lies in a WARC file, one line of JSON for each, as pywb, cdxj-indexer and
py-wacz write them.

A file's lines stand in a sidecar beside it, in the order of its records; who needs them sorted sorts them.
https://specs.webrecorder.net/cdxj/0.1.0/
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.errors import WarcError
from archive.warc.reader import OPEN, Exchange, Record, Revisit, payload_digest, records
from archive.warc.surt import surt

SUFFIX = ".cdxj"
PART = ".part"  # behind the name of a sidecar that is not whole yet
REVISIT = "warc/revisit"


def line(record: Exchange | Revisit) -> str:
    """The line of a response, without line break."""
    mime, digest = REVISIT, record.payload_digest
    if isinstance(record, Exchange):
        mime, digest = _mime(record), digest or payload_digest(record.body)
    fields = {
        "url": record.url,
        "mime": mime,
        "status": str(record.status) if record.status else None,
        "digest": digest,
        "length": str(record.place.length),
        "offset": str(record.place.offset),
        "filename": record.place.file,
    }
    stated = json.dumps({name: value for name, value in fields.items() if value})
    return f"{surt(record.url)} {re.sub(r'[^0-9]', '', record.captured_at)} {stated}"


def index(path: Path) -> Iterator[str]:
    """The lines of a WARC file, of whoever has made it. Raises WarcError where it is damaged, after those of
    its whole records."""
    return lines(records(path))


def lines(of: Iterable[Record]) -> Iterator[str]:
    return (line(record) for record in of if isinstance(record, Exchange | Revisit))


def sidecar(path: Path) -> Path:
    """The file that keeps the lines of a WARC file, which may still be `.open`."""
    name = path.name.removesuffix(OPEN).removesuffix(".gz").removesuffix(".warc")
    return path.with_name(name + SUFFIX)


def write_sidecar(path: Path, of: Iterable[Record] | None = None, folder: Path | None = None) -> Path:
    """Write the sidecar of a WARC file anew, for as far as the file can be read: all or nothing of it.

    `of` are its records, for who reads them anyway; `folder` is where it is written to, if not beside the
    file. Raises OSError where it cannot be written.
    """
    target = sidecar(folder / path.name if folder else path)
    part = target.with_name(target.name + PART)
    with part.open("w", encoding="utf-8", newline="\n") as file:
        try:
            file.writelines(f"{each}\n" for each in (index(path) if of is None else lines(of)))
        except WarcError as error:  # which is told by whoever reads the file for what it holds
            if isinstance(error.__cause__, OSError):
                raise error.__cause__ from error
        file.flush()
        os.fsync(file.fileno())
    return part.replace(target)


def _mime(record: Exchange) -> str:
    claimed = next((value for name, value in record.headers if name.lower() == "content-type"), "")
    return re.split(r"[;\s]", claimed, maxsplit=1)[0]
