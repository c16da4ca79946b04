"""Choose the records that go into an export: captures, what belongs to them, and what they refer to."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import date, timedelta
from operator import attrgetter
from pathlib import Path
from sqlite3 import connect
from typing import Any
from urllib.parse import quote

from archive.access import access
from archive.errors import ArchiveError
from archive.warc.file import warc_files
from archive.warc.heads import Head, heads
from archive.warc.reader import OPEN

SERIAL = re.compile(r"-\d+(?=\.warc(\.gz)?$)")
STATED = [field.name for field in fields(Head) if field.name != "place"]
COLUMNS = ("series", "file", "offset", "length", *STATED)
SCRATCH = f"""
    pragma journal_mode = off;
    pragma synchronous = off;
    create table wanted (capture integer primary key, part text, file text, offset int, length int,
        at text);
    create table records (n integer primary key, series text, file text, offset int, length int,
        {" text, ".join(STATED)} text, unique (file, offset));
    create index idx_id on records(id);
    create index idx_beside on records(beside) where beside is not null;
    create index idx_url on records(url, at);
    create table mates (response int, record int, primary key (response, record)) without rowid;
    create table chosen (n integer primary key);
"""
# Who names whom differs: Heritrix and we name the response in the request, wget the request in the response,
# and Common Crawl the request in both the response and the metadata. Within one series of files, as a file
# that was taken in twice has every id twice.
MATE = """
    insert or ignore into mates select b.n, a.n from records a join records b on {}
    where +a.series = b.series and a.kind in ('request', 'metadata') and b.kind in ('response', 'revisit')
"""
MATES = ("b.id = a.beside", "b.beside = a.id", "b.beside = a.beside")
RECORDS = """
    select r.file, r.offset, r.length, r.kind, r.url, r.at, r.status, r.mime, r.digest, q.method, q.form
    from chosen join records r using (n)
    left join records q on q.n = (
        select min(m.record) from mates m join records on records.n = m.record
        where m.response = r.n and method is not null
    )
    order by r.file, r.offset
