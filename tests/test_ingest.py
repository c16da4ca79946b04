"""Taking in WARC files that are there already: nothing is lost, nothing is doubled, nothing is made up."""

import errno
import gzip
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from hostile_portal import Hostile, Stumbling
from hostile_server import page
from own_files import answer, ours
from runs import dump, rows
from warc_files import AT, HTML, article, foreign, revisit, warc

from archive.errors import ArchiveError, WarcError
from archive.warc.reader import exchanges
from crawler.intake.ingest import Ingested, ingest

PORTALS: dict[str, Any] = {"hostile": Hostile}


def taken(data: Path) -> list[list[tuple[Any, ...]]]:
    """All that an import may change."""
    return [rows(data, f"select * from {table} order by 1") for table in ("captures", "articles", "crawls")]


def test_a_file_is_copied_and_its_articles_are_found(tmp_path: Path) -> None:
    source = warc(tmp_path, article("mot"), article("hai"))
    done = ingest(source, tmp_path / "data", PORTALS)
    assert (tmp_path / "data" / "warc" / source.name).read_bytes() == source.read_bytes()
    assert (done.tallies["hostile"].new, done.error) == (2, None)
    assert rows(tmp_path / "data", "select title from articles order by 1") == [("Bài hai",), ("Bài mot",)]
    [crawl] = rows(tmp_path / "data", "select portal, source, outcome, pages, new from crawls")
    assert crawl == ("hostile", "warc", "finished", 2, 2)
    query = "select distinct captured_at, warc_file from captures"
    assert rows(tmp_path / "data", query) == [(AT, source.name)]


def test_the_same_file_again_changes_nothing_whatever_its_name(tmp_path: Path) -> None:
    source, data = warc(tmp_path, article("mot")), tmp_path / "data"
    ingest(source, data, PORTALS)
    before = taken(data)
    again = ingest(source, data, PORTALS)
    assert (again.known, again.tallies) == (1, {})
    ingest(data / "warc" / source.name, data, PORTALS)
    renamed = source.rename(tmp_path / "a name of its own.warc.gz")
    assert ingest(renamed, data, PORTALS).known == 1
    assert taken(data) == before
    assert [path.name for path in (data / "warc").glob("*.warc*")] == ["foreign-00000.warc.gz"]


def test_a_copy_that_is_not_whole_or_still_being_written_stands_for_no_file(tmp_path: Path) -> None:
    source, kept = warc(tmp_path, article("mot")), tmp_path / "data" / "warc"
    kept.mkdir(parents=True)
    for name in ("other.warc.gz.part", f"{source.name}.open"):
        shutil.copyfile(source, kept / name)
    assert ingest(source, tmp_path / "data", PORTALS).file == "foreign-00000-2.warc.gz"


def test_another_file_of_the_same_name_gets_a_name_of_its_own(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for folder, name in (("a", "mot"), ("b", "hai"), ("c", "ba"), ("b", "hai")):
        (tmp_path / folder).mkdir(exist_ok=True)
        path = tmp_path / folder / "foreign-00000.warc.gz"
        if not path.exists():
            warc(tmp_path / folder, article(name))
        ingest(path, data, PORTALS)
    names = sorted(path.name for path in (data / "warc").glob("*.warc*"))
    assert names == ["foreign-00000-2.warc.gz", "foreign-00000-3.warc.gz", "foreign-00000.warc.gz"]
    assert len(rows(data, "select * from articles")) == 3


def test_a_copy_that_does_not_fit_on_the_disk_leaves_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"as far as it goes")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ArchiveError, match="No space left"):
        ingest(warc(tmp_path, article("mot")), tmp_path / "data", PORTALS)
    assert list((tmp_path / "data" / "warc").iterdir()) == []


