"""Archives with crawls of many weeks, as a logbook has them; their articles are few."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sample_archive import PORTALS

from archive.alarms import Alarm, Rule
from archive.store import Archive

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # Friday, 22:00 in Vietnam
FEWER = Alarm(Rule.FEWER_PAGES, 12, 400)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def blank(data: Path) -> Path:
    """An archive that knows its portals, and has no crawl."""
    with Archive(data / "archive.db") as archive:
        for portal in PORTALS:
            archive.put_portal(portal)
    return data


def note(
    data: Path,
    portal: str,
    at: datetime,
    outcome: str | None = "finished",
    alarms: Sequence[Alarm] = (),
    **columns: object,
) -> str:
    """Enter the row of a crawl as it is to be read; with no outcome it goes on. Returns its id."""
    row: dict[str, object] = {
        "id": f"{portal}-{at:%Y%m%dT%H%M%SZ}", "portal": portal, "source": "live", "started_at": stamp(at),
        "finished_at": stamp(at + timedelta(minutes=12)) if outcome else None, "outcome": outcome,
        "arguments": "{}", "settings": '{"backan_via": "http://192.0.2.7:3128", "download_delay": 2}', **columns,
    }  # fmt: skip
    with closing(sqlite3.connect(data / "archive.db")) as archive, archive:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        archive.execute(f"insert into crawls({names}) values ({marks})", list(row.values()))
        archive.executemany(
            "insert into alarms values (?, ?, ?, ?, ?)", [(row["id"], *astuple(alarm)) for alarm in alarms]
        )
    return str(row["id"])


def schedule(data: Path, **next_at: datetime) -> None:
    """What the schedule writes into the frontier."""
    with closing(sqlite3.connect(data / "frontier.db")) as frontier:
        frontier.execute(
            "create table if not exists slots(portal text primary key, rule text, until text, next_at text)"
        )
        rows = [(portal, "0 3 * * * UTC", stamp(NOW), stamp(at)) for portal, at in next_at.items()]
        frontier.executemany("insert into slots values (?, ?, ?, ?)", rows)
        frontier.execute("create table if not exists runs(id integer primary key)")
        frontier.commit()


def left(data: Path) -> dict[str, bytes]:
    """All files of a folder, and what is in them."""
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}
