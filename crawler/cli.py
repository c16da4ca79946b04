"""The command `backan`.

Each command imports what it needs when it runs: Scrapy and Datasette take more than a second each to import,
and who searches needs neither.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.commands.backfill import backfill
from crawler.commands.desk_running import due, install, run
from crawler.commands.doctor import doctor
from crawler.commands.export import export
from crawler.commands.ingest import ingest
from crawler.commands.publish import publish
from crawler.commands.rebuild import rebuild
from crawler.commands.schedule import schedule
from crawler.commands.search import search
from crawler.commands.serve import open_in_datasette, serve
from crawler.commands.status import status
from crawler.commands.telling import ALARM, put_in_order, telling_errors
from crawler.commands.verify import verify
from crawler.options import DAY, data_option, day, duration, json_option, port_option

if TYPE_CHECKING:
    from crawler.crawl import Crawled


@click.group()
@click.version_option(package_name="backan-archive")
def main() -> None:
    """Archive the Bắc Kạn portals and the MIC news site, and search the archive."""


for command in (backfill, doctor, export, ingest, publish, rebuild, schedule, search, serve, status, verify):
    main.add_command(command)
for command in (run, due, install):
    schedule.add_command(command)


@main.command(short_help="Crawl a bundled replica of the portals and open its archive.")
@data_option
@click.option("--serve/--no-serve", default=True, show_default=True, help="Open the archive in Datasette.")
@port_option
def demo(data: Path, serve: bool, port: int) -> None:
    """Crawl a bundled replica of the portals, archive it, open it in Datasette."""
    from crawler import demo, report

    with telling_errors():
        put_in_order(data)
        done = demo.demo(data)
        click.echo(report.of_crawls(done, data))
        command = sys.argv[0] if Path(sys.argv[0]).name == "backan" else "backan"
        click.echo(report.of_searches(demo.SEARCHES, data, command))
        if serve:
            open_in_datasette(data, "127.0.0.1", port)
    end_with(done)


@main.command()
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
@data_option
def crawl(
    portals: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int | None,
    via: str | None,
    seconds: float | None,
    fresh: bool,
    data: Path,
) -> None:
    """Crawl portals: all of them, unless some are named. Goes on where it was interrupted."""
    from crawler import report
    from crawler.crawl import crawl as run
    from crawler.desk.schedule import load as load_schedule
    from crawler.health.notify import tell
    from crawler.portals import load

    known = list(load())
    if unknown := [name for name in portals if name not in known]:
        raise click.UsageError(f"no portal named {', '.join(unknown)}; there are {', '.join(known)}")
    if via and not via.startswith("http://"):
        raise click.UsageError("--via takes an address that begins with http://")
    if not via and not os.environ.get("BACKAN_CONTACT"):
        click.echo("Set BACKAN_CONTACT to your address, so that a site can reach who crawls it.", err=True)
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


@main.command()
@click.argument("url")
@click.option("--between", nargs=2, type=int, metavar="N M", help="Compare these; else the last two.")
@json_option
@data_option
def versions(url: str, between: tuple[int, int] | None, as_json: bool, data: Path) -> None:
    """Show the versions of an article, and the words that changed."""
    from crawler.history import changes_between, told_changes, versions_of

    with telling_errors():
        known = versions_of(url, data)
        if as_json:
            click.echo(json.dumps([asdict(version) for version in known], ensure_ascii=False, indent=2))
            return
        for version in known:
            click.echo(f"{version.number:3}  {version.captured_at}  {version.title}")
        if between or len(known) > 1:
            changes = changes_between(known, between or (known[-2].number, known[-1].number))
            click.echo("\n" + told_changes(changes))


@main.command()
@click.option("--match", "url", metavar="URL", help="Say which portal covers this address, and as what.")
@json_option
@data_option  # as for every command; the portals are the same for every folder
def portals(url: str | None, as_json: bool, data: Path) -> None:
    """List the portals that are covered."""
    from crawler.portals import load, match

    known = load()
    if url is not None:
        name, kind = match(url, known)
        found = {"portal": name, "kind": kind.value}
        click.echo(json.dumps(found) if as_json else f"{name or '-'} {kind}")
        return
    infos = [portal.info() for portal in known.values()]
    if as_json:
        click.echo(json.dumps([asdict(info) for info in infos], ensure_ascii=False, indent=2))
        return
    for info in infos:
        click.echo(f"{info.id:12} {info.title}\n{'':12} {info.homepage} ({info.platform})")


def end_with(done: "list[Crawled]") -> None:
    if any(one.broken or one.outcome == "failed" for one in done):
        sys.exit(1)
    if any(one.alarm for one in done):
        sys.exit(ALARM)
