"""What a WARC file holds for the archive, before any of its pages is read."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from archive.errors import WarcError
from archive.model import Ended
from archive.warc.cdxj import write_sidecar
from archive.warc.reader import (
    Exchange,
    Note,
    Other,
    Place,
    Record,
    Revisit,
    Unusable,
    payload_digest,
    records,
)
from crawler.errors import reason
from crawler.intake.ending import END, ended_by
from crawler.intake.fate import Fate
from crawler.portals import Portal, match

OURS = "backan-archive"  # how `software` begins in our own files
OLD = re.compile(r"(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z")  # portal and time make a crawl's id
EMPTY = payload_digest(b"")  # Common Crawl states it of what was not modified
UNKNOWN = Fate()  # or nothing to tell: the response was read
Portals = Mapping[str, type[Portal]]


@dataclass(frozen=True, slots=True)
class Original:
    """What a revisit states of the record that it repeats: address and time, or the digest of the body;
    that one was captured no later than the revisit itself, which was at `by`."""

    url: str | None
    captured_at: str | None
    digest: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is to become a capture: a record, or, where no response came, `url` and `captured_at`.

    `original` is that of a revisit.
    """

    crawl: str
    portal: str
    place: Place | None
    fate: Fate = UNKNOWN
    original: Original | None = None
    url: str = ""
    captured_at: str = ""

    @property
    def key(self) -> object:
        """What tells it from all others of its file."""
        return self.place.offset if self.place else (self.url, self.captured_at)


@dataclass(slots=True)
class Crawl:
    """A row of `crawls`. One of ours that has no `finished_at` may end in another file, or was killed; one
    that has an `outcome` nonetheless ended with its last capture. `ended` is set where a file tells the end.
    """

    id: str
    portal: str
    source: str
    started_at: str
    finished_at: str | None = None
    outcome: str | None = None
    arguments: str | None = None
    settings: str | None = None
    ended: Ended | None = None


@dataclass(slots=True)
class Survey:
    """What one file holds.

    `source` is "demo" where a part of it is the demo's; `outside` counts responses of hosts that no portal
    covers, by host; `skipped` other records by type; `unusable` are responses, each with its place; `error`
    is set where the file is cut or damaged. `ids` are places in `found`, by the record's id, and `strays`
    fates of records that lie in another file of the same crawl.
    """

    file: str
    source: str = "warc"
    crawls: dict[str, Crawl] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    outside: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unusable: list[Unusable] = field(default_factory=list)
    altered: int = 0  # records that are not what their own digest says
    error: WarcError | None = None
    ids: dict[str, int] = field(default_factory=dict)
    strays: dict[str, Fate] = field(default_factory=dict)

    @property
    def own(self) -> str | None:
        """The crawl of ours that the file is of, if it is."""
        return next((id for id, crawl in self.crawls.items() if id != f"{crawl.portal}-{self.file}"), None)

    @property
    def is_empty(self) -> bool:
        return not (self.crawls or self.found or self.outside or self.unusable)


def survey(path: Path, portals: Portals, read: Callable[[int], object] = lambda _: None) -> Survey:
    """Read a file to its end or its damage; `read` is told the bytes of each record."""
    surveyor = _Surveyor(path.name, portals)
    try:
        for record in records(path):
            surveyor.add(record)
            read(record.place.length)
    except WarcError as error:
        surveyor.survey.error = error
    return surveyor.end()


def survey_anew(path: Path, portals: Portals, folder: Path | None = None) -> Survey:
    """Read a file once, for its survey and for its sidecar; see `write_sidecar`."""
    surveyor = _Surveyor(path.name, portals)

    def surveyed() -> Iterator[Record]:
        try:
            for record in records(path):
                surveyor.add(record)
                yield record
        except WarcError as error:
            surveyor.survey.error = error
            raise

    write_sidecar(path, surveyed(), folder)
    return surveyor.end()


def crawl_begun_in(path: Path, portals: Portals) -> Crawl | None:
    """The crawl of ours whose row the head of a file tells, without reading more of it."""
    surveyor = _Surveyor(path.name, portals)
    if first := _first(path):
        surveyor.add(first)
    return next(iter(surveyor.survey.crawls.values()), None)


def stated_crawl(path: Path) -> str | None:
    """The crawl of ours that a file states at its head, without reading more of it."""
    first = _first(path)
    said = first.fields if isinstance(first, Other) else {}
    return said.get("ispartof") if said.get("software", "").startswith(OURS) else None


def _first(path: Path) -> Record | None:
    with suppress(WarcError):
        return next(records(path), None)
    return None


def settle(surveys: Iterable[Survey], new: Survey | None = None) -> list[Found]:
    """Give the records of each file the fates that the others tell; returns those that got one.

    What became of a request may be known only when its crawl has begun another file. Where only one file is
    `new`, what others tell of each other has been settled before.
    """
    surveys, settled = list(surveys), []
    for told in surveys:
        for id, fate in told.strays.items():
            for held in surveys:
                if (index := held.ids.get(id)) is not None and new in (None, told, held):
                    held.found[index] = replace(held.found[index], fate=fate)
                    settled.append(held.found[index])
    return settled


