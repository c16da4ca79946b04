"""An export holds all that replay needs, byte for byte, and nothing else; and is whole or not there."""

import gzip
import hashlib
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from click.testing import CliRunner
from recorded import FLOOD, FOREST, SENTENCE, TEA, Recorder, fill, html
from warcio.archiveiterator import ArchiveIterator

from archive.errors import ArchiveError, WarcError
from archive.wacz import writer as wacz
from archive.wacz.export import Export, export
from archive.wacz.selection import Wanted
from archive.warc.heads import heads
from crawler.cli import main

NOVEMBER = "all-2026-11.wacz"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "data"))


def run(data: Path, **wanted: Any) -> Export:
    return export(data, data / "wacz", Wanted(**wanted))


def read(data: Path, file: str = NOVEMBER) -> dict[str, bytes]:
    with ZipFile(data / "wacz" / file) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def warc(files: dict[str, bytes]) -> bytes:
    (name,) = (name for name in files if name.startswith("archive/"))
    return files[name]


def told(record: Any) -> tuple[str, str, str]:
    return (
        record.rec_type,
        *(record.rec_headers.get_header(f"WARC-{n}", "") for n in ("Target-URI", "Date")),
    )


def records(files: dict[str, bytes]) -> list[tuple[str, str, str]]:
    return [told(record) for record in ArchiveIterator(io.BytesIO(warc(files)), check_digests="raise")]


def lines(files: dict[str, bytes]) -> list[str]:
    return gzip.decompress(files["indexes/index.cdx.gz"]).decode().splitlines()


def pages(files: dict[str, bytes]) -> list[dict[str, str]]:
    return [json.loads(line) for line in files["pages/pages.jsonl"].splitlines()]


def test_each_month_is_a_file_of_its_own(data: Path) -> None:
    october, november = run(data).files
    assert (october.file, october.captures, october.pages) == ("all-2026-10.wacz", 2, 1)
    assert (november.file, november.captures, november.pages) == (NOVEMBER, 5, 4)
    assert november.bytes == (data / "wacz" / NOVEMBER).stat().st_size


def test_a_capture_comes_with_its_request_and_with_what_was_noted_later_in_another_file(data: Path) -> None:
    run(data)
    found = records(read(data))
    assert found[0][0] == "warcinfo"
    assert [kind for kind, url, at in found if at == "2026-11-05T07:00:00Z"] == ["response", "request"]
    assert ("metadata", FLOOD, "2026-11-05T07:00:09Z") in found
    assert [kind for kind, _, _ in found].count("request") == 5


def test_the_original_of_a_revisit_comes_along_from_another_month(data: Path) -> None:
    run(data)
    found = records(read(data))
    assert ("revisit", FOREST, "2026-11-07T07:00:00Z") in found
    assert [one for one in found if one[2].startswith("2026-10")] == [
        ("response", FOREST, "2026-10-31T07:00:00Z")
    ]


@pytest.mark.parametrize("stated", ["Refers-To", "Payload-Digest"])
def test_an_original_is_found_by_what_other_crawlers_state_of_it(tmp_path: Path, stated: str) -> None:
    recorder = Recorder(tmp_path)
    recorder.open("a.warc.gz")
    id = recorder.capture("mic", FLOOD, "2026-10-01T00:00:00Z", html("Lũ"))
    original = next(head for head in heads(tmp_path / "warc" / "a.warc.gz") if head.kind == "response")
    recorder.open("b.warc.gz")
    more = {stated.replace("-", "_"): id if stated == "Refers-To" else original.digest or ""}
    place = recorder._file.tell()
    recorder.record("revisit", FLOOD, "2026-11-01T00:00:00Z", b"", "HTTP/1.1 200 -", {}, **more)
    recorder.archive.db.execute(
        "insert into captures (id, url, portal, crawl, captured_at, sha256, warc_file, warc_offset, warc_length) "
        "select 1, url, portal, crawl, '2026-11-01T00:00:00Z', sha256, 'b.warc.gz', ?, 1 from captures", [place],
    )  # fmt: skip
    recorder.archive.db.conn.commit()
    recorder.close()
    done = run(tmp_path, since="2026-11-01")
    assert done.lost == 0
    assert ("response", FLOOD, "2026-10-01T00:00:00Z") in records(read(tmp_path))


def test_a_revisit_without_original_is_kept_and_counted(data: Path) -> None:
    (data / "warc" / "backan-20261031T070000Z-00000.warc.gz").unlink()
    done = run(data, since="2026-11-01")
    assert done.lost == 1
    assert ("revisit", FOREST, "2026-11-07T07:00:00Z") in records(read(data))


def test_records_are_copied_as_they_are_and_plain_ones_packed_one_by_one(data: Path) -> None:
    run(data)
    packed = warc(read(data))
    source = data / "warc" / "mic-20261105T070000Z-00000.warc.gz"
    for head in heads(source):
        if head.kind != "warcinfo":
            assert source.read_bytes()[head.place.offset : head.place.offset + head.place.length] in packed
    plain = next(head for head in heads(data / "warc" / "khac.warc") if head.url == TEA)
    raw = (data / "warc" / "khac.warc").read_bytes()[
        plain.place.offset : plain.place.offset + plain.place.length
    ]
    (line,) = (json.loads(line.split(" ", 2)[2]) for line in lines(read(data)) if TEA in line)
    start, length = int(line["offset"]), int(line["length"])
    assert gzip.decompress(packed[start : start + length]) == raw + b"\r\n\r\n"


