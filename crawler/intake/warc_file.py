"""Take a WARC file into the archive: for import and recovery, and in its parts for a rebuild."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path

from archive.errors import WarcError
from archive.model import Tally
from archive.store import Archive
from archive.warc.reader import OPEN, Place, Unusable
from archive.warc.writer import abandoned
from crawler.errors import ends_everything, reason
from crawler.intake.fate import take_in
from crawler.intake.originals import find_originals, warc_files
from crawler.intake.reading import LOST, Read, read
from crawler.intake.survey import Crawl, Found, Original, Portals, Survey, settle, survey
from crawler.tally import add

WAITING = f"select warc_file, warc_offset from captures where note = '{LOST}' and warc_file is not null"


@dataclass(slots=True)
class Ingested:
    """What one file brought.

    `source` is "demo", "warc" or what our own file states, as in `crawls`; `tallies` by portal; `known`
    captures that the archive had from this file; `lost` revisits of records that are in no file (yet);
    `outside` responses by the host that no portal covers; `skipped` records by type; `unusable` responses,
    each with its place; `error` where the file is cut or damaged.
    """

    file: str
    source: str
    tallies: dict[str, Tally] = field(default_factory=dict)
    known: int = 0
    lost: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unusable: list[Unusable] = field(default_factory=list)
    error: WarcError | None = None


def take_in_file(
    archive: Archive,
    folder: Path,
    held: Survey,
    portals: Portals,
    done_with: Callable[[Found], object] = lambda _: None,
) -> Ingested:
    """Take in what the archive does not have of a file that lies in `folder`; `done_with` is told each."""
    done = Ingested(
        held.file, held.source, outside=held.outside, skipped=held.skipped, unusable=held.unusable,
        error=held.error,
    )  # fmt: skip
    late = settle([held, *(survey(path, portals) for path in siblings(folder, held))])
    for crawl in held.crawls.values():
        begin(archive, crawl, portals)
    known = _known(archive, held)
    new = [found for found in held.found if _key(found) not in known]
    done.known = len(held.found) - len(new)
    originals = find_originals(folder, _originals(new))
    for found in new:
        taken = read(found, folder, portals, originals)
        if isinstance(taken, Unusable):
            done.unusable.append(taken)
        else:
            _store(archive, taken, done)
        done_with(found)
    _take_in_again(archive, folder, late, portals)
    for crawl in held.crawls.values():
        finish(archive, crawl, folder)
    return done


def take_in_waiting(archive: Archive, folder: Path, portals: Portals) -> int:
    """Take in the revisits whose originals have come only now; returns how many."""
    waiting: dict[str, set[int]] = {}
    for file, offset in archive.db.execute(WAITING):
        waiting.setdefault(file, set()).add(offset)
    count = 0
    for file, offsets in waiting.items():
        held = survey(folder / file, portals)
        settle([held, *(survey(path, portals) for path in siblings(folder, held))])
        lost = [found for found in held.found if found.place and found.place.offset in offsets]
        count += _take_in_again(archive, folder, lost, portals)
        for crawl in held.crawls.values():
            finish(archive, crawl, folder)
    return count


def siblings(folder: Path, held: Survey) -> list[Path]:
    """The other files of the crawl of ours that a file is of."""
    files = set(folder.glob(f"{escape(held.own)}-*")) if held.own else set()
    return sorted(path for path in files & set(warc_files(folder)) if path.name != held.file)


def begin(archive: Archive, crawl: Crawl, portals: Portals) -> None:
    archive.put_portal(portals[crawl.portal].info())
    archive.start_crawl(crawl.id, crawl.portal, crawl.source, crawl.started_at)


def finish(archive: Archive, crawl: Crawl, folder: Path) -> None:
    """Write down how a crawl ended; one of ours whose end is in no file and which does not run was killed."""
    if crawl.finished_at:
        archive.finish_crawl(crawl.id, crawl.finished_at, crawl.outcome or "finished", crawl.complete)
        return
    [(outcome,)] = archive.db.execute("select outcome from crawls where id = ?", [crawl.id])
    if outcome not in (None, "killed"):  # its end is in another file
        archive.recount(crawl.portal)
    elif not is_running(folder, crawl.id):
        archive.mark_killed(crawl.id)


def is_running(folder: Path, crawl: str) -> bool:
    """Whether a process writes a file of this crawl."""
    return bool(set(folder.glob(f"{escape(crawl)}-*{OPEN}")) - set(abandoned(folder)))


def _known(archive: Archive, held: Survey) -> Collection[object]:
    """What the archive has of a file, by `_key`."""
    query = "select warc_offset from captures where warc_file = ?"
    offsets: set[object] = {offset for (offset,) in archive.db.execute(query, [held.file])}
    silent = [found for found in held.found if found.place is None]
    query = "select 1 from captures where url = ? and captured_at = ? and warc_file is null"
    return offsets | {
        _key(found)
        for found in silent
        if archive.db.execute(query, [found.url, found.captured_at]).fetchone()
    }


def _key(found: Found) -> object:
    return found.place.offset if found.place else (found.url, found.captured_at)


def _originals(found: Iterable[Found]) -> set[Original]:
    return {one.original for one in found if one.original}


def _store(archive: Archive, taken: Read, done: Ingested) -> None:
    """One that cannot be stored at all must not cost those behind it."""
    capture, page = taken
    try:
        page, change = take_in(archive, capture, page)
    except Exception as error:
        if ends_everything(error):
            raise
        place = Place(done.file, capture.warc_offset or 0, capture.warc_length or 0)
        done.unusable.append(Unusable(place, reason(error)))
        return
    done.lost += page.note == LOST
    add(done.tallies.setdefault(capture.portal, Tally()), page.outcome, change, page.replaced)


def _take_in_again(archive: Archive, folder: Path, late: list[Found], portals: Portals) -> int:
    """Those of which more is known now than when they were taken in."""
    originals = find_originals(folder, _originals(late))
    count = 0
    for found in late:
        taken = read(found, folder, portals, originals)
        if not isinstance(taken, Unusable) and taken[1].note != LOST:
            take_in(archive, *taken)
            count += 1
    return count
