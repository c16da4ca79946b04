"""A scheduled crawl: a process of its own, so that whatever becomes of it harms no other.

Run as `python -m crawler.desk.child SECONDS WORDS...` it is the command `backan WORDS...`, which ends
itself after so many seconds: who started it may have been killed, and nobody else would end one that hangs.
Until then such a crawl goes on, as its lock tells the next round. It ends at once, without closing anything,
as if killed; the next crawl puts in order what it leaves.
"""

import faulthandler
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol

from archive.errors import ArchiveError

REPORT = 2000  # bytes of a log that are looked at for the last
LINES = 2
LONG = 1_000_000  # bytes of a log, whereupon a new one is begun; the one before it is kept


class Child(Protocol):
    """A crawl that was started."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def send_signal(self, signal: int, /) -> None: ...


def start(words: Sequence[str], seconds: float, log: Path) -> Child:
    """Start `backan WORDS...`; it prints to the end of a log. Raises ArchiveError."""
    command = [sys.executable, "-m", __name__, f"{seconds:.0f}", *words]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LONG:
            log.replace(log.with_suffix(".old.log"))
        with log.open("ab") as file:
            # A Ctrl-C in the terminal is not for it: who started it passes that on.
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
            )
    except OSError as error:
        raise ArchiveError(f"cannot start a crawl that writes to {log}: {error.strerror}") from error


def last_words(log: Path) -> str:
    """The last lines of a log, in one."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - REPORT))
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return " ".join([line.strip() for line in lines if line.strip()][-LINES:])


def end_after(seconds: float, file: IO[str] | None = None) -> None:
    """End this process after so long, whatever it does then, and tell where it was."""
    # Its thread needs no lock of Python's, so that no code can keep it from its work.
    faulthandler.dump_traceback_later(seconds, exit=True, file=file or sys.stderr)


def main() -> None:
    from crawler.cli import main as backan

    end_after(float(sys.argv[1]))
    backan(sys.argv[2:], prog_name="backan")


if __name__ == "__main__":
    main()
