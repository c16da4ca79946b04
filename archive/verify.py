"""Prove that the archive still is what was captured: every WARC record against its row, both ways."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from glob import escape
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection, DatabaseError

from archive.access import connect
from archive.coherence import ANEW, has_column, incoherent
from archive.errors import ArchiveError, WarcError
from archive.repeats import Repeats
from archive.warc import cdxj
from archive.warc.file import warc_files
from archive.warc.reader import Exchange, Note, Other, Record, Revisit, Unusable, records
from archive.warc.writer import OPEN, abandoned

ARCHIVE = "archive.db"
OURS = "backan-archive"  # how `software` begins in our own files
END = "urn:backan:crawl:"  # the address of the record that tells how a crawl has ended
ROWS = """
    select warc_offset, url, captured_at, status, sha256, warc_length, crawl, portal from captures
    where warc_file = ?
"""
End = tuple[str | None, str, bool]


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong, in a sentence, and where: file, byte and address as far as they are known."""

    file: str
    what: str
    offset: int | None = None
    url: str | None = None

    def __str__(self) -> str:
        at = "" if self.offset is None else f", byte {self.offset}"
        return f"{self.file}{at}{f', {self.url}' if self.url else ''}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Row:
    url: str
    captured_at: str
    status: int | None
    sha256: str | None
    length: int
    crawl: str
    portal: str


@dataclass(slots=True)
class _Crawl:
    """What our own files say of one crawl: its last file, the requests that brought no response, its ends
    (when, how, whether complete)."""

    id: str
    file: str = ""
    silent: set[tuple[str | None, str | None]] = field(default_factory=set)
    ends: set[End] = field(default_factory=set)


def verify(
    data: Path, covers: Callable[[str], bool], read: Callable[[int], object] = lambda _: None
) -> Iterator[Damage]:
    """All damage in a data folder; none if every record is whole and known, and every capture has its record.

    `covers` says whether an address is one of ours: responses of other hosts need no row. `read` is told the
    bytes of each record as it is read. Files that a crawl is writing to just now are left out.

    Raises ArchiveError where there is no archive, or none that can be read.
    """
    folder = data / "warc"
    with closing(connect(data / ARCHIVE)) as archive:
        archive.text_factory = lambda text: text.decode(
            errors="replace"
        )  # lest damage to a letter ends it all
        try:
            yield from _damage(archive, folder, covers, read)
        except DatabaseError as error:
            if type(error) is not DatabaseError:  # not malformed, but locked or out of reach
                raise ArchiveError(f"cannot read {data / ARCHIVE}: {error}") from error
            yield Damage(ARCHIVE, f"cannot be read, nor compared any further: {error}: {ANEW}")
    for path in abandoned(folder):
        yield Damage(path.name, "was left unfinished by a crawl that was killed")


def _damage(
    archive: Connection, folder: Path, covers: Callable[[str], bool], read: Callable[[int], object]
) -> Iterator[Damage]:
    verification = _Verification(archive, folder, covers, read)
    on_disk = {path.name: path for path in warc_files(folder)}
    for name in sorted(on_disk.keys() | _files(archive)):
        rows = _rows(archive, name)
        if path := on_disk.get(name):
            yield from verification.file(path, rows)
        elif not (folder / f"{name}{OPEN}").exists():
            yield Damage(name, f"is not there, and {len(rows)} captures point to it")
    yield from verification.rest()
    for url, what in incoherent(archive):
        yield Damage(ARCHIVE, what, url=url)


def _files(archive: Connection) -> set[str]:
    query = "select distinct warc_file from captures where warc_file is not null"
    return {name for (name,) in archive.execute(query)}


def _rows(archive: Connection, file: str) -> dict[int, _Row]:
    return {offset: _Row(*rest) for offset, *rest in archive.execute(ROWS, [file])}


def _ended(archive: Connection) -> Mapping[str, End]:
    """How the crawls ended that have, by what their rows say."""
    complete = "complete" if has_column(archive, "crawls", "complete") else "0"
    rows = archive.execute(
        f"select id, finished_at, outcome, {complete} from crawls where outcome is not null"
    )
    return {id: (at, outcome, bool(whole)) for id, at, outcome, whole in rows}