class _Surveyor:
    """Takes the records of a file one by one. What a warcinfo states holds for those behind it: files may
    have been joined."""

    def __init__(self, file: str, portals: Portals) -> None:
        self.survey, self.portals = Survey(file), portals
        self._ours = False  # who wrote what comes
        self._crawl: Crawl | None = None  # and in which crawl, if that is stated
        self._ends: dict[str, Mapping[str, str]] = {}
        self._times: dict[str, tuple[str, str]] = {}  # of a crawl's first and last capture

    def add(self, record: Record) -> None:
        self.survey.altered += not isinstance(record, Unusable) and not record.intact
        if isinstance(record, Exchange | Revisit):
            self._response(record)
        elif isinstance(record, Unusable):
            self.survey.unusable.append(record)
        elif isinstance(record, Note):
            self._note(record)
        else:
            self.survey.skipped[record.kind] += 1
            if record.kind == "warcinfo":
                self._begin(record)

    def end(self) -> Survey:
        """The survey; only at the end is known when the crawl of others began and ended."""
        for crawl in self.survey.crawls.values():
            if said := self._ends.get(crawl.id):
                crawl.ended = ended_by(said)
                crawl.finished_at, crawl.outcome = crawl.ended.at or None, crawl.ended.outcome
            elif not crawl.started_at:
                crawl.source = self.survey.source
                crawl.started_at, crawl.finished_at = self._times[crawl.id]
                crawl.outcome = "damaged" if self.survey.error else "finished"
        return self.survey

    def _begin(self, info: Other) -> None:
        said = info.fields
        self._ours, self._crawl = said.get("software", "").startswith(OURS), None
        if said.get("source") == "demo":
            self.survey.source = "demo"
        id, portal, started_at = (said.get(name, "") for name in ("ispartof", "portal", "startedat"))
        # The first version wrote neither when a crawl had begun nor how it ended.
        outcome = None
        if not started_at and (stated := OLD.fullmatch(id)):
            portal, outcome = stated[1], "finished"
            started_at = "{}-{}-{}T{}:{}:{}Z".format(*stated.groups()[1:])
        if self._ours and id and started_at and portal in self.portals:
            new = Crawl(
                id, portal, said.get("source", "warc"), started_at, outcome=outcome,
                arguments=said.get("arguments"), settings=said.get("settings"),
            )  # fmt: skip
            self._crawl = self.survey.crawls.setdefault(id, new)

    def _response(self, record: Exchange | Revisit) -> None:
        if (crawl := self._crawl_of(record.url, record.captured_at, record.place)) is None:
            return
        if self._ours and record.id:
            self.survey.ids[record.id] = len(self.survey.found)
        original = original_of(record) if isinstance(record, Revisit) else None
        self.survey.found.append(Found(crawl.id, crawl.portal, record.place, original=original))

    def _note(self, note: Note) -> None:
        if not self._ours:
            self.survey.skipped["metadata"] += 1
        elif note.url and note.url.startswith(END):
            self._ends[note.url.removeprefix(END)] = note.fields
        elif note.about is not None:
            self._settle(note.about, Fate.told_by(note))
        elif note.url and note.captured_at and "fetcherror" in note.fields:
            self._failure(note.url, note.captured_at, note)

    def _settle(self, id: str, fate: Fate) -> None:
        if fate == UNKNOWN:
            return
        if (index := self.survey.ids.get(id)) is None:
            self.survey.strays[id] = fate
        else:
            self.survey.found[index] = replace(self.survey.found[index], fate=fate)

    def _failure(self, url: str, captured_at: str, note: Note) -> None:
        if crawl := self._crawl_of(url, captured_at, note.place):
            found = Found(crawl.id, crawl.portal, None, Fate.told_by(note), None, url, captured_at)
            self.survey.found.append(found)

    def _crawl_of(self, url: str, captured_at: str, place: Place) -> Crawl | None:
        """The crawl that a capture belongs to; None, and counted, where no portal covers its address."""
        try:
            if (name := self._portal_of(url)) is None:
                parts = urlsplit(url)
                host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
                self.survey.outside[host] += 1
                return None
        except ValueError as error:  # no address at all
            self.survey.unusable.append(Unusable(place, reason(error)))
            return None
        if self._crawl:
            return self._crawl
        # The same for the same file, so that a rebuilt archive has the same rows.
        id = f"{name}-{self.survey.file}"
        first, last = self._times.get(id, (captured_at, captured_at))
        self._times[id] = (min(first, captured_at), max(last, captured_at))
        return self.survey.crawls.setdefault(id, Crawl(id, name, "", ""))

    def _portal_of(self, url: str) -> str | None:
        if self._crawl:
            return self._crawl.portal if self.portals[self._crawl.portal].covers(url) else None
        return match(url, dict(self.portals))[0]


def original_of(revisit: Revisit) -> Original:
    digest = revisit.payload_digest if revisit.payload_digest != EMPTY else None
    return Original(revisit.refers_to_url, revisit.refers_to_at, digest, revisit.captured_at)
