"""Keep together what one page brings: what was read of it, and the requests that it leads to."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol, Self

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from archive.model import Capture, Page
from crawler.errors import reason
from crawler.frontier.records import State, Wanted
from crawler.frontier.scheduler import scheduler_of

SLICE = 64  # requests, after which others have their turn: a listing may bring a thousand


class Reading(Protocol):
    """The item of every portal."""

    capture: Capture
    page: Page


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a page has brought. It is stored, and its request settled, at once or not at all.

    `error`: why it has brought no requests.
    """

    reading: Reading
    response: Response
    requests: tuple[Wanted, ...]
    error: str | None = None


class Gather:
    """The spider middleware next to the engine, where the others have had their say on each request.

    Scrapy would take requests and items from a page one by one: a kill between two of them loses the rest.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        scheduler = scheduler_of(self.crawler)
        if scheduler is None:
            async for thing in result:
                yield thing
            return
        requests: list[Wanted] = []
        readings: list[Any] = []
        try:
            async for thing in result:
                if isinstance(thing, Request):
                    thing.meta["via"] = response.url
                    requests.extend(scheduler.new(thing))
                    if not len(requests) % SLICE:
                        await asyncio.sleep(0)
                else:
                    readings.append(thing)
        except Exception as error:  # what was read is kept, and the error goes where it would have gone
            for reading in readings:
                yield Gathered(reading, response, (), reason(error))
            if not readings and response.request:
                scheduler.settle(response.request.meta["lease"], State.FAILED, reason(error))
            raise
        for reading in readings:  # one, of a portal
            yield Gathered(reading, response, tuple(requests))
