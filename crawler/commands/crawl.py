"""`backan crawl`."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.telling import ALARM, put_in_order, telling_errors
from crawler.options import (
    DAY,
    cluster_option,
    data_option,
    day,
    duration,
    refuse_store_alone,
    refuse_unknown,
    store_option,
)
from crawler.wording import printable

if TYPE_CHECKING:
    from crawler.crawl import Crawled


@click.command()
@click.argument("portals", nargs=-1, metavar="[PORTAL]...")
@click.option("--since", type=day, metavar=DAY, help="Only articles that a listing dates this day or later.")
@click.option(
    "--until", type=day, metavar=DAY, help="Only articles that a listing dates this day or earlier."
)
@click.option("--limit", type=click.IntRange(min=1), help="Only so many article pages of each portal.")
@click.option("--via", metavar="URL", help="Send every request to this server, as to a forward proxy.")
@click.option(
    "--for", "seconds", type=duration, metavar="4h", help="Pause after so long; the next crawl goes on."
)
@click.option("--fresh", is_flag=True, help="Begin anew: forget an interrupted crawl, ask for every page.")
@cluster_option
@store_option
@click.option(
    "--slice",
    type=click.FloatRange(min=0, min_open=True),
    metavar="MINUTES",
    default=60,
    show_default=True,
    help="On a cluster: what a worker that is killed loses at most.",
)
@data_option
def crawl(
    portals: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int | None,
    via: str | None,
    seconds: float | None,
    fresh: bool,
    cluster: str | None,
    store: str | None,
    slice: float,
    data: Path,
) -> None:
    """Crawl portals: all of them, unless some are named. Goes on where it was interrupted."""
    from crawler import report
    from crawler.crawl import crawl as run_here
    from crawler.desk.schedule import load as load_schedule
    from crawler.health.notify import tell
    from crawler.portals import load

    known = list(load())
    refuse_unknown(portals, known)
    if via and not via.startswith("http://"):
        raise click.UsageError("--via takes an address that begins with http://")
    refuse_store_alone(cluster, store)
    if not via and not os.environ.get("BACKAN_CONTACT"):
        click.echo("Set BACKAN_CONTACT to your address, so that a site can reach who crawls it.", err=True)
    run = run_here
    if cluster:
        from crawler.cluster.crawl import crawl as run_there

        run = partial(run_there, cluster=cluster, store=store, slice=slice * 60, tell=_progress)
    with telling_errors():
        notify = load_schedule(data, strict=False).notify
        put_in_order(data)
        done = run(
            portals or known, data, since=since, until=until, limit=limit, via=via, fresh=fresh,
            seconds=seconds,
        )  # fmt: skip
        click.echo(report.of_crawls(done, data))
        for warning in tell(done, notify, data):
            click.echo(warning, err=True)
    end_with(done)


def end_with(done: "list[Crawled]") -> None:
    if any(one.broken or one.outcome == "failed" for one in done):
        sys.exit(1)
    if any(one.alarm for one in done):
        sys.exit(ALARM)


def _progress(line: str) -> None:
    click.echo(printable(line), err=True)
