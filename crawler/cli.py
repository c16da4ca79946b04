"""The command `backan`.

Each command imports what it needs when it runs: Scrapy and Datasette take more than a second each to import,
and who searches needs neither.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from crawler.commands.backfill import backfill
from crawler.commands.crawl import crawl, end_with
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
from crawler.commands.telling import put_in_order, telling_errors
from crawler.commands.verify import verify
from crawler.options import data_option, json_option, port_option


@click.group()
@click.version_option(package_name="backan-archive")
def main() -> None:
    """Archive the Bắc Kạn portals and the MIC news site, and search the archive."""


for command in (
    backfill, crawl, doctor, export, ingest, publish, rebuild, schedule, search, serve, status, verify,
):  # fmt: skip
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
