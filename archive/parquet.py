"""The archive as Parquet files, a folder a table, for tools that outgrow SQLite: DuckDB, Polars, Spark.

    articles/portal=mic/published=2023/articles.parquet

A table whose rows have a portal and a date, or are of an article, is partitioned by portal and year, the way
Hive does: `published` is the year of the article, `captured` and `started` that of a capture and a crawl (not
`year`: figures have one of their own). What has no date is of `__HIVE_DEFAULT_PARTITION__`, which the tools
read as null. The others are one file each. Columns and their types are those of docs/database.md, but for
`portal` where the folder says it; times are text.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.access import connect
from archive.errors import ArchiveError
from archive.publish import INTERNAL

if TYPE_CHECKING:
    import pyarrow as pa
    from fsspec import AbstractFileSystem

NO_YEAR = "__HIVE_DEFAULT_PARTITION__"
MARK = "_backan.json"  # what begins with a low line is passed over by who reads such a folder
PART = ".part"
ROWS = 5_000  # of a row group: of articles some 30 MB
DATES = ("published_at", "captured_at", "started_at")  # the first that a table has says the year of its rows
MISSING = "Parquet needs pyarrow and fsspec: `make scale` in the checkout installs them"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written of one table; `bytes` as they lie in the files."""

    table: str
    rows: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Table:
    """`date` is the column that says the year of a row, of the table itself or of the rows' articles."""

    name: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    date: str | None
    is_of_article: bool

    @property
    def portals(self) -> str:
        """The table whose rows have a portal and a date."""
        return "articles" if self.is_of_article else self.name

    @property
    def has_portal(self) -> bool:
        """Whether its files have it, as no folder says it."""
        return any(name == "portal" for name, _ in self.columns)


def export(
    data: Path,
    out: str,
    portals: Sequence[str] = (),
    told: Callable[[int, int], object] = lambda rows, total: None,
) -> list[Exported]:
    """Write all tables, or what there is of these `portals`, to `out`: a folder, or a URL that fsspec knows.

    It is the archive as it is at one moment, whoever writes meanwhile. What an export has left there is
    replaced, table by table. `told` hears of rows as they are written, and of how many there are.

    Raises ArchiveError where `out` holds anything else, or cannot be written.
    """
    files, folder = _opened(out)
    archive = connect(data / "archive.db")
    try:
        with closing(archive):
            _claim(files, folder)
            archive.execute("begin")
            tables = list(_tables(archive))
            writer = _Writer(archive, files, folder, portals, told, _count(archive, tables))
            done = [writer.write(table) for table in tables]
            mark = {"software": "backan-archive", "tables": [asdict(one) for one in done]}
            files.pipe_file(f"{folder}/{MARK}", json.dumps(mark, indent=2).encode())
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot write to {out}: {error}") from error
    return done


class _Writer:
    """Writes table after table; each takes the place of the one before when it is whole."""

    def __init__(
        self,
        archive: sqlite3.Connection,
        files: "AbstractFileSystem",
        folder: str,
        portals: Sequence[str],
        told: Callable[[int, int], object],
        total: int,
    ) -> None:
        self.archive, self.files, self.folder, self.portals = archive, files, folder, portals
        self.told, self.total, self.done = told, total, 0

    def write(self, table: _Table) -> Exported:
        target = f"{self.folder}/{table.name}"
        _remove(self.files, target + PART)
        before, files = self.done, 0
        for place, query, values in self._pieces(table):
            files += self._write(table, f"{target}{PART}{place}", query, values)
        written = self.files.du(target + PART) if files else 0
        _remove(self.files, target)
        if files:
            self.files.mv(target + PART, target, recursive=True)
        return Exported(table.name, self.done - before, files, written)

    def _pieces(self, table: _Table) -> Iterator[tuple[str, str, list[object]]]:
        """For each file its place in the folder of the table, and what selects its rows."""
        columns = ", ".join(f't."{name}"' for name, _ in table.columns)
        order = ", ".join(f't."{key}"' for key in table.keys)
        if table.date is None:
            some = self.portals if table.has_portal else ()
            where = f"where t.portal in ({', '.join('?' * len(some))})" if some else ""
            yield "", f'select {columns} from "{table.name}" t {where} order by {order}', [*some]
            return
        source = f'"{table.name}" t'
        if table.is_of_article:
            source = f'articles o cross join "{table.name}" t on t.article = o.id'
        owner = "o" if table.is_of_article else "t"
        which = f"{owner}.portal = ? and substr({owner}.{table.date}, 1, 4) is ?"
        for portal, year in self._partitions(table):
            place = f"/portal={portal}/{(table.date or '').removesuffix('_at')}={year or NO_YEAR}"
            yield place, f"select {columns} from {source} where {which} order by {order}", [portal, year]

    def _partitions(self, table: _Table) -> list[tuple[str, str | None]]:
        query = f'select distinct portal, substr({table.date}, 1, 4) from "{table.portals}" order by 1, 2'
        return [row for row in self.archive.execute(query) if not self.portals or row[0] in self.portals]

    def _write(self, table: _Table, folder: str, query: str, values: Sequence[object]) -> int:
        """One file; none where a part of a table has no rows. Returns how many."""
        import pyarrow.parquet as pq

        rows = self.archive.execute(query, values)
        some = rows.fetchmany(ROWS)
        if not some and table.date:
            return 0
        schema = _schema(table)
        self.files.makedirs(folder, exist_ok=True)
        with (
            self.files.open(f"{folder}/{table.name}.parquet", "wb") as file,
            pq.ParquetWriter(file, schema, compression="zstd") as writer,
        ):
            while some:
                writer.write_table(_batch(table, schema, some), row_group_size=ROWS)
                self.done += len(some)
                self.told(len(some), self.total)
                some = rows.fetchmany(ROWS)
        return 1


