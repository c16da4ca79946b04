"""WARC files: what is written can be read by us and by others, and damage is told, never passed over."""

import gzip
import os
import resource
import zlib
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders

from archive import warc
from archive.errors import WarcError
from archive.warc import Exchange, Other, Place, Record, Unusable, exchanges, records
from archive.warc_writer import WarcWriter, abandoned

AT = "2026-11-21T07:00:00Z"
REQUEST = b"GET /bai HTTP/1.1\r\nHost: mic.gov.vn\r\n\r\n"
MEMBER = b"\x1f\x8b\x08"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Tên: Bắc Kạn\r\n\r\n".encode()


def write(folder: Path, bodies: list[bytes], **options: object) -> list[Place]:
    with WarcWriter(folder, "mic-20261121T070000Z", {"software": "test"}) as writer:
        return [
            writer.write(f"https://mic.gov.vn/{i}", AT, REQUEST, HEAD, body, **options)  # type: ignore[arg-type]
            for i, body in enumerate(bodies)
        ]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write(tmp_path, [b"one", b"", b"three" * 5000])
    return tmp_path / "mic-20261121T070000Z-00000.warc.gz"


def read(path: Path) -> tuple[list[Exchange], str | None]:
    found, error = [], None
    try:
        for exchange in exchanges(path):
            found.append(exchange)  # what came before an error counts
    except WarcError as caught:
        error = str(caught)
    return found, error


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    body = gzip.compress("Xã Cẩm Giàng".encode())
    [place] = write(tmp_path, [body], ip="203.0.113.9", truncated="length")
    [exchange] = exchanges(tmp_path / place.file)
    assert exchange.body == body
    assert exchange.place == place
    assert (exchange.url, exchange.captured_at, exchange.status) == ("https://mic.gov.vn/0", AT, 200)
    assert ("X-Tên", "Bắc Kạn") in exchange.headers
    assert exchange.truncated == "length"


def test_each_record_is_a_gzip_member_of_its_own(written: Path) -> None:
    data = written.read_bytes()
    for exchange in exchanges(written):
        place = exchange.place
        member = zlib.decompress(data[place.offset : place.offset + place.length], wbits=31)
        assert member.startswith(b"WARC/1.1\r\n")
        assert member.count(b"WARC-Type") == 1


def test_warcio_reads_the_file_and_finds_its_digests_right(written: Path) -> None:
    with written.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]
    assert kinds == ["warcinfo"] + ["response", "request"] * 3
    checker = Checker(type("Args", (), {"inputs": [str(written)], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0


def test_a_request_names_the_response_it_led_to(written: Path) -> None:
    with written.open("rb") as file:
        records = {record.rec_type: record.rec_headers for record in ArchiveIterator(file)}
    assert records["request"]["WARC-Concurrent-To"] == records["response"]["WARC-Record-ID"]


def test_a_file_being_written_is_marked_and_no_file_is_written_to_twice(tmp_path: Path) -> None:
    first = WarcWriter(tmp_path, "mic", {})
    assert list(tmp_path.iterdir()) == []
    first.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"")
    assert [path.name for path in tmp_path.iterdir()] == ["mic-00000.warc.gz.open"]
    with WarcWriter(tmp_path, "mic", {}) as second:
        place = second.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"")
    first.close()
    assert place.file == "mic-00001.warc.gz"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mic-00000.warc.gz", "mic-00001.warc.gz"]


def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}, max_size=1) as writer:
        places = [writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"x") for _ in range(3)]
    assert [place.file for place in places] == [f"mic-0000{i}.warc.gz" for i in range(3)]
    assert all(len(list(exchanges(tmp_path / place.file))) == 1 for place in places)


def test_a_full_disk_leaves_a_whole_file_behind(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        first = writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"one")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
        try:
            with pytest.raises(OSError, match="too large"):
                writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, os.urandom(100_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        second = writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"two")
    assert [exchange.place for exchange in exchanges(tmp_path / first.file)] == [first]
    assert [exchange.place for exchange in exchanges(tmp_path / second.file)] == [second]
    assert first.file != second.file


