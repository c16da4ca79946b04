"""Make an archive anew: `python -m bench.tasks.rebuild FOLDER JOBS`.

Tells pages a second, from the first piece that was stored on, so that the start of the readers is no part of
it; and the most memory that the process which stores has taken.
"""

import json
import re
import sys
from pathlib import Path
from time import perf_counter

from crawler.intake.rebuild import rebuild
from crawler.portals import load


class Told:
    """When how many bytes of the files were done with."""

    def __init__(self) -> None:
        self.first, self.before, self.all = 0.0, 0, 0

    def __call__(self, bytes: int) -> None:
        self.all += bytes
        if not self.first:
            self.first, self.before = perf_counter(), self.all


def main() -> None:
    told = Told()
    done = rebuild(Path(sys.argv[1]), load(), jobs=int(sys.argv[2]), done_with=told)
    seconds = perf_counter() - told.first
    part = 1 - told.before / told.all
    status = Path("/proc/self/status").read_text()
    peak = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) << 10
    speed = done.captures * part / seconds
    print(json.dumps({"articles": done.articles, "pages_per_second": speed, "peak": peak}))


if __name__ == "__main__":
    main()
