"""`backan schedule`: which portal is crawled when."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.clock import FORM
from crawler.commands.telling import telling_errors
from crawler.options import DAY, data_option, day, duration, json_option

if TYPE_CHECKING:
    from crawler.desk.coming import Coming
    from crawler.desk.schedule import Entry

MOMENT = "%a %Y-%m-%d %H:%M"


@click.group(short_help="Crawl portals on a calendar.")
def schedule() -> None:
    """Crawl portals on a calendar: the file schedule.toml in the data folder."""


def checked(kind: str) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """The text of an option as it was typed, if it is a `cron`, `every`, `window` or `zone`."""

    def check(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
        from crawler.desk import calendar

        try:
            if text is not None:
                getattr(calendar, f"{kind}_of")(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
        return text

    return check


def portals_of(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    from crawler.desk.schedule import nearest, portals

    known = portals()
    for name in [value] if isinstance(value, str) else value:
        if name not in known:
            raise click.BadParameter(f"no portal named {name}; {nearest(name, known)}")
    return value


@schedule.command()
@click.argument("portal", callback=portals_of)
@click.option(
    "--cron", metavar="'0 3 * * *'", callback=checked("cron"), help="Minute hour day month weekday."
)
@click.option(
    "--every", metavar="6h", callback=checked("every"), help="So long after the end of the last run."
)
@click.option(
    "--window", metavar="22:00-06:00", callback=checked("window"), help="Hours in which it may run."
)
@click.option("--zone", metavar="NAME", callback=checked("zone"), help="Time zone of cron and the window.")
@click.option("--since", type=day, metavar=DAY, help="Only articles that a listing dates this day or later.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many article pages in a run.")
@click.option("--time-limit", type=duration, metavar="12h", help="Pause a run after so long; else after 12h.")
@click.option("--replace", "in_place", is_flag=True, help="In place of the schedule that it has.")
@data_option
def add(
    portal: str, since: str | None, time_limit: float | None, in_place: bool, data: Path, **keys: Any
) -> None:
    """Give a portal a schedule, in schedule.toml."""
    from crawler.desk.calendar import span_told
    from crawler.desk.coming import note_next
    from crawler.desk.edit import add as run

    if bool(keys["cron"]) == bool(keys["every"]):
        raise click.UsageError("say when: --cron '0 3 * * *' or --every 6h, one of them")
    keys["since"] = date.fromisoformat(since) if since else None
    keys["time_limit"] = span_told(timedelta(seconds=time_limit)) if time_limit else None
    with telling_errors():
        entry = run(data, portal, {key: value for key, value in keys.items() if value is not None}, in_place)
        note_next(data, entry, datetime.now(UTC))
        click.echo(f"{portal}: {', '.join(told_entry(entry))}")
        for one in coming_of(data, (portal,), 1):
            click.echo(f"Next: {told_time(one.at)}")


@schedule.command()
@click.argument("portal", callback=portals_of)
@data_option
def remove(portal: str, data: Path) -> None:
    """Take a portal's schedule out of schedule.toml."""
    from crawler.desk.coming import note_next
    from crawler.desk.edit import remove as run

    with telling_errors():
        entry = run(data, portal)
        note_next(data, entry, datetime.now(UTC))
    left = told_entry(entry)
    click.echo(f"{portal}: no schedule any more" + (f"; still {', '.join(left)}" if left else ""))


@schedule.command("list")
@json_option
@data_option
def list_(as_json: bool, data: Path) -> None:
    """Show what schedule.toml says of each portal."""
    from crawler.desk.schedule import load

    with telling_errors():
        known = load(data)
    if as_json:
        said = {"at_once": known.at_once, "disk_free": known.disk_free}
        entries = [fields_of(entry) for entry in known.entries.values()]
        click.echo(json.dumps({**said, "portals": entries}, ensure_ascii=False, indent=2))
    elif known.entries:
        rows = [row_of(entry) for entry in known.entries.values()]
        show(("PORTAL", "WHEN", "HOURS", "ZONE", "WHAT ELSE"), rows)
    else:
        click.echo("No portal has a schedule. To give one: backan schedule add mic --cron '0 3 * * *'")


