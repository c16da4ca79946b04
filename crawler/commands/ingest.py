"""`backan ingest`."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.errors import WarcError
from archive.warc.cdxj import SUFFIX
from crawler.commands.telling import ALARM, put_in_order, telling_errors
from crawler.options import data_option, warc_file
from crawler.wording import printable

if TYPE_CHECKING:
    from crawler.intake.survey import Portals
    from crawler.intake.warc_file import Ingested


@click.command(short_help="Take in WARC and WACZ files, as far as a portal covers them.")
@click.argument("files", nargs=-1, required=True, type=warc_file)
@data_option
def ingest(files: tuple[Path, ...], data: Path) -> None:
    """Take in WARC and WACZ files made by others; pages of hosts that no portal covers are passed over."""
    from crawler import report
    from crawler.portals import load

    # Libraries warn of odd pages with pieces of them; captures have notes, and unusable ones are reported.
    logging.getLogger().addHandler(logging.NullHandler())
    portals, codes = load(), {0}
    with telling_errors():
        put_in_order(data)
        for file in files:
            if file.suffix == SUFFIX:
                continue  # our index of the WARC file beside it: one types `backan ingest elsewhere/warc/*`
            try:
                for done in _ingest(file, data, portals):
                    click.echo(report.of_ingest(done))
                    codes.add(ALARM if done.error else 0)
            except WarcError as error:  # the next file may be better
                click.echo(f"Error: {printable(str(error))}", err=True)
                codes.add(1)
    sys.exit(1 if 1 in codes else max(codes))


def _ingest(file: Path, data: Path, portals: "Portals") -> "list[Ingested]":
    from crawler.intake.ingest import ingest_all

    length, hidden = 2 * file.stat().st_size, not sys.stderr.isatty()
    with click.progressbar(length=length, label=printable(file.name), file=sys.stderr, hidden=hidden) as bar:
        return ingest_all(file, data, portals, bar.update)
