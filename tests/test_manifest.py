"""The sums of all files are written once; whatever is missing, changed or unknown is named."""

import json
import os
import shutil
from contextlib import suppress
from errno import EPERM
from pathlib import Path
from typing import NoReturn

import bagit
import pytest
from click.testing import CliRunner
from recorded import Recorder, fill, html

from archive import manifest
from archive.errors import ArchiveError
from archive.lock import alone
from archive.manifest import Proof, prove
from archive.wacz.export import export
from archive.wacz.selection import Wanted
from crawler.cli import main

OCTOBER, FOREIGN = "warc/backan-20261031T070000Z-00000.warc.gz", "warc/khac.warc"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = fill(tmp_path_factory.mktemp("kept"))
    export(data, data / "wacz", Wanted())
    prove(data)
    return data


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """A data folder with its sums recorded: four WARC and two WACZ files."""
    data = Path(shutil.copytree(kept, tmp_path / "data"))
    prove(data)  # a copy has no links any more
    return data


def flip(path: Path) -> None:
    """Change one byte, as a bad disk does: in the file that all its names lead to."""
    with path.open("r+b") as file:
        file.seek(100)
        byte = file.read(1)
        file.seek(100)
        file.write(bytes([byte[0] ^ 1]))


def named(proof: Proof) -> dict[str, str]:
    return {one.file: one.what for one in proof.damage}


def is_a_bag(data: Path) -> bool:
    return bool(bagit.Bag(str(data / "bag")).validate())


def test_the_first_time_every_file_is_recorded_and_others_accept_the_bag(tmp_path: Path) -> None:
    data = fill(tmp_path)
    proof = prove(data)
    assert (len(proof.recorded), proof.intact, proof.damage) == (4, 0, [])
    assert is_a_bag(data)
    assert sorted(path.name for path in (data / "warc").iterdir()) == sorted(
        name.removeprefix("warc/") for name in proof.recorded
    )


def test_a_sound_folder_has_no_damage_and_nothing_is_written(data: Path) -> None:
    before = {path: path.stat() for path in sorted((data / "bag").rglob("*")) if path.is_file()}
    sizes: list[int] = []
    proof = prove(data, sizes.append)
    assert (proof.intact, proof.recorded, proof.damage) == (6, [], [])
    assert sum(sizes) == sum(path.stat().st_size for path in manifest.files(data))
    after = {path: path.stat() for path in sorted((data / "bag").rglob("*")) if path.is_file()}
    assert {path: (s.st_ino, s.st_mtime_ns) for path, s in after.items()} == {
        path: (s.st_ino, s.st_mtime_ns) for path, s in before.items()
    }


def test_the_bag_takes_no_room_and_a_copy_of_it_is_a_bag(data: Path, tmp_path: Path) -> None:
    assert (data / "bag" / "data" / OCTOBER).samefile(data / OCTOBER)
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(data / "bag", tmp_path / "elsewhere" / "bag")
    assert is_a_bag(tmp_path / "elsewhere")


def test_a_new_file_is_recorded_and_the_old_sums_stay(data: Path) -> None:
    before = (data / "bag" / manifest.MANIFEST).read_text().splitlines()
    recorder = Recorder(data)
    recorder.open("moi-00000.warc.gz")
    recorder.capture("mic", "https://mic.gov.vn/moi", "2026-12-01T00:00:00Z", html("Mới"))
    recorder.close()
    proof = prove(data)
    assert (proof.intact, proof.recorded, proof.damage) == (6, ["warc/moi-00000.warc.gz"], [])
    assert set(before) < set((data / "bag" / manifest.MANIFEST).read_text().splitlines())
    assert is_a_bag(data)


def test_a_flipped_byte_is_damage_for_ever(data: Path) -> None:
    flip(data / OCTOBER)
    for _ in range(2):
        proof = prove(data)
        assert list(named(proof)) == [OCTOBER]
        assert "has changed" in named(proof)[OCTOBER]
        assert proof.intact == 5
    with pytest.raises(bagit.BagValidationError, match=f"{OCTOBER} sha256 validation failed"):
        is_a_bag(data)


def test_a_removed_file_is_missing_and_its_bytes_are_still_in_the_bag(data: Path) -> None:
    (data / OCTOBER).unlink()
    for _ in range(2):
        assert named(prove(data)) == {OCTOBER: f"is not there; bag/data/{OCTOBER} is as it was"}
    os.link(data / "bag" / "data" / OCTOBER, data / OCTOBER)
    assert prove(data).damage == []


def test_a_file_that_was_written_anew_with_other_bytes_leaves_the_bag_as_it_was(data: Path) -> None:
    raw = (data / OCTOBER).read_bytes()
    (data / OCTOBER).unlink()
    (data / OCTOBER).write_bytes(raw[:-1])
    what = named(prove(data))[OCTOBER]
    assert "has changed" in what
    assert f"bag/data/{OCTOBER} is as it was" in what
    assert is_a_bag(data)


def test_a_renamed_file_is_named_with_both_names_and_not_recorded(data: Path) -> None:
    (data / FOREIGN).rename(data / "warc" / "other.warc")
    proof = prove(data)
    assert set(named(proof)) == {FOREIGN, "warc/other.warc"}
    assert named(proof)["warc/other.warc"] == f"is {FOREIGN} under another name"
    assert proof.recorded == []


