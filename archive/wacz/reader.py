"""Unpack the WARC files of a WACZ package, which is a ZIP file, without believing what it says of itself.

https://specs.webrecorder.net/wacz/1.1.1/
"""

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from archive.errors import WarcError

CHUNK = 1 << 20
MAX_RATIO = 200  # pages shrink to a tenth at best, and deflate to a thousandth where all is the same
MAX_JSON = 64 << 20
PACKAGE, PACKAGE_DIGEST = "datapackage.json", "datapackage-digest.json"
WARC = (".warc", ".warc.gz")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_zip(path: Path) -> bool:
    """Whether a file begins as a ZIP file does; WARC files never do."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(path: Path, folder: Path, read: Callable[[int], object] = lambda _: None) -> list[Path]:
    """Unpack the WARC files of the package at `path` into an empty folder; returns them.

    All that the package states sums of is checked first to last; `read` is told its bytes as they are read.
    Raises WarcError, before anything is used of it, where it is no WACZ package, is damaged or states wrong
    sums, or would fill the disk; OSError where the files cannot be written.
    """
    try:
        with zipfile.ZipFile(path) as package:
            stated = _stated(path, package)
            members = _members(path, package)
            _refuse_bombs(path, package, folder)
            for info in package.infolist():
                target = folder / members[info.filename] if info.filename in members else None
                if target or info.filename in stated:
                    _read(path, package, info, target, stated.get(info.filename), read)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise WarcError(f"{path} is damaged, or no WACZ package: {error}") from error
    return [folder / name for name in members.values()]


@dataclass(frozen=True, slots=True)
class _Sum:
    """What a package states of a file in it."""

    algorithm: str
    digest: str
    size: int | None


def _stated(path: Path, package: zipfile.ZipFile) -> dict[str, _Sum]:
    """The sums by the name of the file; none where the package states none."""
    names = set(package.namelist())
    described = _json(path, package, PACKAGE)
    resources = described.get("resources")
    sums = {}
    for resource in resources if isinstance(resources, list) else []:
        if not isinstance(resource, dict) or not isinstance(resource.get("path"), str):
            raise WarcError(f"{path} is no WACZ package: its {PACKAGE} lists something that is no file")
        if resource["path"] not in names:
            raise WarcError(f"{path} is not whole: {resource['path']}, which it lists, is not in it")
        if found := _sum(resource.get("hash"), resource.get("bytes")):
            sums[resource["path"]] = found
    if found := _sum(_json(path, package, PACKAGE_DIGEST).get("hash"), None):
        sums[PACKAGE] = found
    return sums


def _sum(stated: object, size: object) -> _Sum | None:
    algorithm, _, digest = stated.partition(":") if isinstance(stated, str) else ("", "", "")
    if algorithm.lower() not in ("sha256", "sha1", "md5"):
        return None
    return _Sum(algorithm.lower(), digest.lower(), size if isinstance(size, int) else None)


def _json(path: Path, package: zipfile.ZipFile, name: str) -> Mapping[str, Any]:
    """An object in a package; empty where it is not there."""
    try:
        info = package.getinfo(name)
    except KeyError:
        return {}
    if info.file_size > MAX_JSON:
        raise WarcError(f"{path}: its {name} is larger than {MAX_JSON >> 20} MB")
    _refuse_odd(path, info)
    try:
        found = json.loads(package.read(info))
    except ValueError as error:
        raise WarcError(f"{path} is no WACZ package: its {name} is no JSON") from error
    return found if isinstance(found, dict) else {}


def _members(path: Path, package: zipfile.ZipFile) -> dict[str, str]:
    """The names of the WARC files in a package, and what they are to be called."""
    infos = [info for info in package.infolist() if not info.is_dir()]
    found: dict[str, str] = {}
    for info in infos:
        parts = PurePosixPath(info.filename).parts
        if not info.filename.endswith(WARC) or parts[0] != "archive":
            continue
        if ".." in parts or len(parts) < 2:
            raise WarcError(f"{path} is no WACZ package: {info.filename} leads out of it")
        if parts[-1] in found.values():
            raise WarcError(f"{path} holds two files named {parts[-1]}, and only one can be meant")
        found[info.filename] = parts[-1]
    if not found and any(info.filename.endswith(".wacz") for info in infos):
        raise WarcError(f"{path} is a package of packages: unpack it, and take in the .wacz files in it")
    if not found:
        raise WarcError(f"{path} is no WACZ package: it has no WARC file in archive/")
    return found


def _refuse_bombs(path: Path, package: zipfile.ZipFile, folder: Path) -> None:
    infos = package.infolist()
    for info in infos:
        _refuse_odd(path, info)
    if sum(info.compress_size for info in infos) > path.stat().st_size:
        raise WarcError(f"{path} is no WACZ package: its files lie over each other")
    size = sum(info.file_size for info in infos if info.filename.endswith(WARC))
    if size > (free := shutil.disk_usage(folder).free):
        raise WarcError(f"{path} unpacks to {size >> 20} MB, and {folder} has room for {free >> 20} MB only")


def _refuse_odd(path: Path, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 1:
        raise WarcError(f"{path}: {info.filename} is encrypted; a WACZ package is not")
    if info.compress_type not in METHODS:
        raise WarcError(f"{path}: {info.filename} is packed in a way that a WACZ package does not know")
    if info.file_size > MAX_RATIO * max(info.compress_size, CHUNK // MAX_RATIO):
        raise WarcError(f"{path}: {info.filename} unpacks to {MAX_RATIO} times its size: no page does")


def _read(
    path: Path,
    package: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    target: Path | None,
    stated: _Sum | None,
    read: Callable[[int], object],
) -> None:
    """Read a file to its end, which also proves its check sum in the ZIP file, and write it if wanted."""
    digest = hashlib.new(stated.algorithm if stated else "sha256", usedforsecurity=False)
    for data in _chunks(package, info, target):
        digest.update(data)
        read(len(data))
    if stated and (digest.hexdigest() != stated.digest or stated.size not in (None, info.file_size)):
        raise WarcError(f"{path} is damaged: {info.filename} is not what the package states of it")


def _chunks(package: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path | None) -> Iterator[bytes]:
    with package.open(info) as member:
        if target is None:
            while data := member.read(CHUNK):
                yield data
            return
        with target.open("xb") as file:
            while data := member.read(CHUNK):
                file.write(data)
                yield data
