"""One page, read step by step: out of the web, a WARC file or a file that somebody saved."""

import asyncio
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scrapy.http import Response

from archive.access import glimpse
from archive.errors import ArchiveError, WarcError
from archive.explained import Explained
from archive.warc.reader import Exchange, read_at
from archive.warc.records import Place
from crawler.clock import now
from crawler.doctor import trouble
from crawler.doctor.ask import Route, ask
from crawler.doctor.reach import UNANSWERED
from crawler.intake.fate import response_of
from crawler.portals import Portal

# As browsers write it on the first line of a page that they save.
SAVED = re.compile(rb"<!--\s*saved from url=(?:\(\d+\))?(?P<url>\S+)\s*-->")
# Those of the address, and of the article that it leads to: there may be others that lead to it.
CAPTURES = """
    select warc_file, warc_offset, warc_length from (
        select * from captures where url = :url
        union select * from captures
        where article = (select id from articles where portal = :portal and key = :key)
    ) where warc_file is not null order by captured_at desc limit 50"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page comes from, in words, and its response."""

    told: str
    exchange: Exchange
    redirects: tuple[str, ...] = ()
    file: Path | None = None

    @property
    def response(self) -> Response:
        return response_of(self.exchange)


@dataclass(frozen=True, slots=True)
class Examined:
    """A page of a portal, and how it is read."""

    portal: str
    url: str
    source: Source
    explained: Explained


def examine(portal: type[Portal], source: Source) -> Examined:
    return Examined(portal.name, source.exchange.url, source, portal.explain(source.response))


def covering(url: str, portals: Mapping[str, type[Portal]]) -> type[Portal]:
    """The portal of an address. Raises ArchiveError that says what to do where there is none."""
    for portal in portals.values():
        if portal.covers(url):
            return portal
    raise ArchiveError(
        f"no portal covers {url!r}: write it whole, with https://; its host must be one of those that a file "
        "in spiders/ names as `hosts`; `backan portals` lists the portals"
    )


def from_web(portal: type[Portal], url: str, route: Route) -> Source:
    """Ask for it, once. Raises ArchiveError where nothing comes."""
    if portal.forbidden(url):
        raise ArchiveError(f"{url} is not asked for: that would change something on the server")
    try:
        answer = asyncio.run(
            ask(url, route, lambda target: portal.covers(target) and not portal.forbidden(target))
        )
    except UNANSWERED as error:
        what, advice = trouble.told(error, portal.name, url)
        raise ArchiveError(f"{portal.name}: {what}. What to do: {advice}") from error
    told = f"asked for just now, answered in {answer.seconds:.1f} s"
    return Source(told, answer.exchange, answer.redirects)


def from_file(path: Path, url: str | None) -> tuple[str, bytes]:
    """The address and the bytes of a page that was saved; its own first line may say where it is from."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror}") from error
    saved = SAVED.search(body[:1000])
    address = url or (saved and saved["url"].decode("latin-1"))
    if not address:
        raise ArchiveError(f"{path} does not say where it is from: add --as URL")
    return address, body


def saved(path: Path, url: str, body: bytes) -> Source:
    headers = (("content-type", "text/html"),)
    exchange = Exchange(url, now(), 200, headers, body, Place(path.name, 0, len(body)))
    return Source(f"the file {path}", exchange, file=path)


def captured(portal: type[Portal], url: str, data: Path) -> Source:
    """The newest capture of a page that holds a body. Raises ArchiveError where there is none."""
    if not (data / "archive.db").is_file():
        raise ArchiveError(f"there is no archive in {data}: leave --captured out to ask the site")
    try:
        with closing(glimpse(data / "archive.db")) as connection:
            asked = {"url": url, "portal": portal.name, "key": portal.key(url)}
            places = [Place(*row) for row in connection.execute(CAPTURES, asked)]
    except sqlite3.Error as error:
        raise ArchiveError(f"cannot read {data / 'archive.db'}: {error}") from error
    why = ""
    for place in places:
        try:
            record = read_at(data / "warc" / place.file, place.offset)
        except (WarcError, OSError) as error:
            why = f": {error}"
            continue
        if isinstance(record, Exchange):  # one that repeats another has no body; that other comes later
            told = f"captured {record.captured_at}, {place.file} at byte {place.offset}"
            return Source(told, record)
    raise ArchiveError(
        f"no capture of {url} can be read from {data}{why}; leave --captured out to ask the site, "
        "or look with "
        f"`backan search` for the address under which it was captured"
    )