def test_the_index_is_sorted_and_every_line_leads_to_its_record(data: Path) -> None:
    run(data)
    files = read(data)
    found = lines(files)
    assert found == sorted(found)
    assert len(found) == 5
    for line in found:
        stated = json.loads(line.split(" ", 2)[2])
        start, length = int(stated["offset"]), int(stated["length"])
        member = gzip.decompress(warc(files)[start : start + length])
        assert f"WARC-Target-URI: {stated['url']}\r\n".encode() in member


def test_what_was_not_modified_is_not_indexed_so_that_replay_shows_what_it_was(data: Path) -> None:
    run(data)
    (line,) = (line for line in lines(read(data)) if FOREST in line)
    assert " 20261031070000 " in line


def test_the_answer_to_a_form_is_not_indexed_as_the_page_itself(data: Path) -> None:
    run(data)
    (line,) = (line for line in lines(read(data)) if "/tin?" in line)
    assert line.startswith("vn,gov,mic)/tin?__eventtarget=trang&__wb_method=post&so=2%20hai 20261105070002 ")
    assert json.loads(line.split(" ", 2)[2])["method"] == "POST"


def test_a_long_index_has_blocks_that_can_be_read_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz, "LINES", 2)
    run(data)
    files = read(data)
    meta, *entries = files["indexes/index.idx"].decode().splitlines()
    assert json.loads(meta.removeprefix("!meta 0 "))["filename"] == "index.cdx.gz"
    blocks = []
    for entry in entries:
        where = json.loads(entry[entry.index("{") :])
        block = files["indexes/index.cdx.gz"][where["offset"] : where["offset"] + where["length"]]
        assert where["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        blocks.append(gzip.decompress(block).decode().splitlines())
        assert blocks[-1][0].startswith(entry[: entry.index(" {")])
    assert [len(block) for block in blocks] == [2, 2, 1]


def test_pages_are_the_articles_and_a_text_is_told_once(data: Path) -> None:
    run(data)
    header, *found = pages(read(data))
    assert (header["format"], header["hasText"]) == ("json-pages-1.0", True)
    assert [(page["url"], page["ts"][:10], "text" in page) for page in found] == [
        (FLOOD, "2026-11-05", True), (TEA, "2026-11-06", True), (FOREST, "2026-11-07", True),
        (FLOOD, "2026-11-20", False),
    ]  # fmt: skip
    assert (found[0]["title"], SENTENCE in found[0]["text"]) == ("Mưa lũ", True)
    assert len({page["id"] for page in found}) == 4


def test_the_package_states_the_sum_of_every_file_and_its_own(data: Path) -> None:
    run(data)
    files = read(data)
    package = json.loads(files["datapackage.json"])
    for resource in package["resources"]:
        content = files.pop(resource["path"])
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
    stated = json.loads(files["datapackage-digest.json"])["hash"]
    assert stated == f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}"
    assert files.keys() == {"datapackage.json", "datapackage-digest.json"}
    assert (package["wacz_version"], package["created"]) == ("1.1.1", "2026-11-20T07:00:00Z")


def test_what_replay_reads_from_the_middle_is_stored_and_not_packed(data: Path) -> None:
    run(data)
    with ZipFile(data / "wacz" / NOVEMBER) as packed:
        stored = {info.filename for info in packed.infolist() if info.compress_type == ZIP_STORED}
    assert stored == {"archive/all-2026-11.warc.gz", "indexes/index.cdx.gz"}


def test_every_entry_has_an_extra_field_without_which_replaywebpage_misreads_it(data: Path) -> None:
    run(data)
    with ZipFile(data / "wacz" / NOVEMBER) as packed:
        assert all(len(info.extra) == 9 for info in packed.infolist())


def test_the_same_archive_makes_the_same_bytes(data: Path, tmp_path: Path) -> None:
    run(data)
    other = Path(shutil.copytree(data, tmp_path / "other", ignore=shutil.ignore_patterns("wacz")))
    os.utime(other / "warc" / "khac.warc", (0, 0))
    run(other)
    assert (other / "wacz" / NOVEMBER).read_bytes() == (data / "wacz" / NOVEMBER).read_bytes()
    before = (data / "wacz" / NOVEMBER).stat()
    assert {file.change for file in run(data).files} == {"unchanged"}
    assert (data / "wacz" / NOVEMBER).stat() == before


def test_a_month_that_has_grown_is_replaced(data: Path) -> None:
    run(data)
    recorder = Recorder(data)
    recorder.open("mic-20261130T000000Z-00000.warc.gz")
    recorder.capture("mic", "https://mic.gov.vn/moi", "2026-11-30T00:00:00Z", html("Mới"), "Mới")
    recorder.close()
    assert [(file.change, file.captures) for file in run(data).files] == [("unchanged", 2), ("changed", 6)]


