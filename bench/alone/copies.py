"""What it costs to compare one new article with all that are there already.

    python bench/alone/copies.py [SIZE]

SIZE (1000000) sketches are made up and stored in FOLDER (a temporary one unless given). Three of ten of their
values are those of stock phrases, which few or very many other articles have too (1/n of the n-th of 200,000);
one in twenty has half of its values from another article. Then 500 more are taken in, each in a transaction of
its own. Milliseconds of a processor and of the clock, the median and the worst of a hundred; and the bytes
that the file grows by for one article, beside those of a text of 6,000 characters.
"""

import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "tests")]

from archive.copies import meeting
from archive.copies.groups import regroup
from archive.copies.shingles import told
from archive.copies.sketches import BUCKETS, PERMUTATIONS, buckets, sketch
from archive.store import Archive
from crawler.replica.truth import truths

STOCK, PHRASES, RELATED, NEW, PIECE = 0.3, 200_000, 0.05, 500, 50_000
Values = np.ndarray[tuple[int, int], np.dtype[np.uint32]]


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("FOLDER")) as folder:
        path = Path(folder) / "archive.db"
        with Archive(path):
            pass
        empty = path.stat().st_size
        with closing(sqlite3.connect(path)) as archive:
            fill(archive, size)
        print(f"{size} sketches, {(path.stat().st_size - empty) / size:.0f} bytes each in the file")
        with Archive(path) as open_archive:
            take_in(open_archive, size)
    read()


def drawn(random: np.random.Generator, count: int) -> Iterator[bytes]:
    """As `sketch` writes them."""
    values: Values = random.integers(0, 2**32, (count, PERMUTATIONS), np.uint32)
    phrase = (PHRASES ** random.random((count, PERMUTATIONS))).astype(np.uint32)  # the n-th as often as 1/n
    values = np.where(random.random((count, PERMUTATIONS)) < STOCK, phrase, values)
    others = random.integers(0, count, count)
    shared = (random.random(count) < RELATED)[:, None] & (random.random((count, PERMUTATIONS)) < 0.5)
    values = np.where(shared, values[others], values)
    for row in values:
        yield row[:BUCKETS].astype("<u4").tobytes() + row[BUCKETS:].astype("u1").tobytes()


def fill(archive: sqlite3.Connection, size: int) -> None:
    random = np.random.default_rng(1)
    archive.execute("pragma synchronous = off")
    archive.execute("create temp table met (bucket integer, article integer)")
    for start in range(0, size, PIECE):
        rows = [(start + n, one) for n, one in enumerate(drawn(random, min(PIECE, size - start)), 1)]
        ids = [(id * 9_007_199_253 % 2**53, one) for id, one in rows]  # as long as those of real articles
        archive.executemany("insert into copies_sketches values (?, '2023-05-01~ 0 portal key', 0, ?)", ids)
        archive.executemany(
            "insert into met values (?, ?)", ((b, id) for id, one in ids for b in buckets(one))
        )
    # In the order of arrival the pages of the index are two thirds full, in this order whole: so half of it.
    archive.execute("insert into copies_buckets select * from met where article % 2 order by bucket, article")
    archive.execute(
        "insert into copies_buckets select * from met where article % 2 = 0 order by article % 997"
    )
    archive.commit()
    archive.execute("drop table met")


def take_in(archive: Archive, size: int) -> None:
    random = np.random.default_rng(2)
    spent, waited, met = [], [], []
    connection = archive.db.conn
    for number, one in enumerate(drawn(random, NEW)):
        id = number + 2**52
        cpu, clock = process_time(), perf_counter()
        with archive.writing():
            archive.db.execute("insert into copies_sketches values (?, '2024~ 0 a b', 0, ?)", [id, one])
            found, parted = meeting.enter(connection, id, one)
            regroup(connection, {id, *(member for pair in parted for member in pair)})
        spent.append((process_time() - cpu) * 1000)
        waited.append((perf_counter() - clock) * 1000)
        met.append(len(found))
    worst = quantiles(spent, n=100)[-1], quantiles(waited, n=100)[-1]
    print(f"one more article: {median(spent):.2f} ms of a processor (worst of a hundred {worst[0]:.1f}), "
          f"{median(waited):.2f} ms of the clock ({worst[1]:.1f}); texts to compare: {sum(met) / NEW:.2f}")  # fmt: skip


def read() -> None:
    """The text itself, from its characters to its sketch."""
    text = " ".join(truth.body for truth in truths())
    texts = [text[start : start + 6000] for start in range(0, 54_000, 6000)]
    times = []
    for one in texts * 40:
        start = process_time()
        sketch(told("", None, one).distinct)
        times.append((process_time() - start) * 1000)
    size = sum(len(one.encode()) for one in texts) / len(texts)
    print(f"a text of 6000 characters ({size:.0f} bytes) to its sketch: {median(times):.2f} ms")


if __name__ == "__main__":
    main()
