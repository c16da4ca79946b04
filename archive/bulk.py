"""Making a new archive out of very many captures: what follows from the rows alone is made once, at the end.

Most of an archive's indexes are in an order that has nothing to do with that of the captures. To keep them
right with every article touches pages all over the file, the more the larger it is; to make them of all rows
is to sort. So it is with the indexes for search, which want rowids that only grow: each lower one ends a
segment, and segments must be merged. And texts that may be copies are then found side by side.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection

from sqlite_utils import Database

from archive import gone
from archive.copies import rows as copies
from archive.database import writing
from archive.errors import ArchiveError
from archive.facts import rows as facts
from archive.schema import SEARCHED, count_articles
from archive.warc.file import sync

# What taking in looks things up by. The others, but for those that are constraints, come at the end.
LOOKED_UP = (
    "idx_captures_article_captured_at", "idx_stories_portal_story", "idx_stories_article",
    "idx_attachments_file", "idx_files_capture",
)  # fmt: skip
DERIVED = f"""
    select type, name, sql from sqlite_master where (type = 'trigger' or type = 'index')
    and sql is not null and sql not like 'create unique%'
    and name not in ({", ".join(f"'{name}'" for name in LOOKED_UP)})
"""
MAYBE_GONE = "select distinct article from captures where article is not null and text_sha256 is null"
CACHE = 4 << 10  # kilobytes of pages in memory at the end, and as much again for what is sorted
# Of the indexes for search: bytes held in memory before they become a segment, and how many of those on a
# level are merged. The second ones are SQLite's own.
IN_BULK = {"hashsize": 4 << 20, "automerge": 0}
AS_EVER = {"hashsize": 1 << 20, "automerge": 4}


@contextmanager
def begun(db: Database) -> Iterator[None]:
    """An archive without captures, while much is taken in. Of one that this ends with an error nothing is
    to be relied on."""
    connection = db.conn
    if connection.execute("select 1 from captures limit 1").fetchone():
        raise ArchiveError("only an archive without captures is made in bulk")
    connection.execute("pragma journal_mode = memory")
    connection.execute("pragma synchronous = off")
    connection.execute("pragma temp_store = file")  # what is sorted may be large
    derived = connection.execute(DERIVED).fetchall()
    with writing(connection):
        for type, name, _ in derived:
            connection.execute(f"drop {type} {name}")
    yield
    # Nothing is taken back from here on. The journal, in memory, would hold what merging segments sets free.
    connection.execute("pragma journal_mode = off")
    connection.execute(f"pragma cache_size = -{CACHE}")
    with writing(connection):
        _complete(connection, [sql for _, _, sql in derived])
    _keep(connection)


def _complete(connection: Connection, derived: list[str]) -> None:
    count_articles(connection)  # before the triggers, which go on from there
    for statement in derived:
        connection.execute(statement)
    facts.tidy_all(connection)
    copies.compare_all(connection)
    gone.mark(connection, [id for (id,) in connection.execute(MAYBE_GONE)])
    for name, (content, indexed) in SEARCHED.items():
        _set(connection, name, IN_BULK)
        columns = ", ".join(indexed)
        connection.execute(
            f"insert into {name}(rowid, {columns}) select docid, {columns} from {content} order by docid"
        )
        _set(connection, name, AS_EVER)


def _set(connection: Connection, index: str, options: dict[str, int]) -> None:
    for option, value in options.items():
        connection.execute(f"insert into {index}({index}, rank) values (?, ?)", [option, value])


def _keep(connection: Connection) -> None:
    """From now on as an archive is that a crawl writes to."""
    connection.execute("pragma temp_store = memory")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma journal_mode = wal")
    path = connection.execute("select file from pragma_database_list where name = 'main'").fetchone()[0]
    if path:
        sync(Path(path))
