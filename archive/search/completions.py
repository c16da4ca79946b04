"""The words that begin with what was typed, where so many texts hold one that FTS5's own way takes too long.

FTS5 merges the places of all of them before it tells of the first hit, and for a search it does so a dozen
times: in a million articles each takes 0.7 seconds for two letters. Asked for any of the words, it goes from
one hit to the next.
"""

import sqlite3
from collections.abc import Iterator

from archive.errors import QueryError
from archive.query import Query, Term, completed
from archive.search.words import tokenised

MERGED = 30_000  # places in texts: up to here the merge takes some milliseconds
MOST_WORDS = 300
TABLES = ("articles_fts", "articles_fts_exact", "files_fts", "files_fts_exact")

_BEHIND = "\x01"  # of all that begins with a word, this comes next to the word itself
_LAST = "\U0010ffff"


def open_vocabularies(connection: sqlite3.Connection) -> None:
    """Needed once, before a connection is kept from writing: they are views, but SQLite has to make them."""
    for table in TABLES:
        connection.execute(
            f"create virtual table if not exists temp.{table}_words using fts5vocab(main, {table}, instance)"
        )


def with_words(connection: sqlite3.Connection, query: Query, table: str) -> Query:
    """The query for one of the full-text indexes. Raises QueryError where too many words begin so."""
    folded = table.removesuffix("_exact")

    def leaving_out(term: Term) -> tuple[str, ...]:
        return _phrases(connection, term, f"{folded}_exact" if term.accented else folded)

    return completed(query, lambda term: _phrases(connection, term, table), leaving_out)


def _phrases(connection: sqlite3.Connection, term: Term, table: str) -> tuple[str, ...]:
    spellings = [tokenised(phrase) for (phrase,) in term.spellings(table.endswith("_exact"))]
    try:
        if not any(_is_common(connection, table, tokens[-1]) for tokens in spellings if tokens):
            return ()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return ()  # the connection is kept from writing: FTS5's own way finds the same
    found = [
        " ".join((*tokens[:-1], word))
        for tokens in spellings
        for word in _words(connection, table, tokens[-1])
    ]
    if len(found) > MOST_WORDS:
        raise QueryError(
            f"Quá nhiều từ bắt đầu bằng “{term.phrases[0]}”: hãy gõ thêm chữ. · "
            "Too many words begin so: type more of it."
        )
    return tuple(dict.fromkeys(found))


def _is_common(connection: sqlite3.Connection, table: str, begun: str) -> bool:
    sql = (
        f"select count(*) from (select 1 from temp.{table}_words where term >= ? and term < ? limit {MERGED})"
    )
    return bool(connection.execute(sql, [begun, begun + _LAST]).fetchone()[0] == MERGED)


def _words(connection: sqlite3.Connection, table: str, begun: str) -> Iterator[str]:
    """One more than MOST_WORDS at the most. Step by step, or each word would be read to its last place."""
    sql = f"select term from temp.{table}_words where term >= ? and term < ? limit 1"
    at = begun
    for _ in range(MOST_WORDS + 1):
        found = connection.execute(sql, [at, begun + _LAST]).fetchone()
        if found is None:
            return
        yield found[0]
        at = found[0] + _BEHIND
