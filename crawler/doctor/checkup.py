"""All the checks, in the order in which they are told."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from crawler.desk.schedule import Schedule
from crawler.doctor.ask import PATIENCE, Route
from crawler.doctor.desk import desk, schedule_of
from crawler.doctor.finding import Finding, Group, Level
from crawler.doctor.folder import folder
from crawler.doctor.installation import installation
from crawler.doctor.newest import cookies, newest
from crawler.doctor.reach import Patient, reach
from crawler.doctor.records import records, yet_to_come
from crawler.portals import Portal, project_settings
from crawler.wording import counted


def local(
    data: Path, now: datetime, environment: Mapping[str, str], portals: list[str], notify: bool = False
) -> list[Finding]:
    """What can be said without asking any portal; `notify`: send a test to those who are named."""
    schedule, told = schedule_of(data)
    findings = [*installation(environment), *folder(data, schedule.disk_free, portals)]
    if data.is_dir():
        findings += [*records(data), *yet_to_come(data, now)]
    elif data.exists():
        return findings
    findings += [*told, *desk(schedule, data, now)]
    return findings + _notified(schedule, data) if notify else findings


def asked(
    portals: list[type[Portal]], data: Path, via: str | None, say: Callable[[str], object]
) -> list[Finding]:
    """Ask each portal for one page; `say` is told how far it is."""
    patients = [
        Patient(each, route_of(each, data, via), newest(data, each.name, bool(via))) for each in portals
    ]
    left = {each.name for each in portals}
    say(f"Asking {counted(len(left), 'portal')} for one page each, {PATIENCE:g} s at most")

    def done(name: str) -> None:
        left.discard(name)
        say(f"Waiting for {', '.join(sorted(left))}")

    return reach(patients, done)


def route_of(portal: type[Portal], data: Path, via: str | None) -> Route:
    """How a crawl would ask it: as who, and trusting whom."""
    schedule, _ = schedule_of(data)
    entry, settings = schedule.of(portal.name), project_settings()
    headers = {**settings.getdict("DEFAULT_REQUEST_HEADERS"), "User-Agent": settings["USER_AGENT"]}
    return Route(headers, via, entry.verify, entry.ca_bundle, cookies(data))


def _notified(schedule: Schedule, data: Path) -> list[Finding]:
    from crawler.health.notify import send_test

    if schedule.notify is None:
        advice = "name somebody in [notify] of schedule.toml, see docs/desk.md"
        return [Finding(Group.SCHEDULE, Level.BAD, "a test was to be sent, but nobody is named", advice)]
    warnings = send_test(schedule.notify, data)
    advice = "mend [notify] in schedule.toml, or that server, and try again"
    failed = [Finding(Group.SCHEDULE, Level.BAD, warning, advice) for warning in warnings]
    return failed or [Finding(Group.SCHEDULE, Level.OK, "a test was sent to all that are named: look for it")]