def test_an_import_that_was_interrupted_is_completed(tmp_path: Path) -> None:
    source, data = warc(tmp_path, article("mot"), article("hai")), tmp_path / "data"
    ingest(source, data, PORTALS)
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute("delete from captures where url like '%hai'")
        connection.execute("delete from articles where title like '%hai'")
        connection.execute("delete from versions where title like '%hai'")
    connection.close()
    done = ingest(source, data, PORTALS)
    assert (done.known, done.tallies["hostile"].new) == (1, 1)
    assert len(rows(data, "select * from articles")) == 2


def test_responses_of_hosts_that_no_portal_covers_are_passed_over_and_counted(tmp_path: Path) -> None:
    outside = ("https://xoso.example/bai/mot", "200 OK", [HTML], page("Xổ số"))
    port = ("http://hostile.test:8080/bai/mot", "200 OK", [HTML], page("Máy chủ khác"))
    done = ingest(warc(tmp_path, article("mot"), outside, outside, port), tmp_path / "data", PORTALS)
    assert done.outside == {"xoso.example": 2, "hostile.test:8080": 1}
    assert rows(tmp_path / "data", "select title from articles") == [("Bài mot",)]
    assert len(rows(tmp_path / "data", "select * from captures")) == 1


STUB = b"<html><script>document.cookie='D1N=0123';window.location.reload(true);</script></html>"


@pytest.mark.parametrize(
    ("path", "status", "headers", "body", "outcome"),
    [
        ("/bai/mot", "200 OK", ["Content-Encoding: gzip"], gzip.compress(page("Bài")), "article:selectors"),
        ("/bai/mot", "200 OK", ["Content-Encoding: gzip"], b"\x1f\x8b\x08 no gzip at all", "unreadable"),
        ("/bai/mot", "200 OK", [], b"", "empty"),
        ("/bai/mot", "200 OK", [], STUB, "challenge"),
        ("/bai/mot", "404 Not Found", [], page("Không có"), "missing"),
        ("/bai/mot", "503 Service Unavailable", [], b"", "failed"),
        ("/bai/mot", "302 Found", ["Location: /"], b"", "redirect"),
        ("/robots.txt", "200 OK", [], b"User-agent: *", "robots"),
        ("/robots.txt", "302 Found", ["Location: /"], b"", "redirect"),
    ],
)
def test_responses_come_to_the_outcome_that_a_crawl_gives_them(
    tmp_path: Path, path: str, status: str, headers: list[str], body: bytes, outcome: str
) -> None:
    source = warc(tmp_path, (f"http://hostile.test{path}", status, [HTML, *headers], body))
    ingest(source, tmp_path / "data", PORTALS)
    assert rows(tmp_path / "data", "select outcome from captures") == [(outcome,)]


def test_a_file_cut_in_the_middle_gives_its_whole_records_and_says_so(tmp_path: Path) -> None:
    source = warc(tmp_path, article("mot"), article("hai"), article("ba"))
    source.write_bytes(source.read_bytes()[:-900])
    done = ingest(source, tmp_path / "data", PORTALS)
    assert done.tallies["hostile"].new == 2
    assert "is cut" in str(done.error)
    assert rows(tmp_path / "data", "select outcome, new from crawls") == [("damaged", 2)]


def test_a_file_without_a_single_response_is_refused_and_not_kept(tmp_path: Path) -> None:
    for name, content in {"page.warc.gz": b"<html>", "empty.warc": b"", "list.txt": b"a\nb\n"}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WarcError):
            ingest(tmp_path / name, tmp_path / "data", PORTALS)
    assert not (tmp_path / "data").exists()


def test_a_file_of_the_demo_stays_the_demos_and_joins_no_real_articles(tmp_path: Path) -> None:
    invented = warc(tmp_path, article("mot"), name="invented", info={"source": "demo"})
    real = warc(tmp_path, article("hai"), name="real", info={"source": "via"})
    both = tmp_path / "both.warc.gz"
    both.write_bytes(real.read_bytes() + invented.read_bytes())
    demo, archive = tmp_path / "demo", tmp_path / "archive"
    ingest(invented, demo, PORTALS)
    ingest(real, archive, PORTALS)
    for data, source, others in ((demo, "demo", [real]), (archive, "warc", [invented, both])):
        for file in others:
            with pytest.raises(ArchiveError, match="must not be mixed"):
                ingest(file, data, PORTALS)
        assert rows(data, "select distinct source from crawls") == [(source,)]
        assert len(list((data / "warc").glob("*.warc*"))) == 1


