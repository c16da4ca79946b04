"""Rows of crawls: the site is crawled by each in turn, as fast as it can.

Pages a second are from the first article that is asked for to the end of the process, whatever that still
does then; so no crawl pays for its imports, and none is done before all is on disk. Where the machine is not
idle, the same by processor time is nearer the truth: it stands in the JSON file.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.crawlers import bare, news_please, ours, wget
from bench.measure import BrokenError, Goal, Row, Run, compare, in_turn
from bench.plan import Plan
from bench.served import ask, serving

Crawler = Callable[[str, Path], tuple[Run, int]]


@dataclass
class Site:
    """The site under measurement, and what the crawls of it came to."""

    address: str
    count: int
    folder: Path
    done: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def crawled(self, name: str, crawl: Crawler) -> float:
        """Pages a second of one crawl, into a folder that is thrown away."""
        ask(f"{self.address}__reset")
        with TemporaryDirectory(dir=self.folder) as folder:
            run, pages = crawl(self.address, Path(folder))
        figures = ask(f"{self.address}__figures")
        if pages < self.count:
            raise BrokenError(f"{name} has {pages} articles of {self.count}")
        seconds = run.ended - figures["first"]
        one = {"pages": pages, "seconds": seconds, "cpu": run.cpu, "received": figures["bytes"], **run.told}
        self.done.setdefault(name, []).append(one)
        return float(pages / seconds)

    def of(self, name: str, figure: Callable[[dict[str, Any]], float]) -> list[float]:
        return [figure(one) for one in self.done.get(name, [])]


@contextmanager
def _site(plan: Plan, count: int) -> Iterator[Site]:
    plan.tell(f"making a site of {count} heavy pages")
    with serving("site", count) as (address, _):
        yield Site(address, count, plan.folder)


def _compared(plan: Plan, site: Site, peers: dict[str, Crawler], rows: list[Row]) -> None:
    """Ours and these peers in turn; `rows` are of ours beside each of them."""
    sides = {name: partial(site.crawled, name, crawl) for name, crawl in {"ours": ours, **peers}.items()}
    came = in_turn(sides, plan.rounds, plan.tell)
    for name, row in zip(peers, rows, strict=True):
        compare(row, came, "ours", name)
        row.sides |= {f"{one}, ms of a processor a page": site.of(one, _cpu) for one in ("ours", name)}


def _cpu(one: dict[str, Any]) -> float:
    return float(1000 * one["cpu"] / one["pages"])


def crawls(plan: Plan) -> list[Row]:
    """Beside bare Scrapy and wget; and what our crawls tell of themselves."""
    what = "crawl, no delay: pages/s"
    rows = [
        Row("crawl", what, "bare Scrapy, JSON lines", Goal(">=", 0.9)),
        Row("crawl", what, "wget, captures only", Goal(">=", 0.5)),
    ]
    with _site(plan, plan.pages) as site:
        _compared(plan, site, {"bare Scrapy": bare, "wget": wget}, rows)
    stall = Row("crawl", "longest stall of the event loop", "", Goal("<", 50), "ms")
    stall.values = site.of("ours", lambda one: 1000 * one["stall"]["longest"])
    stall.sides["beats later than 50 ms"] = site.of("ours", lambda one: one["stall"]["above"])
    size = Row("crawl", "archive.db", "a byte of text", unit="bytes")
    size.values = site.of("ours", lambda one: one["archive"] / one["text"])
    warc = Row("crawl", "WARC files", "a byte received", unit="bytes")
    warc.values = site.of("ours", lambda one: one["warc"] / one["received"])
    return [*rows, stall, size, warc]


def newsplease(plan: Plan) -> list[Row]:
    """Beside news-please, which takes long: of fewer pages."""
    row = Row("news-please", "crawl, no delay: pages/s", "news-please", Goal(">=", 5))
    with _site(plan, plan.few) as site:
        _compared(plan, site, {"news-please": news_please}, [row])
    return [row]
