"""WARC files of anybody are read to the last whole record, and damage is told, never passed over."""

import gzip
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import warc_files
from warc_files import metadata, record, revisit
from warcio.statusandheaders import StatusAndHeaders

from archive.errors import WarcError
from archive.warc import reader as warc
from archive.warc.heads import heads
from archive.warc.reader import (
    Exchange,
    Note,
    Other,
    Place,
    Record,
    Revisit,
    Unusable,
    exchanges,
    payload_digest,
    read_at,
    records,
)
from archive.warc.writer import WarcWriter

AT = "2026-11-21T07:00:00Z"
REQUEST = b"GET /bai HTTP/1.1\r\nHost: mic.gov.vn\r\n\r\n"
MEMBER = b"\x1f\x8b\x08"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Tên: Bắc Kạn\r\n\r\n".encode()


def write(folder: Path, bodies: list[bytes], **options: object) -> list[Place]:
    with WarcWriter(folder, "mic-20261121T070000Z", {"software": "test"}) as writer:
        return [
            writer.write(f"https://mic.gov.vn/{i}", AT, REQUEST, HEAD, body, **options).place  # type: ignore[arg-type]
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
    "data",
    [b"<html>", b"\n\n<!doctype html>", gzip.compress(b"<html>", mtime=0), b" \r\n", b"\x1b[2J\x00\xff"],
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
    tmp_path: Path, *blocks: tuple[str, bytes], date: str = "2019-12-11T10:00:00.123Z", version: str = "1.0"
) -> Path:
    made = (record(kind, "<https://mic.gov.vn/>", block, date, version) for kind, block in blocks)
    return warc_files.foreign(tmp_path, *made)


def test_files_of_others_are_read_without_their_chunks_brackets_and_fractions(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nNa R\r\n3\r\n\xc3\xac.\r\n0\r\n\r\n"
    [exchange] = exchanges(foreign(tmp_path, ("response", block)))
    assert exchange.body.decode() == "Na Rì."
    assert exchange.url == "https://mic.gov.vn/"
    assert exchange.captured_at == "2019-12-11T10:00:00Z"


def test_other_records_are_told_by_their_type(tmp_path: Path) -> None:
    path = foreign(
        tmp_path,
        ("conversion", b"a: b"),
        ("response", b""),
        ("response", b"220 ftp"),
        ("metadata", b"a: b"),
    )
    kinds = ["conversion", "response without HTTP", "response without HTTP", "metadata"]
    assert [record.kind for record in records(path) if isinstance(record, Other)] == kinds


@pytest.mark.parametrize("read_all", [records, heads])
@pytest.mark.parametrize("name", ["bomb.warc", "bomb.warc.gz"])
@pytest.mark.parametrize("line", [b"X-Filler: " + bytes(16 << 20), b"X: y\r\n" * (3 << 18)])
def test_a_head_that_unpacks_to_more_than_a_head_is_damage_and_takes_no_memory(
    tmp_path: Path, read_all: Callable[[Path], Iterator[object]], name: str, line: bytes
) -> None:
    head = b"WARC/1.1\r\nWARC-Type: response\r\n" + line + b"\r\n\r\n"
    path = warc_files.foreign(tmp_path, head, name=name)
    tracemalloc.start()
    try:
        with pytest.raises(WarcError, match="damaged at byte 0"):
            list(read_all(path))
        assert tracemalloc.get_traced_memory()[1] < 14 << 20
    finally:
        tracemalloc.stop()


def test_a_response_whose_own_head_is_larger_costs_none_behind_it(tmp_path: Path) -> None:
    large = b"HTTP/1.1 200 OK\r\nX-Filler: " + bytes(1 << 20) + b"\r\n\r\n"
    odd, good = records(foreign(tmp_path, ("response", large), ("response", b"HTTP/1.1 200 OK\r\n\r\n")))
    assert isinstance(odd, Unusable)
    assert odd.why == "ValueError: a head of more than 1 MB"
    assert isinstance(good, Exchange)


def test_the_head_of_a_file_says_what_its_writer_knew(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {"source": "demo", "isPartOf": "mic-1"}) as writer:
        place = writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, b"").place
    info = next(records(tmp_path / place.file))
    assert isinstance(info, Other)
    assert (info.kind, info.fields) == ("warcinfo", {"source": "demo", "ispartof": "mic-1"})


