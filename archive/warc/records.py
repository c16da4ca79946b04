"""What a WARC file holds: one frozen object per record."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: name of the file, first byte, number of bytes (compressed, if the file is)."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A response out of a WARC file. `body` is still content-encoded, but never in chunks.

    `captured_at` is in whole seconds, as in `captures`; `status` is 0 where the status line states none;
    `truncated` is the reason in WARC-Truncated; `intact` is False where the record is not what its own
    digest says. `id` is the WARC-Record-ID, which other records refer to, without its brackets;
    `payload_digest` is that of the body as the record states it (`sha1:` and base32, mostly).
    """

    url: str
    captured_at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    place: Place
    truncated: str | None = None
    intact: bool = True
    id: str | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Revisit:
    """A response that brought what another record holds: identical bytes, or 304 Not Modified.

    `refers_to_url` and `refers_to_at` (whole seconds, UTC) name that record, as far as it is stated;
    `refers_to` is its WARC-Record-ID, which is all that wget states. `payload_digest` is that of its body.
    `status` and `headers` are those of this response, not of the other; 0 and empty where the record states
    none.
    """

    url: str
    captured_at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    place: Place
    refers_to_url: str | None = None
    refers_to_at: str | None = None
    payload_digest: str | None = None
    intact: bool = True
    id: str | None = None
    refers_to: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A metadata record of `application/warc-fields`, such as our own; names of fields in lower case.

    `about` is the WARC-Record-ID of the record that it stands beside (WARC-Concurrent-To or WARC-Refers-To);
    None where it stands alone, as for a request that brought no response.
    """

    url: str | None
    captured_at: str | None
    fields: Mapping[str, str]
    place: Place
    about: str | None = None
    intact: bool = True


@dataclass(frozen=True, slots=True)
class Unusable:
    """An HTTP response of which nothing can be made, and why."""

    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Other:
    """A record that is no HTTP response, by its type; `fields` are what a warcinfo states."""

    kind: str
    place: Place
    fields: Mapping[str, str] = field(default_factory=dict)
    intact: bool = True


Record = Exchange | Revisit | Note | Unusable | Other
