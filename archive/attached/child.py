"""The process apart: reads one file after the other, and can do nothing else.

It has a limit of memory, of processor time for each file, and of open files: once it has begun it can open
neither a file nor a connection. So fonts of the machine have no say in a text, and no converter asks the
network for anything.
"""

import codecs
import json
import os
import resource
import signal
import struct
import sys
from dataclasses import asdict
from typing import BinaryIO

from archive.attached.extract import extract
from archive.attached.found import SIZES, TOO_LARGE, Text

MEMORY = 1 << 30  # bytes of addresses
SECONDS = 30  # of the processor's time, for one file
FAT = 400 << 10  # kilobytes that it has held; it ends then, lest the next file has less
# Modules that Python would load when it needs them, and cannot then.
CODECS = (
    "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "mac-roman", "cp437", "cp850", "cp874",
    "cp932", "cp936", "cp949", "cp950", *(f"cp{number}" for number in range(1250, 1259)),
)  # fmt: skip


def main() -> None:
    """Read requests on standard input until it ends: a kind, a length, the file. Answer each."""
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    _confine()
    fat = max(FAT, _held())
    _answer(outgoing, {"ready": True})
    while head := incoming.read(struct.calcsize(SIZES)):
        kind, length = struct.unpack(SIZES, head)
        _allow(SECONDS)
        is_last = False
        try:
            found = extract(kind.rstrip(b"\0").decode(), _body(incoming, length))
        except MemoryError:
            found, is_last = Text(trouble=TOO_LARGE), True
        is_last = is_last or _held() > fat
        _answer(outgoing, asdict(found) | {"last": is_last})
        if is_last:
            return


def _held() -> int:
    """The most memory that it has held, in kilobytes; at first what the process had that began it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _body(incoming: BinaryIO, length: int) -> bytes:
    body = incoming.read(length)
    if len(body) < length:  # who asked is no more
        sys.exit(0)
    return body


def _answer(outgoing: BinaryIO, said: dict[str, object]) -> None:
    answer = json.dumps(said).encode()
    outgoing.write(struct.pack(">Q", len(answer)) + answer)
    outgoing.flush()


def _confine() -> None:
    for codec in CODECS:
        codecs.lookup(codec)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it ends it
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):  # fmt: skip
        _, hard = resource.getrlimit(limit)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (lowest, lowest))


def _allow(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    soft = until if hard == resource.RLIM_INFINITY else min(until, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    main()
