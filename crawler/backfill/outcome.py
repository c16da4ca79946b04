"""What a backfill comes to."""

from dataclasses import dataclass, field

from archive.model import Tally


@dataclass(slots=True)
class Backfilled:
    """What one backfill came to; `crawl` is empty where nothing was fetched.

    Of the index: `listed` captures, `entered` of them as wanted and new, `broken` lines, and `blocked` hosts
    with the reason. Of the captures: `fetched`, `known` to the archive already, `same` as the one before
    them, `failed` with the reason; `left` are still to be fetched, `given_up` have failed too often.
    `stopped` is why it could not go on.
    """

    portal: str
    source: str
    crawl: str = ""
    outcome: str = "failed"
    listed: int = 0
    entered: int = 0
    broken: int = 0
    blocked: list[str] = field(default_factory=list)
    fetched: int = 0
    known: int = 0
    same: int = 0
    failed: list[str] = field(default_factory=list)
    left: int = 0
    given_up: int = 0
    tally: Tally = field(default_factory=Tally)
    stopped: str | None = None

    @property
    def alarm(self) -> str | None:
        """Why nobody should take it for a success, if so."""
        if self.outcome != "finished":
            return self.stopped or self.outcome
        return "; ".join(self.blocked) or None
