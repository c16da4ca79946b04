"""Programs of others accept an export and show its pages.

What they need clashes with what we need, so they live in an environment of their own, which `make test` makes;
and pywb is under the GPL: it is run, never imported.
"""

import gzip
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zipfile import ZipFile

import pytest
from recorded import FLOOD, FOREST, SENTENCE, exported

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(os.environ.get("BACKAN_REPLAY") or ROOT / ".venv-replay" / "bin")
PATIENCE = 60.0  # seconds until a server has started, on a busy machine
PORT = re.compile(r"starting server on (\d+)\n")

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "wayback").exists(),
    reason="pywb and wacz are not there: `make test` installs them",
)


@pytest.fixture(scope="module")
def wacz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("data"))


def run(program: str, *arguments: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [PROGRAMS / program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_wacz_finds_the_file_valid(wacz: Path, tmp_path: Path) -> None:
    assert "is valid" in run("wacz", "validate", "-f", wacz, cwd=tmp_path)


def test_wacz_finds_a_changed_file_invalid(wacz: Path, tmp_path: Path) -> None:
    changed = tmp_path / wacz.name
    with ZipFile(wacz) as old, ZipFile(changed, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info, content.replace("Giữ rừng".encode(), "Phá rừng".encode()))
    done = subprocess.run([PROGRAMS / "wacz", "validate", "-f", changed], capture_output=True, timeout=120)
    assert done.returncode == 1


def test_the_index_is_the_one_that_cdxj_indexer_makes(wacz: Path, tmp_path: Path) -> None:
    with ZipFile(wacz) as packed:
        name = next(name for name in packed.namelist() if name.startswith("archive/"))
        packed.extract(name, tmp_path)
        ours = gzip.decompress(packed.read("indexes/index.cdx.gz")).decode()
    theirs = run("cdxj-indexer", "--sort", "--post-append", name, cwd=tmp_path)

    def read(lines: str) -> list[tuple[str, str, dict[str, str]]]:
        parts = (line.split(" ", 2) for line in lines.splitlines())
        return sorted(((key, time, json.loads(rest)) for key, time, rest in parts), key=str)

    assert read(ours) == [line for line in read(theirs) if line[2]["status"] != "304"]


@contextmanager
def pywb(wacz: Path, folder: Path) -> Iterator[str]:
    """A server on loopback with the export as its one collection; yields the address that pages lie under."""
    run("wb-manager", "init", "kept", cwd=folder)
    run("wb-manager", "add", "--unpack-wacz", "kept", wacz, cwd=folder)
    log = folder / "pywb.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [PROGRAMS / "wayback", "--bind", "127.0.0.1", "--port", "0", "--debug", "--threads", "2"],
            cwd=folder, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield address_of(server, log)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def address_of(server: "subprocess.Popen[bytes]", log: Path) -> str:
    """Where it answers: with --debug it says which free ports it has taken, one of them only for itself."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        for port in PORT.findall(log.read_text()):
            address = f"http://127.0.0.1:{port}/kept"
            with suppress(urllib.error.URLError):
                fetch(f"{address}/")
                return address
        time.sleep(0.1)
    pytest.fail(f"pywb has not started: {log.read_text()[-2000:]}")


def fetch(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=30) as response:
        return response.status, response.read().decode()


def test_pywb_shows_the_pages_of_an_export_and_those_of_its_revisits(wacz: Path, tmp_path: Path) -> None:
    with pywb(wacz, tmp_path) as collection:
        for time_, url in (("20261105070000", FLOOD), ("20261120070000", FLOOD), ("20261107070000", FOREST)):
            status, text = fetch(f"{collection}/{time_}mp_/{url}")
            assert (status, SENTENCE in text) == (200, True), (time_, url)
        found = [
            json.loads(line.split(" ", 2)[2])
            for line in fetch(f"{collection}/cdx?url={FLOOD}")[1].splitlines()
        ]
        assert [one["mime"] for one in found] == ["text/html", "warc/revisit"]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            fetch(f"{collection}/20261105070000mp_/https://mic.gov.vn/khong-co")
