"""Take what the spiders read into the archive."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from archive.counts import NOTHING
from archive.model import NOT_THERE, Capture, Change, Kind, Outcome, Page
from crawler.fetch.block import Block
from crawler.frontier.due import DECAYING
from crawler.frontier.gather import Gathered, Reading
from crawler.frontier.records import State
from crawler.frontier.scheduler import scheduler_of
from crawler.frontier.visits import Seen, Visit
from crawler.logbook import Logbook

NO_ANSWER = (NOTHING - {Outcome.MISSING}) | {Outcome.CHALLENGE, Outcome.UNREADABLE}  # to be asked for again


class Store:
    """The item pipeline: an adapter to the logbook, and to the scheduler, which hears what a page brought."""

    def __init__(self, logbook: Logbook, crawler: Crawler) -> None:
        self.logbook, self.crawler, self.block = logbook, crawler, Block(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if (logbook := crawler.get_extension(Logbook)) is None:
            raise NotConfigured
        return cls(logbook, crawler)

    async def process_item(self, item: Reading | Gathered) -> Reading:
        if not isinstance(item, Gathered):
            await self.logbook.take_in(item.capture, item.page)
            return item
        capture, request = item.reading.capture, item.response.request
        page, change = await self.logbook.take_in(capture, item.reading.page, keep=True)
        scheduler = scheduler_of(self.crawler)
        if scheduler and request and "lease" in request.meta:
            seen = self._seen(capture, page, change, item.response)
            if again := self.block.heard(request, page):
                scheduler.enqueue_request(again)
                return item.reading
            error = item.error or (None if seen else page.note or page.outcome)
            state = State.FAILED if error else State.DONE
            scheduler.settle(request.meta["lease"], state, error, item.requests, seen)
        return item.reading

    def _seen(self, capture: Capture, page: Page, change: Change | None, response: Response) -> Seen | None:
        """What the frontier keeps of an answer; None where the page is to be asked for again, due or not."""
        meta = response.request.meta if response.request else {}
        before: Visit | None = meta.get("visit")
        etag, modified = ((response.headers.get(name) or b"").decode("latin-1") or None
                          for name in ("ETag", "Last-Modified"))  # fmt: skip
        visit = self.logbook.visit(capture, before, etag, modified)
        kind = Kind(meta["kind"])
        if page.outcome in NO_ANSWER and not (page.note == NOT_THERE and kind in DECAYING):
            return None
        usable = visit if page.whole and page.outcome not in NOTHING else None
        changed = change == Change.CHANGED or bool(
            page.article is None and before and before.sha256 != capture.sha256
        )
        return Seen(meta["key"], capture.url, kind, capture.captured_at, usable, changed)
