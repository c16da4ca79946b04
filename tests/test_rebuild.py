"""The archive follows from its WARC files alone: made anew, it has the same rows."""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hostile_portal import Hostile
from hostile_server import hostile_server, page
from own_files import CRAWL, answer, end, of_several_files, ours
from runs import HURRY, Demo, differences, dump, rows, run, run_anew
from warc_files import HTML, article, foreign, revisit, warc

from archive import lock
from archive.errors import ArchiveError
from archive.warc.reader import exchanges
from archive.warc.writer import Revisited
from crawler.cli import main
from crawler.intake.ingest import ingest
from crawler.intake.rebuild import Rebuilt, rebuild
from crawler.intake.workers import workers
from crawler.portals import load

PORTALS: dict[str, Any] = {"hostile": Hostile}


def again(data: Path, portals: dict[str, Any] = PORTALS, jobs: int = 1) -> Rebuilt:
    return rebuild(data, portals, jobs)


def unchanged(data: Path, portals: dict[str, Any] = PORTALS, jobs: int = 1) -> Rebuilt:
    """Rebuild an archive and demand that it be as it was."""
    before = dump(data)
    done = again(data, portals, jobs)
    assert sum(map(len, before.values())) > 0
    after = dump(data)
    assert {name: after[name] for name in before if after[name] != before[name]} == {}
    return done


def test_a_demo_made_anew_has_the_same_rows_and_so_has_one_made_twice(demo: Demo, tmp_path: Path) -> None:
    data, portals = shutil.copytree(demo.data, tmp_path / "data"), load()
    done = unchanged(data, portals, jobs=2)
    assert done.articles > 50
    assert unchanged(data, portals) == done
    assert rows(data, "select distinct outcome, complete from crawls") == [("finished", 1)]


def test_a_crawl_of_a_server_that_does_everything_wrong_has_the_same_rows(tmp_path: Path) -> None:
    with hostile_server() as (url, _):
        run(
            "-m", "scrapy", "crawl", "hostile", *HURRY, "-s", "SPIDER_MODULES=hostile_portal",
            "-s", f"BACKAN_VIA={url}", "-s", f"BACKAN_DATA={tmp_path}",
        )  # fmt: skip
    assert rows(tmp_path, "select count(*) from captures where replaced") > [(4,)]
    assert rows(tmp_path, "select count(*) from captures where warc_file is null") == [(1,)]
    unchanged(tmp_path, jobs=2)


def test_our_own_file_brings_its_crawl_and_what_became_of_each_request(tmp_path: Path) -> None:
    with ours(tmp_path) as writer:
        cut = answer(writer, "/bai/mot", 1, truncated="disconnect")
        writer.note("http://hostile.test/bai/mot", "2026-01-01T00:00:01Z", {"successor": "retry"}, cut.id)
        answer(writer, "/bai/mot", 2)
        moved = answer(writer, "/bai/hai", 3, "302 Found", b"")
        fields = {"fetchError": "max redirections reached"}
        writer.note("http://hostile.test/bai/hai", "2026-01-01T00:00:03Z", fields, moved.id)
        writer.note("http://hostile.test/bai/ba", "2026-01-01T00:00:04Z", {"fetchError": "no answer"})
        answer(writer, "/bai/bon", 5)
        end(writer)
    data = tmp_path / "data"
    done = ingest(tmp_path / f"{CRAWL}-00000.warc.gz", data, PORTALS)
    [crawl] = rows(data, "select id, portal, source, started_at, finished_at, outcome, complete from crawls")
    assert crawl == (
        CRAWL, "hostile", "via", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", "finished", 1
    )  # fmt: skip
    query = "select outcome, note, replaced, status from captures order by captured_at"
    assert rows(data, query) == [
        ("failed", "incomplete, asked again", 1, 200),
        ("article:selectors", None, 0, 200),
        ("failed", "max redirections reached", 0, 302),
        ("failed", "no answer", 0, None),
        ("article:selectors", None, 0, 200),
    ]
    assert (done.tallies["hostile"].pages, done.tallies["hostile"].failed, done.skipped["metadata"]) == (
        2,
        2,
        0,
    )
    before = dump(data)
    assert ingest(tmp_path / f"{CRAWL}-00000.warc.gz", data, PORTALS).known == 5
    assert dump(data) == before
    unchanged(data)


