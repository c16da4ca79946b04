"""A copy of the archive to put on the web: one compact file that nobody writes to.

What is left out serves writing alone: `stories`, by which a crawl knows an article again; the list of
migrations; the triggers that keep the search indexes in step. `crawls` stays, but for what is this machine's:
captures lead to it, and it tells a demonstration from the real thing. Pages stay at 4 KB, in which 12,000
articles of 4 KB are smallest: 222 MB against 308, 243 and 225 MB at 8, 16 and 32 KB.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from archive import lock
from archive.access import connect
from archive.coherence import has_column
from archive.errors import ArchiveError
from archive.schema import FILES_FTS, FTS
from archive.site.options import DATABASE, PUBLISHED
from archive.warc.file import sync_folder

KEEP = 3
PART = ".part"
ROOM = 2.5  # times the archive: the first copy, which grows while its indexes are merged, and the second
STEP = 1000  # instructions of SQLite's machine; some 2,000 times for 200 MB
INTERNAL = (
    "stories", "copies_sketches", "copies_buckets", "copies_pairs", "_sqlite_migrations",
)  # fmt: skip
OURS = ("backan_via", "backan_ca_bundle")  # of what crawls were set to: addresses and files of this machine
STATE = """
    insert into published select ?, max(captured_at), (select count(*) from articles),
    (select count(*) from versions), count(*) from captures"""


@dataclass(frozen=True, slots=True)
class Published:
    """What was made; sizes in bytes. `removed`: older copies, of which `keep` stay."""

    path: Path
    size: int
    live_size: int
    articles: int
    captures: int
    removed: tuple[Path, ...]


def publish(
    data: Path,
    keep: int = KEEP,
    now: datetime | None = None,
    told: Callable[[int, int], object] = lambda done, total: None,
) -> Published:
    """Copy `data/archive.db`, while crawls write to it or not, to `data/publish/archive-STAMP.db`.

    It appears there when it is whole, checked and on the disk; beside it a .json of the same name with its
    SHA-256 and the rows of its tables, as Datasette's `--inspect-file` wants them. `told` gets the bytes
    written and those to write, about. Raises ArchiveError.
    """
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    with lock.publishing(data), _telling_errors(data):
        folder = data / PUBLISHED
        folder.mkdir(exist_ok=True)
        _remove_parts(folder)
        path = folder / f"archive-{stamp}.db"
        try:
            with closing(connect(data / "archive.db")) as live:
                live_size = _room(live, folder)
                first = path.with_name(f"{path.name}.1{PART}")
                _copy(live, first, lambda size: told(size, 2 * live_size))
            last = path.with_name(f"{path.name}.2{PART}")
            with closing(sqlite3.connect(first, isolation_level=None)) as copy:
                _strip(copy, stamp)
                _copy(copy, last, lambda size: told(live_size + size, 2 * live_size))
            counts = _checked(last)
            _put(last, path, counts)
        finally:
            _remove_parts(folder)
        told(2 * live_size, 2 * live_size)
        size = path.stat().st_size
        return Published(
            path, size, live_size, counts["articles"], counts["captures"], _remove_old(data, keep)
        )


def copies(data: Path) -> list[Path]:
    """The published copies, the oldest first."""
    return sorted((data / PUBLISHED).glob("archive-*.db"))


def newest(data: Path) -> Path:
    """Raises ArchiveError where none was published."""
    if found := copies(data):
        return found[-1]
    raise ArchiveError(f"no published copy in {data / PUBLISHED}: run `backan publish --data {data}` first")


def is_published(path: Path) -> bool:
    """Whether a file is such a copy, whatever its name."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
        found = connection.execute("select 1 from sqlite_master where name = 'published'").fetchone()
    return found is not None


def inspected(path: Path) -> dict[str, Any]:
    """What was written beside a copy, or nothing where it is of another file."""
    try:
        known: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
        return known if known[DATABASE]["size"] == path.stat().st_size else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@contextmanager
