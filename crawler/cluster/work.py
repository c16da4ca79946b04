"""A slice of the crawl of one portal, as a worker of the cluster does it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGINT
from sqlite3 import connect
from typing import Any
from uuid import uuid4

from archive.errors import ArchiveError
from archive.model import Tally
from archive.warc.cdxj import sidecar
from archive.warc.file import warc_files
from crawler.clock import Clock
from crawler.cluster import child
from crawler.cluster.guard import alone, attend, is_ending
from crawler.cluster.manifest import LOGS, STATE, Slice, crawled_of, load, manifest, slices
from crawler.cluster.portal_state import ARCHIVE, FRONTIER, take_out
from crawler.cluster.reading import WARC, scratch, write_read
from crawler.cluster.store import Store
from crawler.crawl import Crawled
from crawler.desk.child import last_words
from crawler.intake.readers import Piece
from crawler.intake.survey import settle, survey
from crawler.portals import load as load_portals

CERTIFICATES = "certificates.pem"
INTERRUPTED = "interrupted"  # the outcome of a crawl that Ctrl-C has ended


@dataclass(frozen=True, slots=True)
class Task:
    """What to do: `asked` are the keyword arguments of `crawler.crawl.crawl`, as JSON knows them.

    `env` is of the environment of the one who asks, and `certificates` is the file that his schedule names.
    """

    url: str
    portal: str
    run: str
    number: int
    asked: Mapping[str, Any]
    env: Mapping[str, str] = field(default_factory=dict)
    certificates: bytes | None = None

    @property
    def name(self) -> str:
        return f"{self.portal}, slice {self.number}"


def crawl_slice(task: Task) -> str:
    """Crawl for a while, ship what came of it, and make it count; returns the name of its manifest.

    Whatever is done before the manifest is there is lost with the worker, and done anew by another.
    """
    store, name = Store(task.url), manifest(task.portal, task.run, task.number)
    with alone(task.portal, task.run), scratch() as data:
        if store.has(name):  # by a worker that was thought dead
            return name
        before = load(store, manifest(task.portal, task.run, task.number - 1))
        for file in (ARCHIVE, FRONTIER):
            store.get(f"{before.folder}/{file}", data / file)
        (data / WARC).mkdir()
        known = set(bring_originals(store, task, data))
        done = _crawl(task, data)
        if done is None:
            slice = nothing(task, before)
        else:
            made = [path for path in warc_files(data / WARC) if path.name not in known]
            slice = ship(store, task, data, made, done)
        if not store.has(before.name):  # who has removed the run has taken in what counted of it
            raise ArchiveError(f"{task.name}: nobody waits for this crawl any more")
        slice.claim(store)
    return name


def nothing(task: Task, before: Slice) -> Slice:
    """A slice that was ended before it had begun: the state of the one before is its own."""
    done = before.crawled or Crawled(task.portal, "", INTERRUPTED, Tally())
    done = replace(done, outcome=INTERRUPTED, tally=Tally())
    return Slice(task.portal, task.run, task.number, before.folder, crawled=done)


def _crawl(task: Task, data: Path) -> Crawled | None:
    """None where it was asked to end before it crawled: it may still have been importing."""
    if is_ending(task.run):
        return None
    asked = {"portal": task.portal, **task.asked}
    if task.certificates is not None:
        (data / CERTIFICATES).write_bytes(task.certificates)
        asked["settings"] = {**asked["settings"], "BACKAN_CA_BUNDLE": str(data / CERTIFICATES)}
    code = attend(child.start(data, asked, dict(task.env)), task.portal, task.run)
    result = data / child.RESULT
    if code == -SIGINT:
        return None
    if code or not result.exists():
        raise ArchiveError(f"{task.name}: its process ended with {code}: {last_words(data / 'child.log')}")
    return crawled_of(json.loads(result.read_text(encoding="utf-8")))


def ship(store: Store, task: Task, data: Path, made: list[Path], done: Crawled) -> Slice:
    """Put into a folder of the store what the slice has brought, and the state that the next one needs."""
    portal = load_portals()[task.portal]
    folder = f"{STATE}/{task.portal}/{task.run}/{task.number:05}-{uuid4().hex}"
    parts = dict(_parts(store, data, made, folder))
    for path in made:
        store.put(path, f"{folder}/{path.name}")
        store.put(sidecar(path), f"{folder}/{sidecar(path).name}")
    take_out(data, portal, data / STATE)
    for file in (ARCHIVE, FRONTIER):
        store.put(data / STATE / file, f"{folder}/{file}")
    [log] = (data / LOGS).iterdir()
    name = f"{log.stem}-{task.portal}{log.suffix}"  # others begin in the same second
    store.put(log, f"{folder}/{name}")
    sizes = {path.name: path.stat().st_size for path in made}
    return Slice(task.portal, task.run, task.number, folder, sizes, parts, done, name)


def _parts(store: Store, data: Path, made: list[Path], folder: str) -> Iterator[tuple[str, str]]:
    """Read what was captured, for the one who stores it; revisits are left to him, who has all originals."""
    portals = load_portals()
    surveys = [survey(path, portals) for path in made]
    settle(surveys)
    for held in surveys:
        piece = Piece([one for one in held.found if one.original is None], {})
        write_read(data / "part", piece, data / WARC, portals)
        store.put(data / "part", f"{folder}/{held.file}.parquet")
        yield held.file, f"{folder}/{held.file}.parquet"


def bring_originals(store: Store, task: Task, data: Path) -> Iterator[str]:
    """The WARC files that a 304 may refer to: links to them in a folder, and copies from elsewhere.

    Of those only that hold pages which are due before the slice ends: a page that is asked for before its
    time, and is as it was, is asked for once more without conditions, and kept whole.
    """
    until = Clock().now(ahead=task.asked.get("seconds") or 0)
    query = "select distinct warc_file from visits where warc_file is not null and due_at <= ?"
    with closing(connect(data / FRONTIER)) as frontier:
        files = [file for (file,) in frontier.execute(query, [until if store.folder is None else "9999"])]
    shipped = {
        file: f"{one.folder}/{file}" for one in slices(store, task.portal, task.run) for file in one.files
    }
    for file in files:
        name = shipped.get(file, f"{WARC}/{file}")
        if store.folder and (store.folder / name).exists():
            (data / WARC / file).symlink_to(store.folder / name)
            yield file
        elif store.folder is None and store.has(name):
            store.get(name, data / WARC / file)
            yield file
