"""Take a WARC file into the archive: for import and recovery, and in its parts for a rebuild."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path

from archive.errors import WarcError
from archive.model import Ended, Tally
from archive.store import Archive
from archive.warc.file import warc_files
from archive.warc.reader import OPEN, Place, Unusable
from archive.warc.writer import abandoned
from crawler.errors import ends_everything, reason
from crawler.intake.again import originals_of, take_in_again, waiting
from crawler.intake.fate import take_in
from crawler.intake.originals import find_originals
from crawler.intake.readers import Lone, Piece, Readers
from crawler.intake.reading import LOST, Read
from crawler.intake.survey import Crawl, Found, Portals, Survey, settle
from crawler.intake.surveys import Surveys
from crawler.tally import add


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
    altered: int = 0  # records that are not what their own digest says
    error: WarcError | None = None


def take_in_file(
    archive: Archive,
    folder: Path,
    held: Survey,
    portals: Portals,
    done_with: Callable[[Found], object] = lambda _: None,
    readers: Readers | None = None,
) -> Ingested:
    """Take in what the archive does not have of a file that lies in `folder`; `done_with` is told each.

    `readers` read it, or this process alone where there are none. What its crawl's other files tell of it is
    to be settled before, and its crawls are to be finished behind.
    """
    done = Ingested(
        held.file, held.source, outside=held.outside, skipped=held.skipped, unusable=held.unusable,
        error=held.error, altered=held.altered,
    )  # fmt: skip
    for crawl in held.crawls.values():
        begin(archive, crawl, portals)
    known = _known(archive, held)
    new = [found for found in held.found if found.key not in known]
    done.known = len(held.found) - len(new)
    piece = Piece(new, find_originals(folder, originals_of(new)))
    rest = iter(new)
    for some in (readers or Lone(folder, portals)).read([piece]):
        with archive.writing():
            for taken in some:
                if isinstance(taken, Unusable):
                    done.unusable.append(taken)
                else:
                    _store(archive, taken, done)
        for _ in some:
            done_with(next(rest))
    return done


def take_in_waiting(archive: Archive, folder: Path, surveys: Surveys, new: Collection[Survey]) -> int:
    """Take in the revisits whose originals have come only now, with new files; returns how many."""
    count = 0
    for file, offsets in waiting(archive, folder, new).items():
        held = surveys.of(folder / file)
        settle([held, *(surveys.of(path) for path in siblings(archive, folder, held))])
        lost = [found for found in held.found if found.place and found.place.offset in offsets]
        if taken := take_in_again(archive, folder, lost, surveys.portals):
            finish_all(archive, folder, [held])
            count += taken
    return count


def siblings(archive: Archive, folder: Path, held: Survey) -> list[Path]:
    """The other files of the crawl of ours that a file is of, whatever their names."""
    if not held.own:
        return []
    files = set(folder.glob(f"{escape(held.own)}-*"))
    known = "select distinct warc_file from captures where crawl = ? and warc_file is not null"
    files |= {folder / file for (file,) in archive.db.execute(known, [held.own])}
    return sorted(path for path in files & set(warc_files(folder)) if path.name != held.file)


def begin(archive: Archive, crawl: Crawl, portals: Portals) -> None:
    archive.put_portal(portals[crawl.portal].info())
    archive.start_crawl(
        crawl.id, crawl.portal, crawl.source, crawl.started_at, crawl.arguments, crawl.settings
    )


def finish_all(archive: Archive, folder: Path, surveys: Iterable[Survey]) -> None:
    """Write down how the crawls ended that these files are of; one of them may tell it."""
    ends: dict[str, Crawl] = {}
    for held in surveys:
        for crawl in held.crawls.values():
            if crawl.id not in ends or crawl.finished_at:
                ends[crawl.id] = crawl
    for crawl in ends.values():
        finish(archive, crawl, folder)


def finish(archive: Archive, crawl: Crawl, folder: Path) -> None:
    """Write down how a crawl ended; one of ours whose end is in no file and which does not run was killed.

    But not where that was never written to files: then its outcome is known without a time.
    """
    if crawl.finished_at:
        told = crawl.ended or Ended(crawl.finished_at, crawl.outcome or "finished")
        archive.finish_crawl(crawl.id, told)
        return
    [(outcome,)] = archive.db.execute("select outcome from crawls where id = ?", [crawl.id])
    if crawl.outcome:
        archive.end_at_last_capture(crawl.id, crawl.outcome if outcome in (None, "killed") else outcome)
    elif outcome not in (None, "killed"):  # its end is in another file
        archive.recount(crawl.portal)
    elif not is_running(folder, crawl.id):
        archive.mark_killed(crawl.id)


def is_running(folder: Path, crawl: str) -> bool:
    """Whether a process writes a file of this crawl."""
    return bool(set(folder.glob(f"{escape(crawl)}-*{OPEN}")) - set(abandoned(folder)))


def _known(archive: Archive, held: Survey) -> Collection[object]:
    """What the archive has of a file, by the keys of what was found."""
    query = "select warc_offset from captures where warc_file = ?"
    offsets: set[object] = {offset for (offset,) in archive.db.execute(query, [held.file])}
    silent = [found for found in held.found if found.place is None]
    query = "select 1 from captures where url = ? and captured_at = ? and warc_file is null"
    return offsets | {
        found.key for found in silent if archive.db.execute(query, [found.url, found.captured_at]).fetchone()
    }


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