def test_a_file_cut_anywhere_gives_all_whole_records_and_then_the_place_of_the_cut(written: Path) -> None:
    data = written.read_bytes()
    whole = list(exchanges(written))
    starts = [exchange.place.offset for exchange in whole]
    ends = [exchange.place.offset + exchange.place.length for exchange in whole]
    for cut in range(starts[0] + 1, len(data) - 1, 7):
        written.write_bytes(data[:cut])
        found, error = read(written)
        assert found == whole[: sum(end <= cut for end in ends)]
        between_records = cut in ends or data[cut:].startswith(MEMBER)
        assert (error is None) == between_records
        assert error is None or ("is cut" in error and written.name in error)


def test_a_plain_file_that_is_cut_is_told_too(tmp_path: Path, written: Path) -> None:
    plain = tmp_path / "plain.warc"
    data = gzip.decompress(written.read_bytes())
    plain.write_bytes(data)
    found, error = read(plain)
    assert ([exchange.body for exchange in found], error) == ([b"one", b"", b"three" * 5000], None)
    for exchange in found:
        assert data[exchange.place.offset :].startswith(b"WARC/1.1\r\n")
    plain.write_bytes(data[: found[2].place.offset + found[2].place.length - 1])
    found, error = read(plain)
    assert [exchange.body for exchange in found] == [b"one", b""]
    assert error
    assert "is cut" in error


