"""Hand files to a process apart, which is begun when it is needed first, and anew when a file was its end.

Begun anew for each file it would read three a second; so it reads some hundred.
"""

import atexit
import json
import os
import signal
import struct
import subprocess
import threading
from contextlib import suppress
from functools import cache
from typing import Any

from archive.attached.found import MOST_BYTES, SIZES, TOO_LARGE, Text
from archive.child import Child, begin, end
from archive.errors import ArchiveError

# Seconds by the clock; its limit of the processor's time ends it sooner, unless it only waits.
PATIENCE = 600
TO_END = 5  # seconds from when it has closed its output until it is no more
TOO_SLOW = "too slow"
BROKEN = "damaged: no reader survives it"


def read_apart(kind: str, body: bytes) -> Text:
    """The text of a file. Raises ArchiveError where no process can be begun."""
    return _reader(os.getpid()).read(kind, body)


@cache
def _reader(process: int) -> "_Reader":
    """That of this process: one that it was forked from has its own."""
    reader = _Reader()
    atexit.register(reader.close)
    return reader


class _Reader:
    """One file at a time, whoever asks."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._lock = threading.Lock()

    def read(self, kind: str, body: bytes) -> Text:
        if len(body) > MOST_BYTES:
            return Text(trouble=TOO_LARGE)
        with self._lock:
            try:
                return self._read(kind, body)
            except BaseException:  # its answer, which is yet to come, is none to the next question
                if self._child:
                    self._child.kill()
                self.close()
                raise

    def _read(self, kind: str, body: bytes) -> Text:
        child = self._begun()
        late = threading.Timer(PATIENCE, child.kill)
        late.daemon = True
        late.start()
        try:
            said = _ask(child, kind, body)
        finally:
            late.cancel()
        if said is None:
            return Text(trouble=self._why(child))
        if said["last"]:
            self.close()
        return Text(said["text"], said["pages"], said["trouble"])

    def close(self) -> None:
        """It ends when it is asked for nothing more."""
        if child := self._child:
            self._child = None
            end(child)

    def _begun(self) -> Child:
        if self._child and self._child.poll() is None:
            return self._child
        self.close()
        words = "-m", "archive.attached.child"
        self._child = child = begin(*words, what="files", stderr=subprocess.DEVNULL)
        if _answer(child) is None:
            raise ArchiveError("the process that reads files cannot be begun; is everything installed?")
        return child

    def _why(self, child: Child) -> str:
        """Why it is no more: by what ended it."""
        with suppress(subprocess.TimeoutExpired):  # its output is closed before it has ended
            child.wait(TO_END)
        child.kill()
        self.close()
        return TOO_SLOW if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL) else BROKEN


def _ask(child: Child, kind: str, body: bytes) -> dict[str, Any] | None:
    assert child.stdin
    try:
        child.stdin.write(struct.pack(SIZES, kind.encode(), len(body)))
        child.stdin.write(body)
        child.stdin.flush()
    except OSError:
        return None
    return _answer(child)


def _answer(child: Child) -> dict[str, Any] | None:
    """None where it ended instead."""
    assert child.stdout
    head = child.stdout.read(8)
    if len(head) < 8:
        return None
    (length,) = struct.unpack(">Q", head)
    answer = child.stdout.read(length)
    said: dict[str, Any] | None = json.loads(answer) if len(answer) == length else None
    return said