def odd(url: str = "http://hostile.test/bai/la", status: str = "200 OK", at: str = AT) -> dict[str, Any]:
    return {"exchange": (url, status, [HTML], page("Bài lạ")), "at": at}


def among_others(folder: Path, exchange: tuple[str, str, list[str], bytes], at: str) -> Path:
    """A WARC file with an odd response between two good ones."""
    parts = [
        warc(folder, article("mot"), name="a"),
        warc(folder, exchange, name="b", at=at),
        warc(folder, article("hai"), name="c"),
    ]
    whole = folder / "odd.warc.gz"
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    return whole


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (odd(url="https://[bad/bai/la"), "ValueError: Invalid IPv6 URL"),
        (odd(url="https://hostile.test:99999/bai/la"), "ValueError: Port out of range 0-65535"),
        (odd(at="0001-01-01T00:00:00+14:00"), "captured at '0001-01-01T00:00:00+14:00', which is no time"),
    ],
)
def test_a_response_that_cannot_be_stored_is_told_with_its_place_and_those_behind_it_are_taken_in(
    tmp_path: Path, response: dict[str, Any], why: str
) -> None:
    source = among_others(tmp_path, **response)
    done = ingest(source, tmp_path / "data", PORTALS)
    [unusable] = done.unusable
    assert (unusable.place.file, unusable.why) == (source.name, why)
    assert source.read_bytes()[unusable.place.offset :].startswith(b"\x1f\x8b")
    assert done.tallies["hostile"].new == 2
    assert ingest(source, tmp_path / "data", PORTALS).known == 2


def test_a_status_that_is_none_is_noted(tmp_path: Path) -> None:
    ingest(among_others(tmp_path, **odd(status="9" * 20)), tmp_path / "data", PORTALS)
    query = "select status, outcome, note from captures where url like '%la'"
    assert rows(tmp_path / "data", query) == [(0, "failed", "HTTP 0")]
    assert len(rows(tmp_path / "data", "select * from articles")) == 2


def test_a_page_that_no_database_can_hold_is_kept_as_a_capture(tmp_path: Path) -> None:
    tot = ("http://hostile.test/bai/tot", "200 OK", [HTML], page("Bài tốt"))
    done = ingest(warc(tmp_path, tot, article("mot")), tmp_path / "data", {"stumbling": Stumbling})
    assert (done.tallies["stumbling"].new, done.tallies["stumbling"].failed, done.unusable) == (1, 1, [])
    query = "select outcome, note from captures where url like '%tot'"
    [(outcome, note)] = rows(tmp_path / "data", query)
    assert outcome == "unreadable"
    assert note.startswith("OverflowError: ")


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    source, data = warc(tmp_path, article("mot")), tmp_path / "data"
    data.mkdir()
    (data / "warc").write_text("in the way of the folder")
    with pytest.raises(ArchiveError, match=r"cannot write to .*/data: .*File exists"):
        ingest(source, data, PORTALS)
    with pytest.raises(ArchiveError, match="Not a directory"):
        ingest(source, source / "data", PORTALS)


def test_a_wrong_charset_does_no_harm(tmp_path: Path) -> None:
    wrong = (
        "http://hostile.test/bai/mot",
        "200 OK",
        ["Content-Type: text/html; charset=utf-8,gbk"],
        page("Bảng mã"),
    )
    done: Ingested = ingest(warc(tmp_path, wrong), tmp_path / "data", PORTALS)
    assert done.tallies["hostile"].new == 1
    assert rows(tmp_path / "data", "select title from articles") == [("Bảng mã",)]


