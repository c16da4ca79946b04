"""Archives that hold made-up crawls: only what the rules of health look at, but as much of it as wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from archive.alarms import Alarm, Rule
from archive.model import Outcome
from archive.store import Archive

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Pages:
    """So many pages of articles of an engine, all captured with the same outcome, lacking the same."""

    number: int
    outcome: Outcome = Outcome.SELECTORS
    engine: str = "old"
    lacks: str | None = None
    new: bool = False
    status: int = 200
    whole: bool = True


GOOD = Pages(20)
BAD = replace(GOOD, outcome=Outcome.LANDMARKS)


@dataclass
class Past:
    """Crawls of one portal, one a day unless `apart` says otherwise."""

    archive: Archive
    portal: str = "mic"
    apart: timedelta = timedelta(days=1)
    crawls: list[str] = field(default_factory=list)
    _captures: int = 0

    def crawl(
        self,
        *pages: Pages,
        met: int | None = 100,
        outcome: str = "finished",
        alarms: Sequence[Rule] = (),
        source: str = "live",
        arguments: str = "{}",
    ) -> str:
        """Add a crawl after all the others; returns its name."""
        at = (BEGIN + len(self.crawls) * self.apart).strftime(FORM)
        crawl = f"{self.portal}-{len(self.crawls):04}"
        self.crawls.append(crawl)
        row = {"id": crawl, "portal": self.portal, "source": source, "started_at": at, "outcome": outcome}
        self.archive.db.table("crawls").insert(row | {"met": met, "arguments": arguments})
        self.archive.put_alarms(crawl, [Alarm(rule) for rule in alarms])
        for some in pages:
            for _ in range(some.number):
                self._capture(crawl, at, some)
        return crawl

    def capture(self, crawl: str, url: str, outcome: Outcome, note: str | None = None) -> None:
        """Add a capture of a page that is no article."""
        self._captures += 1
        (at,) = self.archive.db.execute("select started_at from crawls where id = ?", [crawl]).fetchone()
        row = {"id": self._captures, "url": url, "portal": self.portal, "captured_at": at, "crawl": crawl}
        self.archive.db.table("captures").insert(row | {"outcome": outcome, "note": note, "status": 200})

    def _capture(self, crawl: str, at: str, some: Pages) -> None:
        self._captures += 1
        id, key = self._captures, f"{some.engine}/{self._captures}"
        row = {"id": id, "url": f"https://mic.test/{key}", "portal": self.portal, "captured_at": at,
               "crawl": crawl, "outcome": some.outcome, "key": key, "lacks": some.lacks,
               "status": some.status, "whole": int(some.whole)}  # fmt: skip
        self.archive.db.table("captures").insert(row)
        if some.outcome != Outcome.UNREADABLE:
            article = {"id": id, "docid": id, "portal": self.portal, "key": key, "url": row["url"], "title": key,
                       "first_captured_at": at, "version": 1, "capture": id, "body": ""}  # fmt: skip
            self.archive.db.table("articles").insert(article)
            if some.new:
                version = {"article": id, "number": 1, "captured_at": at, "capture": id}
                self.archive.db.table("versions").insert(version)
