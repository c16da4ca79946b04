"""Whatever kills a crawl, and whenever: started again it comes to the same, and asks for nothing twice in vain.

`KILLS=200 pytest tests/test_kills.py` makes a long run of it, and `KILL_SEED` repeats one.
"""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from killing import (
    KILLED,
    Crawls,
    Fault,
    all_rows,
    asked,
    assert_sound,
    assert_whole,
    heard,
    kept,
    leased,
    rows,
    wait_for,
)  # fmt: skip

from crawler.commands.telling import ALARM
from crawler.replica import Replica
from crawler.replica.exchange import Request, Response
from crawler.replica.web import Web

PORTALS = ("backan", "mic")
SMALL = ("mst",)
KILLS = int(os.environ.get("KILLS", "20"))
IN_A_ROUND = 10  # kills; a crawl of so few pages has not room for many more
SLOWNESS = (
    0.01  # seconds that the replica takes to answer, so that requests are on their way when a kill comes
)
TINY = 20_000  # bytes after which a WARC file is full: a file for some three pages


class SlowWeb(Web):
    def answer(self, request: Request) -> Response:
        time.sleep(SLOWNESS)
        return super().answer(request)


@dataclass(frozen=True)
class Undisturbed:
    """What a crawl that nobody disturbs keeps, and how often it asks for each address."""

    data: Path
    kept: dict[str, list[tuple[Any, ...]]]
    asked: Counter[str]


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(port=0) as replica:
        replica.web = SlowWeb(replica.web.today)
        yield replica


def undisturbed_run(replica: Replica, crawls: Crawls, *options: str) -> Undisturbed:
    replica.requests.clear()
    crawls.run(*options)
    return Undisturbed(crawls.data, kept(crawls.data), asked(replica))