def test_an_interrupted_import_is_completed_by_the_next_one(tmp_path: Path) -> None:
    source, told = warc(tmp_path, article("mot"), article("hai")), 0

    def interrupt(_: int) -> None:
        nonlocal told
        told += 1
        if told == 6:  # five records are surveyed, and one response is taken in
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(source, tmp_path / "data", PORTALS, interrupt)
    done = ingest(source, tmp_path / "data", PORTALS)
    assert done.known >= 1
    ingest(source, tmp_path / "whole", PORTALS)
    assert dump(tmp_path / "data") == dump(tmp_path / "whole")


def test_all_bytes_of_a_file_are_told_once_as_it_is_surveyed_and_again_as_it_is_taken_in(
    tmp_path: Path,
) -> None:
    source = warc(tmp_path, article("mot"), article("hai"))
    told: list[int] = []
    ingest(source, tmp_path / "data", PORTALS, told.append)
    assert source.stat().st_size < sum(told) <= 2 * source.stat().st_size


def test_a_revisit_whose_original_is_nowhere_is_kept_and_read_when_that_comes(tmp_path: Path) -> None:
    original = warc(tmp_path, article("mot"), name="original", at="2019-01-01T00:00:00Z")
    [exchange] = exchanges(original)
    alone = foreign(tmp_path, revisit("http://hostile.test/bai/mot", exchange.payload_digest or ""))
    data = tmp_path / "data"
    assert ingest(alone, data, PORTALS).lost == 1
    query = "select outcome, note, sha256 from captures where warc_file = 'foreign.warc'"
    assert rows(data, query) == [("failed", "repeats a record that is in no file of this archive", None)]
    ingest(original, data, PORTALS)
    [(outcome, note, sha256)] = rows(data, query)
    assert (outcome, note) == ("article:selectors", None)
    assert rows(data, "select count(*) from captures where sha256 = ?", sha256) == [(2,)]
    assert rows(data, "select unchanged, failed from crawls where id like '%foreign.warc'") == [(1, 0)]


def test_files_of_one_name_that_are_taken_in_at_once_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two copies under one name one would be cut, or be the other."""
    sources = [warc(tmp_path / name, article(name)) for name in ("mot", "hai")]
    both, copying = Barrier(2), shutil.copyfile

    def slowly(source: Path, part: Path) -> None:
        part.touch()
        with suppress(BrokenBarrierError):
            both.wait(0.3)  # for the other one, which must not come
        copying(source, part)

    monkeypatch.setattr(shutil, "copyfile", slowly)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda source: ingest(source, tmp_path / "data", PORTALS), sources))
    kept = sorted((tmp_path / "data" / "warc").glob("*.warc.gz"))
    assert sorted(path.read_bytes() for path in kept) == sorted(path.read_bytes() for path in sources)
    assert both.broken
    assert rows(tmp_path / "data", "select title from articles order by 1") == [("Bài hai",), ("Bài mot",)]


def test_a_copy_of_our_file_that_was_made_before_it_was_whole_does_not_double_its_captures(
    tmp_path: Path,
) -> None:
    with ours(tmp_path / "own") as writer:
        answer(writer, "/bai/mot", 1)
        answer(writer, "/bai/hai", 2)
    [whole] = (tmp_path / "own").glob("*.gz")
    part, data = tmp_path / "part.warc.gz", tmp_path / "data"
    part.write_bytes(whole.read_bytes()[:-900])
    ingest(whole, data, PORTALS)
    before = dump(data)
    assert ingest(part, data, PORTALS).known == 2
    assert dump(data) == before
    ingest(part, tmp_path / "early", PORTALS)
    before = dump(tmp_path / "early")
    with pytest.raises(WarcError, match=r"begins with all that .*part[.]warc[.]gz holds: move that one away"):
        ingest(whole, tmp_path / "early", PORTALS)
    assert dump(tmp_path / "early") == before
