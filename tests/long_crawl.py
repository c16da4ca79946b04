"""A crawl of as many pages as one likes, in a process of its own, and the memory that it takes by and by."""

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from runs import ROOT, environment

CRAWL = """
import sys
from pathlib import Path
from crawler.crawl import crawl
from crawler.demo import HURRY
{before}
[done] = crawl(["mst"], Path(sys.argv[1]), via=sys.argv[2], settings=HURRY)
sys.exit(done.outcome != "finished")
"""
STEP = 0.2  # seconds from look to look


@dataclass(frozen=True)
class Sample:
    """Bytes of memory, now and at most so far, after so many pages and seconds."""

    pages: int
    seconds: float
    now: int
    peak: int


@contextmanager
def replica_of(more: int) -> Iterator[str]:
    """The address of a replica with so many more articles."""
    command = [sys.executable, "-u", "-m", "crawler.replica", "--port", "0", "--more", str(more)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found
        try:
            yield found[0]
        finally:
            process.terminate()


class LongCrawl:
    """A crawl into a data folder; `before` is Python that its process runs first."""

    def __init__(self, data: Path, via: str, before: str = "") -> None:
        self.data = data
        self.command = [sys.executable, "-c", CRAWL.format(before=before), str(data), via]

    def run(self) -> str:
        """Crawl to the end; returns what its process has printed."""
        done = subprocess.run(self.command, cwd=ROOT, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def watch(
        self, pages: int, samples: int, tell: Callable[[Sample], None] = lambda sample: None
    ) -> list[Sample]:
        """Crawl to the end; returns a sample after each part of these pages, and the last one at the end."""
        begun, taken = time.monotonic(), list[Sample]()
        # Not a pipe that nobody empties: progress is told for hours.
        with (
            TemporaryFile() as told,
            subprocess.Popen(self.command, cwd=ROOT, env=environment(), stderr=told) as process,
        ):
            last: Sample | None = None
            while process.poll() is None:
                now = self._sample(process.pid, begun)
                if now and now.pages >= (len(taken) + 1) * pages / samples and len(taken) < samples - 1:
                    taken.append(now)
                    tell(now)
                last = now or last
                time.sleep(STEP)
            told.seek(0)
            assert process.returncode == 0, told.read().decode()
        assert last
        tell(last)
        return [*taken, last]

    def _sample(self, pid: int, begun: float) -> Sample | None:
        """None where the process is no more."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return None
        kilobytes = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status))
        if len(kilobytes) < 2:
            return None
        now, peak = (int(kilobytes[name]) << 10 for name in ("VmRSS", "VmHWM"))
        return Sample(self._pages(), time.monotonic() - begun, now, peak)

    def _pages(self) -> int:
        path = self.data / "archive.db"
        if not path.exists():
            return 0
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            try:
                return connection.execute("select count(*) from captures").fetchone()[0]
            except sqlite3.OperationalError:  # before its tables are made
                return 0
