"""Find the records that revisits repeat: through the CDXJ sidecars, which name the records of every file."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.warc.cdxj import REVISIT, SUFFIX, sidecar, write_sidecar
from archive.warc.reader import OPEN, Place
from crawler.intake.survey import Original

WARC = ("*.warc", "*.warc.gz")
DIGEST = re.compile(r'"digest": ?"([^"]+)"')


@dataclass(frozen=True, slots=True, order=True)
class _Held:
    moment: str
    file: str
    offset: int
    length: int
    status: str
    digest: str


def warc_files(folder: Path) -> list[Path]:
    """The files of an archive, in the order of names, without those that a crawl is writing."""
    return sorted(path for pattern in WARC for path in folder.glob(pattern))


def ensure_sidecar(path: Path) -> None:
    if not sidecar(path).exists():
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
    for url, held in _held(folder, moments, digests):
        named[url, held.moment].append(held)
        alike[held.digest].append(held)
    chosen = {one: _choose(one, named, alike) for one in wanted}
    return {one: Place(held.file, held.offset, held.length) for one, held in chosen.items() if held}


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


def _held(folder: Path, moments: set[str], digests: set[str]) -> Iterator[tuple[str, _Held]]:
    """All responses of one of these moments or digests."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                moment, _, stated = line.partition(" ")[2].partition(" ")
                digest = DIGEST.search(stated)
                if moment not in moments and not (digest and digest[1] in digests):
                    continue
                said = _parsed(stated)
                if said and said.get("mime") != REVISIT and _is_there(folder, said["filename"]):
                    yield said["url"], _Held(
                        moment, said["filename"], int(said["offset"]), int(said["length"]),
                        said.get("status", ""), said.get("digest", ""),
                    )  # fmt: skip


def _parsed(stated: str) -> dict[str, str] | None:
    """None where the line is cut, as a crash may leave it."""
    try:
        said = json.loads(stated)
        return said if {"url", "filename", "offset", "length"} <= said.keys() else None
    except ValueError:
        return None


def _is_there(folder: Path, file: str) -> bool:
    return (folder / file).exists() or (folder / f"{file}{OPEN}").exists()


def _moment(time: str) -> str:
    return re.sub(r"\D", "", time)
