"""Crawls that are killed at chosen moments, and what they leave: what is kept, what is leased, what is whole.

Each crawl is a process of its own, and what it leaves is what any killed process leaves.
"""

import gzip
import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from importlib import import_module
from itertools import chain, count, repeat
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Literal, Self

from click.testing import CliRunner
from fastwarc.warc import ArchiveIterator as FastIterator
from forked import FORKS
from warcio.archiveiterator import ArchiveIterator

from archive.facts.rows import TABLES as FACTS
from archive.schema import CHILDREN
from crawler.cli import main
from crawler.replica import Replica

# No politeness is due to the replica, and requests that are on their way together are what a kill cuts off.
HURRY = {
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    "BLOCK_FIRST": 0,
}
PATIENCE = 60.0  # seconds that nothing here takes, on a busy machine either
KILLED = -signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something befalls the process at the `nth` call of a function: it is killed, unless `deed` is another.

    `target` is `module:name` or `module:Class.method`. `moment`: before or after the call; half way, where it
    writes its second argument into its first; where it returns a transaction, before or after its commit.
    """

    target: str
    moment: Literal["before", "after", "half way", "before commit", "after commit"]
    nth: int = 1
    deed: Callable[[], object] = die


@dataclass
class Crawls:
    """Runs commands of `backan` on one data folder, the replica in place of every site.

    `log` is where a command prints to; beside the data folder, unless another is named.
    """

    data: Path
    via: str
    portals: tuple[str, ...]
    log: Path | None = None
    output: str = ""  # of the last one that has ended

    def start(self, *options: str, **more: Any) -> ForkServerProcess:
        return self.command("crawl", *self.portals, "--via", self.via, *options, **more)

    def command(
        self, *words: str, fault: Fault | None = None, clock: Sequence[float] = (), **settings: object
    ) -> ForkServerProcess:
        """Start a command; what it prints is in `output` once `end` has seen it end.

        `clock`: by how many seconds the machine's is wrong when it is read, time by time.
        """
        arguments = [*words, "--data", str(self.data)]
        self._log.write_text("")
        process = FORKS.Process(target=_backan, args=(arguments, self._log, HURRY | settings, fault, clock))
        process.start()
        return process

    def end(self, process: ForkServerProcess, expect: int | None = 0) -> None:
        process.join(PATIENCE)
        is_stuck = process.is_alive()
        if is_stuck:
            process.kill()
            process.join()
        self.output = self._log.read_text()
        assert not is_stuck, f"has not ended in {PATIENCE:.0f} seconds: {self.output}"
        assert expect is None or process.exitcode == expect, (process.exitcode, self.output)

    def run(self, *options: str, expect: int | None = None, **more: Any) -> None:
        """Crawl to the end, be it the one that a fault brings."""
        by_itself = KILLED if "fault" in more else 0
        self.end(self.start(*options, **more), by_itself if expect is None else expect)

    @property
    def _log(self) -> Path:
        return self.log or self.data.with_name(f"{self.data.name}.output")


def _backan(
    arguments: list[str],
    log: Path,
    settings: Mapping[str, object],
    fault: Fault | None,
    clock: Sequence[float],
) -> None:
    """The whole of a process."""
    import crawler.clock
    import crawler.settings

    handle = os.open(log, os.O_WRONLY | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    for name, value in settings.items():
        setattr(crawler.settings, name, value)
    if fault:
        prepare(fault)
    if clock:
        crawler.clock.datetime = wrong_clock(clock)  # type: ignore[attr-defined, misc]
    main(arguments, prog_name="backan")


def wrong_clock(seconds: Sequence[float]) -> type[datetime]:
    errors = chain(seconds, repeat(seconds[-1]))

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(seconds=next(errors))

    return Wrong


def prepare(fault: Fault) -> None:
    module, _, path = fault.target.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for one in owners:
        owner = getattr(owner, one)
    setattr(owner, name, _faulty(getattr(owner, name), fault))


def _faulty(function: Callable[..., Any], fault: Fault) -> Callable[..., Any]:
    calls = count(1)

    @wraps(function)
    def faulty(*args: Any, **more: Any) -> Any:
        if next(calls) != fault.nth:
            return function(*args, **more)
        if fault.moment.endswith("commit"):
            return _faulty_transaction(function(*args, **more), fault)
        if fault.moment == "before":
            fault.deed()
        if fault.moment == "half way":
            function(args[0], args[1][: len(args[1]) // 2])
            fault.deed()
        result = function(*args, **more)
        if fault.moment == "after":
            fault.deed()
        return result

    return faulty


@contextmanager
def _faulty_transaction(transaction: AbstractContextManager[None], fault: Fault) -> Iterator[None]:
    with transaction:
        yield
        if fault.moment == "before commit":
            fault.deed()
    if fault.moment == "after commit":
        fault.deed()


def heard(data: Path) -> bool:
    """Whether a crawl has noted a signal; one that is sent before may be taken for the same."""
    return any("Send again to force" in log.read_text() for log in (data / "logs").glob("crawl-*.log"))


def wait_for(condition: Callable[[], object], process: ForkServerProcess) -> bool:
    """Whether it comes true before the process ends."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if not process.is_alive():
            return False
        assert time.monotonic() < until, "nothing gets on"
        time.sleep(0.002)
    return True