def _tables(archive: sqlite3.Connection) -> Iterator[_Table]:
    """All that are public: neither the search indexes nor what serves writing alone."""
    query = "select name from pragma_table_list where schema = 'main' and type = 'table' order by name"
    for (name,) in archive.execute(query).fetchall():
        if name in INTERNAL or name.startswith("sqlite_") or "_fts" in name:
            continue
        found = archive.execute("select name, type, pk from pragma_table_info(?)", [name]).fetchall()
        names = [column for column, _, _ in found]
        own = next((one for one in DATES if one in names), None) if "portal" in names else None
        is_of_article = own is None and "article" in names
        date = "published_at" if is_of_article else own
        # What the folder says stands in no file.
        columns = tuple((column, kind) for column, kind, _ in found if not (date and column == "portal"))
        keys = tuple(column for column, _, key in sorted(found, key=lambda one: one[2]) if key)
        yield _Table(name, columns, keys or tuple(names), date, is_of_article)


def _count(archive: sqlite3.Connection, tables: Iterable[_Table]) -> int:
    """Rows of all; more than there will be where only some portals are wanted."""
    return sum(archive.execute(f'select count(*) from "{table.name}"').fetchone()[0] for table in tables)


def _schema(table: _Table) -> "pa.Schema":
    import pyarrow as pa

    types: dict[str, pa.DataType] = {
        "TEXT": pa.string(),
        "INTEGER": pa.int64(),
        "REAL": pa.float64(),
        "NUMERIC": pa.float64(),
    }
    return pa.schema([pa.field(name, types[kind.upper()]) for name, kind in table.columns])


def _batch(table: _Table, schema: "pa.Schema", rows: list[tuple[Any, ...]]) -> "pa.Table":
    import pyarrow as pa

    try:
        columns = zip(*rows, strict=True)
        arrays = [
            pa.array(_floats(column) if pa.types.is_floating(field.type) else column, field.type)
            for column, field in zip(columns, schema, strict=True)
        ]
    except pa.ArrowException as error:
        raise ArchiveError(f"{table.name} holds a value that is not of its column's type: {error}") from error
    return pa.Table.from_arrays(arrays, schema=schema)


def _floats(column: Iterable[Any]) -> list[Any]:
    """SQLite gives a whole number as an int, and pyarrow takes none beyond 2**53 for a float."""
    return [float(value) if isinstance(value, int) else value for value in column]


def _opened(out: str) -> tuple["AbstractFileSystem", str]:
    try:
        import fsspec
        import pyarrow.parquet  # noqa: F401  # asked for here, before anything is written
    except ImportError as error:
        raise ArchiveError(MISSING) from error
    try:
        files, folder = fsspec.core.url_to_fs(out)
    except (ValueError, ImportError) as error:
        raise ArchiveError(f"cannot write to {out}: {error}") from error
    return files, folder.rstrip("/")


def _claim(files: "AbstractFileSystem", folder: str) -> None:
    """Mark the folder as one of ours; one that holds anything else is nobody's to replace."""
    if files.exists(f"{folder}/{MARK}"):
        return
    if files.exists(folder) and files.ls(folder, detail=False):
        raise ArchiveError(f"{folder} holds what no export has made: name another folder, or empty it")
    files.makedirs(folder, exist_ok=True)
    files.pipe_file(f"{folder}/{MARK}", b"{}")


def _remove(files: "AbstractFileSystem", folder: str) -> None:
    if files.exists(folder):
        files.rm(folder, recursive=True)