@pytest.mark.parametrize(
    ("date", "captured_at"),
    [
        ("2019-12-11T10:00:00", "2019-12-11T10:00:00Z"),
        ("2019-12-11T17:00:00+07:00", "2019-12-11T10:00:00Z"),
        ("0019-01-01T00:00:00Z", "0019-01-01T00:00:00Z"),
        ("2019-12-11T10:00:00.987Z", "2019-12-11T10:00:00Z"),
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
    usual = warc.READERS["response"]

    def picky(headers: StatusAndHeaders, block: bytes, place: Place) -> Record:
        if block.endswith(b"odd"):
            raise LookupError("of a kind that nobody thought of")
        return usual(headers, block, place)

    monkeypatch.setitem(warc.READERS, "response", picky)
    odd, good = records(path)
    assert isinstance(odd, Unusable)
    assert odd.why == "LookupError: of a kind that nobody thought of"
    assert isinstance(good, Exchange)


def test_a_response_too_large_to_be_a_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MAX_BLOCK", 1 << 20)
    [record] = records(foreign(tmp_path, ("response", b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1 << 20))))
    assert isinstance(record, Unusable)
    assert record.why == "larger than 1 MB"


def test_a_response_says_what_other_records_refer_to(tmp_path: Path) -> None:
    [place] = write(tmp_path, [b"body"])
    found = read_at(tmp_path / place.file, place.offset)
    assert isinstance(found, Exchange)
    assert (found.id or "").startswith("urn:uuid:")
    assert found.payload_digest == payload_digest(b"body") == "sha1:AIED6RLZ4CFGCJBFYDA2C7XEPLOXQO4U"


HEAD_304 = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
DIGEST = "sha1:AIED6RLZ4CFGCJBFYDA2C7XEPLOXQO4U"
AS_WGET = {"WARC_Refers_To": "<urn:uuid:1>", "WARC_Truncated": "length"}
AS_HERITRIX = {
    "WARC_Profile": "http://netpreserve.org/warc/1.0/revisit/server-not-modified",
    "WARC_Refers_To_Target_URI": "http://mic.gov.vn/a",
    "WARC_Refers_To_Date": "2019-12-10T10:00:00Z",
    "WARC_Refers_To": "<urn:uuid:1>",
}
AS_BROWSERTRIX = {
    "WARC_Profile": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    "WARC_Refers_To_Target_URI": "http://mic.gov.vn/a",
    "WARC_Refers_To_Date": "2019-12-10T17:00:00.250+07:00",
}


@pytest.mark.parametrize(
    ("headers", "refers_to"),
    [
        (AS_WGET, (None, None, "urn:uuid:1")),
        (AS_HERITRIX, ("http://mic.gov.vn/a", "2019-12-10T10:00:00Z", "urn:uuid:1")),
        (AS_BROWSERTRIX, ("http://mic.gov.vn/a", "2019-12-10T10:00:00Z", None)),
        ({"WARC_Refers_To_Date": "gestern"}, (None, None, None)),
    ],
)
@pytest.mark.parametrize("name", ["foreign.warc", "foreign.warc.gz"])
def test_revisits_of_whatever_producer_say_what_they_refer_to(
    tmp_path: Path, headers: dict[str, str], refers_to: tuple[str | None, ...], name: str
) -> None:
    path = warc_files.foreign(
        tmp_path, revisit("http://mic.gov.vn/b", DIGEST, HEAD_304, **headers), name=name
    )
    [found] = records(path)
    assert isinstance(found, Revisit)
    assert (found.url, found.captured_at) == ("http://mic.gov.vn/b", "2019-12-11T10:00:00Z")
    assert (found.refers_to_url, found.refers_to_at, found.refers_to) == refers_to
    assert (found.status, found.headers, found.payload_digest) == (304, (("ETag", '"1"'),), DIGEST)


def test_a_revisit_without_an_http_head_has_no_status_and_no_headers(tmp_path: Path) -> None:
    [found] = records(warc_files.foreign(tmp_path, revisit("http://mic.gov.vn/b", DIGEST)))
    assert isinstance(found, Revisit)
    assert (found.status, found.headers) == (0, ())


def test_a_revisit_of_no_web_page_or_of_no_time_is_none(tmp_path: Path) -> None:
    dns, undated = revisit("dns:mic.gov.vn", DIGEST), revisit("http://mic.gov.vn/b", DIGEST, at="heute")
    kinds = [type(found) for found in records(warc_files.foreign(tmp_path, dns, undated))]
    assert kinds == [Other, Unusable]


def test_notes_of_others_are_read_with_folded_lines_and_whatever_they_stand_beside(tmp_path: Path) -> None:
    path = warc_files.foreign(
        tmp_path,
        metadata(
            "http://mic.gov.vn/",
            "Via: http://a\r\n b\r\n\r\nhopsFromSeed:\r\nodd",
            WARC_Concurrent_To="<urn:1>",
        ),
        metadata(None, "via: x", WARC_Refers_To="urn:2", at="heute"),
        record("metadata", "metadata://wget/MANIFEST.txt", b"a: b", Content_Type="text/plain"),
    )
    first, second, other = records(path)
    assert isinstance(first, Note)
    assert first.fields == {"via": "http://a b", "hopsfromseed": "", "odd": ""}
    assert (first.url, first.captured_at, first.about) == ("http://mic.gov.vn/", warc_files.AT, "urn:1")
    assert isinstance(second, Note)
    assert (second.url, second.captured_at, second.about) == (None, None, "urn:2")
    assert isinstance(other, Other)
    assert other.kind == "metadata"


def test_records_that_are_not_what_their_digest_says_are_told_apart(tmp_path: Path) -> None:
    wrong = {"WARC_Block_Digest": DIGEST}
    path = warc_files.foreign(
        tmp_path,
        revisit("http://mic.gov.vn/b", DIGEST, HEAD_304, **wrong),
        metadata("http://mic.gov.vn/b", "via: x", **wrong),
        record("response", "http://mic.gov.vn/b", HEAD_304, **wrong),
        record("resource", "http://mic.gov.vn/b", b"x", **wrong),
        record("resource", "http://mic.gov.vn/b", b"body", **wrong),
    )
    intact = [found.intact for found in records(path) if not isinstance(found, Unusable)]
    assert intact == [False, False, False, False, True]


@pytest.mark.parametrize(
    "digest",
    [
        "sha1:02083f4579e08a612425c0c1a17ee47add783b94",
        "SHA1:AIED6RLZ4CFGCJBFYDA2C7XEPLOXQO4U",
        "md5:841a2d689ad86bd1611447453c22c6fc",
        "sha256:EMGYGWG4R2EJBNGFRXXLMKIS5YXSANL25EVFZSDBXGHGR7RRVS2Q====",
        "sha256:EMGYGWG4R2EJBNGFRXXLMKIS5YXSANL25EVFZSDBXGHGR7RRVS2Q",
        "tiger:unknown",
    ],
)
def test_a_digest_is_understood_however_it_is_written(tmp_path: Path, digest: str) -> None:
    right = record("resource", "http://mic.gov.vn/", b"body", WARC_Block_Digest=digest)
    wrong = record("resource", "http://mic.gov.vn/", b"Body", WARC_Block_Digest=digest)
    path = warc_files.foreign(tmp_path, right, wrong)
    assert [found.intact for found in records(path) if isinstance(found, Other)] == [
        True,
        "unknown" in digest,
    ]


def test_a_record_is_read_at_its_place_also_while_the_file_is_being_written(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "mic", {}) as writer:
        places = [writer.write("https://mic.gov.vn/", AT, REQUEST, HEAD, body).place for body in (b"1", b"2")]
        path = tmp_path / places[0].file
        assert not path.exists()
        live = [read_at(path, place.offset) for place in places]
    assert live == [read_at(path, place.offset) for place in places]
    assert [found.place for found in live if isinstance(found, Exchange)] == places


def test_a_place_without_a_record_is_told(tmp_path: Path) -> None:
    [place] = write(tmp_path, [b"body"])
    path = tmp_path / place.file
    size = path.stat().st_size
    with pytest.raises(WarcError, match="ends before byte"):
        read_at(path, size)
    with pytest.raises(WarcError, match=f"damaged at byte {place.offset + 1}"):
        read_at(path, place.offset + 1)
    with pytest.raises(WarcError, match="cannot read"):
        read_at(tmp_path / "none.warc.gz", 0)
    path.write_bytes(path.read_bytes()[: place.offset + 20])
    with pytest.raises(WarcError, match="is cut"):
        read_at(path, place.offset)


@pytest.mark.parametrize("start", [b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"])
def test_a_file_packed_with_zstandard_is_told_with_the_way_out(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "foreign.warc.zst"
    path.write_bytes(start + bytes(100))
    with pytest.raises(WarcError, match="unpack it with `zstd -d` first"):
        list(records(path))