def _telling_errors(data: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from error
        raise ArchiveError(f"cannot publish {data / 'archive.db'}: {error}") from error
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot publish {data / 'archive.db'}: {error}") from error


def _room(live: sqlite3.Connection, folder: Path) -> int:
    """The bytes of the archive that hold something."""
    pages, free, size = (live.execute(f"pragma {name}").fetchone()[0] for name in
                         ("page_count", "freelist_count", "page_size"))  # fmt: skip
    held = int((pages - free) * size)
    if shutil.disk_usage(folder).free < ROOM * held:
        raise ArchiveError(
            f"too little room in {folder}: publishing takes {ROOM * held / 1e6:,.0f} MB for a while"
        )
    return held


def _copy(source: sqlite3.Connection, target: Path, told: Callable[[int], object]) -> None:
    """All rows as at this moment; who writes meanwhile goes on."""

    def tell() -> int:
        try:
            told(target.stat().st_size if target.exists() else 0)
        except KeyboardInterrupt:  # SQLite calls this, and would lose it
            return 1
        return 0

    source.set_progress_handler(tell, STEP)
    source.execute("vacuum into ?", [str(target)])
    source.set_progress_handler(None, STEP)


def _strip(copy: sqlite3.Connection, stamp: str) -> None:
    copy.execute("pragma journal_mode = off")  # if this fails, the copy goes
    copy.execute("pragma synchronous = off")
    copy.execute("pragma foreign_keys = off")
    for (trigger,) in copy.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        copy.execute(f'drop trigger "{trigger}"')
    for table in INTERNAL:
        copy.execute(f'drop table if exists "{table}"')
    if has_column(copy, "crawls", "settings"):
        private = [f"$.{name}" for name in OURS]
        copy.execute(
            "update crawls set settings = json_remove(settings, ?, ?) where json_valid(settings)", private
        )
    for index in _indexes(copy):
        copy.execute(f"insert into {index}({index}) values ('optimize')")
    copy.execute(
        "create table published (published_at text primary key, newest_capture text, "
        "articles integer, versions integer, captures integer)"
    )
    copy.execute(STATE, [datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").strftime("%Y-%m-%dT%H:%M:%SZ")])
    copy.execute("analyze")


def _indexes(copy: sqlite3.Connection) -> tuple[str, ...]:
    """Those for search; an archive that has not been written to since there are files has none of these."""
    return (*FTS, *(FILES_FTS if has_column(copy, "files", "docid") else ()))


def _checked(path: Path) -> dict[str, int]:
    """The rows of all tables, where the file is whole and its indexes agree with what they index."""
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        if copy.execute("pragma journal_mode").fetchone()[0] != "delete":
            raise sqlite3.DatabaseError("the copy needs files beside it")
        if (told := copy.execute("pragma integrity_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {told}")
        for index in _indexes(copy):  # 1: against what they index too
            copy.execute(f"insert into {index}({index}, rank) values ('integrity-check', 1)")
        names = copy.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {name: copy.execute(f'select count(*) from "{name}"').fetchone()[0] for (name,) in names}


def _put(part: Path, path: Path, counts: dict[str, int]) -> None:
    with part.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    beside = {
        "hash": digest,
        "size": part.stat().st_size,
        "file": path.name,
        "tables": {name: {"count": count} for name, count in counts.items()},
    }
    path.with_suffix(".json").write_text(json.dumps({DATABASE: beside}, indent=2))
    part.chmod(0o444)
    os.replace(part, path)
    sync_folder(path.parent)


def _remove_parts(folder: Path) -> None:
    """What a publication that was killed, or this one, has left."""
    for part in folder.glob(f"archive-*{PART}*"):
        part.unlink()


def _remove_old(data: Path, keep: int) -> tuple[Path, ...]:
    """All but the newest, and but those that are being served."""
    removed = tuple(path for path in copies(data)[:-keep] if not lock.is_kept(path))
    for path in removed:
        path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)
    return removed