def test_a_crawl_without_an_end_was_killed_at_its_last_capture(tmp_path: Path) -> None:
    with ours(tmp_path) as writer:
        answer(writer, "/bai/mot", 1)
        answer(writer, "/bai/hai", 9)
    ingest(tmp_path / f"{CRAWL}-00000.warc.gz", tmp_path / "data", PORTALS)
    query = "select outcome, complete, finished_at from crawls"
    assert rows(tmp_path / "data", query) == [("killed", 0, "2026-01-01T00:00:09Z")]
    unchanged(tmp_path / "data")


def in_any_order(folder: Path, files: list[Path], orders: list[list[int]]) -> None:
    """Demand the same rows whatever the order of the files, and of a rebuild."""
    for number, order in enumerate(orders):
        for index in order:
            ingest(files[index], folder / str(number), PORTALS)
        assert differences(folder / "0", folder / str(number)) == {}
    unchanged(folder / "0")


def test_a_crawl_of_several_files_is_the_same_in_whatever_order_they_come(tmp_path: Path) -> None:
    files = of_several_files(tmp_path)
    in_any_order(tmp_path, files, [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
    query = "select outcome, replaced from captures order by captured_at"
    told = [("failed", 1), ("article:selectors", 0), ("article:selectors", 0)]
    assert rows(tmp_path / "0", query) == told
    assert rows(tmp_path / "0", "select outcome, pages, failed from crawls") == [("finished", 2, 0)]


def test_revisits_are_the_same_in_whatever_order_their_originals_come(tmp_path: Path) -> None:
    was = warc(tmp_path, article("mot"), name="was", at="2025-01-01T00:00:00Z")
    [original] = exchanges(was)
    refers = Revisited(
        original.url, original.captured_at, original.payload_digest or "", "server-not-modified"
    )
    with ours(tmp_path) as writer:
        answer(writer, "/bai/mot", 1, "304 Not Modified", b"", revisit=refers)
        end(writer, complete="false")
    alike = foreign(
        tmp_path, revisit("http://hostile.test/bai/mot", original.payload_digest or ""), name="a.warc"
    )
    files = [was, tmp_path / f"{CRAWL}-00000.warc.gz", alike]
    in_any_order(tmp_path, files, [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
    query = "select status, outcome, sha256, mime from captures order by captured_at"
    digest = "select sha256 from captures where warc_file like 'was%'"
    [(sha256,)] = rows(tmp_path / "0", digest)
    assert rows(tmp_path / "0", query) == [
        (0, "failed", None, None),  # of a time before its original
        (200, "article:selectors", sha256, "text/html"),
        (304, "article:selectors", sha256, "text/html"),
    ]
    assert rows(tmp_path / "0", "select version, last_captured_at from articles") == [
        (1, "2026-01-01T00:00:01Z")
    ]


def test_a_mixture_of_files_of_ours_and_of_others_has_the_same_rows(tmp_path: Path) -> None:
    newer = warc(
        tmp_path, ("http://hostile.test/bai/mot", "200 OK", [HTML], page("Bài của năm trước")), name="newer"
    )
    gone = warc(
        tmp_path,
        ("http://hostile.test/bai/hai", "404 Not Found", [HTML], b""),
        name="gone",
        at="2027-01-01T00:00:00Z",
    )
    files = [newer, gone, *of_several_files(tmp_path)]
    in_any_order(tmp_path, files, [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 4, 1, 2]])
    query = "select title, version, gone_at from articles order by title"
    assert rows(tmp_path / "0", query) == [
        ("Bài /bai/hai", 1, "2027-01-01T00:00:00Z"), ("Bài /bai/mot", 2, None)
    ]  # fmt: skip


def some(tmp_path: Path, count: int = 3) -> Path:
    """A data folder with a file of so many articles."""
    data = tmp_path / "data"
    ingest(warc(tmp_path, *(article(f"so-{n}") for n in range(count))), data, PORTALS)
    return data


def test_the_whole_records_of_a_damaged_file_are_taken_in_and_the_damage_is_told(tmp_path: Path) -> None:
    data = some(tmp_path)
    file = data / "warc" / "foreign-00000.warc.gz"
    [*_, (offset,)] = rows(data, "select warc_offset from captures order by 1")
    raw = bytearray(file.read_bytes())
    raw[offset + 100] ^= 0xFF
    file.write_bytes(raw)
    done = again(data)
    assert (done.captures, done.articles, list(done.damaged)) == (2, 2, [file.name])
    assert f"damaged at byte {offset}" in done.damaged[file.name]
    assert rows(data, "select outcome from crawls") == [("damaged",)]
    result = CliRunner().invoke(main, ["rebuild", "--data", str(data), "--jobs", "1"])
    assert result.exit_code == 3
    assert "damaged at byte" in result.output


def test_the_command_tells_what_it_made_the_archive_of(tmp_path: Path) -> None:
    source = warc(tmp_path, ("https://mic.gov.vn/robots.txt", "200 OK", [], b""))
    data = ["--data", str(tmp_path / "data")]
    assert CliRunner().invoke(main, ["ingest", str(source), *data]).exit_code == 0
    (tmp_path / "data" / "archive.db").unlink()
    result = CliRunner().invoke(main, ["rebuild", *data, "--jobs", "1"])
    assert (result.exit_code, result.output) == (
        0,
        "1 file, 1 crawl, 1 capture; the archive holds 0 articles.\n",
    )
    result = CliRunner().invoke(main, ["rebuild", "--json", *data, "--jobs", "1"])
    assert json.loads(result.stdout)["captures"] == 1
    result = CliRunner().invoke(main, ["rebuild", "--data", str(tmp_path / "nothing")])
    assert result.exit_code == 1
    assert "holds no WARC files" in result.output


def repeated(tmp_path: Path) -> Path:
    """A data folder with an article and a revisit of it."""
    was = warc(tmp_path, article("mot"), name="was", at="2019-01-01T00:00:00Z")
    [original] = exchanges(was)
    again = revisit(original.url, original.payload_digest or "")
    for file in (was, foreign(tmp_path, again, name="again.warc")):
        ingest(file, tmp_path / "data", PORTALS)
    return tmp_path / "data"


ODD = (b"", b"\xff\xfe no line\n", b"a 1 [1]\n", b'{"url": 1}')


@pytest.mark.parametrize("odd", ODD)
def test_sidecars_that_are_cut_or_damaged_cost_nothing(tmp_path: Path, odd: bytes) -> None:
    data = repeated(tmp_path)
    before = dump(data)
    for path in (data / "warc").glob("*.cdxj"):
        path.write_bytes(path.read_bytes()[:-30] + odd)
    assert again(data).lost == 0
    assert dump(data) == before
    assert (data / "warc" / "was-00000.cdxj").read_bytes().endswith(b"}\n")


def test_lines_of_a_sidecar_that_make_no_sense_are_passed_over(tmp_path: Path) -> None:
    data = repeated(tmp_path)
    sidecar = data / "warc" / "was-00000.cdxj"
    [line] = sidecar.read_bytes().splitlines()
    place = b'"offset": "'
    odd = [b"\xff\xfe", line.replace(place, place + b"x"), line.replace(b"{", b"[{").replace(b"}", b"}]")]
    sidecar.write_bytes(b"\n".join([*odd, line]) + b"\n")
    [repeats] = (data / "warc").glob("again.warc")
    later = foreign(tmp_path, repeats.read_bytes().replace(b"2019-12-11", b"2020-12-11"), name="later.warc")
    assert ingest(later, data, PORTALS).lost == 0


def test_a_revisit_of_a_record_that_is_in_no_file_is_told(tmp_path: Path) -> None:
    data = repeated(tmp_path)
    (data / "warc" / "was-00000.warc.gz").unlink()
    assert again(data).lost == 1
    source = foreign(tmp_path, revisit("https://mic.gov.vn/a", f"sha1:{'A' * 32}"), name="lost.warc")
    assert CliRunner().invoke(main, ["ingest", str(source), "--data", str(tmp_path / "mic")]).exit_code == 0
    result = CliRunner().invoke(main, ["rebuild", "--data", str(tmp_path / "mic"), "--jobs", "1"])
    assert result.exit_code == 3
    assert "Repeating records that no file here holds: 1 capture" in result.output


def test_nothing_is_rebuilt_while_somebody_writes(tmp_path: Path) -> None:
    data = some(tmp_path)
    with lock.writing(data), pytest.raises(ArchiveError, match="is being written to"):
        again(data)


def test_an_archive_that_is_damaged_or_gone_is_replaced(tmp_path: Path) -> None:
    data = some(tmp_path)
    before = dump(data)
    writer = sqlite3.connect(data / "archive.db")
    with writer:
        writer.execute("delete from captures")
    wal = (data / "archive.db-wal").read_bytes()  # SQLite would play this back into the new archive
    writer.close()
    for content in (b"no database at all" * 999, (data / "archive.db").read_bytes()[:5000], b""):
        (data / "archive.db").write_bytes(content)
        (data / "archive.db-wal").write_bytes(wal)
        again(data)
        assert dump(data) == before
    (data / "archive.db").unlink()
    again(data)
    assert dump(data) == before


def test_who_reads_meanwhile_goes_on_with_the_old_rows_and_then_sees_the_new(tmp_path: Path) -> None:
    data = some(tmp_path)
    reader = sqlite3.connect(data / "archive.db", isolation_level=None)
    reader.execute("delete from captures where url like '%so-0'")
    reader.execute("begin")
    count = "select count(*) from captures"
    assert reader.execute(count).fetchone() == (2,)
    again(data)
    assert reader.execute(count).fetchone() == (2,)
    reader.execute("commit")
    assert reader.execute(count).fetchone() == (3,)
    assert reader.execute("pragma integrity_check").fetchone() == ("ok",)
    reader.close()
    assert sorted(path.name for path in data.glob("archive.db*")) == ["archive.db"]


KILLED = """
import os, signal, sys
from pathlib import Path
from hostile_portal import Hostile
from archive import swap
from crawler.intake.rebuild import rebuild

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    where = sys.argv[2]
    swap.PAGES = 1
    if where == "before":
        swap._Patience.__call__ = kill
    if where == "after":
        swap.remove = kill
    rebuild(Path(sys.argv[1]), {"hostile": Hostile}, 1, kill if where == "reading" else lambda _: None)
"""


@pytest.mark.parametrize(("where", "articles"), [("reading", 2), ("before", 2), ("after", 3)])
def test_a_kill_leaves_the_old_archive_or_the_new_and_the_next_one_cleans_up(
    tmp_path: Path, where: str, articles: int
) -> None:
    data = some(tmp_path)
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute("delete from articles where title like '%so-0'")
    connection.close()
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    run(str(script), str(data), where, expect=-signal.SIGKILL)
    assert rows(data, "select count(*) from articles") == [(articles,)]
    assert rows(data, "pragma integrity_check") == [("ok",)]
    assert list(data.glob("archive.db.new*"))
    again(data)
    assert rows(data, "select count(*) from articles") == [(3,)]
    assert list(data.glob("archive.db.new*")) == []


def where(piece: int) -> tuple[int, int, bool]:
    import crawler.intake.reading  # noqa: F401  # as the work does

    return piece, os.getpid(), "twisted.internet.reactor" in sys.modules


def fall(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_pieces_are_read_by_other_processes_in_order_and_only_some_ahead_and_without_a_reactor() -> None:
    begun: list[int] = []

    def pieces() -> Iterator[int]:
        for piece in range(40):
            begun.append(piece)
            yield piece

    with workers(2) as pool:
        results = pool.in_order(where, pieces())
        first = next(results)
        assert len(begun) == 8  # four for each process
        found = [first, *results]
        with pytest.raises(ArchiveError, match="was killed"):
            list(pool.in_order(fall, range(3)))
    assert [piece for piece, _, _ in found] == list(range(40))
    assert os.getpid() not in {process for _, process, _ in found}
    assert not any(reactor for _, _, reactor in found)


ORPHANS = """
import os, signal
from crawler.intake.workers import workers
from test_rebuild import where

if __name__ == "__main__":
    with workers(2) as pool:
        print(*{process for _, process, _ in pool.in_order(where, range(20))}, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_other_processes_end_where_their_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "orphans.py").write_text(ORPHANS)
    assert run_anew(str(tmp_path / "orphans.py"), expect=-signal.SIGKILL).split()
