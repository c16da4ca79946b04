"""`backan ingest`."""

import json
import logging
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.errors import WarcError
from archive.warc.cdxj import SUFFIX
from crawler.commands.telling import ALARM, put_in_order, telling_errors
from crawler.options import (
    cluster_option,
    data_option,
    json_option,
    refuse_store_alone,
    store_option,
    warc_file,
)
from crawler.wording import printable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from crawler.intake.readers import Readers
    from crawler.intake.survey import Portals
    from crawler.intake.surveys import Surveys
    from crawler.intake.warc_file import Ingested


@click.command(short_help="Take in WARC and WACZ files, as far as a portal covers them.")
@click.argument("files", nargs=-1, required=True, type=warc_file)
@cluster_option
@store_option
@json_option
@data_option
def ingest(
    files: tuple[Path, ...], cluster: str | None, store: str | None, as_json: bool, data: Path
) -> None:
    """Take in WARC and WACZ files made by others; pages of hosts that no portal covers are passed over."""
    from crawler import report
    from crawler.intake.surveys import Surveys
    from crawler.portals import load

    # Libraries warn of odd pages with pieces of them; captures have notes, and unusable ones are reported.
    logging.getLogger().addHandler(logging.NullHandler())
    refuse_store_alone(cluster, store)
    surveys, codes, told = Surveys(load()), {0}, []
    with telling_errors(), _readers(cluster, store, data, surveys.portals) as readers:
        put_in_order(data)
        for file in files:
            if file.suffix == SUFFIX:
                continue  # our index of the WARC file beside it: one types `backan ingest elsewhere/warc/*`
            try:
                for done in _ingest(file, data, surveys, readers):
                    if as_json:
                        told.append(_fields(done))
                    else:
                        click.echo(report.of_ingest(done))
                    codes.add(ALARM if done.error or done.altered else 0)
            except WarcError as error:  # the next file may be better
                click.echo(f"Error: {printable(str(error))}", err=True)
                codes.add(1)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    sys.exit(1 if 1 in codes else max(codes))


def _readers(
    cluster: str | None, store: str | None, data: Path, portals: "Portals"
) -> "AbstractContextManager[Readers]":
    if cluster:
        from crawler.cluster.readers import on_cluster

        return on_cluster(cluster, store, data, portals)
    from crawler.intake.readers import here

    return here(None, data / "warc", portals)


def _ingest(file: Path, data: Path, surveys: "Surveys", readers: "Readers") -> "list[Ingested]":
    from crawler.intake.ingest import ingest_all

    length, hidden = 2 * file.stat().st_size, not sys.stderr.isatty()
    with click.progressbar(length=length, label=printable(file.name), file=sys.stderr, hidden=hidden) as bar:
        return ingest_all(file, data, surveys.portals, bar.update, surveys, readers)


def _fields(done: "Ingested") -> dict[str, Any]:
    """What one file brought, as a program reads it."""
    return {field.name: getattr(done, field.name) for field in fields(done)} | {
        "tallies": {portal: asdict(tally) for portal, tally in done.tallies.items()},
        "unusable": [asdict(response) for response in done.unusable],
        "error": str(done.error) if done.error else None,
    }
