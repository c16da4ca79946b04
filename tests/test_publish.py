import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_archive import FOREST, fill, take_in, without_shm

from archive import lock
from archive.errors import ArchiveError
from archive.publish import copies, inspected, is_published, newest, publish
from archive.search import search
from archive.store import Archive
from crawler.cli import main

NOON = datetime(2023, 12, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    fill(tmp_path / "archive.db")
    return tmp_path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def test_a_copy_holds_all_that_a_reader_needs(data: Path) -> None:
    copy = publish(data, now=NOON).path
    assert copy == data / "publish" / "archive-20231201T120000Z.db"
    for table in ("articles", "versions", "captures", "crawls", "portals", "images", "links", "related"):
        columns = f"select * from {table} order by 1, 2"
        assert rows(copy, columns) == rows(data / "archive.db", columns), table
    views = (
        "select name, sql from sqlite_master where type in ('view', 'index') "
        "and tbl_name not in ('stories', '_sqlite_migrations', 'published') order by 1"
    )
    assert rows(copy, views) == rows(data / "archive.db", views)
    for words in ("đồng", "dong", '"nông thôn mới"'):
        assert search(copy, words) == search(data / "archive.db", words)


def test_what_serves_writing_alone_is_left_out(data: Path) -> None:
    kinds = (
        "select name from sqlite_master where type = 'trigger' or name in ('stories', '_sqlite_migrations')"
    )
    assert rows(data / "archive.db", kinds)
    assert rows(publish(data).path, kinds) == []


def test_a_copy_says_when_and_of_what_it_was_made(data: Path) -> None:
    copy = publish(data, now=NOON).path
    assert is_published(copy)
    assert not is_published(data / "archive.db")
    assert rows(copy, "select * from published") == [
        ("2023-12-01T12:00:00Z", "2023-11-20T03:10:00Z", 15, 16, 16)
    ]


def test_beside_a_copy_stands_what_datasette_would_have_to_count(data: Path) -> None:
    copy = publish(data).path
    told = json.loads(copy.with_suffix(".json").read_text())["archive"]
    assert told["hash"] == sha256(copy.read_bytes()).hexdigest()
    assert told["tables"]["articles"] == {"count": 15}
    assert inspected(copy)["archive"] == told
    copy.chmod(0o644)
    with copy.open("ab") as file:
        file.write(b"x")
    assert inspected(copy) == {}, "that is of another file"


def test_a_copy_is_compact_and_stands_alone(data: Path) -> None:
    with Archive(data / "archive.db") as archive:
        for number in range(200):
            take_in(
                archive, "backan", replace(FOREST, key=str(number), url=f"https://backan.gov.vn/{number}")
            )
        archive.db.execute("delete from versions where article in (select id from articles limit 100)")
        archive.db.conn.commit()
        made = publish(data)
    assert made.size < made.live_size
    assert rows(made.path, "pragma freelist_count") == [(0,)]
    assert rows(made.path, "pragma journal_mode") == [("delete",)]
    assert rows(made.path, "pragma integrity_check") == [("ok",)]
    for index in ("articles_fts", "articles_fts_exact"):
        assert rows(made.path, f"select count(distinct segid) from {index}_idx") == [(1,)], "merged into one"
    assert {path.name for path in made.path.parent.iterdir()} == {made.path.name, f"{made.path.stem}.json"}


def test_a_copy_can_be_made_while_a_crawl_writes(data: Path) -> None:
    ended = threading.Event()

    def crawl() -> None:
        with Archive(data / "archive.db") as archive:
            number = 0
            while not ended.is_set():
                number += 1
                take_in(
                    archive,
                    "backan",
                    replace(FOREST, key=f"n{number}", url=f"https://backan.gov.vn/{number}"),
                )

    writer = threading.Thread(target=crawl)
    writer.start()
    try:
        made = [publish(data, now=NOON + timedelta(seconds=second)) for second in range(3)]
    finally:
        ended.set()
        writer.join()
    for one in made:
        ((articles, versions, captures),) = rows(
            one.path,
            "select (select count(*) from articles), (select count(*) from versions), count(*) from captures",
        )
        assert (articles, captures) == (one.articles, one.captures)
        assert versions == captures, "each article was copied with its capture, or not at all"
    assert made[0].articles < made[2].articles


def test_only_the_newest_copies_are_kept(data: Path) -> None:
    made = [publish(data, keep=2, now=NOON + timedelta(hours=hour)) for hour in range(4)]
    assert copies(data) == [made[2].path, made[3].path]
    assert newest(data) == made[3].path
    assert made[3].removed == (made[1].path,)
    assert len(list((data / "publish").iterdir())) == 4, "the .json files of the others are gone too"


def test_a_copy_that_is_served_is_not_removed(data: Path) -> None:
    first = publish(data, keep=1, now=NOON)
    with lock.keeping(first.path):
        second = publish(data, keep=1, now=NOON + timedelta(hours=1))
        assert copies(data) == [first.path, second.path]
    third = publish(data, keep=1, now=NOON + timedelta(hours=2))
    assert copies(data) == [third.path]


def test_two_do_not_publish_at_once(data: Path) -> None:
    with lock.publishing(data), pytest.raises(ArchiveError, match=f"already by process {os.getpid()}"):
        publish(data)
    assert copies(data) == []


def test_a_full_disk_is_refused_before_anything_is_written(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 2 * (data / "archive.db").stat().st_size})
    monkeypatch.setattr("archive.publish.shutil.disk_usage", lambda folder: usage)
    with pytest.raises(ArchiveError, match="too little room"):
        publish(data)
    assert list((data / "publish").iterdir()) == []


