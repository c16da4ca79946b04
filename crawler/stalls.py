"""How long the event loop of a crawl is kept from its work: then no answer is taken and no request sent."""

import asyncio
import gc
import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

BEAT = 0.01  # seconds
LONG = 1.0  # seconds, of which the log tells

logger = logging.getLogger(__name__)


class Stalls:
    """Beats, and notes by how much the longest beat came late: `backan/longest_stall`, in milliseconds."""

    def __init__(self, crawler: Crawler) -> None:
        self.stats = crawler.stats
        self.longest = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        stalls = cls(crawler)
        crawler.signals.connect(stalls.engine_started, signals.engine_started)
        crawler.signals.connect(stalls.engine_stopped, signals.engine_stopped)
        return stalls

    def engine_started(self) -> None:
        gc.freeze()  # all that is imported: to look through it once more would take a tenth of a second
        self._wait(asyncio.get_running_loop())

    def engine_stopped(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + BEAT
        self._timer = loop.call_at(due, self._beat, loop, due)

    def _beat(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        late = loop.time() - due
        if late > self.longest:
            self.longest = late
            self.stats.set_value("backan/longest_stall", round(1000 * late))
        if late > LONG:
            logger.warning("the event loop has stood still for %.1f seconds", late)
        self._wait(loop)
