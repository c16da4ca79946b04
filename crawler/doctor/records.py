"""archive.db and frontier.db: whether they are whole and of this version, and how the last crawls ended."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import monotonic

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.access import glimpse
from archive.alarms import Alarm, Rule
from archive.coherence import has_column
from archive.schema import FILES_FTS, FTS
from archive.schema import migrations as of_archive
from archive.schema.quality import UNREAD
from crawler.clock import FORM
from crawler.doctor.finding import Finding, Group, Level
from crawler.frontier.schema import migrations as of_frontier
from crawler.wording import counted

PATIENCE = 10.0  # seconds for the check of the whole file
STEPS = 20_000  # of SQLite's machine between two looks at the clock
REBUILD = "`backan rebuild` makes it anew of the WARC files"
# Crawls without an end are told of where their files are; the last of each portal says how things stand.
LAST = """
    select c.id, c.portal, c.outcome, c.started_at from crawls as c join (
        select portal, max(started_at) as at from crawls where outcome is not null group by portal
    ) as l on l.portal = c.portal and l.at = c.started_at order by c.portal"""
BROKEN = ("killed", "failed", "cannot write", "blocked")


def records(data: Path, patience: float = PATIENCE) -> Iterator[Finding]:
    yield from _file(data / "archive.db", of_archive, patience)
    yield from _file(data / "frontier.db", of_frontier, patience)


def yet_to_come(data: Path, now: datetime) -> list[Finding]:
    """Crawls that began in what is the future by this machine's clock: it is wrong, or was."""
    told = now.strftime(FORM)
    if not (data / "archive.db").exists():
        return []
    try:
        with closing(glimpse(data / "archive.db")) as connection:
            (last,) = connection.execute("select max(started_at) from crawls").fetchone()
    except sqlite3.Error:  # why is told of the file
        return []
    if not last or last <= told:
        return []
    what = f"a crawl bears the time {last}, and by this machine's clock it is only {told}"
    advice = "see that the clock is right (`timedatectl`); what was captured keeps the time that it has"
    return [_finding(Level.WARN, what, advice)]


def _file(path: Path, migrations: Migrations, patience: float) -> Iterator[Finding]:
    """What can be said of a file; one that a crawl begins to write to just now is looked at once more."""
    if not path.exists():
        if path.name == "archive.db":
            held = any((path.parent / "warc").glob("*.warc*"))
            advice = REBUILD if held else "`backan crawl` or `backan demo` makes one"
            yield _finding(Level.BAD if held else Level.WARN, "there is no archive.db", advice)
        return
    try:
        found = _looked_at(path, migrations, patience)
    except sqlite3.Error:
        try:
            found = _looked_at(path, migrations, patience)
        except sqlite3.Error as error:
            advice = (
                REBUILD
                if path.name == "archive.db"
                else "move it away: the next crawl asks for all pages anew"
            )
            found = [_finding(Level.BAD, f"{path.name} cannot be read: {error}", advice)]
    yield from found


def _looked_at(path: Path, migrations: Migrations, patience: float) -> list[Finding]:
    with closing(glimpse(path)) as connection:
        versions = _versions(connection, path.name, migrations)
        found = [_whole(connection, path, patience), versions]
        if versions.level == Level.OK and path.name == "archive.db":
            found += [_in_step(connection), *_unread(connection), *_last_crawls(connection)]
        return found


def _unread(connection: sqlite3.Connection) -> Iterator[Finding]:
    if connection.execute("pragma user_version").fetchone()[0] == UNREAD:
        what = "of articles taken in by an older version, people, figures, copies and files are not known yet"
        yield _finding(Level.WARN, what, "`backan rebuild` reads them of the WARC files")


def _whole(connection: sqlite3.Connection, path: Path, patience: float) -> Finding:
    """SQLite's own check, as far as it comes in so many seconds: it takes minutes for some gigabytes."""
    end = monotonic() + patience
    connection.set_progress_handler(lambda: monotonic() > end, STEPS)
    size = f"{path.name}, {path.stat().st_size / 1e6:.1f} MB"
    try:
        [(told,)] = connection.execute("pragma quick_check(1)").fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        told = "ok"
        size += f", as far as {patience:g} seconds let see"
    finally:
        connection.set_progress_handler(None, 0)
    if told == "ok":
        return _finding(Level.OK, f"{size}: whole")
    return _finding(Level.BAD, f"{path.name} is damaged: {' '.join(told.split())[:200]}", REBUILD)


def _versions(connection: sqlite3.Connection, name: str, migrations: Migrations) -> Finding:
    db = Database(connection)
    pending = [migration.name for migration in migrations.pending(db)]
    known = {migration.name for migration in migrations._migrations}
    applied = [migration.name for migration in migrations.applied(db)]
    if newer := [one for one in applied if one not in known]:
        return _finding(
            Level.BAD,
            f"{name} was made by a newer version of the program ({newer[-1]})",
            "update the program; this one might write wrongly to it",
        )
    if pending:
        return _finding(
            Level.WARN,
            f"{name} is of an older version: {', '.join(pending)} missing",
            "any crawl brings it up to date",
        )
    return _finding(Level.OK, f"{name} is of this version ({applied[-1]})")


def _in_step(connection: sqlite3.Connection) -> Finding:
    """Whether the indexes hold as many articles and files as there are, and still follow them."""
    triggers = {
        name for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'")
    }
    number = {"files": 0}
    has_files = has_column(connection, "files", "docid")
    for table, indexes in {"articles": FTS, **({"files": FILES_FTS} if has_files else {})}.items():
        stated = connection.execute(f"select count(*), max(docid) from {table}").fetchone()
        number[table] = stated[0]
        for index in indexes:
            held = connection.execute(f"select count(*), max(id) from {index}_docsize").fetchone()
            named = {f"{index}_{event}" for event in ("insert", "delete", "update")}
            if held != stated or not named <= triggers:
                what = f"the index {index} holds {held[0]} of {counted(stated[0], table.removesuffix('s'))}"
                return _finding(Level.BAD, f"{what}: searches miss some", REBUILD)
    articles, files = counted(number["articles"], "article"), counted(number["files"], "file")
    with_files = f" and {files}" if number["files"] else ""
    return _finding(Level.OK, f"{articles}{with_files}, all of them in both search indexes")


def _last_crawls(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What was wrong with the last crawl of each portal."""
    for crawl, portal, outcome, at in connection.execute(LAST).fetchall():
        rows = connection.execute("select rule, value, usual, detail from alarms where crawl = ?", [crawl])
        told = [Alarm(Rule(rule), *rest).told() for rule, *rest in rows if rule in set(Rule)]
        if not told and outcome in BROKEN:
            told = [f"it ended as {outcome}"]
        if told:
            what = f"the last crawl of {portal}, {at[:10]}: {'; '.join(told)}"
            advice = f"`backan status` shows it; `backan crawl {portal}` goes on or tries again"
            yield Finding(Group.ARCHIVE, Level.WARN, what, advice, portal)


def _finding(level: Level, what: str, advice: str | None = None) -> Finding:
    return Finding(Group.ARCHIVE, level, what, advice)
