"""What a crawl of one portal needs of a data folder, in a folder of its own: and the way back.

Of the frontier that is all that is the portal's: its runs, requests and pages, and what is known of its
hosts. Of the archive it is what a crawl compares with: crawls, alarms, captures, and articles and versions
without their texts. Texts come home in WARC files, so of an archive there is no way back.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection

from sqlite_utils import Database

from archive.database import open_for_writing, writing
from archive.errors import ArchiveError
from archive.store import Archive
from crawler.frontier.passes import serves
from crawler.frontier.schema import migrations
from crawler.portals import Portal

ARCHIVE, FRONTIER = "archive.db", "frontier.db"
# Of each table the rows, and the columns that are left out.
SLIM = {
    "portals": ("id = :portal", {}),
    "crawls": ("portal = :portal and outcome is not null", {}),
    "alarms": ("crawl in (select id from crawls where portal = :portal)", {}),
    "captures": ("portal = :portal", {"file": "null"}),
    "articles": ("portal = :portal", {"title": "''", "lead": "null", "body": "''"}),
    "versions": (
        "article in (select id from articles where portal = :portal)",
        {"title": "''", "lead": "null", "body": "''"},
    ),
    "stories": ("portal = :portal", {}),
}  # fmt: skip


def take_out(data: Path, portal: type[Portal], to: Path) -> None:
    """Copy what a crawl of a portal needs into a new folder. Raises OSError and sqlite3.Error."""
    to.mkdir(parents=True, exist_ok=True)
    with Archive(to / ARCHIVE):  # for its tables
        pass
    with closing(open_for_writing(to / ARCHIVE, autocommit=True)) as made:
        made.execute("pragma synchronous = off")
        with _attached(made, data / ARCHIVE), writing(made):
            for table, (condition, without) in SLIM.items():
                _copy(made, table, condition, without, portal.name)
        made.execute("pragma journal_mode = delete")
    put_frontier(data / FRONTIER, to / FRONTIER, portal)


def put_frontier(source: Path, target: Path, portal: type[Portal]) -> None:
    """Put all that one frontier knows of a portal in the place of what another one does.

    Runs keep their order; those that are new get ids of their own, which other portals' may have already.
    """
    with closing(open_for_writing(target, autocommit=True)) as frontier:
        with writing(frontier):
            migrations.apply(Database(frontier))
        if not source.exists():
            return
        with _attached(frontier, source), writing(frontier):
            ids = _put_runs(frontier, portal.name)
            _put_requests(frontier, ids)
            _put_visits(frontier, portal.name, ids)
            _put_hosts(frontier, portal)


def _put_runs(frontier: Connection, portal: str) -> dict[int, int]:
    """Returns the ids that the runs have now, by those that they had."""
    known = {id for (id,) in frontier.execute("select id from runs where portal = ?", [portal])}
    [(last,)] = frontier.execute("select coalesce(max(id), 0) from runs")
    frontier.execute("delete from requests where run in (select id from runs where portal = ?)", [portal])
    frontier.execute("delete from runs where portal = ?", [portal])
    rows = frontier.execute("select * from source.runs where portal = ? order by id", [portal]).fetchall()
    [(others,)] = frontier.execute("select count(*) from runs")
    ids: dict[int, int] = {}
    for id, *rest in rows:
        keep = (id in known and all(a == b for a, b in ids.items())) or not (known or others)
        last = max(last, id) if keep else last + 1
        ids[id] = id if keep else last
        marks = ", ".join("?" * (len(rest) + 1))
        frontier.execute(f"insert into runs values ({marks})", [ids[id], *rest])
    return ids


def _put_requests(frontier: Connection, ids: dict[int, int]) -> None:
    """In their order, for those of one priority are handed out in it."""
    columns = [name for name in _columns(frontier, "requests") if name not in ("id", "run")]
    names = ", ".join(columns)
    for was, id in ids.items():
        frontier.execute(
            f"insert into requests(run, {names}) select ?, {names} from source.requests where run = ? "
            "order by id",
            [id, was],
        )


def _put_visits(frontier: Connection, portal: str, ids: dict[int, int]) -> None:
    names = [name for name in _columns(frontier, "visits") if name != "linked_run"]
    columns = ", ".join(names)
    frontier.execute("create temp table run_ids(was integer primary key, id integer)")
    frontier.executemany("insert into run_ids values (?, ?)", ids.items())
    frontier.execute("delete from visits where portal = ?", [portal])
    frontier.execute(
        f"insert into visits({columns}, linked_run) select {columns}, coalesce(run_ids.id, linked_run) "
        "from source.visits left join run_ids on run_ids.was = linked_run where portal = ?",
        [portal],
    )
    frontier.execute("drop table run_ids")


def _put_hosts(frontier: Connection, portal: type[Portal]) -> None:
    for table in ("holds", "cookies"):
        for schema in ("main", "source"):
            hosts = [host for (host,) in frontier.execute(f"select distinct host from {schema}.{table}")]
            for host in (host for host in hosts if serves(portal.covers, host)):
                if schema == "main":
                    frontier.execute(f"delete from {table} where host = ?", [host])
                else:
                    frontier.execute(
                        f"insert into {table} select * from source.{table} where host = ?", [host]
                    )


def _copy(made: Connection, table: str, condition: str, without: dict[str, str], portal: str) -> None:
    columns = _columns(made, table)
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(without.get(name, f'"{name}"') for name in columns)
    condition = condition.replace("from ", "from source.")
    made.execute(
        f"insert into {table}({names}) select {values} from source.{table} where {condition}",
        {"portal": portal},
    )


def _columns(connection: Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"pragma main.table_info({table})")]


@contextmanager
def _attached(connection: Connection, path: Path) -> Iterator[None]:
    if not path.exists():
        raise ArchiveError(f"{path} is not there")
    connection.execute("attach database ? as source", [str(path)])
    try:
        yield
    finally:
        connection.execute("detach database source")