def asked(replica: Replica) -> Counter[str]:
    """How often each address was asked for. A crawl begins with robots.txt, however it was stopped before."""
    return Counter(served.url for served in replica.requests if not served.url.endswith("/robots.txt"))


def leased(data: Path) -> Counter[str]:
    """The addresses that were on their way when the crawl was killed."""
    query = "select request ->> '$.url' from requests where state = 'leased'"
    return Counter(url for (url,) in rows(data / "frontier.db", query))


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """None where there is no such file or table yet; read-only, so that nothing is recovered by looking."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        if not connection.execute("select 1 from sqlite_master").fetchone():
            return []
        return connection.execute(sql).fetchall()


# What a crawl has kept, but for what names a capture or a time.
KEPT = {
    "pages": "select distinct url, status, mime, outcome, note, key, replaced, whole from captures",
    "bodies": "select distinct url, sha256 from captures",
    "keys": "select id, portal, key from articles",
    "texts": "select distinct article, sha256, title, lead, body from versions",
}
# As an article reads at the address that was captured last. Where it has two, at which it reads a little
# differently, that hangs on the order in which their answers came.
KEPT_BY_ORDER = {
    "articles": (
        "select id, url, title, author, source, section, published_at, date_label, language, views, words, "
        "version, gone_at, lead, body from articles"
    ),
    "versions": "select article, number, sha256 from versions",
} | {table: f"select * from {table}" for table in (*CHILDREN, *FACTS)}
OF_TWO_ADDRESSES = "select article from captures where text_sha256 is not null group by article having count(distinct url) > 1"


def kept(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    archive = data / "archive.db"
    found = {name: rows(archive, query) for name, query in KEPT.items()}
    left_out = {article for (article,) in rows(archive, OF_TWO_ADDRESSES)}
    for name, query in KEPT_BY_ORDER.items():
        found[name] = [row for row in rows(archive, query) if row[0] not in left_out]
    return {name: sorted(some, key=repr) for name, some in found.items()}


def all_rows(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The whole archive, to be compared with one made anew."""
    query = "select name from sqlite_master where type = 'table'"
    names = {name for (name,) in rows(data / "archive.db", query)}
    # Of a full-text index its words count, not how they lie in their segments.
    lying = {name for name in names if name.endswith(("_data", "_idx", "_docsize", "_config"))}
    return {
        name: sorted(rows(data / "archive.db", f"select * from {name}"), key=repr)
        for name in names - lying
        if name != "_sqlite_migrations"
    }


def assert_whole(data: Path) -> None:
    """Every WARC file is ended, and three programs that know nothing of ours read all of it."""
    for path in (data / "warc").iterdir():
        if path.suffix == ".cdxj":
            continue
        assert path.name.endswith(".warc.gz"), path
        subprocess.run(["gzip", "-t", path], check=True)
        with path.open("rb") as file:
            read = [
                record.rec_type for record in ArchiveIterator(file, check_digests="raise") if drained(record)
            ]
        with path.open("rb") as file:
            fast = [record.headers["WARC-Type"] for record in FastIterator(file, verify_digests=True)]
        with gzip.open(path) as plain:
            assert plain.read().count(b"WARC/1.1\r\n") == len(read) == len(fast), path
        assert read == fast, path


def drained(record: Any) -> bool:
    """Read to its end, which is where warcio compares the digests."""
    while record.raw_stream.read(1 << 16):
        pass
    return True


def assert_sound(data: Path) -> None:
    done = CliRunner().invoke(main, ["verify", "--data", str(data)])
    assert done.exit_code == 0, done.output