@pytest.fixture(scope="module")
def undisturbed(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    crawls = Crawls(tmp_path_factory.mktemp("undisturbed") / "data", replica.url, PORTALS)
    return undisturbed_run(replica, crawls)


@pytest.fixture(scope="module")
def undisturbed_recrawl(
    replica: Replica, undisturbed: Undisturbed, tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    data = tmp_path_factory.mktemp("recrawl") / "data"
    shutil.copytree(undisturbed.data, data)
    return undisturbed_run(replica, Crawls(data, replica.url, PORTALS), "--fresh")


@pytest.fixture(scope="module")
def small(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed_run(replica, Crawls(tmp_path_factory.mktemp("small") / "data", replica.url, SMALL))


@pytest.fixture
def small_crawls(replica: Replica, tmp_path: Path) -> Crawls:
    replica.requests.clear()
    return Crawls(tmp_path / "data", replica.url, SMALL)


def assert_same(crawls: Crawls, undisturbed: Undisturbed) -> None:
    """Nothing is lost, and everything can be proved."""
    found = kept(crawls.data)
    for name, expected in undisturbed.kept.items():
        assert found[name] == expected, name
    assert_whole(crawls.data)
    assert_sound(crawls.data)
    live = all_rows(crawls.data)
    crawls.end(crawls.command("rebuild", "--jobs", "1"))
    rebuilt = all_rows(crawls.data)
    for name in live.keys() | rebuilt.keys():
        assert rebuilt[name] == live[name], name


def assert_asked_once(replica: Replica, undisturbed: Undisturbed, on_their_way: Counter[str]) -> int:
    """How often something was asked for again: never but where it was on its way when a kill came."""
    again = asked(replica) - undisturbed.asked
    assert not again - on_their_way, again - on_their_way
    assert asked(replica).keys() == undisturbed.asked.keys()
    return again.total()


class Killer:
    """Kills crawls at random moments until one comes to its end, and starts each again."""

    def __init__(
        self, replica: Replica, crawls: Crawls, dice: random.Random, undisturbed: Undisturbed
    ) -> None:
        self.replica, self.crawls, self.dice, self.undisturbed = replica, crawls, dice, undisturbed
        self.on_their_way: Counter[str] = Counter()
        self.kills = 0
        self.ended_before = self._runs("ended_at is not null")

    def crawl(self, kills: int, *options: str) -> None:
        """The moments are spread over all that there is to ask for, and over the starts."""
        total = len(self.undisturbed.asked)
        begun = 0.5  # seconds from a start to its first request, as it was last
        for moment in sorted(self.dice.randrange(total) for _ in range(kills)):
            started, so_far = time.monotonic(), len(self.replica.requests)
            process = self._start(*options)
            if len(asked(self.replica)) >= moment:
                time.sleep(self.dice.random() * 1.5 * begun)
            elif wait_for(lambda so_far=so_far: len(self.replica.requests) > so_far, process):
                begun = time.monotonic() - started
                wait_for(lambda moment=moment: len(asked(self.replica)) >= moment, process)
                time.sleep(self.dice.random() * 0.25)
            process.kill()
            self.crawls.end(process, expect=None)
            if process.exitcode != KILLED:
                assert process.exitcode == 0, self.crawls.output
                return
            self.kills += 1
            self.on_their_way += leased(self.crawls.data)
        if len(self._ended()) < len(PORTALS):
            self.crawls.end(self._start(*options))

    def _start(self, *options: str) -> ForkServerProcess:
        """Of the portals that have not come to their end: a new crawl of one that has asks for its listings."""
        ended = self._ended()
        self.crawls.portals = tuple(portal for portal in PORTALS if portal not in ended)
        begun = self._runs("ended_at is null")
        readers = self.dice.randrange(2)  # a process that reads beside the crawl, or a thread
        return self.crawls.start(*(options if not begun else ()), BACKAN_READERS=readers)

    def _ended(self) -> set[str]:
        return {portal for _, portal in self._runs("ended_at is not null") - self.ended_before}

    def _runs(self, condition: str) -> set[tuple[int, str]]:
        return set(rows(self.crawls.data / "frontier.db", f"select id, portal from runs where {condition}"))


def test_a_crawl_that_is_killed_at_random_moments_loses_nothing(
    replica: Replica, undisturbed: Undisturbed, undisturbed_recrawl: Undisturbed, tmp_path: Path
) -> None:
    seed = int(os.environ.get("KILL_SEED") or random.randrange(1 << 32))
    print(f"KILL_SEED={seed}")
    dice = random.Random(seed)
    kills = again = open_leases = 0
    for number in count():
        # By turns a first crawl, and one that asks anew for all that the one before has found.
        options, expected = (("--fresh",), undisturbed_recrawl) if number % 2 else ((), undisturbed)
        crawls = Crawls(tmp_path / str(number // 2), replica.url, PORTALS)
        replica.requests.clear()
        killer = Killer(replica, crawls, dice, expected)
        killer.crawl(min(IN_A_ROUND, KILLS - kills), *options)
        again += assert_asked_once(replica, expected, killer.on_their_way)
        open_leases += killer.on_their_way.total()
        assert_same(crawls, expected)
        kills += killer.kills
        if kills >= KILLS:
            break
    print(f"{kills} kills: {again} of {open_leases} requests that were on their way were asked again")


HALF_A_RECORD = Fault("archive.warc.file:_write", "half way", 41)  # of each record, and of its CDXJ line
MOMENTS = {
    "half of a record is written": HALF_A_RECORD,
    "a record is written, and its CDXJ line is not": Fault("archive.warc.file:_write", "before", 38),
    "a capture is in a WARC file, and not in the archive": Fault("crawler.books:take_in", "before", 9),
    "a capture is in the archive, and its article is not": Fault("archive.articles:store", "before", 4),
    "the archive has not committed": Fault("archive.store:Archive.writing", "before commit", 20),
    "the archive has committed, and the frontier has not": Fault(
        "archive.store:Archive.writing", "after commit", 20
    ),
    "some of the requests that a page brought have entered": Fault(
        "crawler.frontier.frontier:Frontier._enter", "before", 30
    ),
    "the frontier has not committed": Fault("crawler.frontier.frontier:Frontier._writing", "before commit", 8),
    "the frontier has committed": Fault("crawler.frontier.frontier:Frontier._writing", "after commit", 8),
    "the next file is there, and empty": Fault("archive.warc.file:_open_locked", "after", 3),
    "the next file is begun, and the full one is not ended": Fault("archive.warc.file:WarcFile.end", "before", 2),
    "the full file is written, and has not its name": Fault("pathlib:Path.rename", "before", 2),
    "the full file has its name": Fault("pathlib:Path.rename", "after", 2),
    "the end is not written down": Fault("archive.warc.writer:WarcWriter.close", "before"),
    "the end is in the WARC file, and not in the archive": Fault("archive.store:Archive.finish_crawl", "before"),
    "the end is in the archive, and not in the frontier": Fault("crawler.frontier.frontier:Frontier.end_run", "before"),
    "the end is in the frontier": Fault("crawler.frontier.frontier:Frontier.end_run", "after"),
}  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_crawl_that_is_killed_loses_nothing_when(
    replica: Replica, small: Undisturbed, small_crawls: Crawls, moment: str
) -> None:
    small_crawls.run(fault=MOMENTS[moment], WARC_MAX_SIZE=TINY)
    on_their_way = leased(small_crawls.data)
    if rows(small_crawls.data / "frontier.db", "select 1 from runs where ended_at is null"):
        small_crawls.run(WARC_MAX_SIZE=TINY)
    assert_asked_once(replica, small, on_their_way)
    assert_same(small_crawls, small)


IN_RECOVERY = {
    "nothing is done": Fault("crawler.intake.recovery:salvage", "before"),
    "the file is cut": Fault("archive.warc.salvage:write_sidecar", "before"),
    "the file has its CDXJ lines": Fault("archive.warc.salvage:write_sidecar", "after"),
    "the file has its name": Fault("pathlib:Path.rename", "after"),
    "some captures are taken in": Fault("crawler.intake.warc_file:take_in", "before", 2),
    "the file is taken in": Fault("crawler.intake.recovery:take_in_file", "after"),
    "the crawl is marked as killed": Fault("archive.store:Archive.mark_killed", "after"),
}


@pytest.mark.parametrize("moment", IN_RECOVERY)
def test_a_recovery_that_is_killed_loses_nothing_when(
    replica: Replica, small: Undisturbed, small_crawls: Crawls, moment: str
) -> None:
    small_crawls.run(fault=Fault("crawler.books:take_in", "before", 9))
    on_their_way = leased(small_crawls.data)
    with (file := next((small_crawls.data / "warc").glob("*.open"))).open("ab") as half:
        half.write(file.read_bytes()[:100])
    small_crawls.run(fault=IN_RECOVERY[moment])
    small_crawls.run()
    assert_asked_once(replica, small, on_their_way)
    assert_same(small_crawls, small)


INTERRUPTIONS = {
    "by Ctrl-C": [signal.SIGINT],
    "by the end of the machine's day": [signal.SIGTERM],
    "by Ctrl-C twice": [signal.SIGINT, signal.SIGINT],
}


@pytest.mark.parametrize("how", INTERRUPTIONS)
def test_a_crawl_that_is_interrupted_loses_nothing(
    replica: Replica, small: Undisturbed, small_crawls: Crawls, how: str
) -> None:
    process = small_crawls.start()
    assert wait_for(lambda: len(asked(replica)) >= 12, process)
    first, *more = INTERRUPTIONS[how]
    os.kill(process.pid or 0, first)
    for one in more:
        wait_for(lambda: heard(small_crawls.data), process)
        with suppress(ProcessLookupError):  # so small a crawl may have ended
            os.kill(process.pid or 0, one)
    gracefully = not more
    small_crawls.end(process, expect=ALARM)
    assert "Traceback" not in small_crawls.output
    on_their_way = leased(small_crawls.data)
    if gracefully:
        assert not on_their_way
        assert_whole(small_crawls.data)
    small_crawls.run()
    assert_asked_once(replica, small, on_their_way)
    assert_same(small_crawls, small)
