"""Keep what a web archive gave: as WARC records, and from these in our archive, as an import of them does."""

from importlib.metadata import version
from pathlib import Path
from time import sleep

from archive.model import Change, Ended, Page, Tally
from archive.store import Archive
from archive.warc.reader import Unusable
from archive.warc.writer import WarcWriter
from crawler.backfill.service import Fetched, LostError
from crawler.clock import Clock, compact
from crawler.intake import ending
from crawler.intake.fate import take_in
from crawler.intake.readers import Lone
from crawler.intake.survey import Found
from crawler.portals import Portal
from crawler.tally import add


class Keeper:
    """The crawl of one backfill. It begins with the first capture: who finds nothing leaves nothing."""

    def __init__(self, data: Path, portal: type[Portal], source: str, user_agent: str) -> None:
        """Open the archive. Raises ArchiveError."""
        self.data, self.portal, self.source, self.user_agent = data, portal, source, user_agent
        self.archive = Archive(data / "archive.db")
        self.tally = Tally()
        self.crawl = ""
        self._clock = Clock()
        self._warc: WarcWriter | None = None

    def holds(self, url: str, captured_at: str) -> bool:
        """Whether the archive has this capture of this portal, wherever it has it from."""
        query = "select 1 from captures where portal = ? and url = ? and captured_at = ? limit 1"
        found = self.archive.db.execute(query, [self.portal.name, url, captured_at]).fetchone()
        return found is not None

    def keep(self, fetched: Fetched, milliseconds: int) -> tuple[Page, Change | None]:
        """Write a capture down, for good, and take in what was written; it took so long to fetch.

        What is taken in is read from the file: so it is what an import or a rebuild will read. Raises
        LostError where nothing can be made of it.
        """
        warc = self._warc or self._begin()
        try:
            written = warc.write(
                fetched.url,
                fetched.captured_at,
                None,
                fetched.head,
                fetched.body,
                truncated=fetched.truncated,
            )
        except ValueError as error:
            raise LostError(str(error)) from error
        fields = {"via": fetched.via, "fetchTimeMs": str(milliseconds)}
        if fetched.removed:
            fields["removedHeaders"] = fetched.removed
        if fetched.differs:
            fields["indexDigest"] = "differs"
        warc.note(fetched.url, fetched.captured_at, fields, written.id)
        warc.sync()
        name = self.portal.name
        found = Found(self.crawl, name, place=written.place, url=fetched.url, captured_at=fetched.captured_at)
        [taken] = Lone(warc.folder, {name: self.portal}).read_all([found], {})
        if isinstance(taken, Unusable):
            raise LostError(taken.why)
        page, change = take_in(self.archive, *taken)
        add(self.tally, page.outcome, change)
        return page, change

    def close(self, outcome: str) -> None:
        """End the crawl, first in its WARC file, then in the archive; it never saw the whole portal."""
        try:
            if self._warc:
                ended = Ended(self._clock.now(), outcome)
                self._warc.note(ending.address(self.crawl), ended.at, ending.fields_of(self.crawl, ended))
                self._warc.close()
                self.archive.finish_crawl(self.crawl, ended)
        finally:
            self.archive.close()

    def _begin(self) -> WarcWriter:
        """Begin the first WARC file, which names the crawl, then its row."""
        folder = self.data / "warc"
        while True:
            started_at = self._clock.now()
            self.crawl = f"{self.portal.name}-{self.source}-{compact(started_at)}"
            if not next(folder.glob(f"{self.crawl}-*"), None):
                break
            sleep(0.1)  # the backfill before this one began in the same second
        info = {
            "software": f"backan-archive ({self.source}, warcio/{version('warcio')})",
            "format": "WARC File Format 1.1",
            "isPartOf": self.crawl,
            "portal": self.portal.name,
            "source": self.source,
            "startedAt": started_at,
            "http-header-user-agent": self.user_agent,
        }
        warc = self._warc = WarcWriter(folder, self.crawl, info, started_at=started_at)
        warc.open()
        self.archive.put_portal(self.portal.info())
        self.archive.start_crawl(self.crawl, self.portal.name, self.source, started_at)
        return warc
