"""What a crash has left is made whole, to the last whole record, however the salvage itself is interrupted."""

import fcntl
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from warc_files import kinds

from archive.errors import ArchiveError
from archive.warc import salvage as module
from archive.warc.cdxj import index, sidecar
from archive.warc.file import abandoned
from archive.warc.reader import exchanges
from archive.warc.salvage import salvage
from archive.warc.writer import WarcWriter

AT = "2026-11-21T07:00:00Z"
URL = "https://mic.gov.vn/"
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
OPEN = "mic-00000.warc.gz.open"
FINAL = "mic-00000.warc.gz"
ALL = ["warcinfo", "response", "request", "metadata", "response", "request"]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, list[int]]:
    """A file as a crash leaves it and its sidecar, and where its records end."""
    folder = tmp_path_factory.mktemp("left")
    with WarcWriter(folder, "mic", {}) as writer:
        first = writer.write(URL, AT, b"GET / HTTP/1.1\r\n\r\n", HEAD, b"one")
        writer.note(URL, AT, {"via": "x"}, first.id)
        writer.write(URL, AT, b"GET / HTTP/1.1\r\n\r\n", HEAD, b"two")
    data = (folder / FINAL).read_bytes()
    parts = data.split(b"\x1f\x8b\x08\x00")
    ends = [len(b"\x1f\x8b\x08\x00".join(parts[: n + 1])) for n in range(1, len(parts))]
    assert [gzip.decompress(data[a:b])[:4] for a, b in zip([0, *ends], ends, strict=False)] == [b"WARC"] * 6
    return data, (folder / "mic-00000.cdxj").read_bytes(), ends


