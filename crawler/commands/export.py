"""`backan export`: take the archive away."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from crawler.commands.telling import ALARM, telling_errors
from crawler.options import DAY, data_option, day, json_option, refuse_unknown
from crawler.wording import counted, printable

if TYPE_CHECKING:
    from archive.parquet import Exported
    from archive.wacz.export import Export

OF_WACZ = ("by", "since", "until")  # options that make no sense of tables


@click.command(short_help="Take the archive away, as WACZ or Parquet files.")
@click.option("--wacz", "form", flag_value="wacz", help="As WACZ files, which replay tools open.")
@click.option(
    "--parquet", "form", flag_value="parquet", help="As Parquet files, for DuckDB, Polars or Spark."
)
@click.option(
    "--by",
    type=click.Choice(["month", "portal"]),
    default="month",
    show_default=True,
    help="A WACZ file for each month, or for each portal in each month.",
)
@click.option("--portal", "portals", multiple=True, metavar="NAME", help="Only this portal; may be repeated.")
@click.option("--since", type=day, metavar=DAY, help="Only what was captured this day (UTC) or later.")
@click.option("--until", type=day, metavar=DAY, help="Only what was captured this day (UTC) or earlier.")
@click.option(
    "--out",
    show_default="wacz or parquet in the data folder",
    help="Folder for the files; for Parquet also a URL, such as s3://bucket/folder.",
)
@json_option
@data_option
@click.pass_context
def export(
    context: click.Context,
    form: str | None,
    by: str,
    portals: tuple[str, ...],
    since: str | None,
    until: str | None,
    out: str | None,
    as_json: bool,
    data: Path,
) -> None:
    """Take the archive away: WACZ files of what was captured, or its tables as Parquet files."""
    from crawler.portals import load

    if form is None:
        raise click.UsageError("say in which form: --wacz or --parquet")
    refuse_unknown(portals, load())
    if since and until and until < since:
        raise click.UsageError(f"--until {until} is before --since {since}")
    folder = out or str(data / form)
    if form == "parquet":
        for name in OF_WACZ:
            if context.get_parameter_source(name) != ParameterSource.DEFAULT:
                raise click.UsageError(
                    f"--{name} is of WACZ files; tables are exported whole, or by --portal"
                )
        _export_tables(data, folder, portals, as_json)
    else:
        _export_captures(data, Path(folder), by, portals, since, until, as_json)


def _export_captures(
    data: Path,
    folder: Path,
    by: str,
    portals: tuple[str, ...],
    since: str | None,
    until: str | None,
    as_json: bool,
) -> None:
    from archive.wacz.export import export as run
    from archive.wacz.selection import Wanted

    with telling_errors(), _progress() as told:
        done = run(data, folder, Wanted(by, portals, since, until), told)
    if as_json:
        click.echo(json.dumps({"folder": str(folder)} | asdict(done), ensure_ascii=False, indent=2))
    else:
        tell(done, folder)
    sys.exit(0 if done.files else ALARM)


def _export_tables(data: Path, folder: str, portals: tuple[str, ...], as_json: bool) -> None:
    from archive.parquet import export as run

    with telling_errors(), _progress() as told:
        done = run(data, folder, portals, told)
    if as_json:
        tables = [asdict(table) for table in done]
        click.echo(json.dumps({"folder": folder, "tables": tables}, ensure_ascii=False, indent=2))
    else:
        tell_tables(done, folder)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=1, label="Exporting", file=sys.stderr, hidden=hidden) as bar:

        def told(done: int, total: int) -> None:
            bar.length = total
            bar.update(done)

        yield told


def tell_tables(done: "list[Exported]", folder: str) -> None:
    for table in done:
        if table.rows:
            files = counted(table.files, "file")
            click.echo(f"{table.table:<18} {table.rows:>10,} rows, {table.bytes / 1e6:>9,.1f} MB, {files}")
    click.echo(f"{counted(sum(table.files for table in done), 'file')} in {printable(folder)}")


def tell(done: "Export", folder: Path) -> None:
    for file in done.files:
        click.echo(
            f"{file.file}: {file.bytes / 1e6:,.1f} MB, {counted(file.captures, 'capture')}, "
            f"{counted(file.records, 'record')}, {counted(file.pages, 'page')} ({file.change})"
        )
    if done.being_written:
        left = counted(done.being_written, "capture")
        click.echo(f"Left out {left} in files that a crawl has not ended.", err=True)
    if done.lost:
        revisits = counted(done.lost, "revisit")
        click.echo(f"{revisits} cannot be replayed: the archive lacks the originals.", err=True)
    written = counted(len(done.files), "file")
    click.echo(f"{written} in {printable(str(folder))}" if done.files else "No captures to export.")
