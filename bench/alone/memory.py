"""How much memory a long crawl takes: of the crawling process alone, as it goes on, of one big portal.

    PAGES=10000 python bench/alone/memory.py

The replica, in a process of its own, serves so many articles; a crawl in another asks for all of them. What
counts is its peak at the end, against that when a tenth was done: the crawl that is ten times as long may take
a fifth more. Ends with 1 where it takes more than that.
"""

import os
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "tests")]
from long_crawl import LongCrawl, Sample, replica_of

MOST = 1.2


def main() -> None:
    pages = int(os.environ.get("PAGES", "10000"))
    print(f"{'pages':>8} {'seconds':>8} {'MB now':>8} {'MB peak':>8}")
    with tempfile.TemporaryDirectory(dir=os.environ.get("FOLDER")) as folder, replica_of(pages) as via:
        samples = LongCrawl(Path(folder), via).watch(pages, 10, told)
    early, late = samples[0], samples[-1]
    ratio = late.peak / early.peak
    print(
        f"{late.pages} pages in {late.seconds:.0f} s, {late.pages / late.seconds:.1f} a second; "
        f"peak {early.peak >> 20} MB at {early.pages}, {late.peak >> 20} MB at the end: {ratio:.2f}; goal {MOST}"
    )
    sys.exit(ratio > MOST)


def told(sample: Sample) -> None:
    print(f"{sample.pages:8} {sample.seconds:8.0f} {sample.now >> 20:8} {sample.peak >> 20:8}", flush=True)


if __name__ == "__main__":
    main()
