"""The data folder: its place, its disk, who is at work in it, and what was left lying there."""

import os
import pwd
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from archive import lock
from archive.warc.file import abandoned, warc_files
from archive.warc.reader import OPEN
from crawler.doctor.finding import Finding, Group, Level
from crawler.wording import counted

PARTS = ("archive.db", "frontier.db", "warc", "logs", "locks")


def folder(data: Path, disk_free: int, portals: Iterable[str]) -> Iterator[Finding]:
    """`disk_free` is in bytes: less is too little."""
    if not data.is_dir():
        what = "is no folder" if data.exists() else "is not there yet"
        yield _finding(
            Level.BAD if data.exists() else Level.WARN,
            f"{data} {what}",
            "`backan crawl PORTAL` makes it; or name another one with --data or BACKAN_DATA",
        )
        return
    yield _writable(data)
    yield _disk(data, disk_free)
    yield from _workers(data, portals)
    yield from _left_open(data / "warc")


def _writable(data: Path) -> Finding:
    here = [data, *(data / name for name in PARTS if (data / name).exists())]
    closed = [path for path in here if not os.access(path, os.W_OK)]
    if closed:
        owner = _owner(closed[0])
        return _finding(
            Level.BAD,
            f"{closed[0]} cannot be written to by {_me()}; it belongs to {owner}",
            f"run crawls as {owner}, or give the folder to who runs them: chown -R {_me()} {data}",
        )
    others = {_owner(path) for path in here} - {_me()}
    if others and os.geteuid() != 0:
        return _finding(
            Level.WARN,
            f"parts of {data} belong to {', '.join(sorted(others))}",
            "let one user run all commands",
        )
    return _finding(Level.OK, f"{data.resolve()} can be written to")


def _owner(path: Path) -> str:
    return _name(path.stat().st_uid)


def _me() -> str:
    return _name(os.geteuid())


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _disk(data: Path, least: int) -> Finding:
    free = shutil.disk_usage(data).free
    told = f"{free / 1e9:.1f} GB free" if free >= 1e9 else f"{free / 1e6:.0f} MB free"
    if free < least:
        return _finding(
            Level.BAD,
            f"only {told}, below the {least / 1e9:g} GB of `disk_free`",
            "make room, or move the folder to a larger disk; what is archived already is safe",
        )
    return _finding(Level.OK, f"{told} on its disk")


def _workers(data: Path, portals: Iterable[str]) -> Iterator[Finding]:
    for portal in portals:
        if (process := lock.is_crawling(data, portal)) is not None:
            by = f" by process {process}" if process else ""
            yield Finding(Group.FOLDER, Level.OK, f"{portal} is being crawled just now{by}", portal=portal)


def _left_open(warc: Path) -> Iterator[Finding]:
    left, begun = abandoned(warc), len(list(warc.glob(f"*{OPEN}")))
    if left:
        files = counted(len(left), "WARC file")
        yield _finding(
            Level.WARN,
            f"{files} left open by a crawl that was killed: {left[0].name}",
            "nothing is lost: the next crawl salvages it by itself",
        )
    size = sum(path.stat().st_size for path in warc_files(warc))
    writing = f", {begun - len(left)} being written" if begun > len(left) else ""
    yield _finding(Level.OK, f"{counted(len(warc_files(warc)), 'WARC file')}, {size / 1e6:,.1f} MB{writing}")


def _finding(level: Level, what: str, advice: str | None = None) -> Finding:
    return Finding(Group.FOLDER, level, what, advice)
