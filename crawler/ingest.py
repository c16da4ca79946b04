"""Take in a WARC file that is already there, made by us or by others: no site is asked for anything."""

import filecmp
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from archive.errors import ArchiveError, WarcError
from archive.model import Capture, Outcome, Page, Tally
from archive.store import Archive
from archive.warc import Exchange, Other, Unusable, records
from archive.warc_writer import OPEN
from crawler.capture import CUT, mime
from crawler.decode import Decode
from crawler.errors import ends_everything, reason, unreadable
from crawler.logbook import now
from crawler.mixture import refuse_mixture
from crawler.portals import Portal, match
from crawler.settings import DECODE_MAXSIZE
from crawler.tally import add

FLAGS = {reason: flag for flag, reason in CUT.items()}
DECODE = Decode(DECODE_MAXSIZE)
ANY = Request("http://localhost/")  # the decoder looks at the method only, and no odd address is in its way
PART = ".part"  # behind the name of a copy that is not whole yet


@dataclass(slots=True)
class Ingested:
    """What one file brought.

    `source` is "demo" or "warc", as in `crawls`; `tallies` by portal; `known` captures that the archive had
    from this file; `outside` responses by the host that no portal covers; `skipped` records by type;
    `unusable` responses, each with its place; `error` where the file is cut or damaged.
    """

    file: str
    source: str
    tallies: dict[str, Tally] = field(default_factory=dict)
    known: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    unusable: list[Unusable] = field(default_factory=list)
    error: WarcError | None = None


def ingest(path: Path, data: Path, portals: dict[str, type[Portal]]) -> Ingested:
    """Copy a WARC file into the data folder and take in its responses.

    What the archive has from this very file already is passed over, so doing it twice changes nothing, and
    one that was interrupted is completed. Raises WarcError where there is not even one whole response, and
    ArchiveError where the data folder cannot be written to or must not be mixed with this file.
    """
    source = source_of(path)
    refuse_mixture(data, source)
    try:
        file = copy_in(path, data / "warc")
        done = Ingested(file.name, source)
        with Archive(data / "archive.db") as archive:
            _take_in_all(file, archive, portals, done)
            outcome = "damaged" if done.error else "finished"
            for portal, tally in done.tallies.items():
                archive.finish_crawl(_crawl_id(portal, file.name), now(), outcome, tally)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot write to {data}: {error}") from error
    return done


def source_of(path: Path) -> str:
    """What `crawls.source` has to say of a WARC file: "demo" for the demo's own, also as part of another.

    Raises WarcError where the file holds no response.
    """
    found, has_responses = "warc", False
    try:
        for record in records(path):
            if not isinstance(record, Other):
                has_responses = True
            elif record.fields.get("source") == "demo":
                found = "demo"
    except WarcError:
        if not has_responses:
            raise
    if not has_responses:
        raise WarcError(f"{path} holds no HTTP response")
    return found


def copy_in(path: Path, folder: Path) -> Path:
    """Copy a file into a folder: once, whatever its name, and never over another."""
    folder.mkdir(parents=True, exist_ok=True)
    size = path.stat().st_size
    for held in sorted(folder.iterdir()):
        whole = held.is_file() and held.suffix not in (PART, OPEN)
        if whole and held.stat().st_size == size and filecmp.cmp(path, held, shallow=False):
            return held
    target = _free_name(folder, path.name.removesuffix(OPEN))
    part = target.with_name(target.name + PART)
    shutil.copyfile(path, part)
    return part.rename(target)


def _free_name(folder: Path, name: str) -> Path:
    stem, dot, suffix = name.partition(".warc")
    names = chain([name], (f"{stem}-{number}{dot}{suffix}" for number in count(2)))
    # A file that a crawl is writing gets the name without OPEN at its end.
    taken = {path.name.removesuffix(OPEN) for path in folder.iterdir()}
    return next(folder / name for name in names if name not in taken)


def _take_in_all(file: Path, archive: Archive, portals: dict[str, type[Portal]], done: Ingested) -> None:
    query = "select warc_offset from captures where warc_file = ?"
    known = {offset for (offset,) in archive.db.execute(query, [file.name])}
    try:
        for record in records(file):
            if isinstance(record, Other):
                done.skipped[record.kind] += 1
            elif isinstance(record, Unusable):
                done.unusable.append(record)
            elif record.place.offset in known:
                done.known += 1
            else:
                _take_in(record, archive, portals, done)
    except WarcError as error:
        done.error = error


def _take_in(exchange: Exchange, archive: Archive, portals: dict[str, type[Portal]], done: Ingested) -> None:
    """One response that cannot be stored, whatever is wrong with it, must not cost those behind it."""
    try:
        name, _ = match(exchange.url, portals)
        if name is None:
            parts = urlsplit(exchange.url)
            done.outside[f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""] += 1
            return
        _store(exchange, name, archive, portals[name], done)
    except Exception as error:
        if ends_everything(error):
            raise
        done.unusable.append(Unusable(exchange.place, reason(error)))


def _store(exchange: Exchange, name: str, archive: Archive, portal: type[Portal], done: Ingested) -> None:
    crawl = _crawl_id(name, done.file)
    if name not in done.tallies:
        done.tallies[name] = Tally()
        archive.put_portal(portal.info())
        archive.start_crawl(crawl, name, done.source, now())
    headers = headers_of(exchange)
    capture = Capture(
        exchange.url, name, exchange.captured_at, crawl, exchange.status, mime(headers),
        sha256(exchange.body).hexdigest(), exchange.place.file, exchange.place.offset, exchange.place.length,
    )  # fmt: skip
    try:
        page = read(portal, response_of(exchange))
        change = archive.take_in(capture, page)
    except Exception as error:
        if ends_everything(error):
            raise
        # The capture can still be kept.
        page = unreadable(error)
        change = archive.take_in(capture, page)
    add(done.tallies[name], page.outcome, change)


def read(portal: type[Portal], response: Response) -> Page:
    """Read a response as the crawl does, where robots.txt never comes to the spider."""
    page = portal.read(response)
    on_the_way = page.outcome in (Outcome.REDIRECT, Outcome.CHALLENGE)
    return Page(Outcome.ROBOTS) if urlsplit(response.url).path == "/robots.txt" and not on_the_way else page


def response_of(exchange: Exchange) -> Response:
    """The response as a spider gets it in a crawl: decoded, and flagged where it is not whole."""
    headers = headers_of(exchange)
    kind = responsetypes.from_args(headers=headers, url=exchange.url, body=exchange.body)
    flags = [FLAGS[exchange.truncated]] if exchange.truncated in FLAGS else []
    response = kind(exchange.url, status=exchange.status, headers=headers, body=exchange.body, flags=flags)
    return cast(Response, DECODE.process_response(ANY, response))  # which never asks for another


def headers_of(exchange: Exchange) -> Headers:
    headers = Headers()
    for name, value in exchange.headers:
        headers.appendlist(name, value)
    return headers


def _crawl_id(portal: str, file: str) -> str:
    """The same for the same file, so that a rebuilt archive has the same rows."""
    return f"{portal}-{file}"