class _Verification:
    """Reads file after file, and keeps what can be judged only when all have been read."""

    def __init__(
        self,
        archive: Connection,
        folder: Path,
        covers: Callable[[str], bool],
        read: Callable[[int], object],
    ) -> None:
        self.archive, self.folder, self.covers, self.read = archive, folder, covers, read
        self._repeats = Repeats(archive, folder)
        self._crawls: dict[str, _Crawl] = {}
        self._part_of: str | None = None  # what a warcinfo says of the records behind it
        self._ended = _ended(archive)  # first of all: whoever ends meanwhile counts as running

    def file(self, path: Path, rows: dict[int, _Row]) -> Iterator[Damage]:
        crawl: _Crawl | None = None  # the one whose records come, if it is one of our own
        is_own, lines = False, []
        self._part_of = None
        try:
            for record in records(path):
                self.read(record.place.length)
                if isinstance(record, Other) and record.kind == "warcinfo":
                    crawl = self._crawl(record, path.name)
                    is_own = is_own or crawl is not None
                if isinstance(record, Exchange | Revisit):
                    lines.append(cdxj.line(record))
                row = rows.pop(record.place.offset, None)
                for what in self._wrong(record, row, crawl):
                    url = row.url if row else getattr(record, "url", None)
                    yield Damage(path.name, what, record.place.offset, url)
        except WarcError as error:
            yield Damage(path.name, str(error).removeprefix(f"{path} "))
        else:
            yield from _wrong_sidecar(path, lines, is_own)
        for offset, row in rows.items():
            yield Damage(path.name, "holds no record where this capture points", offset, row.url)

    def rest(self) -> Iterator[Damage]:
        """What the files say of one another, and the rows that point to none."""
        for repeat, what in self._repeats.wrong():
            yield Damage(repeat.file, what, repeat.offset, repeat.url)
        query = "select crawl, url, captured_at from captures where warc_file is null"
        for id, url, captured_at in self.archive.execute(query):
            crawl = self._crawls.get(id)  # crawls made before there were such notes have none
            told = crawl is None or (url, captured_at) in crawl.silent
            if crawl and not told and not any(self.folder.glob(f"{escape(id)}-*{OPEN}")):
                yield Damage(crawl.file, "holds no note of this request, which brought no response", url=url)
        for crawl in self._crawls.values():
            yield from self._wrong_end(crawl)

    def _wrong_end(self, crawl: _Crawl) -> Iterator[Damage]:
        """By this alone a file can be told that was cut between two records. Who was killed says nothing."""
        end = self._ended.get(crawl.id)
        if end is None or end[1] == "killed" or end in crawl.ends:
            return
        if crawl.ends:
            yield Damage(ARCHIVE, f"says of the crawl {crawl.id} that it ended otherwise than it did: {ANEW}")
        else:
            what = f"does not say how the crawl {crawl.id} ended: the end of it, or another file, is lost"
            yield Damage(crawl.file, what)

    def _crawl(self, info: Other, file: str) -> _Crawl | None:
        id = self._part_of = info.fields.get("ispartof")
        if not id or "startedat" not in info.fields or not info.fields.get("software", "").startswith(OURS):
            return None
        crawl = self._crawls.setdefault(id, _Crawl(id))
        crawl.file = file
        return crawl

    def _wrong(self, record: Record, row: _Row | None, crawl: _Crawl | None) -> Iterator[str]:
        if isinstance(record, Unusable):
            if row:
                yield f"the record cannot be read: {record.why}"
            return
        if not record.intact:
            yield "the record is not what its digest says"
        if isinstance(record, Note) and crawl and record.about is None and "fetcherror" in record.fields:
            crawl.silent.add((record.url, record.captured_at))
            if self._is_unknown(record):
                yield "the archive does not know this request: `backan ingest` takes it in"
        if isinstance(record, Note) and crawl and record.url == f"{END}{crawl.id}":
            crawl.ends.add(_end(record.fields))
        if isinstance(record, Other | Note):
            if row:
                kind = record.kind if isinstance(record, Other) else "metadata"
                yield f"a capture points here, to a record that is no response but {kind}"
        elif row is None:
            self._repeats.add_outside(record)
            if self.covers(record.url):
                yield "the archive does not know this record: `backan ingest` takes it in"
        else:
            yield from self._unlike(record, row)

    def _is_unknown(self, note: Note) -> bool:
        query = "select 1 from captures where url = ? and captured_at = ? and status is null"
        known = self.archive.execute(query, [note.url, note.captured_at]).fetchone()
        return not known and note.url is not None and self.covers(note.url)

    def _unlike(self, record: Exchange | Revisit, row: _Row) -> Iterator[str]:
        if record.url != row.url:
            yield f"the record is of another address, {record.url}"
        if record.captured_at != row.captured_at:
            yield f"the record was captured at {record.captured_at}, not {row.captured_at}: {ANEW}"
        told = isinstance(record, Exchange) or record.status  # some archives keep no head of a revisit
        if told and record.status != row.status:
            yield f"the record is of an answer {record.status}, not {row.status}: {ANEW}"
        # A file of others is a crawl of its own, and ours may be one too: if its portal was not known then.
        if row.crawl not in (self._part_of, f"{row.portal}-{record.place.file}"):
            yield f"the record is not of the crawl {row.crawl}: {ANEW}"
        if record.place.length != row.length:
            yield f"the record has {record.place.length} bytes, not {row.length}"
        if isinstance(record, Revisit):
            self._repeats.add(record, row.sha256)
        elif sha256(record.body).hexdigest() != row.sha256:
            yield "the body is not the one that was captured: its SHA-256 differs"


def _end(said: Mapping[str, str]) -> End:
    return said.get("finishedat"), said.get("outcome", "finished"), said.get("complete") == "true"


def _wrong_sidecar(path: Path, lines: list[str], is_own: bool) -> Iterator[Damage]:
    sidecar = cdxj.sidecar(path)
    try:
        stated = sidecar.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        if is_own:
            yield Damage(
                sidecar.name, f"is not there, to say what {path.name} holds: a rebuild makes it anew"
            )
        return
    if sorted(stated) != sorted(lines):
        yield Damage(
            sidecar.name, f"does not say what {path.name} holds: delete it, and a rebuild makes it anew"
        )
