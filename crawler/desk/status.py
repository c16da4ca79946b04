"""What the archivist sees: what is wrong, what runs, what is next, and how the last crawls went."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from io import StringIO
from operator import attrgetter
from pathlib import Path
from textwrap import fill
from typing import Any

from rich.console import Console
from rich.table import Table

from archive.logbook import (
    MISSED,
    Crawl,
    Totals,
    Wrong,
    an_object,
    last,
    lasting,
    missed_because,
    newest,
    opened,
    totals,
    warc_files,
    wrong,
)
from archive.running import Desk, Running, desk
from archive.running import wrong as wrong_at_desk
from archive.site.render import short_address
from crawler.wording import counted, printable

WIDTH = 80


@dataclass(frozen=True, slots=True)
class Status:
    """`files` are the WARC files of the runs, by crawl, where they were asked for."""

    data: Path
    at: datetime
    wrong: list[Wrong]
    desk: Desk
    runs: list[Crawl]
    totals: Totals
    files: dict[str, list[str]]


def status(data: Path, now: datetime, most: int = 10, files: bool = False) -> Status:
    """Look at a data folder, and leave it as it is. Raises ArchiveError where there is no archive."""
    with opened(data / "archive.db") as archive:
        at_desk, runs = desk(archive, data, now), last(archive, most)
        return Status(
            data,
            now,
            sorted(wrong_at_desk(at_desk, now, wrong(newest(archive))), key=attrgetter("portal")),
            at_desk,
            runs,
            totals(archive),
            {run.id: warc_files(archive, run.id) for run in runs} if files else {},
        )


def document(found: Status) -> dict[str, Any]:
    """The status for a program. Keys are added, never renamed; times are in UTC."""
    return {
        "version": 1,
        "data": str(found.data),
        "at": found.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "wrong": [asdict(one) for one in found.wrong],
        "running": [asdict(one) for one in found.desk.running],
        "unended": [asdict(one) for one in found.desk.unended],
        "next": [{**asdict(one), "in_seconds": _until(one.at, found.at)} for one in found.desk.next],
        "frontier": found.desk.frontier,
        "runs": [_run(run, found.files.get(run.id, [])) for run in found.runs],
        "totals": asdict(found.totals),
    }


def told(found: Status, zone: tzinfo | None = None) -> str:
    """The status for a person, in lines of 80 columns; times are those of `zone`, or of this machine."""
    now = found.at.astimezone(zone)
    parts = [
        ("Wrong", _wrong(found.wrong, now)),
        ("Running", _running(found.desk.running, now)),
        ("Next", [f"  {one.portal:12} {when(one.at, now):16} {_in(one.at, now)}" for one in found.desk.next]),
        ("Last runs", _runs(found.runs, {one.crawl for one in found.desk.running}, now)),
        ("Totals", [_totals(found.totals), f"  times are {now:%Z}"]),
    ]
    nothing = {
        "Wrong": "nothing, by the newest run of each portal",
        "Running": "nothing",
        "Next": "nothing is scheduled; `backan schedule add` does",
        "Last runs": "none yet; `backan crawl` makes one",
    }
    lines = list[str]()
    for title, said in parts:
        lines += [title, *(list(said) or [f"  {nothing[title]}"]), ""]
    if found.desk.frontier:
        lines.append(_folded(found.desk.frontier))
    return "\n".join(lines).rstrip()


def when(at: str, now: datetime) -> str:
    """A moment as one says it on the day of `now`, by the clock of its zone: `tomorrow 03:00`."""
    moment = datetime.fromisoformat(at).astimezone(now.tzinfo)
    days = (moment.date() - now.date()).days
    if abs(days) < 2:
        day = {-1: "yesterday", 0: "today", 1: "tomorrow"}[days]
    elif abs(days) < 7:
        day = f"{moment:%a}"
    elif moment.year == now.year or 0 < days < 300:
        day = f"{moment.day} {moment:%b}"
    else:
        return moment.date().isoformat()
    return f"{day} {moment:%H:%M}"


def short(number: float | None) -> str:
    """A count in at most five characters: 9999, 12k, 1.2M; empty for None."""
    if number is None:
        return ""
    if number < 10_000:
        return f"{number:.0f}"
    return f"{number / 1e3:.0f}k" if number < 999_500 else f"{number / 1e6:.1f}M"


def _run(run: Crawl, files: list[str]) -> dict[str, Any]:
    """The row, with the names of its columns."""
    alarms = [{**asdict(alarm), "told": alarm.told()} for alarm in run.alarms]
    return {
        **asdict(run),
        "complete": bool(run.complete),
        "seconds": run.seconds,
        "arguments": run.limits,
        "settings": an_object(run.settings),
        "alarms": alarms,
        "warc_files": files,
    }


def _wrong(found: list[Wrong], now: datetime) -> Iterator[str]:
    for one in found:
        yield _folded(f"  ! {one.portal}, {when(one.at, now)}: {one.english}")
        yield _folded(f"    {one.to_do}")


def _running(found: Iterable[Running], now: datetime) -> Iterator[str]:
    if not found:
        return
    table = _table("portal", "since", done=1, queued=1, new=1, failed=1, **{"/min": 1}, process=1)
    for one in found:
        since = when(one.since, now) if one.since else "just begun"
        counts = (one.done, one.queued, one.new, one.failed, one.per_minute)
        table.add_row(one.portal, since, *map(short, counts), str(one.process or "?"))
    heads, *rows = _lines(table)
    yield heads
    for one, row in zip(found, rows, strict=True):
        yield row
        if one.last_at and one.last_url:
            ago = lasting((now - datetime.fromisoformat(one.last_at)).total_seconds())
            yield _folded(f"    {ago} ago: {short_address(one.last_url, 60)}")


def _runs(runs: list[Crawl], at_work: set[str | None], now: datetime) -> Iterator[str]:
    if not runs:
        return
    numbers = ("met", "pages", "new", "chgd", "gone", "fail")
    table = _table("portal", "when", "outcome", took=1, **dict.fromkeys(numbers, 1), MB=1)
    for run in runs:
        outcome = run.outcome or ("running" if run.id in at_work else "killed")
        is_missed = run.outcome == MISSED
        counts = () if is_missed else (run.met, run.pages, run.new, run.changed, run.gone, run.failed)
        began = when(run.started_at, now).replace("yesterday", "yest.")
        cells = (began, printable(outcome), lasting(run.seconds), *map(short, counts))
        table.add_row(run.portal, *cells, *([] if is_missed else [_megabytes(run.bytes)]))
    heads, *rows = _lines(table)
    yield heads
    for run, row in zip(runs, rows, strict=True):
        yield row
        yield from (_folded(f"    ! {alarm.told()}") for alarm in run.alarms)
        if run.outcome == MISSED:
            yield _folded(f"    {_missed(run)}")


def _missed(run: Crawl) -> str:
    because = missed_because(run)
    return f"runs missed: {run.limits.get('missed', 1)}" + (f"; {because[0]}" if because else "")


def _megabytes(size: int | None) -> str:
    if size is None:
        return ""
    return f"{size / 1e6:.1f}" if size < 1e7 else short(size / 1e6)


def _totals(totals: Totals) -> str:
    size = f"{totals.bytes / 1e9:.1f} GB" if totals.bytes > 1e9 else f"{totals.bytes / 1e6:.1f} MB"
    return (
        f"  {counted(totals.articles, 'article')} ({totals.gone} gone), "
        f"{counted(totals.captures, 'capture')} of {size}, {counted(totals.crawls, 'run')}"
    )


def _table(*names: str, **numbers: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in names:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, no_wrap=True, justify="right")
    return table


def _lines(table: Table) -> list[str]:
    out = StringIO()
    Console(file=out, width=WIDTH - 2, color_system=None, markup=False, highlight=False).print(table)
    return [f"  {line.rstrip()}" for line in out.getvalue().splitlines()]


def _folded(line: str) -> str:
    """A line with foreign words in it, as several that fit; addresses are not cut."""
    indent = " " * (len(line) - len(line.lstrip(" !")))
    return fill(
        printable(line), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _until(at: str, now: datetime) -> int:
    return round((datetime.fromisoformat(at) - now).total_seconds())


def _in(at: str, now: datetime) -> str:
    seconds = _until(at, now)
    return f"in {lasting(seconds)}" if seconds > 0 else f"due for {lasting(-seconds)}"