def test_a_damaged_byte_is_told_with_its_record(written: Path) -> None:
    data = bytearray(written.read_bytes())
    last = list(exchanges(written))[2].place
    data[last.offset + last.length // 2] ^= 0xFF
    written.write_bytes(data)
    found, error = read(written)
    assert len(found) == 2
    assert error
    assert f"damaged at byte {last.offset}" in error


@pytest.mark.parametrize(
    "data", [b"<html>", b"\n\n<!doctype html>", gzip.compress(b"<html>"), b" \r\n", b"\x1b[2J\x00\xff"]
)
def test_what_is_no_warc_file_is_told_without_what_it_holds(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "page.warc.gz"
    path.write_bytes(data)
    assert read(path) == ([], f"{path} is no WARC file")


@pytest.mark.parametrize("length", ["", "Content-Length: -9\r\n", "Content-Length: chín\r\n"])
def test_a_record_without_a_length_is_damage(tmp_path: Path, length: str) -> None:
    path = tmp_path / "foreign.warc"
    path.write_bytes(f"WARC/1.1\r\nWARC-Type: response\r\n{length}\r\n".encode())
    with pytest.raises(WarcError, match="damaged at byte 0: a record of"):
        list(exchanges(path))


def test_what_is_no_record_behind_whole_ones_is_damage(written: Path) -> None:
    plain = gzip.decompress(written.read_bytes())
    written.write_bytes(plain + b"\x1b[2J")
    found, error = read(written)
    assert len(found) == 3
    assert error == f"{written} is damaged at byte {len(plain)}: no record begins there"


def test_several_records_in_one_member_are_refused_with_the_way_out(written: Path) -> None:
    written.write_bytes(gzip.compress(gzip.decompress(written.read_bytes())))
    with pytest.raises(WarcError, match="warcio recompress"):
        list(exchanges(written))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(WarcError, match="cannot read"):
        list(exchanges(tmp_path / "none.warc"))


def foreign(
    tmp_path: Path, *records: tuple[str, bytes], date: str = "2019-12-11T10:00:00.123Z", version: str = "1.0"
) -> Path:
    path = tmp_path / "foreign.warc"
    path.write_bytes(
        b"".join(
            f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <https://mic.gov.vn/>\r\n"
            f"WARC-Date: {date}\r\nContent-Length: {len(block)}\r\n\r\n".encode()
            + block
            + b"\r\n\r\n"
            for kind, block in records
        )
    )
    return path


def test_files_of_others_are_read_without_their_chunks_brackets_and_fractions(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nNa R\r\n3\r\n\xc3\xac.\r\n0\r\n\r\n"
    [exchange] = exchanges(foreign(tmp_path, ("response", block)))
    assert exchange.body.decode() == "Na Rì."
    assert exchange.url == "https://mic.gov.vn/"
    assert exchange.captured_at == "2019-12-11T10:00:00Z"


def test_other_records_are_told_by_their_type(tmp_path: Path) -> None:
    path = foreign(
        tmp_path,
        ("revisit", b"HTTP/1.1 200 OK\r\n\r\n"),
        ("response", b""),
        ("response", b"220 ftp"),
        ("metadata", b"a: b"),
    )
    kinds = ["revisit", "response without HTTP", "response without HTTP", "metadata"]
    assert [record.kind for record in records(path) if isinstance(record, Other)] == kinds


def test_the_head_of_a_file_says_what_its_writer_knew(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {"source": "demo", "isPartOf": "mic-1"}) as writer:
        place = writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"")
    info = next(records(tmp_path / place.file))
    assert isinstance(info, Other)
    assert (info.kind, info.fields) == ("warcinfo", {"source": "demo", "ispartof": "mic-1"})


@pytest.mark.parametrize(
    ("date", "captured_at"),
    [
        ("2019-12-11T10:00:00", "2019-12-11T10:00:00Z"),
        ("2019-12-11T17:00:00+07:00", "2019-12-11T10:00:00Z"),
        ("11/12/2019", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_a_time_of_capture_is_in_utc_and_never_guessed(
    tmp_path: Path, date: str, captured_at: str | None
) -> None:
    [record] = records(foreign(tmp_path, ("response", b"HTTP/1.1 200 OK\r\n\r\n"), date=date))
    if captured_at:
        assert isinstance(record, Exchange)
        assert record.captured_at == captured_at
    else:
        assert isinstance(record, Unusable)
        assert date in record.why


@pytest.mark.parametrize(
    ("status", "read_as"), [("404", 404), ("9" * 20, 0), ("9" * 5000, 0), ("²00", 0), ("OK", 0)]
)
def test_a_status_is_three_digits_or_none(tmp_path: Path, status: str, read_as: int) -> None:
    [exchange] = exchanges(foreign(tmp_path, ("response", f"HTTP/1.1 {status} ?\r\n\r\n".encode())))
    assert exchange.status == read_as


def test_a_response_that_breaks_the_reader_costs_none_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = b"HTTP/1.1 200 OK\r\n\r\n"
    path = foreign(tmp_path, ("response", page + b"odd"), ("response", page))
    usual = warc._exchange

    def picky(headers: StatusAndHeaders, block: bytes, place: Place) -> Record:
        if block.endswith(b"odd"):
            raise LookupError("of a kind that nobody thought of")
        return usual(headers, block, place)

    monkeypatch.setattr(warc, "_exchange", picky)
    odd, good = records(path)
    assert isinstance(odd, Unusable)
    assert odd.why == "LookupError: of a kind that nobody thought of"
    assert isinstance(good, Exchange)


def test_a_response_too_large_to_be_a_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MAX_BLOCK", 1 << 20)
    [record] = records(foreign(tmp_path, ("response", b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1 << 20))))
    assert isinstance(record, Unusable)
    assert record.why == "larger than 1 MB"


def test_a_file_is_abandoned_once_its_writer_has_gone_without_ending_it(tmp_path: Path) -> None:
    assert abandoned(tmp_path / "none") == []
    writer = WarcWriter(tmp_path, "mic", {})
    writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"")
    (tmp_path / "mst-00000.warc.gz.open").write_bytes(b"")  # nobody holds it
    assert [path.name for path in abandoned(tmp_path)] == ["mst-00000.warc.gz.open"]
    writer.close()
    assert len(abandoned(tmp_path)) == 1
