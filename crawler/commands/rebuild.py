"""`backan rebuild`."""

import json
import logging
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from crawler.commands.telling import ALARM, telling_errors
from crawler.options import cluster_option, data_option, json_option, refuse_store_alone, store_option


@click.command(short_help="Make the archive anew from its WARC files.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes that read pages; else one for each core.")
@cluster_option
@store_option
@json_option
@data_option
def rebuild(jobs: int | None, cluster: str | None, store: str | None, as_json: bool, data: Path) -> None:
    """Make the archive anew from its WARC files alone."""
    from archive.warc.file import warc_files
    from crawler import report
    from crawler.intake.rebuild import rebuild as run
    from crawler.portals import load

    # Libraries warn of odd pages with pieces of them; captures have notes, and unusable ones are reported.
    logging.getLogger().addHandler(logging.NullHandler())
    refuse_store_alone(cluster, store)
    if cluster and jobs:
        raise click.UsageError("--jobs is of this machine: a cluster has the workers that it has")
    portals, elsewhere = load(), None
    if cluster:
        from crawler.cluster.readers import on_cluster

        elsewhere = partial(on_cluster, cluster, store, data, portals, keep=True)
    total = sum(path.stat().st_size for path in warc_files(data / "warc"))
    hidden = not sys.stderr.isatty()
    with (
        telling_errors(),
        click.progressbar(length=total, label="Reading", file=sys.stderr, hidden=hidden) as bar,
    ):
        done = run(data, portals, jobs, bar.update, elsewhere)
    click.echo(json.dumps(asdict(done), ensure_ascii=False, indent=2) if as_json else report.of_rebuild(done))
    sys.exit(ALARM if done.damaged or done.lost else 0)
