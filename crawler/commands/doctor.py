"""`backan doctor`: what is wrong, and what to do."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands.telling import ALARM, telling_errors
from crawler.options import data_option, json_option

if TYPE_CHECKING:
    from crawler.doctor.page import Examined
    from crawler.portals import Portal


@click.command(short_help="Say what is wrong, what to do, and how a page is read.")
@click.argument("what", nargs=-1, metavar="[PORTAL | URL | FILE]...")
@click.option("--offline", is_flag=True, help="Ask no portal.")
@click.option("--notify", is_flag=True, help="Send a test to those whom schedule.toml names.")
@click.option("--captured", is_flag=True, help="Of a URL: its newest capture, not the site.")
@click.option("--as", "url", metavar="URL", help="Of a FILE that was saved: where it is from.")
@click.option("--via", metavar="URL", help="Send all requests to this server, as to a forward proxy.")
@json_option
@data_option
def doctor(
    what: tuple[str, ...],
    offline: bool,
    notify: bool,
    captured: bool,
    url: str | None,
    via: str | None,
    as_json: bool,
    data: Path,
) -> None:
    """Say what is wrong, and what to do; of a URL or a saved FILE, how the page is read."""
    if via and not via.startswith("http://"):
        raise click.UsageError("--via takes an address that begins with http://")
    with telling_errors():
        if any("://" in each or Path(each).is_file() for each in what):
            if len(what) > 1:
                raise click.UsageError("one page at a time: name a single URL or FILE")
            tell_page(what[0], url, captured, via, as_json, data)
        elif captured or url:
            named = f", and {', '.join(what)} is not" if url and what else ""
            raise click.UsageError(f"--captured goes with a URL, --as with a FILE that is there{named}")
        else:
            check_up(what, offline, notify, via, as_json, data)


def check_up(
    names: tuple[str, ...], offline: bool, notify: bool, via: str | None, as_json: bool, data: Path
) -> None:
    from crawler.doctor import checkup, told
    from crawler.doctor.finding import Level, worst

    portals = _named(names)
    findings = checkup.local(data, datetime.now(UTC), os.environ, list(portals), notify)
    if not offline:
        with _shown() as say:
            findings += checkup.asked(list(portals.values()), data, via, say)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
    else:
        click.echo(told.of_findings(findings))
    sys.exit(ALARM if worst(findings) == Level.BAD else 0)


def tell_page(what: str, url: str | None, captured: bool, via: str | None, as_json: bool, data: Path) -> None:
    from crawler.doctor import checkup, page, page_told
    from crawler.portals import load

    portals = load()
    if Path(what).is_file():
        address, body = page.from_file(Path(what), url)
        portal = page.covering(address, portals)
        source = page.saved(Path(what), address, body)
    else:
        portal = page.covering(what, portals)
        source = (
            page.captured(portal, what, data)
            if captured
            else page.from_web(portal, what, checkup.route_of(portal, data, via))
        )
    examined = page.examine(portal, source)
    if as_json:
        click.echo(json.dumps(_as_json(examined), ensure_ascii=False, indent=2))
    else:
        click.echo(page_told.of_page(examined, portal))


def _as_json(examined: "Examined") -> dict[str, Any]:
    exchange = examined.source.exchange
    answer = {"status": exchange.status, "headers": exchange.headers, "bytes": len(exchange.body)}
    source = {"source": examined.source.told, "redirects": examined.source.redirects, "answer": answer}
    return {"portal": examined.portal, "url": examined.url, **source, **asdict(examined.explained)}


def _named(names: tuple[str, ...]) -> "dict[str, type[Portal]]":
    from crawler.portals import load

    known = load()
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(
            f"no portal, address or file named {', '.join(unknown)}; the portals are {', '.join(known)}"
        )
    return {name: known[name] for name in names or known}


@contextmanager
def _shown() -> Iterator[Callable[[str], object]]:
    """Who waits sees for whom, on a terminal; elsewhere one line is enough."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if console.is_terminal:
        with console.status("") as status:
            yield lambda line: status.update(escape(line))
        return
    told = count()
    yield lambda line: None if next(told) else click.echo(line, err=True)
