"""Survey and read WARC files on a cluster: a piece of work is a file, or a part of one.

What was read comes back as Parquet parts in the store, `parts/<run>/<file>.<number>.parquet`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from archive.warc.cdxj import sidecar
from archive.warc.file import open_name, warc_files
from archive.warc.reader import Place, Unusable
from crawler.cluster.parts import read_part, write_part
from crawler.cluster.store import Span, Store
from crawler.intake.apart import LONGEST
from crawler.intake.readers import Piece, parts, read_apart
from crawler.intake.reading import Read
from crawler.intake.survey import Portals, Survey, survey_anew
from crawler.intake.workers import Workers

PART = 4096  # records, or some 100 MB of a WARC file
WARC = "warc"  # the folder of the captures in a store
PARTS = "parts"  # and that of what was read of them
SILENT = "no-response"  # the name of a part of nothing but requests that brought none


@dataclass(frozen=True, slots=True)
class Work:
    """A piece, and the name that its part has."""

    piece: Piece
    file: str


class OnCluster:
    """The readers of a cluster; the driver has the WARC files in `folder` too."""

    def __init__(
        self, pool: Workers, store: Store, run: str, folder: Path, portals: Portals, longest: float = LONGEST
    ) -> None:
        """`longest`: seconds of a processor that a page may take."""
        self._pool, self._store, self._folder, self._portals = pool, store, folder, portals
        self._longest = longest
        self._parts, self._numbers = f"{PARTS}/{run}", dict[str, int]()
        self._known: dict[str, int] | None = None  # what the store holds

    def survey(self, files: Iterable[Path]) -> Iterator[Survey]:
        files = list(files)
        self.share(files)
        work = partial(survey_in, url=self._store.url, portals=self._portals)
        names = (Path(file.name) for file in files)
        for file, held in zip(files, self._pool.in_order(work, names), strict=True):
            if not is_within(self._store, self._folder):
                self._store.get(f"{WARC}/{sidecar(file).name}", sidecar(file))
            yield held

    def read(self, pieces: Iterable[Piece]) -> Iterator[list[Read | Unusable]]:
        work = partial(
            read_in,
            url=self._store.url,
            folder=self._parts,
            portals=self._portals,
            longest=self._longest,
        )
        for name in self._pool.in_order(work, self._work(pieces)):
            yield from part_in(self._store, name)

    def share(self, files: Iterable[Path]) -> None:
        if self._known is None:
            self._known = share(self._store, self._folder, ())
        share(self._store, self._folder, files, self._known)

    def _work(self, pieces: Iterable[Piece]) -> Iterator[Work]:
        for piece in pieces:
            self.share(self._folder / file for file in needed(piece))
            for part in parts(piece, PART):
                name = piece.file or SILENT
                number = self._numbers[name] = self._numbers.get(name, -1) + 1
                yield Work(part, f"{name}.{number:05}.parquet")


def share(
    store: Store, folder: Path, files: Iterable[Path] | None = None, known: dict[str, int] | None = None
) -> dict[str, int]:
    """Put WARC files of a folder, or all, into a store where they are not there yet by name and size.

    Returns what the store holds then; `known` is what this has returned before.
    """
    if is_within(store, folder):
        return {}
    known = dict(store.sizes(WARC)) if known is None else known
    for file in warc_files(folder) if files is None else files:
        path = file if file.exists() else open_name(file)  # a crawl is writing it: its records are whole
        size = path.stat().st_size
        if known.get(file.name) != size:
            store.put(path, f"{WARC}/{file.name}")
            known[file.name] = size
    return known


def is_within(store: Store, folder: Path) -> bool:
    """Whether the captures of a store are those of a folder itself."""
    return store.folder is not None and (store.folder / WARC).resolve() == folder.resolve()


def survey_in(file: Path, url: str, portals: Portals) -> Survey:
    """On a worker: read a WARC file of the store, and write its sidecar there."""
    store, name = Store(url), file.name
    with scratch() as new:
        if store.folder:
            path = store.folder / WARC / name
        else:
            path = new / name
            store.get(f"{WARC}/{name}", path)
        held = survey_anew(path, portals, new)
        store.put(new / sidecar(path).name, f"{WARC}/{sidecar(path).name}")
    return held


def read_in(work: Work, url: str, folder: str, portals: Portals, longest: float) -> str:
    """On a worker: have a piece read, and put what came of it into the store; returns its name.

    A page that ends its process must not end the worker, whose other work would be lost with it.
    """
    store, piece, name = Store(url), work.piece, f"{folder}/{work.file}"
    with scratch() as new, at_hand(store, piece) as captures:
        write_read(new / "part", piece, captures, portals, longest)
        store.put(new / "part", name)
    return name


def write_read(path: Path, piece: Piece, captures: Path, portals: Portals, longest: float = LONGEST) -> None:
    """On a worker: have a piece read, and write its part."""
    with closing(read_apart(piece, captures, portals, longest)) as taken:
        write_part(path, taken)


def part_in(store: Store, name: str) -> Iterator[list[Read | Unusable]]:
    """What a part of the store holds."""
    if store.folder:
        yield from read_part(store.folder / name)
        return
    with TemporaryDirectory(prefix="backan-") as folder:
        path = Path(folder) / "part"
        store.get(name, path)
        yield from read_part(path)


@contextmanager
def at_hand(store: Store, piece: Piece) -> Iterator[Path]:
    """A folder with the WARC files of a piece, as far as it needs them: what is not copied is a hole."""
    if store.folder:
        yield store.folder / WARC
        return
    with scratch() as folder:
        for file, spans in needed(piece).items():
            for span in spans:
                store.get_span(f"{WARC}/{file}", span, folder / file)
        yield folder


def needed(piece: Piece) -> Mapping[str, list[Span]]:
    """By file the bytes from the first of its records to the last, and those of each original."""
    spans: dict[str, list[Span]] = {}
    own = [found.place for found in piece.found if found.place]
    if own:
        spans[own[0].file] = [(min(place.offset for place in own), max(map(_end, own)))]
    for place in piece.originals.values():
        spans.setdefault(place.file, []).append((place.offset, _end(place)))
    return spans


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is removed again: a worker's own, which Dask removes where the worker was killed."""
    from distributed import get_worker

    try:
        folder = get_worker().local_directory
    except ValueError:
        folder = gettempdir()
    with TemporaryDirectory(prefix="backan-", dir=folder) as made:
        yield Path(made)


def _end(place: Place) -> int:
    return place.offset + place.length
