"""`backan backfill`: bring over what web archives have of a portal."""

import json
import logging
import os
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands.telling import ALARM, telling_errors
from crawler.options import DAY, data_option, day, json_option, refuse_unknown
from crawler.wording import counted, printable

if TYPE_CHECKING:
    from crawler.backfill.outcome import Backfilled
    from crawler.backfill.service import Service
    from crawler.portals import Portal

SERVICES = {"wayback": "the Wayback Machine", "commoncrawl": "Common Crawl"}
SHOWN = 10  # so many of the captures that failed


@click.command(short_help="Fetch captures of a portal from a web archive.")
@click.argument("portal")
@click.option(
    "--from",
    "sources",
    multiple=True,
    required=True,
    metavar="wayback|commoncrawl|FILE",
    help="Whom to ask; files are WARC or WACZ, and may be several.",
)
@click.option("--since", type=day, metavar=DAY, help="Only what was captured this day or later.")
@click.option("--until", type=day, metavar=DAY, help="Only what was captured this day or earlier.")
@click.option("--limit", type=click.IntRange(min=1), help="Fetch only so many captures; the rest next time.")
@json_option
@data_option
@click.pass_context
def backfill(
    context: click.Context,
    portal: str,
    sources: tuple[str, ...],
    since: str | None,
    until: str | None,
    limit: int | None,
    as_json: bool,
    data: Path,
) -> None:
    """Fetch what a web archive has of a portal; goes on where it was stopped."""
    from crawler.portals import load

    portals = load()
    refuse_unknown([portal], portals)
    if sources[0] in SERVICES:
        if len(sources) > 1:
            raise click.UsageError(f"one web archive at a time: --from {sources[0]} alone")
        if since and until and until < since:
            raise click.UsageError(f"--until {until} is before --since {since}")
        bring(portals[portal], sources[0], data, as_json, since=since, until=until, limit=limit)
    elif since or until or limit or as_json:
        raise click.UsageError("files are taken in whole: no --since, --until, --limit or --json")
    else:
        take_in(context, sources, data)


def bring(portal: "type[Portal]", source: str, data: Path, as_json: bool, **bounds: Any) -> None:
    """Fill up from a web archive, and tell what came of it."""
    from crawler.backfill.run import backfill as run
    from crawler.settings import USER_AGENT

    if not os.environ.get("BACKAN_CONTACT"):
        click.echo("Set BACKAN_CONTACT to your address, so that an archive can reach who asks it.", err=True)
    # Libraries warn of odd pages with pieces of them; captures have notes, and what failed is told.
    logging.getLogger().addHandler(logging.NullHandler())
    with telling_errors(), closing(service_of(source, USER_AGENT)) as service:
        done = run(portal, service, data, USER_AGENT, **bounds)
    click.echo(json.dumps(asdict(done), ensure_ascii=False, indent=2) if as_json else told(done))
    if done.alarm:
        sys.exit(ALARM)


def service_of(name: str, user_agent: str) -> "Service":
    """The web archive of that name.

    BACKAN_WAYBACK_URL and BACKAN_COMMONCRAWL_URL, which are there for tests, name a server to ask in place of
    the real one, as fast as it answers.
    """
    base = os.environ.get(f"BACKAN_{name.upper()}_URL") or None
    if base:
        click.echo(f"Asking {printable(base)} in place of {SERVICES[name]}.", err=True)
    from crawler.backfill.commoncrawl import CommonCrawl
    from crawler.backfill.pace import Pace
    from crawler.backfill.wayback import Wayback

    pace = Pace(0) if base else None
    return (Wayback if name == "wayback" else CommonCrawl)(user_agent, base, pace, pace)


def told(done: "Backfilled") -> str:
    """What came of it; every line is short, but for addresses."""
    lines = [
        f"{done.portal} from {SERVICES[done.source]}: {done.outcome}",
        f"Index    {counted(done.listed, 'capture')} listed, {done.entered} of them new and wanted"
        + (f", {counted(done.broken, 'broken line')} passed over" if done.broken else ""),
        f"Fetched  {counted(done.fetched, 'capture')}: {counted(done.tally.new, 'new article')}, "
        f"{done.tally.changed} changed",
    ]
    if done.known or done.same:
        lines.append(f"Spared   {done.known} in the archive already, {done.same} the same as the one before")
    if done.failed or done.given_up:
        lines.append(f"Failed   {len(done.failed)}, and {done.given_up} for good")
        lines += [f"         {printable(one)}" for one in done.failed[:SHOWN]]
    if done.left:
        lines.append(
            f"Left     {counted(done.left, 'capture')} to fetch: run the same command again to go on"
        )
    lines += [f"Blocked  {printable(one)}" for one in done.blocked]
    if done.outcome != "finished":
        why = f"{printable(done.stopped)}; " if done.stopped else ""
        lines.append(f"It ended early: {why}run the same command again to go on")
    return "\n".join(lines)


def take_in(context: click.Context, sources: tuple[str, ...], data: Path) -> None:
    """What `backan ingest` does with these files, its exit codes too."""
    for source in sources:
        if not Path(source).is_file():
            known = ", ".join(SERVICES)
            raise click.UsageError(f"--from {source} is neither a file nor one of {known}")
    group = context.find_root().command
    assert isinstance(group, click.Group)
    context.invoke(group.commands["ingest"], files=tuple(map(Path, sources)), data=data)
