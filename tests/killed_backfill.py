"""A backfill in a process of its own that kills itself: `killed_backfill.py SERVICE URL DATA POINT NTH`.

POINT is a function by module and name; at its NTH call the process dies, after the call where POINT ends in
`+`, else before it.
"""

import os
import signal
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.pace import Pace
from crawler.backfill.run import backfill
from crawler.backfill.wayback import Wayback
from crawler.portals import load


def die_at(point: str, nth: int) -> None:
    module, _, path = point.removesuffix("+").partition(":")
    owner: Any = import_module(module)
    *owners, name = path.split(".")
    for one in owners:
        owner = getattr(owner, one)
    real, calls = getattr(owner, name), iter(range(1, 1000))

    def deadly(*args: Any, **kwargs: Any) -> Any:
        last = next(calls) == nth
        if last and not point.endswith("+"):
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


if __name__ == "__main__":
    service, url, data, point, nth = sys.argv[1:]
    die_at(point, int(nth))
    chosen = {"wayback": Wayback, "commoncrawl": CommonCrawl}[service]
    with closing(chosen("test", url, Pace(0), Pace(0))) as archive:
        backfill(load()["ict"], archive, Path(data), "test")
