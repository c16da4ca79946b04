"""The tables and views of `archive.db`, as SQLite has them and as `datasette/metadata.yaml` describes them.

The page of the schema and docs/database.md are both written from this.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from archive.site.panorama import unless_too_long


@dataclass(frozen=True, slots=True)
class Column:
    """`refers` is the table and the column that it is a foreign key to."""

    name: str
    type: str
    is_key: bool
    refers: tuple[str, str] | None
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """Or a view. `questions` are the named queries that read it, by their names."""

    name: str
    is_view: bool
    is_hidden: bool
    title: str
    description: str
    columns: tuple[Column, ...]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A named query of the metadata."""

    name: str
    title: str
    description: str
    sql: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    tables: tuple[Table, ...]
    questions: dict[str, Question]


@cache
def described(metadata: Path) -> dict[str, Any]:
    """What metadata.yaml says of the archive: `title`, `description`, `tables`, `queries`."""
    stated = yaml.safe_load(metadata.read_text("utf-8")) or {}
    return dict(stated.get("databases", {}).get("archive", {}))


def catalogue(connection: sqlite3.Connection, about: dict[str, Any]) -> Catalogue:
    """Tables in the order of their making, then views; without those of the search indexes and of SQLite."""
    questions = {
        name: Question(name, query["title"], query.get("description", ""), query["sql"])
        for name, query in about.get("queries", {}).items()
    }
    found = connection.execute(
        "select name, type = 'view' from sqlite_master where type in ('table', 'view') order by 2, rowid"
    )
    known = about.get("tables", {})
    tables = (
        _table(connection, name, bool(is_view), known[name], questions)
        for name, is_view in found
        if known.get(name, {}).get("columns")
    )
    return Catalogue(tuple(tables), questions)


def row_counts(connection: sqlite3.Connection, tables: tuple[Table, ...]) -> dict[str, int | None]:
    """How many rows the tables have; None where there was no time left to count. A view is not counted."""

    def count(name: str, connection: sqlite3.Connection) -> int:
        return int(connection.execute(f"select count(*) from {name}").fetchone()[0])

    return {t.name: unless_too_long(connection, partial(count, t.name)) for t in tables if not t.is_view}


def _table(
    connection: sqlite3.Connection,
    name: str,
    is_view: bool,
    about: dict[str, Any],
    questions: dict[str, Question],
) -> Table:
    return Table(
        name=name,
        is_view=is_view,
        is_hidden=bool(about.get("hidden")),
        title=about["title"],
        description=about["description"],
        columns=tuple(_columns(connection, name, about["columns"])),
        questions=tuple(q.name for q in questions.values() if name in q.sql.replace(",", " ").split()),
    )


def _columns(connection: sqlite3.Connection, table: str, about: dict[str, str]) -> Iterator[Column]:
    refers = {
        row[3]: (row[2], row[4] or "id") for row in connection.execute(f"pragma foreign_key_list({table})")
    }
    for row in connection.execute(f"pragma table_info({table})"):
        _, name, type, _, _, key = row
        yield Column(name, type.lower(), bool(key), refers.get(name), about[name])
