"""Options and arguments that several commands share, and what they accept."""

import os
import re
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

import click

from crawler.clock import span

DAY = "YYYY-MM-DD"

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: os.environ.get("BACKAN_DATA") or "data",
    show_default="BACKAN_DATA, or data",
    help="Folder that holds the archive.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
port_option = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="Port; 0 takes a free one.",
)
cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Have the workers of this Dask scheduler do it, as tcp://host:8786; see docs/cluster.md.",
)
store_option = click.option(
    "--store",
    metavar="URL",
    help="Where its machines share files: a folder, or s3://bucket/prefix; else the data folder.",
)
warc_file = click.Path(exists=True, dir_okay=False, path_type=Path)


def day(text: str) -> str:
    """A day as it was typed, if it is one."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no day; write {DAY}.") from error


def duration(text: str) -> float:
    """Seconds of a span as it was typed: 90s, 30m, 6h, 7d."""
    try:
        return span(text).total_seconds()
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def refuse_store_alone(cluster: str | None, store: str | None) -> None:
    if store and not cluster:
        raise click.UsageError("--store is for the machines of a cluster: name it with --cluster")


def refuse_unknown(portals: Iterable[str], known: Collection[str]) -> None:
    if unknown := [name for name in portals if name not in known]:
        raise click.UsageError(f"no portal named {', '.join(unknown)}; there are {', '.join(known)}")


def no_option(context: click.Context, parameter: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what was meant as an option: `--jso` and `-n`, but not `-lụt`, a word to leave out."""
    for word in words:
        if re.fullmatch("--.+|-[A-Za-z]", word, re.DOTALL):
            options = [name for known in context.command.params for name in known.opts]
            raise click.NoSuchOption(word, possibilities=options, ctx=context)
    return words
