"""Find the records that revisits repeat: through the CDXJ sidecars, which name the records of every file."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive import lock
from archive.warc.cdxj import REVISIT, SUFFIX, sidecar, write_sidecar
from archive.warc.file import warc_files
from archive.warc.reader import OPEN, Place
from crawler.intake.survey import Original

DIGEST = re.compile(r'"digest": ?"([^"]+)"')


@dataclass(frozen=True, slots=True, order=True)
class _Held:
    moment: str
    file: str
    offset: int
    length: int
    status: str
    digest: str
    url: str
    mime: str


def ensure_sidecar(path: Path) -> None:
    if sidecar(path).exists():
        return
    with lock.indexing(path.parent.parent):
        if not sidecar(path).exists():  # nor has another process written it meanwhile
            write_sidecar(path)


def find_originals(folder: Path, wanted: Collection[Original]) -> dict[Original, Place]:
    """Where the records are that these revisits repeat; those that lie in no file are left out.

    The same records are found in whatever order files came, so a rebuilt archive has the same.
    """
    if not wanted:
        return {}
    for path in warc_files(folder):
        ensure_sidecar(path)
    moments = {_moment(one.captured_at) for one in wanted if one.captured_at}
    digests = {one.digest for one in wanted if one.digest}
    named, alike = defaultdict(list), defaultdict(list)
    for held in _held(folder, moments, digests):
        named[held.url, held.moment].append(held)
        alike[held.digest].append(held)
    chosen = {one: _choose(one, named, alike) for one in wanted}
    return {one: Place(held.file, held.offset, held.length) for one, held in chosen.items() if held}


def repeats_of(folder: Path, files: Collection[str]) -> Iterator[tuple[str, int]]:
    """The places of all revisits that repeat what is in one of these files, going by the digest."""
    digests: set[str] = set()
    for file in files:
        for _, stated in _lines(sidecar(folder / file)):
            if REVISIT not in stated and (digest := DIGEST.search(stated)):
                digests.add(digest[1])
    for path in sorted(folder.glob(f"*{SUFFIX}")) if digests else ():
        for moment, stated in _lines(path):
            digest = DIGEST.search(stated) if REVISIT in stated else None
            if digest and digest[1] in digests and (found := _parsed(moment, stated)):
                yield found.file, found.offset


def _choose(
    one: Original, named: dict[tuple[str, str], list[_Held]], alike: dict[str, list[_Held]]
) -> _Held | None:
    """The record that is named, if it has the digest; else the newest earlier one that has it."""
    if one.url and one.captured_at:
        same = [held for held in named[one.url, _moment(one.captured_at)] if _may_be(one, held)]
        if same:  # several within one second: an answer that was no error, then the first of all
            return min(same, key=lambda held: (held.status != "200", held))
    if not one.digest:
        return None
    by = _moment(one.by)
    earlier = [held for held in alike[one.digest] if held.moment <= by]
    newest = max((held.moment for held in earlier), default="")
    return min((held for held in earlier if held.moment == newest), default=None)


def _may_be(one: Original, held: _Held) -> bool:
    """Digests by two different methods say nothing of each other."""
    if not one.digest or one.digest.partition(":")[0] != held.digest.partition(":")[0]:
        return True
    return one.digest == held.digest


def _held(folder: Path, moments: set[str], digests: set[str]) -> Iterator[_Held]:
    """All responses of one of these moments or digests."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        for moment, stated in _lines(path):
            digest = DIGEST.search(stated)
            if moment not in moments and not (digest and digest[1] in digests):
                continue
            found = _parsed(moment, stated)
            if found and found.mime != REVISIT and _is_there(folder, found.file):
                yield found


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Of each line of a sidecar the moment, and what it states."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            moment, _, stated = line.partition(" ")[2].partition(" ")
            yield moment, stated


def _parsed(moment: str, stated: str) -> _Held | None:
    """None where the line is cut or damaged."""
    try:
        said = json.loads(stated)
        if not isinstance(said, dict):
            return None
        texts = (str(said.get(name, "")) for name in ("status", "digest", "url", "mime"))
        place = str(said["filename"]), int(said["offset"]), int(said["length"])
        return _Held(moment, *place, *texts) if "url" in said else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _is_there(folder: Path, file: str) -> bool:
    return (folder / file).exists() or (folder / f"{file}{OPEN}").exists()


def _moment(time: str) -> str:
    return re.sub(r"\D", "", time)
