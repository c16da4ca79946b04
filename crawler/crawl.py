"""Crawl portals, several at once in one process, and tell what came of it."""

import logging
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from scrapy.crawler import Crawler

from archive.alarms import Alarm
from archive.errors import ArchiveError
from archive.model import Tally
from crawler.beside.readers import shared
from crawler.clock import compact, now
from crawler.desk import schedule
from crawler.errors import unwritable
from crawler.fetch.tls import certificates_in
from crawler.logbook import Logbook
from crawler.mixture import refuse_mixture
from crawler.portals import project_settings
from crawler.process import Process
from crawler.progress import shown

LOGS_KEPT = 366 * 86400  # seconds


@dataclass(frozen=True, slots=True)
class Crawled:
    """What one crawl came to.

    `broken` says why it could not go on, if so; `alarms` what else was wrong; `not_due` counts the pages that
    were not asked for because they were not long ago. `resumed`: it went on with one that was interrupted.
    `checked`: so were the sites' certificates.
    """

    portal: str
    crawl: str
    outcome: str
    tally: Tally
    broken: str | None = None
    alarms: tuple[Alarm, ...] = ()
    not_due: int = 0
    resumed: bool = False
    checked: bool = True

    @property
    def alarm(self) -> str | None:
        """Why nobody should take this crawl for a success, if so."""
        return "; ".join(alarm.told() for alarm in self.alarms) or None


def crawl(
    portals: Sequence[str],
    data: Path,
    *,
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    via: str | None = None,
    fresh: bool = False,
    seconds: float | None = None,
    settings: dict[str, Any] | None = None,
) -> list[Crawled]:
    """Crawl these portals until all are done, or Ctrl-C: once ends gracefully, twice at once.

    A crawl that was interrupted, in whatever way, is gone on with, unless `fresh`. After so many `seconds`
    it pauses: what is in flight is finished, and the next crawl goes on.

    Can be called once in a process, as Twisted's reactor cannot be started again. Raises ArchiveError where
    the archive cannot be written to.
    """
    if via is None:
        refuse_mixture(data, "live")
    scheduled = schedule.load(data, strict=False)
    entries = {name: scheduled.of(name) for name in portals}
    of_portals = {name: robots_of(one) | ({} if via else tls_of(one)) for name, one in entries.items()}
    overrides: dict[str, Any] = {
        "BACKAN_DATA": str(data), "BACKAN_VIA": via, "BACKAN_FRESH": fresh, "LOG_FILE": str(log_file(data)),
        "CLOSESPIDER_TIMEOUT": seconds or 0, "BACKAN_DISK_FREE": disk_free(scheduled),
    }  # fmt: skip
    logging.raiseExceptions = False  # lest a full disk, to which no log can be written, fills the terminal
    arguments = {"since": since, "until": until, "limit": limit}
    try:
        of_all = project_settings(overrides | (settings or {}))
        shared(of_all)  # begun early: they import for a second
        process = Process(of_all)
        crawlers = [process.create_crawler(name) for name in portals]
    except OSError as error:  # of the log
        raise ArchiveError(unwritable(error, data)) from error
    for name, crawler in zip(portals, crawlers, strict=True):
        crawler.settings.setdict(of_portals[name], "cmdline")
        process.crawl(crawler, **arguments)
    with shown(crawlers, Console(stderr=True)):
        process.start()
    return [_crawled(crawler) for crawler in crawlers]


def tls_of(entry: schedule.Entry) -> dict[str, Any]:
    """How a portal's certificates are to be checked, as the schedule has it. Raises ArchiveError."""
    settings: dict[str, Any] = {}
    if entry.ca_bundle:
        certificates_in(entry.ca_bundle)  # before anything is asked for, or written
        settings["BACKAN_CA_BUNDLE"] = str(entry.ca_bundle)
    if not entry.verify:
        settings["DOWNLOAD_VERIFY_CERTIFICATES"] = False
    return settings


def robots_of(entry: schedule.Entry) -> dict[str, Any]:
    """What a portal's robots.txt says where it cannot be had, as the schedule has it."""
    stated = entry.robots_unreachable
    return {"ROBOTS_UNREACHABLE": stated} if stated else {}


def disk_free(scheduled: schedule.Schedule) -> int:
    """How many bytes should be free, as the schedule has it; BACKAN_DISK_FREE is for disks that are small."""
    return int(os.environ.get("BACKAN_DISK_FREE") or scheduled.disk_free)


def log_file(data: Path) -> Path:
    """A new log file, in a folder that is there; old ones are removed."""
    logs = data / "logs"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        for log in logs.glob("crawl-*.log"):
            with suppress(FileNotFoundError):  # others do the same
                if log.stat().st_mtime < time.time() - LOGS_KEPT:
                    log.unlink()
    except OSError as error:
        raise ArchiveError(unwritable(error, data)) from error
    return logs / f"crawl-{compact(now())}.log"


def _crawled(crawler: Crawler) -> Crawled:
    logbook = crawler.get_extension(Logbook)
    assert logbook
    return Crawled(
        logbook.portal.name, logbook.books.crawl if logbook.books else "", logbook.outcome, logbook.tally,
        logbook.broken, logbook.alarms, logbook.not_due, logbook.resumed,
        crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"),
    )  # fmt: skip
