"""Backfills from the fake archives, and what they leave."""

from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from fake_archives import FakeArchives
from rich.console import Console
from runs import rows
from warcio.archiveiterator import ArchiveIterator

from archive.verify import Damage, verify
from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.outcome import Backfilled
from crawler.backfill.pace import Pace
from crawler.backfill.run import backfill
from crawler.backfill.wayback import Wayback
from crawler.portals import load, match

PORTALS = load()
SERVICES = {"wayback": Wayback, "commoncrawl": CommonCrawl}
TABLES = (
    "portals",
    "crawls",
    "captures",
    "articles",
    "versions",
    "images",
    "attachments",
    "links",
    "related",
)
RECORDS = r"id_/|crawl-data"  # requests for captures
INDEX = r"/cdx/|-index"
each = pytest.mark.parametrize("service", SERVICES)


def fill(
    data: Path,
    fake: FakeArchives,
    service: str,
    portal: str = "ict",
    timeout: float = 10,
    **more: Any,
) -> Backfilled:
    """Backfill from a fake, whose `waits` are noted and not waited for, and whose silence for `timeout`."""
    more = {"sleep": fake.waits.append, "console": Console(file=StringIO())} | more
    with closing(SERVICES[service]("test/1", fake.url, Pace(0), Pace(0), timeout)) as chosen:
        return backfill(PORTALS[portal], chosen, data, "test/1", **more)


def dump(data: Path) -> dict[str, list[Any]]:
    return {table: sorted(rows(data, f"select * from {table}"), key=repr) for table in TABLES}


def damage(data: Path) -> list[Damage]:
    return list(verify(data, lambda url: match(url, PORTALS)[0] is not None))


def records(data: Path) -> list[tuple[dict[str, str], bytes, bytes]]:
    """Headers, HTTP head and body of every WARC record."""
    found = []
    for path in sorted((data / "warc").glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                head, _, body = record.raw_stream.read().partition(b"\r\n\r\n")
                found.append((dict(record.rec_headers.headers), head, body))
    return found


def of_kind(data: Path, kind: str) -> list[tuple[dict[str, str], bytes, bytes]]:
    return [one for one in records(data) if one[0]["WARC-Type"] == kind]