@schedule.command("next")
@click.argument("portals", nargs=-1, metavar="[PORTAL]...", callback=portals_of)
@click.option(
    "-n", "number", default=10, show_default=True, type=click.IntRange(1, 1000), help="So many runs."
)
@json_option
@data_option
def next_(portals: tuple[str, ...], number: int, as_json: bool, data: Path) -> None:
    """Show the next runs, of all portals or of some."""
    from crawler.desk.schedule import load

    with telling_errors():
        known = load(data).entries
        found = coming_of(data, portals, number)
    if as_json:
        runs = [{"portal": one.portal} | times_of(one) for one in found]
        click.echo(json.dumps(runs, ensure_ascii=False, indent=2))
    elif found:
        rows = [(told_time(one.at), one.portal, told_rule(known[one.portal]), waited(one)) for one in found]
        show(("NEXT RUN", "PORTAL", "WHEN", ""), rows)
    else:
        click.echo("Nothing is scheduled. To change that: backan schedule add mic --cron '0 3 * * *'")


def coming_of(data: Path, portals: tuple[str, ...], number: int) -> "list[Coming]":
    """The next runs of these portals, or of all. Raises ArchiveError."""
    from crawler.desk import state
    from crawler.desk.coming import coming
    from crawler.desk.schedule import load

    entries = {name: one for name, one in load(data).entries.items() if not portals or name in portals}
    return coming(entries, datetime.now(UTC).replace(microsecond=0), state.load(data), number)


def told_rule(entry: "Entry") -> str:
    from crawler.desk.calendar import span_told

    if entry.rule is None:
        return "by hand"
    return entry.rule.cron or f"every {span_told(entry.rule.every or timedelta())}"


def row_of(entry: "Entry") -> tuple[str, ...]:
    rule = entry.rule
    window = str(rule.window or "any") if rule else ""
    return entry.portal, told_rule(entry), window, rule.zone.key if rule else "", ", ".join(told_rest(entry))


def told_entry(entry: "Entry") -> list[str]:
    """All that is said of a portal; nothing where nothing is."""
    rule = entry.rule
    hours = [f"within {rule.window}"] if rule and rule.window else []
    return [told_rule(entry), *hours, rule.zone.key, *told_rest(entry)] if rule else told_rest(entry)


def told_rest(entry: "Entry") -> list[str]:
    """What is not as it is by default."""
    from crawler.desk.calendar import span_told
    from crawler.desk.schedule import TIME_LIMIT

    said = {
        f"since {entry.since}": entry.since,
        f"{entry.limit} pages": entry.limit,
        f"at most {span_told(entry.time_limit)}": entry.time_limit != TIME_LIMIT,
        f"CA bundle {entry.ca_bundle and entry.ca_bundle.name}": entry.ca_bundle,
        "certificates not checked": not entry.verify,
    }
    return [words for words, holds in said.items() if holds]


def fields_of(entry: "Entry") -> dict[str, Any]:
    """An entry for a program; spans in seconds."""
    rule = entry.rule
    return {
        "portal": entry.portal,
        "cron": rule and rule.cron,
        "every": rule.every.total_seconds() if rule and rule.every else None,
        "window": str(rule.window) if rule and rule.window else None,
        "zone": rule and rule.zone.key,
        "since": entry.since,
        "limit": entry.limit,
        "time_limit": entry.time_limit.total_seconds(),
        "ca_bundle": str(entry.ca_bundle) if entry.ca_bundle else None,
        "verify": entry.verify,
    }


def told_time(at: datetime) -> str:
    """Mon 2026-03-02 03:00 +07:00: the hour differs from one zone to the next, and twice a year in one."""
    return f"{at:{MOMENT}} {at.isoformat()[-6:]}"


def waited(one: "Coming") -> str:
    return f"due {one.slot:%a %H:%M}" if one.slot < one.at else ""


def times_of(one: "Coming") -> dict[str, str]:
    return {
        "at": one.at.astimezone(UTC).strftime(FORM),
        "local": one.at.isoformat(),
        "slot": one.slot.astimezone(UTC).strftime(FORM),
    }


def show(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A table that fits the terminal, and 80 columns where there is none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*header, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)
