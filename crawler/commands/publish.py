"""`backan publish`: a copy of the archive to put on the web."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from crawler.commands.telling import telling_errors
from crawler.options import data_option, json_option
from crawler.wording import counted, printable


@click.command(short_help="Make a compact copy of the archive, to put on the web.")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    envvar="BACKAN_KEEP",
    help="Keep so many copies, this one included; older ones are removed, but not while they are served.",
)
@json_option
@data_option
def publish(keep: int, as_json: bool, data: Path) -> None:
    """Make a compact copy of the archive, to put on the web; a crawl may go on meanwhile."""
    from archive.publish import publish as run

    hidden = not sys.stderr.isatty()
    bar_of_all = click.progressbar(length=1, label="Publishing", file=sys.stderr, hidden=hidden)
    with telling_errors(), bar_of_all as bar:

        def told(done: int, total: int) -> None:
            bar.length = total
            bar.update(min(done, total) - bar.pos)

        made = run(data, keep=keep, told=told)
    if as_json:
        click.echo(json.dumps(asdict(made), ensure_ascii=False, indent=2, default=str))
        return
    click.echo(
        f"{printable(str(made.path))}: {made.size / 1e6:,.1f} MB (of {made.live_size / 1e6:,.1f} MB), "
        f"{counted(made.articles, 'article')}, {counted(made.captures, 'capture')}"
    )
    for path in made.removed:
        click.echo(f"{printable(str(path))}: removed")
    click.echo(f"To serve it: backan serve --public --data {printable(str(data))}")
    click.echo("A server that is at work goes on with the copy that it began with: start it again.")
