"""Sums of all files that must never change, as a BagIt bag that any institution can check.

https://www.rfc-editor.org/rfc/rfc8493

The bag is the folder `bag` in the data folder. Its payload are hard links to the files of `warc` and `wacz`:
they take no room, nothing is moved, and a copy of the folder (`cp -r`, `rsync -r`, `zip -r`) is an ordinary
bag that `bagit.py --validate` accepts. As a link outlives its sibling, a file that was deleted by mistake is
still there. The other ways were worse: bagit's own `make_bag` moves the files that a crawl is using, tag
files around the data folder would lie in a folder that is not ours, bagit takes symbolic links out of a bag
for an attack, and a bag with `fetch.txt` is not valid before somebody has fetched.

Sums are written once. What changed afterwards is damage, whoever did it; only `backan export`, which replaces
WACZ files, withdraws theirs. Left out is what changes rightly or is derived: the databases, the CDXJ files
beside WARC files, whatever is still being written, the schedule and the logs. To record everything anew, for
example after WARC files have been removed on purpose, remove the folder `bag`.

The manifest cannot be lost halfway: `tagmanifest-sha256.txt` states the sum of the manifest to come before
that takes its place, so a rerun can tell one that was not put in place from one that was damaged.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from errno import EMLINK, ENOSYS, ENOTSUP, EPERM, EXDEV
from pathlib import Path

from bagit import Bag, BagError

from archive.errors import ArchiveError
from archive.lock import alone
from archive.verify import Damage
from archive.warc.file import sync_folder

FOLDERS = {"warc": (".warc", ".warc.gz"), "wacz": (".wacz",)}
PASSING = (".open", ".part", ".cdxj")  # still being written, or derived
MANIFEST, TAGS, INFO, BAGIT = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt", "bagit.txt"
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
NO_LINKS = (EPERM, ENOTSUP, ENOSYS, EXDEV, EMLINK)
BLOCK = 1 << 20


@dataclass(slots=True)
class Proof:
    """What was found. `intact` files are as they were recorded, `recorded` were not known before.

    `linked` is False where the file system has no hard links: the bag holds the sums alone then.
    """

    bag: str
    intact: int = 0
    recorded: list[str] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    linked: bool = True


def prove(data: Path, told: Callable[[int], object] = lambda _: None) -> Proof:
    """Check all files of a data folder against their recorded sums, and record those of new files.

    Every file that is missing, has changed or is unknown is damage. Where the manifest itself is damaged
    nothing is recorded. `told` gets the bytes as they are read. Raises ArchiveError where a file cannot be
    read or the bag cannot be written.
    """
    if not data.is_dir():
        raise ArchiveError(f"no archive at {data}: run `backan demo` or `backan crawl` first")
    bag = data / "bag"
    proof = Proof(str(bag))
    try:
        if not bag.exists() and not any(files(data)):
            raise ArchiveError(f"no WARC files in {data}: run `backan demo` or `backan crawl` first")
        bag.mkdir(exist_ok=True)
        with alone(bag, f"the sums of {data} are being checked already: wait for the end of it"):
            sums = _recorded(bag, proof.damage)
            sound = not proof.damage
            known = dict(sums)
            _check(data, bag, sums, proof, told)
            _take_up(data, sums, proof, told)
            if sound:
                _complete(data, bag, known, sums, proof)
            _find_strangers(data, bag, sums, proof)
    except OSError as error:
        raise ArchiveError(f"cannot check {data}: {error}") from error
    return proof


def files(data: Path) -> Iterator[Path]:
    """All files that must never change."""
    for folder, endings in FOLDERS.items():
        yield from (path for path in sorted((data / folder).glob("*")) if path.name.endswith(endings))


def withdraw(data: Path, path: Path) -> None:
    """Forget the sum of a file, if it has one, that is going to be replaced on purpose."""
    bag = data / "bag"
    if not (bag / BAGIT).exists() or not path.resolve().is_relative_to(data.resolve()):
        return
    name = path.resolve().relative_to(data.resolve()).as_posix()
    with alone(bag, f"the sums of {data} are being checked: wait for the end of it"):
        damage: list[Damage] = []
        sums = _recorded(bag, damage)
        if damage:
            raise ArchiveError(f"{damage[0]}: `backan verify --manifest` says more")
        if sums.pop(name, None):
            _write(bag, sums)
            (bag / "data" / name).unlink(missing_ok=True)


def _recorded(bag: Path, damage: list[Damage]) -> dict[str, str]:
    """The sums by name within the data folder; what is wrong with the tag files is added to the damage."""
    if not (bag / TAGS).exists():
        if not (bag / MANIFEST).exists():
            return {}
        damage.append(Damage(f"bag/{TAGS}", "is not there, so nobody can tell whether the sums are right"))
    try:
        (bag / "data").mkdir(exist_ok=True)
        _finish(bag)
        known = Bag(str(bag))
    except (BagError, UnicodeDecodeError) as error:
        damage.append(Damage("bag", f"is no bag any more: {error}"))
        return {}
    for name, sums in sorted(known.tagfile_entries().items()):
        path = bag / name
        if not path.exists():
            damage.append(Damage(f"bag/{name}", "is not there"))
        elif _sum(path) != sums["sha256"]:
            damage.append(Damage(f"bag/{name}", "is not as it was written, so its sums prove nothing"))
    return {name.removeprefix("data/"): sums["sha256"] for name, sums in known.payload_entries().items()}


def _finish(bag: Path) -> None:
    """Put the manifest in place that the tag manifest states, where that was interrupted."""
    part = _part(bag / MANIFEST)
    if part.exists() and Bag(str(bag)).tagfile_entries().get(MANIFEST, {}).get("sha256") == _sum(part):
        part.replace(bag / MANIFEST)


def _check(data: Path, bag: Path, sums: dict[str, str], proof: Proof, told: Callable[[int], object]) -> None:
    for name, stated in sorted(sums.items()):
        path, copy = data / name, bag / "data" / name
        what = None
        if not path.exists():
            what = "is not there"
        elif (found := _sum(path, told)) != stated:
            what = f"has changed: its SHA-256 is {found}, not {stated}"
        linked = path.exists() and copy.exists() and copy.samefile(path)
        copied = None if linked or not copy.exists() else _sum(copy) == stated
        if copied is False:
            proof.damage.append(Damage(f"bag/data/{name}", "has changed"))
        if what:
            proof.damage.append(Damage(name, f"{what}; bag/data/{name} is as it was" if copied else what))
        else:
            proof.intact += 1


def _take_up(data: Path, sums: dict[str, str], proof: Proof, told: Callable[[int], object]) -> None:
    missing = {sums[damage.file]: damage.file for damage in proof.damage if _is_missing(data, damage, sums)}
    for path in files(data):
        name = path.relative_to(data).as_posix()
        if name in sums:
            continue
        found = _sum(path, told)
        if found in missing:
            proof.damage.append(Damage(name, f"is {missing[found]} under another name"))
        else:
            sums[name] = found
            proof.recorded.append(name)


def _is_missing(data: Path, damage: Damage, sums: dict[str, str]) -> bool:
    return damage.file in sums and not (data / damage.file).exists()


def _complete(data: Path, bag: Path, known: dict[str, str], sums: dict[str, str], proof: Proof) -> None:
    """Link what is whole into the bag, then write what the bag says of itself, as far as that is new."""
    damaged = {damage.file for damage in proof.damage}
    for name in sorted(sums.keys() - damaged):
        proof.linked = _link(data / name, bag / "data" / name) and proof.linked
    if sums != known or not (bag / TAGS).exists():
        _write(bag, sums)
    sizes = [path.stat().st_size for name in sums if (path := _either(bag / "data" / name, data / name))]
    oxum = f"{sum(sizes)}.{len(sizes)}"
    info = Bag(str(bag)).info
    if info.get("Payload-Oxum") != oxum:
        told = {
            "Bag-Software-Agent": "backan-archive",
            "External-Description": "WARC and WACZ files of the Bắc Kạn Archive",
        }
        now = {"Bagging-Date": datetime.now(UTC).date().isoformat(), "Payload-Oxum": oxum}
        lines = [f"{label}: {value}\n" for label, value in (told | info | now).items()]
        _replace(bag / INFO, "".join(lines))


def _link(source: Path, target: Path) -> bool:
    """Whether the target is the source now."""
    if target.exists() and target.samefile(source):
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _part(target)
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError as error:
        if error.errno in NO_LINKS:
            return False
        raise
    part.replace(target)
    return True


def _write(bag: Path, sums: dict[str, str]) -> None:
    """Write the manifest so that it can be told at every moment which one is right."""
    if not (bag / BAGIT).exists():
        _replace(bag / BAGIT, DECLARATION)
    encoded = {name.replace("\r", "%0D").replace("\n", "%0A"): found for name, found in sums.items()}
    part = _part(bag / MANIFEST)
    _put(part, "".join(f"{found}  data/{name}\n" for name, found in sorted(encoded.items())))
    _replace(bag / TAGS, f"{_sum(bag / BAGIT)}  {BAGIT}\n{_sum(part)}  {MANIFEST}\n")
    part.replace(bag / MANIFEST)


def _find_strangers(data: Path, bag: Path, sums: dict[str, str], proof: Proof) -> None:
    for folder, endings in FOLDERS.items():
        for path in sorted((data / folder).glob("[!.]*")):
            if not path.name.endswith((*endings, *PASSING)):
                proof.damage.append(Damage(f"{folder}/{path.name}", "is no file of the archive"))
    for path in sorted((bag / "data").rglob("*")):
        name = path.relative_to(bag / "data").as_posix()
        if path.is_file() and name not in sums:
            proof.damage.append(Damage(f"bag/data/{name}", "is no file of the archive"))


def _either(*paths: Path) -> Path | None:
    return next((path for path in paths if path.exists()), None)


def _sum(path: Path, told: Callable[[int], object] = lambda _: None) -> str:
    found = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            found.update(block)
            told(len(block))
    return found.hexdigest()


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _replace(path: Path, text: str) -> None:
    _put(_part(path), text)
    _part(path).replace(path)
    sync_folder(path.parent)  # before anything else takes the place of a file: the order counts


def _put(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
