"""Rows read and written by plain statements, which SQLite prepares once.

sqlite-utils looks at the schema for each row, a millisecond each time; it is for the schema and for rows of
which there are few.
"""

from collections.abc import Sequence
from functools import lru_cache
from sqlite3 import Connection
from typing import Any

Row = dict[str, Any]


def insert(connection: Connection, table: str, row: Row) -> None:
    connection.execute(inserting(table, tuple(row)), tuple(row.values()))


def upsert(connection: Connection, table: str, row: Row) -> None:
    """Insert a row, or update the one that has its `id`."""
    connection.execute(_upsert(table, tuple(row)), tuple(row.values()))


def update(connection: Connection, table: str, id: int, news: Row) -> None:
    """Change these columns of the row, and nothing where there are none."""
    if news:
        connection.execute(_update(table, tuple(news)), (*news.values(), id))


def rows(connection: Connection, query: str, parameters: Sequence[object] = ()) -> list[Row]:
    found = connection.execute(query, parameters)
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


@lru_cache
def inserting(table: str, columns: tuple[str, ...]) -> str:
    """The statement, for who inserts many rows at a time."""
    names = ", ".join(f'"{column}"' for column in columns)
    return f"insert into {table}({names}) values ({', '.join('?' * len(columns))})"


@lru_cache
def _upsert(table: str, columns: tuple[str, ...]) -> str:
    news = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if column != "id")
    return f"{inserting(table, columns)} on conflict(id) do update set {news}"


@lru_cache
def _update(table: str, columns: tuple[str, ...]) -> str:
    news = ", ".join(f'"{column}" = ?' for column in columns)
    return f"update {table} set {news} where id = ?"
