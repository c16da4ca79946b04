"""`backan export`: take the archive away."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.telling import ALARM, telling_errors
from crawler.options import DAY, data_option, day, json_option
from crawler.wording import counted, printable

if TYPE_CHECKING:
    from archive.wacz.export import Export


@click.command(short_help="Write WACZ files, which replay tools open, of what was captured.")
@click.option("--wacz", is_flag=True, help="As WACZ files, the one form that there is.")
@click.option(
    "--by",
    type=click.Choice(["month", "portal"]),
    default="month",
    show_default=True,
    help="A file for each month, or for each portal in each month.",
)
@click.option("--portal", "portals", multiple=True, metavar="NAME", help="Only this portal; may be repeated.")
@click.option("--since", type=day, metavar=DAY, help="Only what was captured this day (UTC) or later.")
@click.option("--until", type=day, metavar=DAY, help="Only what was captured this day (UTC) or earlier.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    show_default="wacz in the data folder",
    help="Folder for the files.",
)
@json_option
@data_option
def export(
    wacz: bool,
    by: str,
    portals: tuple[str, ...],
    since: str | None,
    until: str | None,
    out: Path | None,
    as_json: bool,
    data: Path,
) -> None:
    """Write WACZ files of what was captured; each needs nothing else to be replayed."""
    from archive.wacz.export import export as run
    from archive.wacz.selection import Wanted
    from crawler.portals import load

    if not wacz:
        raise click.UsageError("say in which form: --wacz")
    known = list(load())
    if unknown := [name for name in portals if name not in known]:
        raise click.UsageError(f"no portal named {', '.join(unknown)}; there are {', '.join(known)}")
    if since and until and until < since:
        raise click.UsageError(f"--until {until} is before --since {since}")
    folder, hidden = out or data / "wacz", not sys.stderr.isatty()
    bar_of_all = click.progressbar(length=1, label="Exporting", file=sys.stderr, hidden=hidden)
    with telling_errors(), bar_of_all as bar:

        def told(done: int, total: int) -> None:
            bar.length = total
            bar.update(done)

        done = run(data, folder, Wanted(by, portals, since, until), told)
    if as_json:
        click.echo(json.dumps({"folder": str(folder)} | asdict(done), ensure_ascii=False, indent=2))
    else:
        tell(done, folder)
    sys.exit(0 if done.files else ALARM)


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
