"""`python -m bench [NAME…]`: run all measurements or some, print the table, write the JSON file."""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from bench.crawls import crawls, newsplease
from bench.measure import BrokenError, Row
from bench.plan import Plan
from bench.reading import reading
from bench.rebuilding import cores, growth
from bench.searching import scale, through_http
from bench.table import WIDTH, record, table

MEASUREMENTS: dict[str, Callable[[Plan], list[Row]]] = {
    "crawl": crawls, "news-please": newsplease, "read": reading, "cores": cores, "growth": growth,
    "http": through_http, "scale": scale,
}  # fmt: skip


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(MEASUREMENTS)))
@click.option(
    "--size", default=6_000, show_default=True, envvar="SIZE", help="Short articles of the large archives."
)
@click.option("--pages", default=400, show_default=True, envvar="PAGES", help="Heavy pages of a crawl.")
@click.option("--few", default=81, show_default=True, help="Those of news-please, and those read one by one.")
@click.option("--rounds", default=3, show_default=True, envvar="ROUNDS", help="How often each is measured.")
@click.option(
    "--json", "file", default="bench.json", show_default=True, help="File to write every single figure to.",
    type=click.Path(dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to write, if not below /tmp."
)
def main(
    names: tuple[str, ...], size: int, pages: int, few: int, rounds: int, file: Path, folder: Path | None
) -> None:
    """Measure the archive beside its peers, in turn, several times; all, or those of these NAMES."""
    began, rows = datetime.now().astimezone(), list[Row]()
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=folder) as work:
        plan = Plan(Path(work), _teller(), size=size, pages=pages, few=few, rounds=rounds)
        for name in names or MEASUREMENTS:
            rows += measured(name, plan)
    about = {"date": began.isoformat(timespec="seconds"), "size": size, "pages": pages, "rounds": rounds}
    file.write_text(json.dumps(record(rows, about), ensure_ascii=False, indent=1) + "\n")
    Console(width=WIDTH if not sys.stdout.isatty() else None).print(table(rows))
    took = (datetime.now().astimezone() - began).total_seconds()
    click.echo(f"{took / 60:.1f} minutes; every figure is in {file}")


def measured(name: str, plan: Plan) -> list[Row]:
    """The rows of a measurement; where it came to nothing, one that says why."""
    plan.tell(f"[{name}]")
    try:
        return MEASUREMENTS[name](plan)
    except BrokenError as why:
        plan.tell(str(why))
        return [Row(name, name, "", failed=str(why))]


def _teller() -> Callable[[str], None]:
    began = time.monotonic()

    def tell(what: str) -> None:
        click.echo(f"{time.monotonic() - began:6.0f} s  {what}", err=True)

    return tell


if __name__ == "__main__":
    main()
