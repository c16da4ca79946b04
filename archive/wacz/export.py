"""Take the archive away: WACZ files that need nothing else, not even each other.

There are many of medium size, a month each, not one of all: who replays one loads its index and the text of
its pages into a browser, and 325,000 pages were too many for one
(https://github.com/webrecorder/replayweb.page/issues/65). So each also holds the originals that its revisit
records refer to, be they of another month: replay does not look for them in another file.
"""

import filecmp
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError
from archive.lock import alone
from archive.manifest import withdraw
from archive.wacz.selection import Part, Selection, Wanted
from archive.wacz.writer import Wacz


@dataclass(frozen=True, slots=True)
class Written:
    """A WACZ file: its bytes, and how many captures, WARC records and pages of articles are in it.

    `change`: "new", "changed" where it took the place of another, "unchanged" where it would be the same.
    """

    file: str
    bytes: int
    captures: int
    records: int
    pages: int
    change: str


@dataclass(frozen=True, slots=True)
class Export:
    """What an export brought. `being_written` captures are left out, as a crawl still writes to their files;
    `lost` revisits cannot be replayed, as the archive has no original of them."""

    files: tuple[Written, ...]
    being_written: int
    lost: int


def export(
    data: Path, out: Path, wanted: Wanted, told: Callable[[int, int], object] = lambda done, total: None
) -> Export:
    """Write the WACZ files of what is wanted into `out`, each whole or not at all.

    `told` gets the bytes done since it was last told, and about how many there are to do in all. Raises
    ArchiveError where there is no archive, a WARC file is missing or damaged, or nothing can be written.
    """
    try:
        with _scratch(out) as scratch, closing(Selection(data, wanted, scratch)) as selection:
            total = sum(path.stat().st_size for path in selection.files) + selection.bytes
            selection.read(lambda size: told(size, total))
            files = []
            for part in selection.parts():
                selection.choose(part)
                files.append(_write(data, out, part, selection, lambda size: told(size, total)))
            return Export(tuple(files), selection.being_written, selection.lost)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot export to {out}: {error}") from error


@contextmanager
def _scratch(out: Path) -> Iterator[Path]:
    """A folder for what is not whole yet, without what an export may have left there that was killed."""
    folder = out / ".export"
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder, f"another export is being written to {out}: wait for the end of it"):
        for left in folder.iterdir():
            left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def _write(data: Path, out: Path, part: Part, selection: Selection, told: Callable[[int], object]) -> Written:
    target = out / f"{part.name}.wacz"
    begun = selection.scratch / target.name
    with begun.open("wb") as file:
        with Wacz(file, part, selection.scratch) as wacz:
            records = wacz.add_records(selection.records(), selection.folder, told)
            pages = wacz.add_pages(selection.pages(part))
            wacz.finish()
        file.flush()
        os.fsync(file.fileno())
    change = "new"
    if target.exists():
        change = "unchanged" if filecmp.cmp(begun, target, shallow=False) else "changed"
    if change == "changed":
        withdraw(data, target)
    if change != "unchanged":
        begun.replace(target)
    return Written(target.name, target.stat().st_size, part.captures, records, pages, change)
