"""`backan status`: what is wrong, what runs, what is next, how the last crawls went."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from crawler.commands.telling import telling_errors
from crawler.options import data_option, json_option


@click.command(
    epilog="Changes nothing, also while a crawl writes. Ends with 0 whatever there is to tell: alarms are in "
    'the exit code of the crawl, and in "wrong" of the JSON.'
)
@click.option(
    "--last", "most", default=10, show_default=True, type=click.IntRange(min=1), help="Show so many runs."
)
@json_option
@data_option
def status(most: int, as_json: bool, data: Path) -> None:
    """Show what is wrong, what runs, what is next, and the last runs."""
    from crawler.desk.status import document, told
    from crawler.desk.status import status as look

    with telling_errors():
        found = look(data, datetime.now(UTC), most, files=as_json)
    click.echo(json.dumps(document(found), ensure_ascii=False, indent=2) if as_json else told(found))
