"""What a web archive is asked and what it answers, whichever it is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

REVISIT = "warc/revisit"  # the media type of an index's line about a page that had not changed
STAMP = "%Y%m%d%H%M%S"


class ServiceError(Exception):
    """A web archive does not give what it was asked for."""


class BusyError(ServiceError):
    """It asks us to wait, for `wait` seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class TroubleError(ServiceError):
    """It does not answer, or not properly; perhaps it does later. `wait`: how long it has tried already."""

    def __init__(self, message: str, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


class LostError(ServiceError):
    """This one capture cannot be had."""


class BlockedError(ServiceError):
    """It will not tell what it has of a host."""


@dataclass(frozen=True, slots=True)
class Found:
    """A capture as a line of an index tells of it; `timestamp` has 14 digits, in UTC.

    `digest` is of the body, SHA-1 in base32. `status` is None where the line states none. `file`, `offset`
    and `length` are the place of its record, where the archive tells it.
    """

    url: str
    timestamp: str
    status: int | None
    mime: str
    digest: str
    length: int | None = None
    file: str | None = None
    offset: int | None = None

    @property
    def captured_at(self) -> str:
        """Its time as `captures` states it."""
        return datetime.strptime(self.timestamp, STAMP).replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class IndexPage:
    """A page of an index.

    `next` is the position of the page behind it, None at the end; `broken` counts lines that tell of no
    capture.
    """

    found: tuple[Found, ...]
    next: str | None = None
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A capture as the archive gave it: the head of the response to the blank line, and its body.

    `via` is the address that it came from; `removed` has the lines of the head that were left out, because
    they do not fit the body as it came; `differs`: the body has not the digest that the index states.
    """

    url: str
    captured_at: str
    head: bytes
    body: bytes
    via: str
    removed: str = ""
    truncated: str | None = None
    differs: bool = False


class Service(Protocol):
    """A web archive. Every method raises BusyError or TroubleError.

    `name` is what `crawls.source` says; `grows`: its indexes are asked for times, and again for what is new.
    """

    name: str
    grows: bool

    def indexes(self, since: str | None, until: str | None) -> list[str]:
        """The names of the indexes that may hold captures of these days (YYYY-MM-DD)."""

    def page(
        self, index: str, host: str, position: str | None, since: str | None, until: str | None
    ) -> IndexPage:
        """A page of an index, from a position on: what it has of a host. Also raises BlockedError.

        `since` and `until` are timestamps; a service may also return captures beyond.
        """

    def fetch(self, found: Found) -> Fetched:
        """The capture itself. Also raises LostError."""

    def close(self) -> None: ...


def is_timestamp(text: str) -> bool:
    """Whether it is 14 digits that name a time; some indexes have months and days 00."""
    try:
        return len(text) == 14 and bool(datetime.strptime(text, STAMP))
    except ValueError:
        return False
