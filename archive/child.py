"""A process of our own beside this one, which asks it through its pipes."""

import os
import subprocess
import sys
from contextlib import suppress

from archive.errors import ArchiveError

Child = subprocess.Popen[bytes]


def begin(*words: str, what: str, stderr: int | None = None) -> Child:
    """Python with these words, anew rather than forked. Raises ArchiveError where it cannot be begun; `what`
    it is to read."""
    path = os.pathsep.join(filter(None, sys.path))
    try:
        return subprocess.Popen(
            [sys.executable, "-P", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            env={**os.environ, "PYTHONPATH": path}, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ArchiveError(f"the process that reads {what} cannot be begun: {error}") from error


def end(child: Child) -> None:
    """It ends when it is asked for nothing more."""
    for pipe in filter(None, (child.stdin, child.stdout)):
        with suppress(BrokenPipeError):  # what it was told last and has not read is lost with it
            pipe.close()
    child.wait()
