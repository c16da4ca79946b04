"""A Dask cluster of processes on this machine, each worker with a folder of its own, and archives compared."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import dask
import pytest
import s3fs
from distributed import Client
from moto.server import ThreadedMotoServer
from runs import FTS, ROOT, dump

SOON = 60.0  # seconds, on a machine that does much else
# A lease that nobody renews runs out soon.
LOCKS = {"LEASE_TIMEOUT": "4s", "LEASE_VALIDATION_INTERVAL": "500ms"}
ENV = {f"DASK_DISTRIBUTED__SCHEDULER__LOCKS__{name}": value for name, value in LOCKS.items()}
# What depends on when a page was captured, and by whom.
OWN = {
    "crawl", "capture", "captured_at", "first_captured_at", "last_captured_at", "started_at", "finished_at",
    "warc_file", "warc_offset", "warc_length", "bytes",
}  # fmt: skip


class Cluster:
    """A scheduler at `address`, and workers in folders of their own."""

    def __init__(self, folder: Path, count: int, env: dict[str, str] | None = None) -> None:
        self.folder, self.processes = folder, list[subprocess.Popen[bytes]]()
        self.workers = dict[Path, subprocess.Popen[bytes]]()
        self.addresses = dict[Path, str]()
        self._env = {**os.environ, **ENV, **(env or {}), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        scheduler = folder / "scheduler.json"
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(scheduler))
        until(scheduler.exists)
        self.address = json.loads(scheduler.read_text())["address"]
        self.have(count)

    def have(self, count: int) -> None:
        """So many workers that are alive."""
        while sum(process.poll() is None for process in self.workers.values()) < count:
            self._add(self.folder / f"worker-{len(self.workers)}")

    def _add(self, own: Path) -> None:
        own.mkdir()
        self.workers[own] = self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(own),
            "--name", own.name, cwd=own,
        )  # fmt: skip
        log = self.folder / f"{len(self.processes) - 1}.log"
        until(lambda: "Registered to" in log.read_text())
        [self.addresses[own]] = re.findall(r"Start worker at: +(\S+)", log.read_text())

    def kill(self, worker: Path) -> None:
        process = self.workers[worker]
        process.kill()
        assert process.wait() == -signal.SIGKILL

    def held(self, client: Client, worker: Path) -> int:
        """How many tasks a worker has that lives."""
        return len(client.processing()[self.addresses[worker]])

    def lost(self, worker: Path, work: str) -> int:
        """How many tasks a worker held as it was killed, all of which have been done since: by others."""

        def ends(keys: list[str], dask_scheduler: Any) -> list[str]:
            """How far each has come. A function within another is sent as it is, and nothing is imported."""
            stories = [dask_scheduler.story(key) for key in keys]
            return [[one[2] for one in story if one[2] in ("memory", "erred")][-1] for story in stories]

        with Client(self.address, set_as_default=False) as client:
            [held] = [
                said["processing-tasks"]
                for _, said in client.get_events("all")
                if said["action"] == "remove-worker" and said["worker"] == self.addresses[worker]
            ]
            assert all(key.startswith(work) for key in held)
            assert client.run_on_scheduler(ends, keys=list(held)) == ["memory"] * len(held)
        return len(held)

    def _start(self, *words: str, cwd: Path | None = None) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            command = [sys.executable, "-m", "dask", words[0], *words[1:], "--no-dashboard"]
            process = subprocess.Popen(command, cwd=cwd or self.folder, env=self._env, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    @contextmanager
    def killing(self, busy: Callable[[Path], bool]) -> Iterator[list[Path]]:
        """Kill the first of the workers that is in the middle of something, as its folder tells, and gives
        whom it was."""
        killed: list[Path] = []

        def look() -> None:
            while not over.is_set() and not killed:
                for folder in self.workers:
                    if busy(folder):
                        self.kill(folder)
                        killed.append(folder)
                        break
                time.sleep(0.02)

        over, thread = threading.Event(), threading.Thread(target=look)
        thread.start()
        try:
            yield killed
        finally:
            over.set()
            thread.join()


@contextmanager
def cluster(folder: Path, count: int = 2, env: dict[str, str] | None = None) -> Iterator[Cluster]:
    made = Cluster(folder, count, env)
    try:
        yield made
    finally:
        made.end()


@contextmanager
def with_s3(folder: Path) -> Iterator[Cluster]:
    """A cluster of two whose machines reach an S3 server, as does this one; it has a bucket named `backan`."""
    with pytest.MonkeyPatch.context() as patch:
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        env = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
        }  # fmt: skip
        for name, value in {**env, **ENV}.items():
            patch.setenv(name, value)
        dask.config.refresh()
        # This process has one store, and a client that is kept for whoever serves it: both begin anew.
        urlopen(Request(f"{env['AWS_ENDPOINT_URL']}/moto-api/reset", method="POST")).close()
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("backan")
        with cluster(folder, 2, env) as made:
            yield made
        server.stop()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def likeness(data: Path) -> dict[str, list[Any]]:
    """All rows of an archive but for what is of the crawl alone, and all words of its indexes."""
    found = {name: rows for name, rows in dump(data).items() if name in FTS}
    with sqlite3.connect(data / "archive.db") as connection:
        for name in dump(data).keys() - found.keys():
            columns = [row[1] for row in connection.execute(f"pragma table_info({name})")]
            own = OWN | ({"id"} if name in ("captures", "crawls") else set())
            kept = ", ".join(f'"{column}"' for column in columns if column not in own)
            found[name] = sorted(connection.execute(f"select {kept} from {name}").fetchall(), key=repr)
    connection.close()
    return found
