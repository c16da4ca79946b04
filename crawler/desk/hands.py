"""What the desk does to the world outside of it: it reads clocks, starts crawls, writes notes and tells."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.clock import FORM
from crawler.desk import child, missed
from crawler.desk.calendar import span_told
from crawler.desk.child import Child
from crawler.desk.rounds import Missed, Start
from crawler.desk.schedule import Schedule
from crawler.wording import printable

SLACK = 900  # seconds after its limit in which whoever started a crawl must have ended it


class Hands:
    """The real ones; a simulation has others."""

    def __init__(self, data: Path, via: str | None, echo: Callable[[str], None]) -> None:
        self.data, self.via, self.echo = data, via, echo

    def now(self) -> datetime:
        """In whole seconds, as times are kept."""
        return datetime.now(UTC).replace(microsecond=0)

    def steady(self) -> float:
        """Seconds that nobody sets back; while the machine sleeps, as its crawls do, they stand still."""
        return time.monotonic()

    def start(self, run: Start, now: datetime) -> Child:
        """Start the crawl that a portal's schedule asks for. Raises ArchiveError."""
        entry, words = run.entry, ["crawl", run.portal, "--data", str(self.data.resolve())]
        closes, seconds = run.rule.closes(now), run.entry.time_limit
        if closes:
            seconds = min(seconds, max(closes - now, timedelta(seconds=1)))
        words += ["--for", span_told(seconds)]
        if entry.since:
            words += ["--since", entry.since]
        if entry.limit:
            words += ["--limit", str(entry.limit)]
        if self.via:
            words += ["--via", self.via]
        return child.start(words, entry.time_limit.total_seconds() + SLACK, self.log(run.portal))

    def log(self, portal: str) -> Path:
        """What the crawls of a portal's schedule print; each has its own log beside it, as every crawl."""
        return self.data / "logs" / f"schedule-{portal}.log"

    def printed(self, portal: str) -> str:
        """What the crawl that has just ended printed last."""
        return child.last_words(self.log(portal))

    def note(self, portal: str, what: Missed, at: datetime, why: str | None) -> datetime:
        """See `crawler.desk.missed.note`."""
        return missed.note(self.data, portal, what, at, why, "via" if self.via else "live")

    def noted(self, portal: str, first: datetime, at: datetime) -> datetime | None:
        """See `crawler.desk.missed.noted`."""
        return missed.noted(self.data, portal, first, at)

    def has_crawl(self, portal: str, since: datetime) -> bool:
        """Whether the logbook tells of a crawl since then. Raises ArchiveError."""
        return missed.has_crawl(self.data, portal, since)

    def say(self, what: str) -> None:
        """One line for who watches. Crawls are seen to also where the terminal was closed meanwhile."""
        with suppress(OSError):
            self.echo(f"{self.now().strftime(FORM)}  {printable(what)}")

    def trouble(self, portal: str, what: str, schedule: Schedule) -> None:
        """Tell those named in schedule.toml what a crawl could not tell itself."""
        self.say(f"{portal}: {what}")
        if schedule.notify is None:
            return
        from crawler.health.notify import tell_trouble  # who has no [notify] needs no mail

        for warning in tell_trouble(portal, what, schedule.notify, self.data):
            self.say(warning)
