"""The processes that a measurement needs beside itself: started, asked, and ended with it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

from bench.measure import ROOT, BrokenError, environment


@contextmanager
def serving(task: str, *arguments: object) -> Iterator[tuple[str, int]]:
    """The address that a task serves at, and its process; ended within `with`."""
    command = [sys.executable, "-m", f"bench.tasks.{task}", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().strip()
            if not address.startswith("http"):
                raise BrokenError(f"{task} could not serve")
            yield address, process.pid
        finally:
            process.terminate()


def ask(address: str) -> dict[str, Any]:
    """What an address of ours answers, as JSON."""
    with urlopen(address, timeout=60) as response:
        answer = json.loads(response.read())
    assert isinstance(answer, dict)
    return answer