@pytest.mark.parametrize("name", ["warc/la.txt", "wacz/la.zip", "bag/data/warc/la.warc"])
def test_an_unknown_file_is_named(data: Path, name: str) -> None:
    (data / name).touch()
    assert named(prove(data)) == {name: "is no file of the archive"}


def test_what_is_being_written_or_derived_is_left_out(data: Path) -> None:
    for name in ("a.warc.gz.open", "a.warc.gz.part", "a.cdxj"):
        (data / "warc" / name).touch()
    (data / "archive.db").write_bytes(b"changed")
    proof = prove(data)
    assert (proof.intact, proof.recorded, proof.damage) == (6, [], [])


def test_a_damaged_copy_in_the_bag_is_named_and_linked_anew(data: Path) -> None:
    copy = data / "bag" / "data" / OCTOBER
    copy.unlink()
    copy.write_bytes(b"other")
    assert named(prove(data)) == {f"bag/data/{OCTOBER}": "has changed"}
    assert prove(data).damage == []
    assert is_a_bag(data)


def test_a_damaged_manifest_is_named_and_nothing_is_recorded(data: Path) -> None:
    path = data / "bag" / manifest.MANIFEST
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))  # so that one file seems to be new
    for _ in range(2):
        assert "is not as it was written" in named(prove(data))[f"bag/{manifest.MANIFEST}"]
        assert path.read_text().splitlines(keepends=True) == lines[1:]


@pytest.mark.parametrize("name", [manifest.MANIFEST, manifest.TAGS, manifest.BAGIT])
def test_a_removed_tag_file_is_named_and_nothing_is_recorded(data: Path, name: str) -> None:
    (data / "bag" / name).unlink()
    assert any(name in str(one) for one in prove(data).damage)
    assert any(name in str(one) for one in prove(data).damage)


def test_what_an_archivist_adds_to_the_bags_description_stays(data: Path) -> None:
    with (data / "bag" / manifest.INFO).open("a") as file:
        file.write("Source-Organization: Thư viện tỉnh Bắc Kạn\n")
    (data / "warc" / "moi.warc").write_bytes(b"WARC/1.1\r\n")
    assert prove(data).damage == []
    assert bagit.Bag(str(data / "bag")).info["Source-Organization"] == "Thư viện tỉnh Bắc Kạn"
    assert is_a_bag(data)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize(
    ("anew", "moment"), [*((True, n) for n in range(28)), *((False, n) for n in range(16))]
)
def test_whenever_writing_is_interrupted_the_next_run_completes_it(
    data: Path, anew: bool, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "warc" / "moi.warc").write_bytes(b"WARC/1.1\r\n")
    (data / "warc" / "moi-2.warc").write_bytes(b"WARC/1.0\r\n")
    if anew:
        shutil.rmtree(data / "bag")
    step = 0

    def dying(module: object, name: str) -> None:
        real = getattr(module, name)

        def die(*arguments: object, **more: object) -> object:
            nonlocal step
            step += 1
            if step > moment:
                raise Killed
            return real(*arguments, **more)

        monkeypatch.setattr(module, name, die)

    with monkeypatch.context() as monkeypatch:
        dying(os, "fsync")
        dying(os, "link")
        dying(Path, "replace")
        with suppress(Killed):
            prove(data)
    proof = prove(data)
    assert proof.damage == []
    assert proof.intact + len(proof.recorded) == 8
    assert is_a_bag(data)


def test_an_export_that_replaces_a_file_is_no_damage(data: Path) -> None:
    recorder = Recorder(data)
    recorder.open("moi-00000.warc.gz")
    recorder.capture("mic", "https://mic.gov.vn/moi", "2026-11-30T00:00:00Z", html("Mới"))
    recorder.close()
    export(data, data / "wacz", Wanted())
    proof = prove(data)
    assert (proof.damage, proof.recorded) == ([], ["warc/moi-00000.warc.gz", "wacz/all-2026-11.wacz"])
    assert is_a_bag(data)


def test_where_there_are_no_hard_links_the_sums_are_kept_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    data = fill(tmp_path)
    assert (prove(data).linked, prove(data).intact) == (False, 4)
    flip(data / OCTOBER)
    assert list(named(prove(data))) == [OCTOBER]


def test_two_at_once_do_not_disturb_each_other(data: Path) -> None:
    with alone(data / "bag", "the first"), pytest.raises(ArchiveError, match="being checked already"):
        prove(data)


def test_the_command_names_the_damage_and_ends_with_four(data: Path) -> None:
    arguments = ["verify", "--manifest", "--data", str(data)]
    sound = CliRunner().invoke(main, arguments)
    assert (sound.exit_code, "6 files unchanged, 0 new." in sound.output) == (0, True)
    (data / OCTOBER).unlink()
    damaged = CliRunner().invoke(main, arguments)
    assert (damaged.exit_code, f"{OCTOBER}: is not there" in damaged.output) == (4, True)
    told = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    assert ([one["file"] for one in told["damage"]], told["intact"]) == ([OCTOBER], 5)


def test_the_command_says_what_is_wrong_where_there_is_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["verify", "--manifest", "--data", str(tmp_path)])
    assert (done.exit_code, "no WARC files" in done.output) == (1, True)
    assert list(tmp_path.iterdir()) == []