def crash(folder: Path, data: bytes, lines: bytes = b"", name: str = "mic-00000") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.warc.gz.open").write_bytes(data)
    (folder / f"{name}.cdxj").write_bytes(lines)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_cut_at_any_byte_keeps_exactly_its_whole_records(
    left: tuple[bytes, bytes, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # some hundred times for nothing
    data, lines, ends = left
    expected = {count: sum(kind == "response" for kind in ALL[:count]) for count in range(len(ALL) + 1)}
    for cut in range(ends[-3] - 5, len(data) + 1):
        folder = crash(tmp_path, data[:cut], lines)
        whole = sum(end <= cut for end in ends)
        assert salvage(folder) == [folder / FINAL]
        kept = (folder / FINAL).read_bytes()
        assert kept == data[: ends[whole - 1]]
        assert sidecar(folder / FINAL).read_bytes().splitlines() == lines.splitlines()[: expected[whole]]
        (folder / FINAL).unlink()


def test_a_file_cut_within_its_first_record_is_removed(
    left: tuple[bytes, bytes, list[int]], tmp_path: Path
) -> None:
    data, lines, ends = left
    for cut in (0, 1, 2, 30, ends[0] - 1):
        folder = crash(tmp_path, data[:cut], lines)
        assert salvage(folder) == []
        assert names(folder) == []


@pytest.mark.parametrize("whole", range(1, len(ALL) + 1))
def test_others_read_what_was_salvaged(
    left: tuple[bytes, bytes, list[int]], tmp_path: Path, whole: int
) -> None:
    data, _, ends = left
    garbage = [b"", b"\x00" * 500, b"\x1f\x8b", data[ends[0] : ends[0] + 60]]
    for tail in garbage:
        [path] = salvage(crash(tmp_path, data[: ends[whole - 1]] + tail))
        assert kinds(path) == ALL[:whole]
        assert sidecar(path).read_text().splitlines() == list(index(path))
        path.unlink()


def test_a_record_that_is_not_what_its_digest_says_is_not_whole(
    left: tuple[bytes, bytes, list[int]], tmp_path: Path
) -> None:
    data, lines, ends = left
    last = gzip.compress(gzip.decompress(data[ends[3] : ends[4]]).replace(b"two", b"tWo"))
    [path] = salvage(crash(tmp_path, data[: ends[3]] + last, lines))
    assert kinds(path) == ALL[:4]


def test_a_file_that_is_being_written_or_was_ended_is_left_alone(
    left: tuple[bytes, bytes, list[int]], tmp_path: Path
) -> None:
    with WarcWriter(tmp_path, "mst", {}) as writer:
        writer.write(URL, AT, None, HEAD, b"one")
        (tmp_path / "ended.warc.gz").write_bytes(left[0][:50])
        before = names(tmp_path)
        assert salvage(tmp_path) == []
        assert names(tmp_path) == before
        writer.write(URL, AT, None, HEAD, b"two")
    assert [found.body for found in exchanges(tmp_path / "mst-00000.warc.gz")] == [b"one", b"two"]


def test_a_file_whose_writer_ends_it_just_now_is_left_to_him(
    left: tuple[bytes, bytes, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = crash(tmp_path, left[0], left[1])
    usual = fcntl.flock

    def flock(file: object, kind: int) -> None:
        if (folder / OPEN).exists():
            (folder / OPEN).rename(folder / FINAL)
        usual(file, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", flock)
    assert salvage(folder) == []
    assert names(folder) == ["mic-00000.cdxj", FINAL]


def test_no_file_is_written_over(left: tuple[bytes, bytes, list[int]], tmp_path: Path) -> None:
    folder = crash(tmp_path, left[0], left[1])
    (folder / FINAL).write_bytes(b"another")
    with pytest.raises(ArchiveError, match=r"cannot get its name.*move one of them away"):
        salvage(folder)
    assert (folder / FINAL).read_bytes() == b"another"
    assert (folder / OPEN).read_bytes() == left[0]


def test_sidecars_without_a_file_are_removed_and_no_others(tmp_path: Path) -> None:
    for name in ("a.warc", "b.warc.gz", "c.warc.open", "a.cdxj", "b.cdxj", "c.cdxj", "d.cdxj"):
        (tmp_path / name).write_bytes(b"")
    salvage(tmp_path)
    assert names(tmp_path) == ["a.cdxj", "a.warc", "b.cdxj", "b.warc.gz", "c.cdxj", "c.warc.open"]


def test_nothing_to_salvage_is_no_error(tmp_path: Path) -> None:
    assert salvage(tmp_path / "none") == []


class Killed(BaseException):
    pass


def test_a_salvage_that_is_killed_at_any_step_is_completed_by_the_next(
    left: tuple[bytes, bytes, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two files, one without a whole record; killed before each step that changes anything on disk."""
    data, lines, ends = left
    steps = [
        (os, "fsync"), (Path, "unlink"), (Path, "rename"), (Path, "replace"),
        (module, "write_sidecar"), (module, "sync_folder"), (module, "_size_of_whole_records"),
    ]  # fmt: skip
    killed_at = 0
    for step in range(100):
        folder = crash(tmp_path / str(step), data[: ends[4] + 9], lines)
        crash(folder, data[:30], lines, "mst-00000")
        countdown = [step]

        def killing(usual: object, countdown: list[int]) -> object:
            def deed(*args: object, **more: object) -> object:
                countdown[0] -= 1
                if countdown[0] < 0:
                    raise Killed
                return usual(*args, **more)  # type: ignore[operator]

            return deed

        with monkeypatch.context() as patch:
            for owner, name in steps:
                patch.setattr(owner, name, killing(getattr(owner, name), countdown))
            try:
                salvage(folder)
            except Killed:
                killed_at += 1
        salvage(folder)
        assert names(folder) == ["mic-00000.cdxj", FINAL]
        assert (folder / FINAL).read_bytes() == data[: ends[4]]
        assert (folder / "mic-00000.cdxj").read_bytes() == lines
        assert abandoned(folder) == salvage(folder) == []
        if countdown[0] >= 0:
            break
    assert killed_at > 8


DYING = """
import os, signal, sys
from pathlib import Path
from archive.warc import file as warc_file
from archive.warc.writer import WarcWriter

def put(writer, number):
    response = writer.write(f"http://x.vn/{number}", "2026-11-21T07:00:00Z", b"GET / HTTP/1.1\\r\\n\\r\\n", HEAD, b"body")
    writer.note(f"http://x.vn/{number}", "2026-11-21T07:00:00Z", {"via": "x"}, response.id)
    return response.place

def crawl(folder, moment):
    countdown = [moment]
    def dying(owner, name):
        usual = getattr(owner, name)
        def deed(*args):
            countdown[0] -= 1
            if countdown[0] == 0:
                if name == "_write":
                    usual(args[0], args[1][: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return usual(*args)
        setattr(owner, name, deed)
    for owner, name in (warc_file, "_write"), (os, "fsync"), (Path, "rename"), (warc_file, "sync_folder"):
        dying(owner, name)
    with WarcWriter(folder, "mic", {}, max_size=900) as writer, (folder / "done").open("w") as done:
        for number in range(4):
            print(put(writer, number).file, file=done, flush=True)

HEAD = b"HTTP/1.1 200 OK\\r\\n\\r\\n"
for moment in range(1, 100):
    folder = Path(sys.argv[1]) / str(moment)
    folder.mkdir()
    if not (child := os.fork()):
        crawl(folder, moment)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_a_writer_killed_at_any_moment_leaves_what_it_has_written(tmp_path: Path) -> None:
    """Killed half-way through each write, and before each step of a roll."""
    subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], check=True, cwd=Path(__file__).parent.parent)
    moments = sorted(tmp_path.iterdir())
    for folder in moments:
        done = (folder / "done").read_text().split() if (folder / "done").exists() else []
        salvage(folder)
        assert not list(folder.glob("*.open"))
        files = sorted(folder.glob("*.warc.gz"))
        found = [exchange.place.file for path in files for exchange in exchanges(path)]
        assert found[: len(done)] == done
        assert len(found) <= len(done) + 1
        for path in files:
            assert kinds(path)[0] == "warcinfo"
            assert sidecar(path).read_text().splitlines() == list(index(path))
    assert len(moments) > 25
