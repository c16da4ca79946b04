"""What slices have brought, into the data folder: WARC files first, then the archive, then the frontier."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from archive import lock
from archive.store import Archive
from archive.warc.cdxj import sidecar
from archive.warc.reader import Unusable
from crawler.beginning import IMPORTED
from crawler.cluster.manifest import LOGS, STATE, Slice, runs, slices
from crawler.cluster.portal_state import FRONTIER, put_frontier
from crawler.cluster.reading import WARC, is_within, part_in
from crawler.cluster.store import Store
from crawler.intake.ingest import take_in_new
from crawler.intake.readers import PIECE, Lone, Piece, parts
from crawler.intake.reading import Read
from crawler.intake.survey import Found, Portals, Survey, settle
from crawler.intake.surveys import Surveys


def merge(data: Path, store: Store, slice: Slice, portals: Portals) -> None:
    """Take in a slice that counts. Doing it twice changes nothing, and one that was interrupted is completed.

    Raises OSError, sqlite3.Error and ArchiveError.
    """
    folder, surveys = data / WARC, Surveys(portals)
    _bring(data, store, slice)
    of_crawl = [surveys.of(folder / file) for file in sorted(slice.files)]
    settle(of_crawl)
    with Archive(data / "archive.db") as archive:
        for held in of_crawl:
            readers = InParts(store, slice.parts.get(held.file), folder, portals)
            take_in_new(archive, folder, held, surveys, readers=readers)
        is_last = slice.crawled is not None and _last_crawl(archive, slice.portal) == slice.crawled.crawl
    if is_last:  # what another crawl has left meanwhile is newer
        with TemporaryDirectory(prefix="backan-", dir=data) as scratch:
            store.get(f"{slice.folder}/{FRONTIER}", Path(scratch) / FRONTIER)
            put_frontier(Path(scratch) / FRONTIER, data / FRONTIER, portals[slice.portal])


def merge_leftovers(
    data: Path, store: Store, portal: str, portals: Portals, tell: Callable[[str], object]
) -> None:
    """Take in what counts of crawls whose driver was killed, and remove what does not."""
    for run in runs(store, portal):
        for slice in slices(store, portal, run):
            if slice.crawled:
                merge(data, store, slice, portals)
                tell(f"{portal} slice {slice.number} of a crawl that was interrupted: taken in")
        store.remove(f"{STATE}/{portal}/{run}")


def _bring(data: Path, store: Store, slice: Slice) -> None:
    folder = data / WARC
    folder.mkdir(parents=True, exist_ok=True)
    if slice.log:
        (data / LOGS).mkdir(exist_ok=True)
        store.get(f"{slice.folder}/{slice.log}", data / LOGS / slice.log)
    with lock.importing(data):
        for file, size in slice.files.items():
            path = folder / file
            if not path.exists() or path.stat().st_size != size:
                index = sidecar(path).name
                store.get(f"{slice.folder}/{index}", folder / index)
                store.get(f"{slice.folder}/{file}", path)
            if not is_within(store, folder):  # for slices to come, and for a rebuild
                store.copy(f"{slice.folder}/{file}", f"{WARC}/{file}")


def _last_crawl(archive: Archive, portal: str) -> str | None:
    marks = ", ".join("?" for _ in IMPORTED)
    found = archive.db.execute(
        f"select id from crawls where portal = ? and outcome is not 'missed' and source not in ({marks}) "
        "order by started_at desc, id desc limit 1",
        [portal, *IMPORTED],
    ).fetchone()
    return found[0] if found else None


class InParts:
    """Readers of a file of which a worker has read all but the revisits: those are read on this machine."""

    def __init__(self, store: Store, part: str | None, folder: Path, portals: Portals) -> None:
        self._store, self._part = store, part
        self._lone = Lone(folder, portals)

    def survey(self, files: Iterable[Path]) -> Iterator[Survey]:
        return self._lone.survey(files)

    def read(self, pieces: Iterable[Piece]) -> Iterator[list[Read | Unusable]]:
        taken = self._taken()
        for piece in pieces:
            for some in parts(piece, PIECE):
                yield [self._one(found, some, taken) for found in some.found]

    def _one(self, found: Found, piece: Piece, taken: Iterator[Read | Unusable]) -> Read | Unusable:
        """The part is in the order of the file, and may hold more than what is still to be taken in."""
        if found.original is None:
            for one in taken:
                if _key(one) == found.key:
                    return one
        [read] = self._lone.read_all([found], piece.originals)
        return read

    def _taken(self) -> Iterator[Read | Unusable]:
        for some in part_in(self._store, self._part) if self._part else ():
            yield from some


def _key(taken: Read | Unusable) -> object:
    """That of what was found, see `Found.key`."""
    if isinstance(taken, Unusable):
        return taken.place.offset
    capture = taken[0]
    return (capture.url, capture.captured_at) if capture.warc_offset is None else capture.warc_offset
