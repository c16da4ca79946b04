"""Note the runs that were not made: a row of `crawls`, and a WARC file of two records that brings it back."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from archive import lock
from archive.errors import ArchiveError
from archive.model import Ended
from archive.store import Archive
from archive.warc.cdxj import sidecar
from archive.warc.file import sync_folder, warc_files
from archive.warc.writer import WarcWriter
from crawler.beginning import refuse_loss
from crawler.clock import FORM, compact
from crawler.desk.rounds import Missed
from crawler.errors import unwritable
from crawler.frontier.frontier import stated
from crawler.intake import ending
from crawler.intake.survey import survey
from crawler.intake.warc_file import finish_all, take_in_file
from crawler.mixture import refuse_mixture
from crawler.portals import load

MISSED = "missed"  # the outcome
PART = ".part"  # behind the name of a folder with a file that is not whole yet


def note(
    data: Path, portal: str, missed: Missed, at: datetime, why: str | None = None, source: str = "live"
) -> datetime:
    """Note runs that were not made, as seen at this time; returns up to which slot they are noted.

    That is further back than `missed.last` where they were noted before, and whoever did was killed before he
    could remember it: they are named by the first slot. Raises ArchiveError where it cannot be written.
    """
    known = load()
    if portal not in known:
        raise ArchiveError(f"no portal named {portal}; there are {', '.join(known)}")
    if source == "live":
        refuse_mixture(data, source)
    crawl = _name(portal, missed.first)
    path = data / "warc" / f"{crawl}-00000.warc.gz"
    try:
        with lock.writing(data), Archive(data / "archive.db") as archive:
            if warc_files(path.parent) != [path]:  # one who was killed may have come so far
                refuse_loss(archive, data)
            if not path.exists():
                _write(path, crawl, portal, missed, Ended(_text(at), MISSED), why, source)
            if (until := _noted(archive, crawl)) is None:
                # Read from the file, as a rebuild does: both say the same, also where a kill came between.
                held = survey(path, known)
                take_in_file(archive, path.parent, held, known)
                finish_all(archive, path.parent, [held])
                until = _noted(archive, crawl)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(unwritable(error, data)) from error
    return min(until or missed.last, missed.last)


def noted(data: Path, portal: str, first: datetime, at: datetime) -> datetime | None:
    """Up to which slot it was noted that runs from this slot on were not made, if it was, by this time.

    Raises ArchiveError.
    """
    query = "select arguments ->> 'until' from crawls where id = ? and outcome = ? and finished_at <= ?"
    found = _asked(data, query, _name(portal, first), MISSED, _text(at))
    return _moment(found) if found else None


def has_crawl(data: Path, portal: str, since: datetime) -> bool:
    """Whether the logbook has a crawl of a portal that began then or later. Raises ArchiveError."""
    query = "select id from crawls where portal = ? and started_at >= ? and outcome is not ? limit 1"
    return _asked(data, query, portal, _text(since), MISSED) is not None


def _asked(data: Path, query: str, *values: str) -> str | None:
    path = data / "archive.db"
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(query, values).fetchone()
    except sqlite3.Error as error:
        raise ArchiveError(f"cannot read {path}: {error}") from error
    return str(row[0]) if row else None


def _noted(archive: Archive, crawl: str) -> datetime | None:
    """Up to which slot a row tells of what was missed, if it is there and whole."""
    query = "select arguments from crawls where id = ? and outcome = ?"
    row = archive.db.execute(query, [crawl, MISSED]).fetchone()
    return _moment(json.loads(row[0])["until"]) if row else None


def _write(
    path: Path, crawl: str, portal: str, missed: Missed, ended: Ended, why: str | None, source: str
) -> None:
    """Write the file elsewhere and put it in its place as a whole: cut, it would tell of a killed crawl."""
    info = {
        "software": f"backan-archive (schedule, warcio/{version('warcio')})",
        "format": "WARC File Format 1.1",
        "isPartOf": crawl,
        "portal": portal,
        "source": source,
        "startedAt": _text(missed.first),
        "arguments": stated({"missed": missed.runs, "until": _text(missed.last), "why": why}),
    }
    part = path.parent.parent / f"{crawl}{PART}"
    shutil.rmtree(part, ignore_errors=True)  # left by one who was killed
    try:
        with WarcWriter(part, crawl, info, started_at=ended.at) as warc:
            warc.note(ending.address(crawl), ended.at, ending.fields_of(crawl, ended))
        path.parent.mkdir(parents=True, exist_ok=True)
        made = part / path.name
        sidecar(made).rename(sidecar(path))
        made.rename(path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(FORM)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _name(portal: str, first: datetime) -> str:
    return f"{portal}-{MISSED}-{compact(_text(first))}"
