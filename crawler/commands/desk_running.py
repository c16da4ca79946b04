"""`backan schedule run`, `due` and `install`: what makes a schedule go."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from types import FrameType

import click

from crawler.commands.telling import telling_errors
from crawler.options import data_option
from crawler.wording import counted

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CONTACT = "Set BACKAN_CONTACT to your address, so that a site can reach who crawls it."
via_option = click.option(
    "--via", metavar="URL", help="Send every request to this server, as to a forward proxy."
)


@click.command("run", short_help="Run the schedule until Ctrl-C.")
@via_option
@data_option
def run(via: str | None, data: Path) -> None:
    """Run the schedule until Ctrl-C: once ends what is running gracefully, twice at once."""
    go(data, via, for_ever=True)


@click.command("due", short_help="Crawl what is due, and end.")
@via_option
@data_option
def due(via: str | None, data: Path) -> None:
    """Crawl what is due, and end: for cron and systemd, which start it every few minutes.

    What becomes due while it crawls is crawled too. Any number of these, and of `schedule run`, may be at
    work at once: no run is made twice.
    """
    sys.exit(go(data, via, for_ever=False))


@click.command("install", short_help="Let systemd or cron run the schedule.")
@click.option("--systemd", "how", flag_value="systemd", help="A timer and a service.")
@click.option("--cron", "how", flag_value="cron", help="A line for a crontab; it is only printed.")
@click.option("--user/--system", default=None, help="For this user, or for the machine; --system for root.")
@click.option("--print", "only_print", is_flag=True, help="Write nothing, print what would be written.")
@data_option
def install(how: str | None, user: bool | None, only_print: bool, data: Path) -> None:
    """Let systemd run the schedule, also after a restart; or cron, where there is no systemd."""
    from crawler.desk import install as desk

    is_user = os.geteuid() != 0 if user is None else user
    with telling_errors():
        place = desk.Place.here(data, is_user)
        if (how or desk.usual()) == "cron":
            if not how:
                click.echo(
                    "No systemd runs here: a line for a crontab, then. Nothing is written.\n", err=True
                )
            click.echo(desk.crontab(place))
            click.echo(desk.after_crontab(place), err=True)
            return
        files = desk.units(place)
        if only_print:
            click.echo("\n".join(f"# {path}\n{text}" for path, text in files.items()), nl=False)
        else:
            place.data.mkdir(parents=True, exist_ok=True)  # a service cannot write to what is not there
            for path in desk.write(files):
                click.echo(f"Written: {path}")
            click.echo(desk.after_units(place))


def go(data: Path, via: str | None, for_ever: bool) -> int:
    """Run schedules; returns the worst exit code of what was run."""
    from crawler.desk.hands import Hands
    from crawler.desk.runner import Desk
    from crawler.desk.runner import run as run_desk
    from crawler.desk.schedule import FILE, load

    if via and not via.startswith("http://"):
        raise click.UsageError("--via takes an address that begins with http://")
    with telling_errors():
        known = load(data, strict=False)
        ruled = [entry for entry in known.entries.values() if entry.rule]
        if not ruled and not known.faults:
            click.echo(f"{data / FILE} has no schedule: backan schedule add mic --cron '0 3 * * *'", err=True)
            if not for_ever:
                return 0
    if for_ever and not via and not os.environ.get("BACKAN_CONTACT"):
        click.echo(CONTACT, err=True)
    desk = Desk(data, Hands(data, via, click.echo))
    with asked_to_stop() as asked:
        if for_ever:
            desk.hands.say(f"{counted(len(ruled), 'schedule')}; Ctrl-C ends it")
        run_desk(desk, sleep, lambda: len(asked), for_ever)
        if for_ever:
            desk.hands.say("Ended")
    return desk.code


@contextmanager
def asked_to_stop() -> Iterator[list[int]]:
    """The signals that have asked this process to end, as they come."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, note)
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