def test_an_index_that_disagrees_with_the_articles_is_not_published(data: Path) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as connection:
        (trigger,) = connection.execute(
            "select name from sqlite_master where type = 'trigger' and name like 'articles_fts_update%'"
        ).fetchone()
        connection.execute(f"drop trigger {trigger}")
        connection.execute("update articles set title = 'Không ai tìm thấy' where title like 'Mưa lũ%'")
        connection.commit()
    with pytest.raises(ArchiveError, match="cannot publish"):
        publish(data)
    assert list((data / "publish").iterdir()) == [], "half a copy is no copy"


def test_a_publication_that_was_killed_leaves_nothing_for_good(data: Path) -> None:
    program = (
        "import os; from pathlib import Path; from archive.publish import publish;"
        f"publish(Path({str(data)!r}), told=lambda done, total: done > 90_000 and os._exit(9))"
    )
    with Archive(data / "archive.db") as archive:
        for number in range(300):
            take_in(
                archive, "backan", replace(FOREST, key=str(number), url=f"https://backan.gov.vn/{number}")
            )
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert killed.returncode == 9
    assert copies(data) == []
    assert any(path.suffix == ".part" for path in (data / "publish").iterdir())
    made = publish(data)
    assert {path.stem for path in (data / "publish").iterdir()} == {made.path.stem}


def test_progress_is_told_up_to_the_end(data: Path) -> None:
    with Archive(data / "archive.db") as archive:
        for number in range(300):
            take_in(
                archive, "backan", replace(FOREST, key=str(number), url=f"https://backan.gov.vn/{number}")
            )
    told: list[tuple[int, int]] = []
    made = publish(data, told=lambda done, total: told.append((done, total)))
    assert len(told) > 5
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (2 * made.live_size, 2 * made.live_size)


def test_ctrl_c_ends_a_publication(data: Path) -> None:
    with Archive(data / "archive.db") as archive:
        for number in range(300):
            take_in(
                archive, "backan", replace(FOREST, key=str(number), url=f"https://backan.gov.vn/{number}")
            )

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(data, told=interrupt)
    assert list((data / "publish").iterdir()) == []


def test_an_archive_in_a_folder_that_cannot_be_written_is_told(data: Path) -> None:
    without_shm(data / "archive.db")
    made = publish(data)
    assert made.articles == 15
    with pytest.raises(ArchiveError, match="backan demo"):
        publish(data / "nowhere")


def test_the_command_says_what_it_made_and_how_to_serve_it(data: Path) -> None:
    result = CliRunner().invoke(main, ["publish", "--data", str(data)])
    assert result.exit_code == 0, result.output
    (copy,) = copies(data)
    assert re.search(rf"{re.escape(str(copy))}: 0\.\d MB", result.output)
    assert "15 articles, 16 captures" in result.output
    assert f"backan serve --public --data {data}" in result.output
    as_json = CliRunner().invoke(main, ["publish", "--json", "--data", str(data)])
    assert json.loads(as_json.stdout)["articles"] == 15


def test_the_command_tells_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["publish", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "backan demo" in result.stderr
