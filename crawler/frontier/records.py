"""What enters the frontier and what comes out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from archive.model import Kind
from crawler.frontier.visits import Seen, Visit


class State(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to enter. `fingerprint` says which requests of a run are the same; `key` names the page.

    `changed_at` is the last change that the page's link states; `linked`: a page of this run has led to it.
    """

    fingerprint: bytes
    key: str
    kind: Kind
    host: str
    priority: int
    request: str
    changed_at: str | None = None
    linked: bool = True


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a leased request, and what came of it: requests to enter, and what its page said.

    PENDING: `again` takes its place. `lease` is None for requests that nobody's page has brought.
    """

    lease: int | None
    state: State = State.DONE
    reason: str | None = None
    wanted: Sequence[Wanted] = ()
    again: Wanted | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A request that was handed out, and the page it asks for as it was before, if it was."""

    id: int
    host: str
    request: str
    visit: Visit | None


@dataclass(frozen=True, slots=True)
class Run:
    """A crawl of a portal, in one go or in several. `arguments` is JSON; `full`: nothing is passed over."""

    id: int
    portal: str
    arguments: str
    begun_at: str
    full: bool
    resumed: bool = False