"""
# A text is told once, with the first capture that shows it: it makes the search index of replay tools.
PAGES = """
    select c.id, c.url, c.captured_at, v.title, v.lead, v.body,
        row_number() over (partition by v.article, v.number order by c.captured_at, c.id) = 1 as first
    from wanted w join captures c on c.id = w.capture join versions v on v.article = c.article
        and v.number = (select min(number) from versions where article = c.article and sha256 = c.text_sha256)
    where w.part = ? and c.outcome like 'article:%' and (c.mime is null or c.mime like '%html%')
    order by c.captured_at, c.id
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which captures: of these portals (else all), captured from one day to another (UTC, both included).

    Each month is a part of its own; by "portal" each portal of each month.
    """

    by: str = "month"
    portals: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def part(self, portal: str, captured_at: str) -> str:
        """The name of the part that a capture belongs to: whose it is, and when it was captured.

        `mic-2026-11`, `mic-sonoivu-2026-11`, and `all-2026-11` (`backan` is a portal); a month of which not
        all days are wanted has them in its name, so that it never takes the place of a whole one.
        """
        whose = portal if self.by == "portal" else "-".join(sorted(set(self.portals))) or "all"
        month = captured_at[:7]
        since = self.since if self.since and self.since > f"{month}-01" else None
        until = self.until if self.until and self.until[:7] == month and not _ends_month(self.until) else None
        days = "".join((f"-from-{since[8:]}" if since else "", f"-to-{until[8:]}" if until else ""))
        return f"{whose}-{month}{days}"


@dataclass(frozen=True, slots=True)
class Part:
    """Its captures: how many, from when to when, of which portals (titles), and whether of the demo."""

    name: str
    captures: int
    since: str
    until: str
    titles: tuple[str, ...]
    demo: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """A record to be copied. `method` and `form` are those of its request, where it was no GET."""

    file: str
    offset: int
    length: int
    kind: str
    url: str | None
    at: str | None
    status: str | None
    mime: str | None
    digest: str | None
    method: str | None
    form: str | None


class Selection:
    """What is wanted of a data folder. `scratch` is a folder for what need not fit into memory.

    First `read`, then for each of `parts` `choose`. `files` are to be read, and `bytes` is the size of all
    that is wanted. `being_written` counts captures that are left out as a crawl is still writing their files,
    and `lost` revisits of which the archive has no original.
    """

    def __init__(self, data: Path, wanted: Wanted, scratch: Path) -> None:
        """Raises ArchiveError where there is no archive, or a WARC file of a capture is not there."""
        self.folder, self.scratch = data / "warc", scratch
        self.lost = 0
        archive = data / "archive.db"
        how = access(archive)
        self._db = connect(scratch / "records.db", isolation_level=None, uri=True)
        self._db.executescript(SCRATCH)
        self._db.create_function("part", 2, wanted.part, deterministic=True)
        self._db.execute("attach ? as archive", [f"file:{quote(str(archive))}?{how}"])
        self._db.execute("begin")  # the archive as it is now, also where a crawl writes to it meanwhile
        self._want(wanted)
        self.being_written = self._leave_out()
        self.bytes = int(self._db.execute("select total(length) from wanted").fetchone()[0])
        self.files = self._files()

    def close(self) -> None:
        self._db.close()

    def read(self, told: Callable[[int], object] = lambda _: None) -> None:
        """Read all of `files`, and those that their revisits refer to; `told` gets the bytes of each record.

        Raises WarcError where one is damaged.
        """
        for path in self.files:
            self._read(path, told)
        revisits = self._db.execute(
            "select r.n, capture from wanted join records r using (file, offset) where r.kind = 'revisit'"
        ).fetchall()
        for revisit, capture in revisits:
            others = iter(self._likely_originals(revisit, capture))
            while self._original(revisit) is None and (file := next(others, None)):
                self._read(self.folder / file, told)
        for how in MATES:
            self._db.execute(MATE.format(how))

    def parts(self) -> list[Part]:
        query = """
            select part, count(*), min(at), max(at), json_group_array(distinct portals.title),
                max(source = 'demo') from wanted join captures on captures.id = capture
                join portals on portals.id = captures.portal join crawls on crawls.id = crawl
            group by part order by part
        """
        found = self._db.execute(query)
        titles = "select value from json_each(?) order by value"
        return [
            Part(name, count, since, until, tuple(t for (t,) in self._db.execute(titles, [all_])), bool(demo))
            for name, count, since, until, all_, demo in found.fetchall()
        ]

    def choose(self, part: Part) -> None:
        """Choose the records of a part; `records` and `pages` are its own then."""
        self._db.execute("delete from chosen")
        query = "insert into chosen select n from wanted join records using (file, offset) where part = ?"
        if self._db.execute(query, [part.name]).rowcount != part.captures:
            raise ArchiveError("a capture points to no record: `backan verify` says which")
        self._db.execute(
            "insert or ignore into chosen select record from mates where response in (select n from chosen)"
        )
        query = "select n from chosen join records using (n) where kind = 'revisit'"
        for (revisit,) in self._db.execute(query).fetchall():
            if (original := self._original(revisit)) is None:
                self.lost += 1
            else:
                self._db.execute("insert or ignore into chosen values (?)", [original])

    def records(self) -> Iterator[Chosen]:
        with closing(self._db.execute(RECORDS)) as rows:
            yield from (Chosen(*row) for row in rows)

    def pages(self, part: Part) -> Iterator[dict[str, Any]]:
        """The captures that show an article, as lines of `pages.jsonl`, by the time of their capture."""
        with closing(self._db.execute(PAGES, [part.name])) as rows:
            for id, url, at, title, lead, body, first in rows:
                text = {"text": f"{lead}\n\n{body}" if lead else body} if first else {}
                yield {"id": str(id), "url": url, "ts": at, "title": title} | text

    def _want(self, wanted: Wanted) -> None:
        since, until = wanted.since or "", f"{wanted.until or '9999'}~"
        marks = ", ".join("?" * len(wanted.portals))
        these = f"and portal in ({marks})" if marks else ""
        self._db.execute(
            "insert into wanted select id, part(portal, captured_at), warc_file, warc_offset, warc_length, "
            f"captured_at from captures where warc_file is not null and captured_at between ? and ? {these}",
            [since, until, *wanted.portals],
        )

    def _leave_out(self) -> int:
        left = 0
        for (file,) in self._db.execute("select distinct file from wanted").fetchall():
            if (self.folder / file).exists():
                continue
            if not (self.folder / f"{file}{OPEN}").exists():
                raise ArchiveError(f"{self.folder / file} is not there: `backan verify` says what is lost")
            left += self._db.execute("delete from wanted where file = ?", [file]).rowcount
        return left

    def _files(self) -> list[Path]:
        """The files with wanted captures, and those behind them in their series: what was noted of a capture
        stands where the crawl was when it was known."""
        first = {}
        for (file,) in self._db.execute("select distinct file from wanted order by file desc"):
            first[series(file)] = file
        return [path for path in warc_files(self.folder) if path.name >= first.get(series(path.name), "~")]

    def _read(self, path: Path, told: Callable[[int], object]) -> None:
        insert = f"insert into records ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
        stated = attrgetter(*STATED)
        for head in heads(path):
            place = head.place
            self._db.execute(
                insert, [series(path.name), place.file, place.offset, place.length, *stated(head)]
            )
            told(place.length)

    def _original(self, revisit: int) -> int | None:
        """The response that holds what a revisit does not, among the records that have been read.

        By its id (all that wget states), else by address and time, else by address and digest.
        """
        for where in (
            "o.id = v.refers_to",
            "o.url = v.refers_to_url and o.at = v.refers_to_at",
            "o.url = coalesce(v.refers_to_url, v.url) and o.digest = v.digest",
        ):
            query = (
                f"select o.n from records v join records o on {where} where v.n = ? and o.kind = 'response'"
            )
            order = " order by o.series <> v.series, o.at, o.file, o.offset"
            if found := self._db.execute(query + order, [revisit]).fetchone():
                return int(found[0])
        return None

    def _likely_originals(self, revisit: int, capture: int) -> list[str]:
        """Further files in which the original of a revisit may lie, by what the archive knows."""
        query = """
            select distinct o.warc_file from captures o, records v, captures c where v.n = ? and c.id = ?
            and o.url = coalesce(v.refers_to_url, v.url) and o.id <> c.id
            and (o.captured_at = v.refers_to_at or o.sha256 = c.sha256)
            and o.warc_file not in (select file from records)
            order by o.captured_at <> v.refers_to_at, o.captured_at
        """
        files = [file for (file,) in self._db.execute(query, [revisit, capture])]
        return [file for file in files if (self.folder / file).exists()]


def _ends_month(day: str) -> bool:
    return (date.fromisoformat(day) + timedelta(days=1)).day == 1


def series(file: str) -> str:
    """What the files of one crawl share in their names."""
    return SERIAL.sub("", file)
