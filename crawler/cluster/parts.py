"""What was read of a WARC file, as a Parquet file that DuckDB and Polars read as it is.

A row is a capture, in the order of the records: the columns of `captures` first; `article_…` where it holds
an article, with its images, attachments, related articles and links as lists; `says_…` what its text says, a
list for each table of `archive/facts/rows.py`; `file_…` where it is a document. docs/cluster.md lists them.

`pickled` holds what no column can: a text that is no Unicode, a number beyond 64 bits. `unusable` says why
nothing could be read, and the columns of the place are all there is then.
"""

import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.copies.credits import Credit
from archive.copies.rows import Drawn
from archive.facts.rows import DOCUMENTS, PEOPLE, PLACES, TABLES
from archive.model import Article, Attachment, BodyLink, Capture, File, Image, Outcome, Page, Related
from archive.said import Said
from archive.warc.reader import Place, Unusable
from crawler.intake.readers import batched
from crawler.intake.reading import Read

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 64  # of a row group, which is stored in one transaction
CHILDREN = {"images": Image, "attachments": Attachment, "related": Related, "links": BodyLink}
SAID: dict[str, tuple[str, ...]] = {
    **{things.table: things.columns for things in (DOCUMENTS, PLACES, PEOPLE)},
    **{table: columns for table, (columns, _) in TABLES.items()},
}
# What is no text.
INTEGERS = {
    "status", "warc_offset", "warc_length", "views", "words", "pages", "unread", "start", "end", "year",
    "documents.id", "people.id", "article_documents.document", "article_people.person",
}  # fmt: skip
NUMBERS = {"value", "total", "latitude", "longitude"}
CAPTURE = tuple(field.name for field in fields(Capture))
PAGE = ("outcome", "note", "key", "whole", "replaced", "unread")
ARTICLE = tuple(field.name for field in fields(Article) if field.name not in CHILDREN)
FILE = tuple(field.name for field in fields(File))
CREDIT = tuple(field.name for field in fields(Credit))
Row = dict[str, Any]


def schema() -> "pa.Schema":
    import pyarrow as pa

    def kind(name: str, table: str = "") -> "pa.DataType":
        if name in ("whole", "replaced"):
            return pa.bool_()
        if name in INTEGERS or f"{table}.{name}" in INTEGERS:
            return pa.int64()
        return pa.float64() if name in NUMBERS else pa.string()

    def many(names: Iterable[str], table: str = "") -> "pa.DataType":
        return pa.list_(pa.struct([(name, kind(name, table)) for name in names]))

    return pa.schema([
        *((name, kind(name)) for name in (*CAPTURE, *PAGE)),
        *((f"article_{name}", kind(name)) for name in ARTICLE),
        *((f"article_{name}", many(field.name for field in fields(made))) for name, made in CHILDREN.items()),
        ("text_sha256", pa.string()), ("words", pa.int64()),
        *((f"says_{table}", many(columns, table)) for table, columns in SAID.items()),
        ("credits", many(CREDIT)), ("sketch", pa.binary()),
        *((f"file_{name}", kind(name)) for name in FILE),
        ("unusable", pa.string()), ("pickled", pa.binary()),
    ])  # fmt: skip


def write_part(path: Path, taken: Iterable[Read | Unusable]) -> int:
    """Write a new file; returns how many rows it has."""
    import pyarrow.parquet as pq

    count, form = 0, schema()
    with pq.ParquetWriter(path, form, compression="zstd") as writer:
        for some in batched(taken, ROWS):
            writer.write_batch(_batch([_row(one) for one in some], some, form))
            count += len(some)
    return count


def read_part(path: Path) -> Iterator[list[Read | Unusable]]:
    """What was read, as it was written, in pieces."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield [_taken(row) for row in file.read_row_group(group).to_pylist()]


def _batch(rows: list[Row], taken: list[Read | Unusable], form: "pa.Schema") -> "pa.RecordBatch":
    import pyarrow as pa

    try:
        return pa.RecordBatch.from_pylist(rows, form)
    except (pa.ArrowException, ValueError, OverflowError):  # UnicodeEncodeError is a ValueError
        if len(rows) == 1:
            return pa.RecordBatch.from_pylist([_pickled(taken[0])], form)
        batches = [_batch([row], [one], form) for row, one in zip(rows, taken, strict=True)]
        return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]


def _row(taken: Read | Unusable) -> Row:
    if isinstance(taken, Unusable):
        place = taken.place
        return {
            "warc_file": place.file, "warc_offset": place.offset, "warc_length": place.length,
            "unusable": taken.why,
        }  # fmt: skip
    capture, page = taken
    row = {name: getattr(capture, name) for name in CAPTURE} | {name: getattr(page, name) for name in PAGE}
    if (article := page.article) is not None:
        row |= {f"article_{name}": getattr(article, name) for name in ARTICLE}
        row |= {f"article_{name}": [asdict(one) for one in getattr(article, name)] for name in CHILDREN}
    if (said := page.said) is not None:
        row |= {"text_sha256": said.digest, "words": said.words, "sketch": said.drawn.sketch}
        row["credits"] = [asdict(credit) for credit in said.drawn.credits]
        for table, columns in SAID.items():
            row[f"says_{table}"] = [dict(zip(columns, one, strict=True)) for one in said.facts[table]]
    if page.file is not None:
        row |= {f"file_{name}": getattr(page.file, name) for name in FILE}
    return row


def _pickled(taken: Read | Unusable) -> Row:
    return {"pickled": pickle.dumps(taken)}


def _taken(row: Mapping[str, Any]) -> Read | Unusable:
    if row["pickled"] is not None:
        taken: Read | Unusable = pickle.loads(row["pickled"])
        return taken
    if row["unusable"] is not None:
        return Unusable(Place(row["warc_file"], row["warc_offset"], row["warc_length"]), row["unusable"])
    stated = {name: row[name] for name in PAGE} | {"outcome": Outcome(row["outcome"])}
    page = Page(article=_article(row), said=_said(row), file=_file(row), **stated)
    return Capture(**{name: row[name] for name in CAPTURE}), page


def _article(row: Mapping[str, Any]) -> Article | None:
    if row["article_url"] is None:
        return None
    children: dict[str, Any] = {
        name: tuple(made(**one) for one in row[f"article_{name}"]) for name, made in CHILDREN.items()
    }
    return Article(**{name: row[f"article_{name}"] for name in ARTICLE}, **children)


def _said(row: Mapping[str, Any]) -> Said | None:
    if row["text_sha256"] is None:
        return None
    facts = {
        table: tuple(tuple(one[name] for name in columns) for one in row[f"says_{table}"])
        for table, columns in SAID.items()
    }
    drawn = Drawn(tuple(Credit(**one) for one in row["credits"]), row["sketch"])
    return Said(row["text_sha256"], row["words"], facts, drawn)


def _file(row: Mapping[str, Any]) -> File | None:
    return File(**{name: row[f"file_{name}"] for name in FILE}) if row["file_kind"] is not None else None
