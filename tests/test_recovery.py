"""What a kill has left is put in order: nothing captured is lost, and nothing that runs is touched."""

import shutil
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from hostile_portal import Hostile
from own_files import CRAWL, answer, end, of_several_files, ours
from runs import dump, rows
from warc_files import article, warc

from archive.store import Archive
from archive.warc.writer import WarcWriter
from crawler.cli import main
from crawler.intake import recovery
from crawler.intake.ingest import ingest
from crawler.intake.rebuild import rebuild
from crawler.intake.recovery import Recovered, recover

PORTALS: dict[str, Any] = {"hostile": Hostile}
NAME = f"{CRAWL}-00000.warc.gz"
STARTED = "2026-01-01T00:00:00Z"


def begun(data: Path) -> None:
    """What a crawl notes in the archive when it begins."""
    with Archive(data / "archive.db") as archive:
        archive.put_portal(Hostile.info())
        archive.start_crawl(CRAWL, "hostile", "via", STARTED)


def killed(data: Path, *paths: str) -> None:
    """A crawl that was killed while it wrote the last record of its file, before the archive had any."""
    with ours(data / "warc") as writer:
        for second, path in enumerate(paths, 1):
            answer(writer, path, second)
    cut(data / "warc" / NAME)
    begun(data)


def cut(file: Path) -> None:
    """Make of a file what a kill within a record leaves."""
    whole = file.read_bytes()
    file.unlink()
    file.with_name(f"{file.name}.open").write_bytes(whole + whole[:99])


def as_rebuilt(data: Path) -> None:
    before = dump(data)
    rebuild(data, PORTALS, 1)
    assert dump(data) == before


def test_what_a_killed_crawl_has_captured_is_taken_in_and_the_crawl_is_marked(tmp_path: Path) -> None:
    killed(tmp_path, "/bai/mot", "/bai/hai")
    done = recover(tmp_path, PORTALS)
    assert done == Recovered(files=1, crawls=1, captures=2)
    assert str(done) == "Salvaged 1 file of 1 crawl that had not ended: 2 captures taken in"
    assert [path.name for path in (tmp_path / "warc").glob("*.warc*")] == [NAME]
    query = "select outcome, finished_at, new from crawls"
    assert rows(tmp_path, query) == [("killed", "2026-01-01T00:00:02Z", 2)]
    as_rebuilt(tmp_path)


