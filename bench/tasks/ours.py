"""Crawl the site as `backan crawl` does, without politeness: `python -m bench.tasks.ours FOLDER`.

Tells the articles stored, how long the event loop stood still at most, and how many bytes all of it takes.
"""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from bench.heartbeat import LATE
from crawler import settings
from crawler.crawl import crawl

CONCURRENT = 4  # what news-please asks a host for at a time
ARTICLES = (
    "select count(*), sum(length(cast(body as blob)) + ifnull(length(cast(lead as blob)), 0)) from articles"
)


def hurry(late: Path) -> dict[str, object]:
    return {
        "SPIDER_MODULES": ["bench.portal"], "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False,
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENT, "BLOCK_FIRST": 0, "BACKAN_DISK_FREE": 0,
        "EXTENSIONS": {**settings.EXTENSIONS, "bench.heartbeat.Heartbeat": 1}, LATE: str(late),
    }  # fmt: skip


def main() -> None:
    data = Path(sys.argv[1])
    late = data / "late.json"
    [done] = crawl(["bench"], data, settings=hurry(late))
    with closing(sqlite3.connect(data / "archive.db")) as archive:
        articles, text = archive.execute(ARTICLES).fetchone()
    archived = (data / "archive.db").stat().st_size
    warc = sum(file.stat().st_size for file in (data / "warc").iterdir())
    stored = {"articles": articles, "text": text, "archive": archived, "warc": warc}
    print(json.dumps({**stored, "outcome": done.outcome, "stall": json.loads(late.read_text())}))


if __name__ == "__main__":
    main()
