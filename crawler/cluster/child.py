"""One slice of a crawl in a process of its own: Twisted's reactor begins once in a process.

`python -m crawler.cluster.child`, with what to do as a line of JSON on standard input. It ends at once when
that input ends, as it does when the worker that started it is killed.
"""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

RESULT = "crawled.json"
INPUT = 0  # standard input


def start(data: Path, asked: dict[str, Any], env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a crawl into `data`, with the keyword arguments of `crawler.crawl.crawl`.

    Unasked a single process reads its pages beside it: other workers of the machine have the other cores.
    """
    command = [sys.executable, "-m", __name__]
    with (data / "child.log").open("wb") as log:
        # A Ctrl-C in the terminal of the worker is not for it.
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={"BACKAN_READERS": "1"} | os.environ | env,
            start_new_session=True,
        )
    assert child.stdin
    child.stdin.write(json.dumps({"data": str(data), **asked}).encode() + b"\n")
    child.stdin.flush()
    return child


def main() -> None:
    # Without a buffer: its lock, held by a thread that waits, is fatal to Python at its end.
    with open(INPUT, "rb", buffering=0, closefd=False) as told:
        asked = json.loads(told.readline())
    threading.Thread(target=_end_with_worker, daemon=True).start()
    from crawler.crawl import crawl

    data = Path(asked.pop("data"))
    [done] = crawl([asked.pop("portal")], data, **asked)
    (data / RESULT).write_text(json.dumps(asdict(done), ensure_ascii=False), encoding="utf-8")


def _end_with_worker() -> None:
    while os.read(INPUT, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
