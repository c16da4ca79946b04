"""Whether revisits lead to the bodies that they stand for."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection

from archive.errors import WarcError
from archive.warc.reader import Exchange, Place, Revisit, payload_digest, read_at

EMPTY = payload_digest(b"")  # Common Crawl states it of whatever was not modified
NO_BODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A revisit, without its headers; `sha256` is that of its row."""

    file: str
    offset: int
    url: str
    refers_to_url: str | None
    refers_to_at: str | None
    digest: str | None
    sha256: str | None


def repeat_of(revisit: Revisit, row_sha256: str | None) -> Repeat:
    place, digest = revisit.place, revisit.payload_digest
    return Repeat(
        place.file, place.offset, revisit.url, revisit.refers_to_url, revisit.refers_to_at,
        digest if digest != EMPTY else None, row_sha256,
    )  # fmt: skip


class Repeats:
    """Collects the revisits of all files. They can be judged when every file has been read: the record that
    one refers to may lie anywhere."""

    def __init__(self, archive: Connection, folder: Path) -> None:
        self.archive, self.folder = archive, folder
        self._repeats: list[Repeat] = []
        self._outside: dict[tuple[str, str] | str, Place] = {}  # by address and time, and by digest
        self._digests: dict[Place, frozenset[str] | None] = {}

    def add(self, revisit: Revisit, row_sha256: str | None) -> None:
        self._repeats.append(repeat_of(revisit, row_sha256))

    def add_outside(self, record: Exchange | Revisit) -> None:
        """A response that has no row, for its host is none of ours; pages of ours may repeat it."""
        if isinstance(record, Exchange):
            self._outside[record.url, record.captured_at] = record.place
            self._outside[record.payload_digest or payload_digest(record.body)] = record.place

    def wrong(self) -> Iterator[tuple[Repeat, str]]:
        for repeat in self._repeats:
            if what := self._wrong(repeat):
                yield repeat, what

    def _wrong(self, repeat: Repeat) -> str | None:
        if repeat.sha256 is None or (place := self.original(repeat)) is None:
            return "refers to a record that is not here"
        if (digests := self._digests_of(place)) is None:
            return f"refers to a record that cannot be read, at byte {place.offset} of {place.file}"
        if repeat.sha256 not in digests:
            return "the record that it refers to has another body than was captured: its SHA-256 differs"
        if repeat.digest is None or repeat.digest in digests:
            return None
        method = repeat.digest.partition(":")[0]  # others may have one that we do not know
        comparable = any(digest.startswith(f"{method}:") for digest in digests)
        return (
            "the record that it refers to has another payload digest than it states" if comparable else None
        )

    def original(self, repeat: Repeat) -> Place | None:
        """By address and time; where these are not stated, or several came in one second, by the body."""
        named = (repeat.refers_to_url or "", repeat.refers_to_at or "")
        by_name = "url = ? and captured_at = ?"
        return (
            self._response(f"{by_name} and sha256 = ?", *named, repeat.sha256)
            or self._outside.get(named)
            or self._outside.get(repeat.digest or "")
            or self._response("sha256 = ? order by captured_at", repeat.sha256)
            or self._response(by_name, *named)
        )

    def _response(self, which: str, *values: str | None) -> Place | None:
        """The first of these captures whose record has a body, or cannot be read."""
        query = "select warc_file, warc_offset, warc_length from captures where warc_file is not null and "
        places = (Place(*row) for row in self.archive.execute(query + which, values))
        return next((place for place in places if self._digests_of(place) != NO_BODY), None)

    def _digests_of(self, place: Place) -> frozenset[str] | None:
        """Of the body there: SHA-256 as in `captures`, and as WARC records state it; None if unreadable."""
        if place not in self._digests:
            try:
                record = read_at(self.folder / place.file, place.offset)
            except WarcError:
                self._digests[place] = None
            else:
                self._digests[place] = _digests(record) if isinstance(record, Exchange) else NO_BODY
        return self._digests[place]


def _digests(record: Exchange) -> frozenset[str]:
    stated = record.payload_digest or ""  # of the chunks, by some
    return frozenset((sha256(record.body).hexdigest(), payload_digest(record.body), stated))
