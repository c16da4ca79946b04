"""Changes `schedule.toml` key by key: comments, order and all else stay as somebody wrote them."""

import os
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from archive import lock
from archive.errors import ArchiveError
from archive.warc.file import sync_folder
from crawler.desk.schedule import FILE, OF_RULE, OF_RUN, Entry, read, text_of

OURS = (*OF_RULE, *OF_RUN)  # the rest of a portal's keys, those of TLS, hold without a schedule too
BEGINNING = (
    "# When each portal is crawled. `backan schedule list` shows it, `backan schedule next` what comes.\n"
)


def add(data: Path, portal: str, keys: Mapping[str, Any], in_place: bool = False) -> Entry:
    """Give a portal a schedule: keys of its table, as they stand in the file.

    `in_place`: in place of the one that it has. Raises ArchiveError, before anything is written, where the
    file could not be read afterwards.
    """
    with _changing(data) as path:
        text = text_of(path)
        before = read(text or "", path).of(portal)
        if before.rule and not in_place:
            known = f"{portal} has a schedule already ({before.rule.stated()})"
            raise ArchiveError(f"{known}: --replace puts this one in its place")
        old = dict.fromkeys(OURS) if before.rule else {}
        text = changed(BEGINNING if text is None else text, portal, {**old, **keys}, path)
        entry = read(text, path).of(portal)
        _write(path, text)
    return entry


def remove(data: Path, portal: str) -> Entry:
    """Take a portal's schedule away, and return what still holds for it. Raises ArchiveError."""
    with _changing(data) as path:
        text = text_of(path)
        before = read(text or "", path).of(portal)
        if text is None or replace(before, ca_bundle=None, verify=True) == Entry(portal):
            raise ArchiveError(f"{portal} has no schedule")
        text = changed(text, portal, dict.fromkeys(OURS), path)
        entry = read(text, path).of(portal)
        _write(path, text)
    return entry


def changed(text: str, portal: str, keys: Mapping[str, Any], path: Path) -> str:
    """The text with these keys of a portal; None takes one away, and the last one the table."""
    end = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    top = tomllib.loads(text)
    before = top.get("portals", {}).get(portal, {})
    table = {key: value for key, value in {**before, **keys}.items() if value is not None}
    try:
        text = _put(text, portal, before, table)
        if _said(tomllib.loads(text)) != _said({**top, "portals": {**top.get("portals", {}), portal: table}}):
            raise ValueError("something else has changed")
    except (TOMLKitError, ValueError) as error:
        raise ArchiveError(f"{path} says it in a way of its own: change it by hand") from error
    return text.replace("\n", end)


def _put(text: str, portal: str, before: Mapping[str, Any], table: Mapping[str, Any]) -> str:
    if not table:
        return _without(text, portal)
    if not before:  # at the end: anywhere else it could part a comment from what it is about
        text = _without(text, portal)
        between = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{between}{tomlkit.dumps({'portals': {portal: table}})}"
    document = tomlkit.parse(text)
    written: Any = document["portals"]
    for key in before:
        if key not in table:
            del written[portal][key]
        elif table[key] != before[key]:
            written[portal][key] = table[key]
    new = {key: value for key, value in table.items() if key not in before}
    place = _lines_of(tomlkit.dumps(document), portal)
    if place is None:
        written[portal].update(new)
        return tomlkit.dumps(document)
    lines = tomlkit.dumps(document).splitlines(keepends=True)
    lines[place.stop - 1] = lines[place.stop - 1].rstrip("\n") + "\n"
    return "".join([*lines[: place.stop], tomlkit.dumps(new), *lines[place.stop :]])


def _said(top: dict[str, Any]) -> dict[str, Any]:
    """The whole file, but for portals of which nothing is said."""
    return {**top, "portals": {name: table for name, table in top.get("portals", {}).items() if table}}


def _lines_of(text: str, portal: str) -> range | None:
    """A portal's table, from its header to its last key: comments behind it are about the next one."""
    header = re.compile(rf"\s*\[\s*portals\s*\.\s*([\"']?){re.escape(portal)}\1\s*\]\s*(#.*)?")
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if header.fullmatch(line)), None)
    if first is None:
        return None
    end = first + 1
    for number, line in enumerate(lines[end:], end):
        if line.lstrip().startswith("["):
            break
        if line.strip() and not line.lstrip().startswith("#"):
            end = number + 1
    return range(first, end)


def _without(text: str, portal: str) -> str:
    place = _lines_of(text, portal)
    if place is None:
        document = tomlkit.parse(text)
        if portal in (tables := document.get("portals", {})):
            del tables[portal]
        return tomlkit.dumps(document)
    lines = text.splitlines(keepends=True)
    end = place.stop
    while end < len(lines) and not lines[end].strip():
        end += 1
    return "".join(lines[: place.start] + lines[end:])


@contextmanager
def _changing(data: Path) -> Iterator[Path]:
    """The file, for one who changes it at a time. Raises ArchiveError."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        with lock.alone(data, "the schedule is being changed by somebody else: do it again"):
            yield data / FILE
    except OSError as error:
        raise ArchiveError(f"cannot write to {data}: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    """All of it or nothing, also when the power fails; a link to a file elsewhere stays one."""
    path = path.resolve()
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, part)
    os.replace(part, path)
    sync_folder(path.parent)
