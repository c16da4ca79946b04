"""Take in a WARC file that is already there, made by us or by others: no site is asked for anything."""

import filecmp
import shutil
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from archive.errors import WarcError
from archive.model import Capture, Outcome, Page, Tally
from archive.store import Archive
from archive.warc import Exchange, exchanges
from crawler.capture import CUT, mime
from crawler.decode import Decode
from crawler.logbook import now
from crawler.portals import Portal, match
from crawler.settings import DECODE_MAXSIZE
from crawler.tally import add

FLAGS = {reason: flag for flag, reason in CUT.items()}
DECODE = Decode(DECODE_MAXSIZE)


@dataclass(slots=True)
class Ingested:
    """What one file brought.

    `tallies` by portal; `known` captures that the archive had from this file; `outside` responses by the
    host that no portal covers; `skipped` records by type; `error` where the file is cut or damaged.
    """

    file: str
    tallies: dict[str, Tally] = field(default_factory=dict)
    known: int = 0
    outside: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    error: WarcError | None = None


def ingest(path: Path, data: Path, portals: dict[str, type[Portal]]) -> Ingested:
    """Copy a WARC file into the data folder and take in its responses.

    What the archive has from this very file already is passed over, so doing it twice changes nothing, and
    one that was interrupted is completed. Raises WarcError where there is not even one whole response.
    """
    file = copy_in(path, data / "warc")
    done = Ingested(file.name)
    with Archive(data / "archive.db") as archive:
        query = "select warc_offset from captures where warc_file = ?"
        known = {offset for (offset,) in archive.db.execute(query, [file.name])}
        try:
            for exchange in exchanges(file, done.skipped):
                if exchange.place.offset in known:
                    done.known += 1
                else:
                    _take_in(exchange, archive, portals, done)
        except WarcError as error:
            done.error = error
        outcome = "damaged" if done.error else "finished"
        for portal, tally in done.tallies.items():
            archive.finish_crawl(_crawl_id(portal, file.name), now(), outcome, tally)
    return done


def copy_in(path: Path, folder: Path) -> Path:
    """Copy a file into a folder: once, whatever its name, and never over another."""
    if not any(True for _ in exchanges(path)):
        raise WarcError(f"{path} holds no HTTP response")
    folder.mkdir(parents=True, exist_ok=True)
    stem, dot, suffix = path.name.partition(".warc")
    number = 1
    target = folder / path.name
    while target.exists():
        if filecmp.cmp(path, target, shallow=False):
            return target
        number += 1
        target = folder / f"{stem}-{number}{dot}{suffix}"
    part = target.with_name(target.name + ".part")
    shutil.copyfile(path, part)
    return part.rename(target)


def _take_in(exchange: Exchange, archive: Archive, portals: dict[str, type[Portal]], done: Ingested) -> None:
    name, _ = match(exchange.url, portals)
    if name is None:
        done.outside[urlsplit(exchange.url).hostname or ""] += 1
        return
    crawl = _crawl_id(name, done.file)
    if name not in done.tallies:
        done.tallies[name] = Tally()
        archive.put_portal(portals[name].info())
        archive.start_crawl(crawl, name, "warc", now())
    response = response_of(exchange)
    page = read(portals[name], response)
    capture = Capture(
        exchange.url, name, exchange.captured_at, crawl, exchange.status, mime(response),
        sha256(exchange.body).hexdigest(), exchange.place.file, exchange.place.offset, exchange.place.length,
    )  # fmt: skip
    add(done.tallies[name], page.outcome, archive.take_in(capture, page))


def read(portal: type[Portal], response: Response) -> Page:
    """Read a response as the crawl does, where robots.txt never comes to the spider."""
    page = portal.read(response)
    on_the_way = page.outcome in (Outcome.REDIRECT, Outcome.CHALLENGE)
    return Page(Outcome.ROBOTS) if urlsplit(response.url).path == "/robots.txt" and not on_the_way else page


def response_of(exchange: Exchange) -> Response:
    """The response as a spider gets it in a crawl: decoded, and flagged where it is not whole."""
    headers = Headers()
    for name, value in exchange.headers:
        headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=exchange.url, body=exchange.body)
    flags = [FLAGS[exchange.truncated]] if exchange.truncated in FLAGS else []
    response = kind(exchange.url, status=exchange.status, headers=headers, body=exchange.body, flags=flags)
    decoded = DECODE.process_response(Request(exchange.url), response)
    assert isinstance(decoded, Response)
    return decoded


def _crawl_id(portal: str, file: str) -> str:
    """The same for the same file, so that a rebuilt archive has the same rows."""
    return f"{portal}-{file}"
