"""What the commands print when they are done; every line fits 80 columns."""

from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from textwrap import fill

from rich.console import Console
from rich.table import Table

from archive.model import Tally
from archive.store import Archive
from archive.warc.file import warc_files
from archive.warc.reader import Unusable
from crawler.crawl import Crawled
from crawler.intake.rebuild import Rebuilt
from crawler.intake.warc_file import Ingested
from crawler.tally import articles, captures_of
from crawler.wording import counted, printable

WIDTH = 80
SHOWN = 10  # so many of the responses that could not be used


def of_crawls(done: list[Crawled], data: Path) -> str:
    """A row for each crawl, the sums, and where everything is."""
    table = _counts((one.portal, one.tally, one.outcome) for one in done)
    with Archive(data / "archive.db") as archive:
        held = archive.db.table("articles").count
    early = sum(one.not_due for one in done)
    pages, captures = sum(one.tally.pages for one in done), sum(captures_of(one.tally) for one in done)
    lines = [
        _text(table),
        f"{counted(pages, 'page')}, {counted(captures, 'capture')}; "
        f"the archive holds {counted(held, 'article')}.",
        *(
            [f"{counted(early, 'page')} not asked for, because it is too early; --fresh does."]
            if early
            else []
        ),
        *(_folded(f"{one.portal}: {remark}") for one in done for remark in _remarks(one)),
        "",
        f"Archive  {data / 'archive.db'}",
        f"WARC     {data / 'warc'}{_sizes(data / 'warc')}",
        f"Log      {data / 'logs'}",
    ]
    return "\n".join(lines)


def _remarks(done: Crawled) -> Iterator[str]:
    if done.resumed:
        yield "went on with a crawl that was interrupted"
    if not done.checked:
        yield "certificates were not checked, and its WARC file says so"
    if done.broken:
        yield done.broken
    else:
        yield from (alarm.told() for alarm in done.alarms)


def of_searches(searches: Iterable[str], data: Path, command: str = "backan") -> str:
    """Searches to try, as they are to be typed; `command` is how this one was."""
    where = "" if data == Path("data") else f" --data {data}"
    lines = [f"{command} search {_quoted(words)}{where}" for words in searches]
    return "\n".join(f"{'Search' if i == 0 else '':8} {line}" for i, line in enumerate(lines))


def of_ingest(done: Ingested) -> str:
    """What one file brought, and what of it was passed over."""
    lines = [f"{printable(done.file)}:"]
    if done.tallies:
        lines.append(_text(_counts((portal, tally, "") for portal, tally in done.tallies.items())))
    if done.known:
        lines.append(f"Already in the archive: {counted(done.known, 'capture')}")
    if done.lost:
        what = "Repeating records that no file here holds"
        lines.append(f"{what}: {counted(done.lost, 'capture')}")
    if done.outside:
        hosts = ", ".join(host for host, _ in done.outside.most_common(3))
        responses = counted(done.outside.total(), "response")
        lines.append(_folded(f"{responses} of hosts that no portal covers: {hosts}"))
    if done.unusable:
        lines += _unusable(done.unusable)
    if done.altered:
        lines.append(f"Records that are not what their digests say: {done.altered} (`backan verify`)")
    if done.skipped:
        kinds = ", ".join(f"{count} {kind}" for kind, count in done.skipped.most_common())
        lines.append(_folded(f"Other records, passed over: {kinds}"))
    if done.error:
        _, named, what = str(done.error).partition(f"{done.file} is ")
        error = f"it is {what}" if named else done.error
        lines.append(_folded(f"All whole records were taken in, but {error}."))
    return "\n".join(lines)


def of_rebuild(done: Rebuilt) -> str:
    """What the new archive was made of, and what of it was damaged."""
    found = (counted(done.files, "file"), counted(done.crawls, "crawl"), counted(done.captures, "capture"))
    lines = [f"{', '.join(found)}; the archive holds {counted(done.articles, 'article')}."]
    if done.salvaged:
        lines.append(_folded(f"Salvaged what a crash had left: {', '.join(done.salvaged)}"))
    if done.unusable:
        lines += _unusable(done.unusable)
    if done.lost:
        lines.append(f"Repeating records that no file here holds: {counted(done.lost, 'capture')}")
    for error in done.damaged.values():
        lines.append(_folded(f"All whole records were taken in, but {error}."))
    return "\n".join(lines)


def _unusable(responses: list[Unusable]) -> list[str]:
    lines = [f"{counted(len(responses), 'unusable response')}, passed over:"]
    for response in responses[:SHOWN]:
        lines.append(_folded(f"  {response.place.file}, byte {response.place.offset}: {response.why}"))
    if len(responses) > SHOWN:
        lines.append(f"  and {len(responses) - SHOWN} more")
    return lines


def _counts(rows: Iterable[tuple[str, Tally, str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("portal")
    for name in ("pages", "captures", "articles", "new", "changed", "failed"):
        table.add_column(name, justify="right")
    table.add_column("")
    for portal, tally, outcome in rows:
        counts = (tally.pages, captures_of(tally), articles(tally), tally.new, tally.changed, tally.failed)
        table.add_row(portal, *map(str, counts), outcome)
    return table


def _text(table: Table) -> str:
    out = StringIO()
    Console(file=out, width=WIDTH, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _sizes(folder: Path) -> str:
    sizes = [path.stat().st_size for path in warc_files(folder)]
    return f" ({counted(len(sizes), 'file')}, {sum(sizes) / 1e6:.1f} MB)"


def _folded(line: str) -> str:
    """A line with foreign words in it, as several that fit; words are never cut."""
    return fill(
        printable(line), WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _quoted(words: str) -> str:
    return f"'{words}'" if '"' in words else f'"{words}"' if " " in words else words