def test_to_recover_again_changes_nothing_and_reads_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(tmp_path, "/bai/mot")
    recover(tmp_path, PORTALS)
    before = dump(tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError("a file was read")

    monkeypatch.setattr(recovery, "survey", refuse)
    assert not recover(tmp_path, PORTALS)
    assert dump(tmp_path) == before
    assert not recover(tmp_path / "nothing", PORTALS)
    assert not (tmp_path / "nothing").exists()


def test_rows_that_never_reached_the_archive_are_found_in_earlier_files_of_the_crawl(tmp_path: Path) -> None:
    files = of_several_files(tmp_path / "warc")
    files[-1].unlink()  # which told the end
    begun(tmp_path)
    assert recover(tmp_path, PORTALS) == Recovered(files=0, crawls=1, captures=2)
    query = "select outcome, replaced from captures order by captured_at"
    assert rows(tmp_path, query) == [("failed", 1), ("article:selectors", 0)]
    as_rebuilt(tmp_path)


def test_a_crawl_that_was_killed_after_it_wrote_down_its_end_has_that_end(tmp_path: Path) -> None:
    with ours(tmp_path / "warc") as writer:
        answer(writer, "/bai/mot", 1)
        end(writer)
    begun(tmp_path)
    recover(tmp_path, PORTALS)
    assert rows(tmp_path, "select outcome, complete from crawls") == [("finished", 1)]


def test_a_crawl_that_runs_is_left_alone(tmp_path: Path) -> None:
    with ours(tmp_path / "warc", max_size=1) as writer:
        answer(writer, "/bai/mot", 1)
        answer(writer, "/bai/hai", 2)
        begun(tmp_path)
        assert not recover(tmp_path, PORTALS)
        assert rows(tmp_path, "select outcome from crawls") == [(None,)]
        # Nor does the import of a file that it has ended already end it.
        ingest(tmp_path / "warc" / NAME, tmp_path, PORTALS)
        assert rows(tmp_path, "select outcome from crawls") == [(None,)]
    recover(tmp_path, PORTALS)
    assert rows(tmp_path, "select outcome, new from crawls") == [("killed", 2)]


def test_an_import_that_was_interrupted_is_completed(tmp_path: Path) -> None:
    source, left = warc(tmp_path, article("mot"), article("hai")), 3

    def interrupt(_: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(source, tmp_path / "data", PORTALS, interrupt)
    assert rows(tmp_path, "select 1") == [(1,)]
    ingest(source, tmp_path / "whole", PORTALS)
    left = 6  # five records are surveyed, and one response is taken in
    with pytest.raises(KeyboardInterrupt):
        ingest(source, tmp_path / "data", PORTALS, interrupt)
    assert rows(tmp_path / "data", "select outcome, (select count(*) from captures) from crawls") == [
        (None, 2)
    ]
    recover(tmp_path / "data", PORTALS)
    assert dump(tmp_path / "data") == dump(tmp_path / "whole")


def test_the_commands_say_what_they_recovered(tmp_path: Path) -> None:
    robots = ("https://mic.gov.vn/robots.txt", "200 OK", [], b"")
    source, info = (
        warc(tmp_path, robots),
        {"software": "backan-archive", "isPartOf": "mic-1", "portal": "mic"},
    )
    cut(warc(tmp_path / "data" / "warc", robots, robots, info=info | {"startedAt": STARTED}))
    result = CliRunner().invoke(main, ["ingest", str(source), "--data", str(tmp_path / "data")])
    assert result.exit_code == 0, result.output
    assert "Salvaged 1 file of 1 crawl that had not ended: 2 captures taken in" in result.stderr
    query = "select outcome, (select count(*) from captures where crawl = crawls.id) from crawls order by id"
    assert rows(tmp_path / "data", query) == [("killed", 2), ("finished", 1)]


def test_a_crawl_of_a_portal_that_is_not_known_is_left_for_who_knows_it(tmp_path: Path) -> None:
    killed(tmp_path, "/bai/mot")
    recover(tmp_path, {})
    assert rows(tmp_path, "select outcome from crawls") == [(None,)]
    assert recover(tmp_path, PORTALS).captures == 1


def test_a_crawl_of_which_no_file_is_left_is_marked_too(tmp_path: Path) -> None:
    (tmp_path / "warc").mkdir()
    begun(tmp_path)
    assert recover(tmp_path, PORTALS).crawls == 1
    assert rows(tmp_path, "select outcome, finished_at from crawls") == [("killed", STARTED)]


def test_a_crawl_that_was_killed_before_it_had_a_row_is_known_though_its_recovery_is_killed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = {
        "software": "backan-archive", "isPartOf": "mic-1", "portal": "mic", "source": "live",
        "startedAt": "2026-11-21T07:00:00Z",
    }  # fmt: skip
    with WarcWriter(tmp_path / "elsewhere", "mic-1", info) as writer:
        writer.open()
        [left] = (tmp_path / "elsewhere").glob("*.open")
        (tmp_path / "warc").mkdir()
        shutil.copy(left, tmp_path / "warc")
    with monkeypatch.context() as killed:
        killed.setattr("crawler.intake.recovery._take_in", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            recover(tmp_path)
    assert [path.name for path in (tmp_path / "warc").glob("*.warc.gz*")] == ["mic-1-00000.warc.gz"]
    recover(tmp_path)
    assert rows(tmp_path, "select id, outcome from crawls") == [("mic-1", "killed")]
