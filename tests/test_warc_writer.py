"""Written WARC files: whole after every record, read alike by others, and never taken for ended too soon."""

import errno
import gzip
import os
import resource
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from warc_files import kinds
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from archive.warc import file as warc_file
from archive.warc.cdxj import index, sidecar
from archive.warc.reader import Exchange, Note, Other, Revisit, exchanges, payload_digest, read_at, records
from archive.warc.writer import Revisited, WarcWriter, Written, abandoned

AT = "2026-11-21T07:00:00Z"
LATER = "2026-11-22T07:00:00Z"
URL = "https://mic.gov.vn/"
REQUEST = b"GET /bai HTTP/1.1\r\nHost: mic.gov.vn\r\n\r\n"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Tên: Bắc Kạn\r\n\r\n".encode()
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
PAIR = ["response", "request"]


def put(writer: WarcWriter, body: bytes = b"x", url: str = URL, **more: object) -> Written:
    return writer.write(url, AT, REQUEST, HEAD, body, **more)  # type: ignore[arg-type]


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file grows beyond so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def all_is_well(path: Path) -> bool:
    """Whether everybody reads the file, and its sidecar says what it holds."""
    return bool(kinds(path)) and sidecar(path).read_text().splitlines() == list(index(path))


def test_each_record_is_a_gzip_member_of_its_own(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        places = [put(writer, body).place for body in (b"one", b"")]
    data = (tmp_path / "mic-00000.warc.gz").read_bytes()
    for place in places:
        member = zlib.decompress(data[place.offset : place.offset + place.length], wbits=31)
        assert member.startswith(b"WARC/1.1\r\n")
        assert member.count(b"WARC-Type") == 1


def test_others_read_all_that_was_written_and_find_its_digests_right(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {"software": "test"}) as writer:
        first = put(writer, "Xã Cẩm Giàng".encode())
        writer.note(URL, AT, {"via": "https://mic.gov.vn/tin"}, first.id)
        writer.write(
            URL, LATER, REQUEST, NOT_MODIFIED, b"",
            revisit=Revisited(URL, AT, first.digest, "server-not-modified"),
        )  # fmt: skip
        writer.note("https://mic.gov.vn/x", LATER, {"fetchError": "timeout"})
    path = tmp_path / first.place.file
    assert kinds(path) == ["warcinfo", *PAIR, "metadata", "revisit", "request", "metadata"]
    assert all_is_well(path)
    checker = Checker(type("Args", (), {"inputs": [str(path)], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0


def test_header_lines_are_written_as_they_came(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nset-cookie: a\r\nX: 1\r\nSet-Cookie: b\r\nX-T\xc3\xaan: \xff\r\n\r\n"
    with WarcWriter(tmp_path, "mic", {}) as writer:
        place = writer.write(URL, AT, REQUEST, head, b"x").place
    raw = (tmp_path / place.file).read_bytes()[place.offset : place.offset + place.length]
    assert head + b"x" in gzip.decompress(raw)


def test_a_request_and_a_note_name_the_response_they_stand_beside(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        written = put(writer)
        writer.note(URL, AT, {}, written.id)
    with (tmp_path / written.place.file).open("rb") as file:
        headers = {record.rec_type: record.rec_headers for record in ArchiveIterator(file)}
    assert headers["response"]["WARC-Record-ID"] == f"<{written.id}>"
    for kind in ("request", "metadata"):
        assert headers[kind]["WARC-Concurrent-To"] == f"<{written.id}>"


def test_every_record_names_the_head_of_its_file(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}, max_size=1) as writer:
        for _ in range(2):
            put(writer)
            writer.note(URL, AT, {})
    for path in tmp_path.glob("*.gz"):
        with path.open("rb") as file:
            info, *others = [record.rec_headers for record in ArchiveIterator(file)]
        assert len(others) == 3
        assert {other["WARC-Warcinfo-ID"] for other in others} == {info["WARC-Record-ID"]}


def test_a_response_whose_request_nobody_knows_stands_alone(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        place = writer.write(URL, AT, None, HEAD, b"x").place
    assert kinds(tmp_path / place.file) == ["warcinfo", "response"]


@pytest.mark.parametrize("profile", ["identical-payload-digest", "server-not-modified"])
def test_a_revisit_says_where_its_body_is(tmp_path: Path, profile: str) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        first = put(writer, b"body")
        again = writer.write(
            f"{URL}x", LATER, REQUEST, NOT_MODIFIED, b"body",
            revisit=Revisited(URL, AT, first.digest, profile),  # type: ignore[arg-type]
        )  # fmt: skip
    found = read_at(tmp_path / again.place.file, again.place.offset)
    assert isinstance(found, Revisit)
    assert found == Revisit(
        f"{URL}x", LATER, 304, (("ETag", '"1"'),), again.place, URL, AT, payload_digest(b"body"), id=again.id
    )
    with (tmp_path / again.place.file).open("rb") as file:
        [profiles] = [r.rec_headers["WARC-Profile"] for r in ArchiveIterator(file) if r.rec_type == "revisit"]
    assert profiles == f"http://netpreserve.org/warc/1.1/revisit/{profile}"


@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        ("https://mic.gov.vn/a?b=1: c", "https://mic.gov.vn/a?b=1: c"),
        ("", ""),
        ("Hết giờ: Bắc Kạn  2", "Hết giờ: Bắc Kạn  2"),
        ("one\r\nvia: two\n three", "one via: two  three"),
        ("a\x00b\x0bc\x1bd\x85e\u2028f\u2029", "a b c d e f"),
        ("lone \udcff", "lone ?"),
    ],
)
def test_a_note_is_read_as_it_was_written_in_one_line(tmp_path: Path, value: str, read_as: str) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        place = writer.note("urn:backan:crawl:mic-1", AT, {"fetchError": value, "via": "x"})
    found = read_at(tmp_path / place.file, place.offset)
    assert found == Note("urn:backan:crawl:mic-1", AT, {"fetcherror": read_as, "via": "x"}, place)


def test_an_address_that_would_break_the_record_is_refused_and_leaves_the_file_whole(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        with pytest.raises(ValueError, match="no address"):
            put(writer, url="https://mic.gov.vn/\r\nWARC-Type: x")
        place = put(writer).place
    assert kinds(tmp_path / place.file) == ["warcinfo", *PAIR]


def test_a_crawl_without_any_record_leaves_a_file_that_says_what_it_was(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "mic", {"isPartOf": "mic-1"}, started_at=AT)
    writer.open()
    writer.open()
    assert names(tmp_path) == ["mic-00000.cdxj", "mic-00000.warc.gz.open"]
    writer.close()
    path = tmp_path / "mic-00000.warc.gz"
    [info] = records(path)
    assert isinstance(info, Other)
    assert info.fields == {"ispartof": "mic-1"}
    with path.open("rb") as file:
        [head] = [record.rec_headers for record in ArchiveIterator(file)]
    assert head["WARC-Date"] == AT


def test_a_file_being_written_is_marked_and_no_file_is_written_to_twice(tmp_path: Path) -> None:
    first = WarcWriter(tmp_path, "mic", {})
    assert names(tmp_path) == []
    place = put(first).place
    assert names(tmp_path) == ["mic-00000.cdxj", "mic-00000.warc.gz.open"]
    assert isinstance(read_at(tmp_path / place.file, place.offset), Exchange)
    with WarcWriter(tmp_path, "mic", {}) as second:
        assert put(second).place.file == "mic-00001.warc.gz"
    first.close()
    assert [name for name in names(tmp_path) if "warc" in name] == ["mic-00000.warc.gz", "mic-00001.warc.gz"]


def test_a_file_is_abandoned_once_its_writer_has_gone_without_ending_it(tmp_path: Path) -> None:
    assert abandoned(tmp_path / "none") == []
    writer = WarcWriter(tmp_path, "mic", {})
    put(writer)
    (tmp_path / "mst-00000.warc.gz.open").write_bytes(b"")  # nobody holds it
    assert [path.name for path in abandoned(tmp_path)] == ["mst-00000.warc.gz.open"]
    writer.close()
    assert len(abandoned(tmp_path)) == 1


def test_a_new_file_that_another_process_took_for_abandoned_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, taken = warc_file.fcntl.flock, []

    def flock(file: object, kind: int) -> None:
        if not taken:
            taken.append((tmp_path / "mic-00000.warc.gz.open").unlink())
        usual(file, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(warc_file.fcntl, "flock", flock)
    with WarcWriter(tmp_path, "mic", {}) as writer:
        place = put(writer).place
    assert taken
    assert all_is_well(tmp_path / place.file)


def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}, max_size=1) as writer:
        written = [put(writer) for _ in range(3)]
        assert names(tmp_path)[-1] == "mic-00002.warc.gz.open"
    assert [each.place.file for each in written] == [f"mic-0000{i}.warc.gz" for i in range(3)]
    assert all(kinds(tmp_path / each.place.file) == ["warcinfo", *PAIR] for each in written)
    assert all(all_is_well(tmp_path / each.place.file) for each in written)


def test_a_note_stands_in_the_file_of_its_response_however_full(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}, max_size=1) as writer:
        written = put(writer)
        assert writer.note(URL, AT, {}, written.id).file == written.place.file
        put(writer)
    assert kinds(tmp_path / written.place.file) == ["warcinfo", *PAIR, "metadata"]


def test_the_next_file_is_held_before_the_full_one_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, seen = Path.rename, []

    def rename(path: Path, target: Path) -> Path:
        seen.append(names(tmp_path))
        assert abandoned(tmp_path) == []
        return usual(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with WarcWriter(tmp_path, "mic", {}, max_size=1) as writer:
        put(writer)
        put(writer)
    assert "mic-00001.warc.gz.open" in seen[0]


def test_a_full_disk_leaves_whole_records_in_file_and_sidecar(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        put(writer, b"one")
        with full_disk(20_000), pytest.raises(OSError, match="too large"):
            put(writer, os.urandom(100_000))
        with full_disk(20_000), pytest.raises(OSError, match="too large"):
            writer.note(URL, AT, {"via": os.urandom(100_000).hex()})
        assert kinds(tmp_path / "mic-00000.warc.gz.open") == ["warcinfo", *PAIR]  # at once
        put(writer, b"two")
    [path] = tmp_path.glob("*.gz")
    assert [exchange.body for exchange in exchanges(path)] == [b"one", b"two"]
    assert all_is_well(path)


def test_a_disk_that_is_full_at_the_next_file_leaves_none_and_the_full_one_goes_on(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {"software": "x"}, max_size=1) as writer:
        put(writer, b"one")
        with full_disk(5), pytest.raises(OSError, match="too large"):
            put(writer, b"lost")
        assert names(tmp_path) == ["mic-00000.cdxj", "mic-00000.warc.gz.open"]
        writer.note(URL, AT, {})
        put(writer, b"two")
    first, second = sorted(tmp_path.glob("*.gz"))
    assert kinds(first) == ["warcinfo", *PAIR, "metadata"]
    assert [exchange.body for exchange in exchanges(second)] == [b"two"]


def test_a_line_that_cannot_be_written_takes_its_records_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = warc_file._write

    def failing(file: object, data: bytes) -> None:
        usual(file, data[:20])  # type: ignore[arg-type]
        if str(getattr(file, "name", "")).endswith(".cdxj") and data:
            raise OSError(errno.ENOSPC, "No space left on device")
        usual(file, data[20:])  # type: ignore[arg-type]

    with WarcWriter(tmp_path, "mic", {}) as writer:
        put(writer, b"one")
        monkeypatch.setattr(warc_file, "_write", failing)
        with pytest.raises(OSError, match="No space"):
            put(writer, b"lost")
        monkeypatch.undo()
        put(writer, b"two")
    [path] = tmp_path.glob("*.gz")
    assert [exchange.body for exchange in exchanges(path)] == [b"one", b"two"]
    assert all_is_well(path)


def test_what_was_written_is_flushed_to_disk_once_and_a_file_before_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deeds: list[str] = []
    sync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda handle: (deeds.append("sync"), sync(handle)))
    monkeypatch.setattr(Path, "rename", lambda *names: (deeds.append("rename"), rename(*names)))
    writer = WarcWriter(tmp_path, "mic", {})
    writer.sync()
    assert deeds == []
    put(writer)
    writer.sync()
    assert deeds == ["sync", "sync"]  # the file, and once its folder
    writer.sync()
    assert len(deeds) == 2
    put(writer)
    writer.sync()
    assert len(deeds) == 3
    put(writer)
    writer.close()
    assert deeds[3:] == ["sync", "sync", "rename", "sync"]  # the file, its sidecar; the folder


def test_a_file_that_could_not_be_made_durable_is_left_for_salvage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = WarcWriter(tmp_path, "mic", {})
    put(writer)

    def failing(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="Input/output"):
        writer.sync()
    monkeypatch.undo()
    writer.close()
    assert [path.name for path in abandoned(tmp_path)] == ["mic-00000.warc.gz.open"]


def test_the_level_of_gzip_is_that_of_the_caller(tmp_path: Path) -> None:
    sizes = {}
    for level in (0, 1, 9):
        with WarcWriter(tmp_path, f"mic-{level}", {}, level=level) as writer:
            place = put(writer, b"Na Ri " * 5000).place
        assert kinds(tmp_path / place.file) == ["warcinfo", *PAIR]
        sizes[level] = place.length
    assert sizes[0] > 30_000 > sizes[1] > sizes[9]