def test_files_are_named_by_what_is_in_them(data: Path) -> None:
    def names(**wanted: Any) -> list[str]:
        return [file.file.removesuffix(".wacz") for file in run(data, **wanted).files]

    assert names(by="portal") == ["backan-2026-10", "backan-2026-11", "mic-2026-11"]
    assert names(portals=("mic",)) == ["mic-2026-11"]
    assert names(portals=("mic", "backan")) == ["backan-mic-2026-10", "backan-mic-2026-11"]
    assert names(since="2026-11-06", until="2026-11-19") == ["all-2026-11-from-06-to-19"]
    assert names(since="2026-11-01") == ["all-2026-11"]
    assert names(until="2026-10-31") == ["all-2026-10"]


def test_days_and_portals_are_chosen_with_both_ends(data: Path) -> None:
    (only,) = run(data, portals=("mic",), since="2026-11-06", until="2026-11-20").files
    assert only.captures == 2


def test_a_damaged_warc_file_stops_the_export_and_leaves_nothing(data: Path) -> None:
    path = data / "warc" / "mic-20261105T070000Z-00000.warc.gz"
    raw = bytearray(path.read_bytes())
    raw[-400] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(WarcError, match=r"damaged at byte \d+: `backan verify`"):
        run(data)
    assert list((data / "wacz").iterdir()) == []


def test_a_record_of_others_that_is_not_what_its_digest_says_is_copied_as_it_is(data: Path) -> None:
    """Some crawlers state wrong ones of all they write, and `backan verify` tells of each."""
    path = data / "warc" / "khac.warc"
    path.write_bytes(path.read_bytes().replace(b"3.400", b"9.400", 1))
    run(data)
    assert b"9.400" in gzip.decompress(warc(read(data)))


def test_a_capture_of_a_year_that_no_crawl_was_in_is_exported(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path)
    recorder.open("khac.warc")
    recorder.capture("mic", TEA, "0019-01-01T00:00:00Z", html("Chè Shan"), "Chè Shan")
    recorder.close()
    (only,) = run(tmp_path).files
    assert (only.file, only.captures) == ("all-0019-01.wacz", 1)
    assert " 00190101000000 " in lines(read(tmp_path, only.file))[0]


def test_a_missing_warc_file_stops_the_export(data: Path) -> None:
    (data / "warc" / "khac.warc").unlink()
    with pytest.raises(ArchiveError, match=r"khac\.warc is not there: `backan verify`"):
        run(data)


def test_captures_in_a_file_that_a_crawl_is_writing_are_left_out_and_counted(data: Path) -> None:
    path = data / "warc" / "khac.warc"
    path.rename(f"{path}.open")
    done = run(data)
    assert (done.being_written, done.files[-1].captures) == (2, 3)


def test_an_interrupted_export_keeps_the_old_file_and_leaves_no_rest(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(data)
    before = (data / "wacz" / NOVEMBER).read_bytes()

    def full(self: object, pages: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(wacz.Wacz, "add_pages", full)
        with pytest.raises(ArchiveError, match="No space left"):
            run(data)
    assert (data / "wacz" / NOVEMBER).read_bytes() == before
    assert len(list((data / "wacz").iterdir())) == 2
    (data / "wacz" / ".export").mkdir()
    (data / "wacz" / ".export" / "rest").touch()  # of one that was killed
    run(data)
    assert len(list((data / "wacz").iterdir())) == 2


def test_the_demo_stays_marked(tmp_path: Path) -> None:
    run(fill(tmp_path, "demo"))
    files = read(tmp_path)
    assert "Invented" in json.loads(files["datapackage.json"])["description"]
    first = next(iter(ArchiveIterator(io.BytesIO(warc(files)))))
    assert b"source: demo" in first.content_stream().read()


def test_the_command_says_what_was_written(data: Path) -> None:
    done = CliRunner().invoke(main, ["export", "--wacz", "--data", str(data)])
    assert (done.exit_code, "all-2026-11.wacz" in done.stdout) == (0, True)
    assert "5 captures" in done.stdout
    assert done.stderr == ""  # no progress where nobody watches it
    arguments = [
        "export",
        "--wacz",
        "--by",
        "portal",
        "--json",
        "--data",
        str(data),
        "--out",
        str(data / "x"),
    ]
    told = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert [file["file"] for file in told["files"]] == sorted(path.name for path in (data / "x").iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "say in which form"),
        (["--wacz", "--portal", "nowhere"], 2, "no portal named nowhere"),
        (["--wacz", "--since", "2030-01-02", "--until", "2030-01-01"], 2, "2030-01-01 is before --since"),
        (["--wacz", "--since", "2030-01-01"], 3, "No captures to export"),
    ],
)
def test_the_command_says_what_is_wrong(data: Path, arguments: list[str], code: int, said: str) -> None:
    done = CliRunner().invoke(main, ["export", *arguments, "--data", str(data)])
    assert (done.exit_code, said in done.output) == (code, True)
