"""How long the event loop of a crawl stands still at most: a beat every few milliseconds, and its delay."""

import asyncio
import json
import time
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

BEAT = 0.005  # seconds
LATE = "BENCH_LATE"  # the setting that names the file to write to


class Heartbeat:
    """From the first request to the end of the crawl: the longest delay, and how many were beyond 50 ms."""

    def __init__(self, file: str) -> None:
        self.file, self.longest, self.beats, self.above = Path(file), 0.0, 0, 0
        self.timer: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        heartbeat = cls(crawler.settings[LATE])
        crawler.signals.connect(heartbeat.begin, signals.spider_opened)
        crawler.signals.connect(heartbeat.end, signals.spider_closed)
        return heartbeat

    def begin(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._next()

    def _next(self) -> None:
        self.due = time.perf_counter() + BEAT
        self.timer = self.loop.call_later(BEAT, self._beat)

    def _beat(self) -> None:
        late = time.perf_counter() - self.due
        self.longest, self.beats = max(self.longest, late), self.beats + 1
        self.above += late > 0.05
        self._next()

    def end(self) -> None:
        if self.timer:
            self.timer.cancel()
        figures = {"longest": self.longest, "beats": self.beats, "above": self.above}
        self.file.write_text(json.dumps(figures))
