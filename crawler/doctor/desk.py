"""schedule.toml: whether it is valid, whether anything runs it, and whom it tells."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import lock
from archive.access import glimpse
from archive.errors import ArchiveError
from crawler.desk.calendar import Rule
from crawler.desk.schedule import FILE, Schedule, load
from crawler.doctor.finding import Finding, Group, Level
from crawler.fetch.tls import certificates_in
from crawler.wording import counted

LATE = timedelta(hours=1)  # others may have the turn, `at_once` of them
TIMER = "nothing runs `backan schedule due`: is the timer installed? `backan schedule install` makes one"


def schedule_of(data: Path) -> tuple[Schedule, list[Finding]]:
    """The schedule, an empty one where it cannot be read, and what is to be said of the file."""
    try:
        schedule = load(data)
    except ArchiveError as error:
        what = f"{FILE} is not valid, so nothing runs: {error}"
        return Schedule(), [_finding(Level.BAD, what, f"mend {data / FILE}, and ask again")]
    if not (data / FILE).exists():
        return schedule, [_finding(Level.OK, "nothing is scheduled: crawls run when you run them")]
    runs = sum(1 for entry in schedule.entries.values() if entry.rule)
    return schedule, [_finding(Level.OK, f"{FILE} is valid, {counted(runs, 'portal')} scheduled")]


def desk(schedule: Schedule, data: Path, now: datetime) -> Iterator[Finding]:
    yield from _due(schedule, data, now)
    yield from _certificates(schedule)
    notify = schedule.notify
    if notify is not None:
        named = [name for name in ("mail", "webhook", "ping") if getattr(notify, name)]
        yield _finding(Level.OK, f"alarms are told by {', '.join(named)}: `backan doctor --notify` tries it")
    elif any(entry.rule for entry in schedule.entries.values()):
        yield _finding(
            Level.WARN, "nobody is told of alarms", f"name somebody in [notify] of {FILE}, see docs/desk.md"
        )


def _due(schedule: Schedule, data: Path, now: datetime) -> Iterator[Finding]:
    seen = _seen(data)
    if seen is None:
        return  # what is wrong with that file is told of the archive's
    for portal, entry in schedule.entries.items():
        if entry.rule is None or lock.is_scheduling(data, portal) is not None:
            continue
        told = _overdue(entry.rule, seen.get(portal), now)
        if told:
            yield Finding(Group.SCHEDULE, Level.BAD, f"{portal} {told}", TIMER, portal)


def _overdue(rule: Rule, until: datetime | None, now: datetime) -> str | None:
    if until is None:
        return "is scheduled, but no round has seen it yet"
    slot = rule.next(until)
    if slot is None or rule.opens(slot) + LATE > now:
        return None
    return f"should have run {slot.astimezone(rule.zone):%Y-%m-%d %H:%M}, and has not"


def _seen(data: Path) -> dict[str, datetime] | None:
    """Up to when each portal's slots are seen to; read without touching the file."""
    if not (data / "frontier.db").exists():
        return {}
    try:
        with closing(glimpse(data / "frontier.db")) as connection:
            rows = connection.execute("select portal, until from slots").fetchall()
        return {portal: datetime.fromisoformat(until).astimezone(UTC) for portal, until in rows}
    except (sqlite3.Error, ValueError):
        return None


def _certificates(schedule: Schedule) -> Iterator[Finding]:
    for portal, entry in schedule.entries.items():
        if not entry.verify:
            what = (
                f"{portal}: certificates are not checked (verify = false), so anybody between may alter pages"
            )
            advice = "better: a ca_bundle; what is archived so says so itself, in the WARC file"
            yield Finding(Group.SCHEDULE, Level.WARN, what, advice, portal)
        if entry.ca_bundle:
            try:
                certificates_in(entry.ca_bundle)
            except ArchiveError as error:
                yield Finding(
                    Group.SCHEDULE, Level.BAD, f"{portal}: {error}", "until then no crawl begins", portal
                )


def _finding(level: Level, what: str, advice: str | None = None) -> Finding:
    return Finding(Group.SCHEDULE, level, what, advice)
