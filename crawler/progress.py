"""Show how crawls get on: a table that refreshes itself on a terminal, plain lines elsewhere."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from scrapy.crawler import Crawler

INTERVAL = 5.0  # seconds between plain lines


@dataclass(frozen=True, slots=True)
class Progress:
    """Where one crawl stands. `per_minute` and `left` (seconds) are None until there is something to tell.

    `waits_till`: all that is left is of hosts that are left alone until then.
    """

    portal: str
    done: int = 0
    queued: int = 0
    new: int = 0
    changed: int = 0
    failed: int = 0
    per_minute: float | None = None
    left: float | None = None
    finished: bool = False
    waits_till: datetime | None = None

    @classmethod
    def of(cls, portal: str, stats: dict[str, Any], now: datetime) -> "Progress":
        """Read Scrapy's stats of a crawl."""
        started = stats.get("start_time")
        if started is None:
            return cls(portal)
        done = stats.get("backan/captures", 0)
        queued = stats.get("backan/queued", 0)
        seconds = max((stats.get("finish_time", now) - started).total_seconds(), 1e-3)
        finished = "finish_time" in stats
        held_until = stats.get("backan/held_until")
        return cls(
            portal, done, queued, stats.get("backan/new", 0), stats.get("backan/changed", 0),
            stats.get("backan/failed", 0), 60 * done / seconds if done else None,
            queued * seconds / done if done and not finished else None, finished,
            held_until if held_until and held_until > now and not finished else None,
        )  # fmt: skip

    def line(self) -> str:
        if self.waits_till:
            until = f"{self.waits_till.astimezone():%H:%M:%S}"
            return f"{self._counts()}, waits till {until}: the server asks it or blocks"
        speed = f", {self.per_minute:.0f}/min" if self.per_minute else ""
        left = f", {clock(self.left)} left" if self.left is not None else ""
        ends = ", finished" if self.finished else left
        return f"{self._counts()}{speed}{ends}"

    def _counts(self) -> str:
        return (
            f"{self.portal}: {self.done} done, {self.queued} queued, {self.new} new, "
            f"{self.changed} changed, {self.failed} failed"
        )


@contextmanager
def shown(crawlers: list[Crawler], console: Console) -> Iterator[None]:
    """Show the progress of these crawls as long as the context lasts."""
    if console.is_terminal:
        with Live(get_renderable=lambda: table(_read(crawlers)), console=console, refresh_per_second=2):
            yield
        return
    over = threading.Event()
    printer = threading.Thread(target=_print_lines, args=(crawlers, console, over), daemon=True)
    printer.start()
    try:
        yield
    finally:
        over.set()
        printer.join()


def table(rows: Iterable[Progress]) -> Table:
    """All crawls, fit for 80 columns."""
    shown = Table(box=None, pad_edge=False)
    shown.add_column("portal")
    for name in ("done", "queued", "new", "changed", "failed", "/min", "left"):
        shown.add_column(name, justify="right", min_width=5)
    for row in rows:
        counts = (row.done, row.queued, row.new, row.changed, row.failed)
        speed = f"{row.per_minute:.0f}" if row.per_minute else ""
        left = "done" if row.finished else clock(row.left)
        if row.waits_till:
            left = f"waits till {row.waits_till.astimezone():%H:%M}"
        shown.add_row(row.portal, *map(str, counts), speed, left, style="dim" if row.finished else None)
    return shown


def clock(seconds: float | None) -> str:
    """1:05 or 2:00:05; empty for None."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _print_lines(crawlers: list[Crawler], console: Console, over: threading.Event) -> None:
    told: dict[str, str] = {}
    while not over.wait(INTERVAL):
        for row in _read(crawlers):
            if (row.done or row.waits_till) and told.get(row.portal) != (line := row.line()):
                told[row.portal] = line
                console.out(line, highlight=False)


def _read(crawlers: list[Crawler]) -> list[Progress]:
    now = datetime.now(UTC)
    return [Progress.of(crawler.spidercls.name, _stats(crawler), now) for crawler in crawlers]


def _stats(crawler: Crawler) -> dict[str, Any]:
    try:
        return crawler.stats.get_stats()
    except RuntimeError:  # it has not started
        return {}
