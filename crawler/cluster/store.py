"""Files that all machines of a cluster reach, by name: in a folder, or in a store that speaks S3.

Names are those of the data folder: `warc/…` for captures, beside them `parts/…` and `state/…`. A file is
there as a whole or not at all, whatever becomes of who puts it.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from archive.errors import ArchiveError
from archive.warc.file import sync, sync_folder
from crawler.clock import compact, now

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CHUNK = 8 << 20
PART = ".part"
MISSING = "a cluster needs Dask, fsspec and pyarrow: `make scale` in the checkout installs them"
Span = tuple[int, int]  # the first byte, and the one behind the last


class Store:
    """Opened anew by each process, by its URL."""

    def __init__(self, url: str) -> None:
        """`url` is a folder, `file://…` or `s3://bucket/prefix`.

        Raises ArchiveError where the store cannot be used, as do all its methods.
        """
        self.url = url
        with self._telling():
            self.files, self.root = _opened(url)
            local = self.files.protocol in ("file", ("file", "local"))
        self.folder = Path(self.root) if local else None

    def put(self, path: Path, name: str) -> None:
        """Copy a file there, in place of what has that name."""
        with self._telling():
            if self.folder is None:
                self.files.put_file(str(path), self._at(name))
                return
            with self._new(name) as part:
                shutil.copyfile(path, part)

    def get(self, name: str, path: Path) -> None:
        """Copy a file from there, whole or not at all, and on the disk: it may be removed there next."""
        part = path.with_name(f"{path.name}.{uuid4().hex}{PART}")
        try:
            with self._telling():
                self.files.get_file(self._at(name), str(part))
            sync(part)
            part.replace(path)
            sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)

    def get_span(self, name: str, span: Span, path: Path) -> None:
        """Copy a part of a file to its place in another one, which has holes where nothing was copied."""
        start, end = span
        path.touch()
        with path.open("r+b") as file:
            file.seek(start)
            for at in range(start, end, CHUNK):
                with self._telling():
                    file.write(self.files.cat_file(self._at(name), start=at, end=min(at + CHUNK, end)))

    def read(self, name: str) -> bytes:
        with self._telling():
            data: bytes = self.files.cat_file(self._at(name))
        return data

    def has(self, name: str) -> bool:
        with self._telling():
            self.files.invalidate_cache()
            return bool(self.files.exists(self._at(name)))

    def claim(self, name: str, data: bytes) -> bool:
        """Write a file that nobody else has written; False, and nothing is done, where somebody has."""
        with self._telling():
            try:
                if self.folder is None:
                    self.files.pipe_file(self._at(name), data, mode="create")
                    return True
                with self._new(name, os.link) as part:
                    part.write_bytes(data)
            except FileExistsError:
                return False
        return True

    def copy(self, name: str, to: str) -> None:
        with self._telling():
            if self.folder is None:
                self.files.cp_file(self._at(name), self._at(to))
                return
            with self._new(to) as part:
                shutil.copyfile(self._at(name), part)

    def sizes(self, below: str) -> Mapping[str, int]:
        """The files below a folder, by name within it, and their bytes."""
        with self._telling():
            self.files.invalidate_cache()
            found = self.files.find(self._at(below), detail=True)
        start = len(self._at(below)) + 1
        return {path[start:]: int(said["size"]) for path, said in found.items() if not path.endswith(PART)}

    def remove(self, below: str) -> None:
        with self._telling():
            self.files.invalidate_cache()
            with suppress(FileNotFoundError):
                self.files.rm(self._at(below), recursive=True)

    def _at(self, name: str) -> str:
        return f"{self.root}/{name}"

    @contextmanager
    def _new(self, name: str, put: Any = os.replace) -> Iterator[Path]:
        """In a folder: a file that gets its name when it is whole and on the disk."""
        path = Path(self._at(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{uuid4().hex}{PART}")
        try:
            yield part
            sync(part)
            put(part, path)
            sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Whatever a library says of a store that cannot be used, in one sentence."""
        try:
            yield
        except (ArchiveError, FileExistsError):
            raise
        except Exception as error:
            why = str(error) or type(error).__name__
            raise ArchiveError(f"cannot use the store {self.url}: {why}") from error


def _opened(url: str) -> "tuple[AbstractFileSystem, str]":
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise ArchiveError(MISSING) from error
    if url.startswith("-") or not url:
        raise ArchiveError(f"{url!r} is no store: name a folder, or s3://bucket/prefix")
    try:
        files, root = url_to_fs(url)
    except ImportError as error:  # of the library for this kind of store
        raise ArchiveError(f"{MISSING} ({error})") from error
    return files, str(root).rstrip("/")


def new_run() -> str:
    """The name of what one driver does: names of later ones come behind it."""
    return f"{compact(now())}-{uuid4().hex[:8]}"


def store_url(store: str | None, data: Path) -> str:
    """Where all machines look: without a store in the data folder, on a shared disk or on this machine."""
    if store and "://" in store:
        return store
    return str(Path(store or data).resolve())
