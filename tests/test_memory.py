"""What a crawl holds in memory does not grow with the pages that it has asked for.

Counted are the blocks that Python holds when a crawl is about to close, where nothing is in flight: of a crawl,
and of another that is several times as long. A page more may leave next to nothing behind. Caches that have
their bounds are emptied, or made small, before; `bench/alone/memory.py` measures the whole process.
"""

import re
from pathlib import Path

from long_crawl import LongCrawl, replica_of

SHORT, LONG = 200, 500  # timers that were cancelled lie about for a minute: a short crawl has fewer of them
MOST = 3  # blocks a page: what cancelled timers leave differs with the load; the leak below shows about 9
COUNT = """
import functools, gc
import crawler.books, crawler.frontier.scheduler as scheduler
from archive.copies import texts
scheduler.MET, texts.WORDS = 20, 5_000
def close(self, *args, close=crawler.books.Books.close, **more):
    gc.unfreeze()  # what the crawl has set apart, caches among it
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper) and thing.cache_info().maxsize:
            thing.cache_clear()
    gc.collect()
    print("blocks", sys.getallocatedblocks(), flush=True)
    close(self, *args, **more)
crawler.books.Books.close = close
"""
LEAK = """
held = []
def keep(self, capture, *args, take_in=crawler.books.Books.take_in, **more):
    held.append((capture.url, [capture.sha256], [object() for _ in range(9)]))
    return take_in(self, capture, *args, **more)
crawler.books.Books.take_in = keep
"""


def growth(folder: Path, before: str, short: int = SHORT, long: int = LONG) -> float:
    """Blocks a page, between a short crawl and a long one."""
    blocks = []
    for pages in (short, long):
        with replica_of(pages) as via:
            printed = LongCrawl(folder / str(pages), via, before).run()
        blocks.append(int(re.search(r"blocks (\d+)", printed)[1]))  # type: ignore[index]
    return (blocks[1] - blocks[0]) / (long - short)


def test_a_page_more_leaves_nothing_in_memory(tmp_path: Path) -> None:
    """What is held by chance when one crawl ends is not held by the next."""
    assert any(growth(tmp_path / time, COUNT) < MOST for time in ("once", "again"))


def test_a_leak_of_a_few_small_objects_a_page_would_be_seen(tmp_path: Path) -> None:
    assert growth(tmp_path, COUNT + LEAK, short=30, long=90) > MOST
