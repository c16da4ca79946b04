"""Damage is found, whatever it is, and named with file, byte and address."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hostile_portal import Hostile
from warc_files import article, warc

from archive.store import Archive
from archive.verify import Damage, verify
from archive.warc import exchanges
from crawler.cli import main
from crawler.ingest import ingest

PORTALS = {"hostile": Hostile}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one WARC file of three pages, two of them of a covered host."""
    outside = ("http://elsewhere.example/", *article("x")[1:])
    ingest(warc(tmp_path, article("mot"), outside, article("hai")), tmp_path / "data", PORTALS)
    return tmp_path / "data"


def file_in(data: Path) -> Path:
    (path,) = (data / "warc").iterdir()
    return path


def found(data: Path) -> list[Damage]:
    return list(verify(data, Hostile.covers))


def change(data: Path, sql: str) -> None:
    with Archive(data / "archive.db") as archive, archive.writing():
        archive.db.execute(sql)


def test_a_sound_archive_has_no_damage_and_every_byte_is_read(data: Path) -> None:
    sizes: list[int] = []
    assert list(verify(data, Hostile.covers, sizes.append)) == []
    assert sum(sizes) == file_in(data).stat().st_size


@pytest.mark.parametrize("where", [0.3, 0.6, 0.95])
def test_a_flipped_byte_is_found(data: Path, where: float) -> None:
    path = file_in(data)
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * where)] ^= 0xFF
    path.write_bytes(raw)
    assert found(data)
    assert all(damage.file == path.name for damage in found(data))


def test_a_cut_file_names_the_captures_that_are_lost(data: Path) -> None:
    path = file_in(data)
    *_, last = exchanges(path)
    path.write_bytes(path.read_bytes()[: last.place.offset + 50])
    cut, lost = found(data)
    assert f"is cut: the record at byte {last.place.offset} is not whole" in cut.what
    assert (lost.url, lost.offset) == ("http://hostile.test/bai/hai", last.place.offset)


def test_a_missing_file_is_named(data: Path) -> None:
    path = file_in(data)
    path.unlink()
    assert found(data) == [Damage(path.name, "is not there, and 2 captures point to it")]


def test_a_body_that_is_not_the_one_captured_is_found(data: Path) -> None:
    change(data, "update captures set sha256 = 'other' where url like '%hai'")
    (damage,) = found(data)
    assert (damage.url, "SHA-256 differs" in damage.what) == ("http://hostile.test/bai/hai", True)


def test_a_record_that_is_not_what_its_digest_says_is_found(data: Path) -> None:
    path = file_in(data)
    *_, last = exchanges(path)
    raw = path.read_bytes()
    record = gzip.decompress(raw[last.place.offset : last.place.offset + last.place.length])
    end = last.place.offset + last.place.length
    altered = gzip.compress(record.replace(b"hostile", b"hOstile", 1).replace(b"<p>", b"<b>", 1))
    path.write_bytes(raw[: last.place.offset] + altered + raw[end:])
    assert any("digest" in damage.what for damage in found(data))


def test_a_record_that_no_row_knows_is_found_unless_its_host_is_not_ours(data: Path) -> None:
    change(data, "delete from captures where url like '%hai'")
    (damage,) = found(data)
    assert (damage.url, "does not know" in damage.what) == ("http://hostile.test/bai/hai", True)
    assert damage.offset


def test_a_row_that_points_elsewhere_is_found(data: Path) -> None:
    change(data, "update captures set warc_offset = warc_offset + 1 where url like '%hai'")
    assert sorted("no record" in damage.what for damage in found(data)) == [False, True]


def test_the_command_ends_with_four_where_there_is_damage(data: Path) -> None:
    arguments = ["verify", "--data", str(data)]
    sound = CliRunner().invoke(main, arguments)
    assert (sound.exit_code, "as they were captured" in sound.output) == (0, True)
    name = file_in(data).name
    file_in(data).unlink()
    damaged = CliRunner().invoke(main, arguments)
    assert (damaged.exit_code, f"{name}: is not there" in damaged.output) == (4, True)
    told = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert told[0]["file"] == name


def test_the_command_says_what_is_wrong_where_there_is_no_archive(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["verify", "--data", str(tmp_path)])
    assert (result.exit_code, "no archive" in result.output) == (1, True)
