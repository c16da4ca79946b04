"""What comes later corrects what was taken in before: fates, originals, and what a crawl's other files tell."""

import os
import sqlite3
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hostile_portal import Hostile
from hostile_server import page
from own_files import CRAWL, answer, end, of_several_files, ours
from runs import dump, rows
from warc_files import HTML, article, foreign, record, revisit, warc

from archive.errors import ArchiveError
from archive.warc.reader import payload_digest
from crawler.intake import recovery, surveys
from crawler.intake import survey as surveying
from crawler.intake.ingest import ingest
from crawler.intake.rebuild import rebuild
from crawler.intake.recovery import recover

PORTALS: dict[str, Any] = {"hostile": Hostile}
TEXTS = "select title, first_captured_at, last_captured_at, version from articles order by title"
URL = "http://hostile.test/bai/mot"


def in_any_order(folder: Path, files: list[Path]) -> Path:
    """Take files in in every order, and demand the rows of a rebuild each time; returns one data folder."""
    for order in permutations(files):
        data = folder / "-".join(path.name for path in order)
        for path in order:
            ingest(path, data, PORTALS)
        as_rebuilt(data)
    return data


def as_rebuilt(data: Path) -> None:
    before = dump(data)
    rebuild(data, PORTALS, 1)
    after = dump(data)
    assert {name: after[name] for name in before if after[name] != before[name]} == {}


@pytest.mark.parametrize("fate", [{"successor": "retry"}, {"fetchError": "cut off"}])
@pytest.mark.parametrize("more", [[], ["before"], ["before", "behind"]])
def test_a_page_that_turns_out_to_be_none_leaves_no_article_and_no_version(
    tmp_path: Path, fate: dict[str, str], more: list[str]
) -> None:
    with ours(tmp_path / "own", max_size=1) as writer:
        doubtful = answer(writer, "/bai/mot", 1, body=page("Bài dở dang"))
        answer(writer, "/bai/hai", 2)
        writer.note(URL, "2026-01-01T00:00:01Z", fate, doubtful.id)
        end(writer)
    times = {"before": "2025-01-01T00:00:00Z", "behind": "2027-01-01T00:00:00Z"}
    others = [warc(tmp_path, article("mot"), name=name, at=times[name]) for name in more]
    data = in_any_order(tmp_path, [*sorted((tmp_path / "own").glob("*.gz"))[:2], *others])
    at = "2026-01-01T00:00:02Z"
    held = [("Bài mot", times[more[0]], times[more[-1]], 1)] if more else []
    assert rows(data, TEXTS) == [("Bài /bai/hai", at, at, 1), *held]
    assert rows(data, "select count(*) from versions") == [(1 + len(held),)]


def response(at: str, status: str = "200 OK", **headers: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\n{HTML}\r\n\r\n".encode()
    digest = payload_digest(page("Bài mot"))
    kind = {"Content_Type": "application/http; msgtype=response", "WARC_Payload_Digest": digest}
    return record("response", URL, head + page("Bài mot"), at, **kind, **headers)


@pytest.mark.parametrize("worse", [{"status": "404 Not Found"}, {"WARC_Truncated": "disconnect"}])
def test_a_revisit_gets_the_better_original_when_that_comes(tmp_path: Path, worse: dict[str, str]) -> None:
    body, not_modified = page("Bài mot"), b"HTTP/1.1 304 Not Modified\r\n\r\n"
    files = [
        foreign(tmp_path, response("2019-01-01T00:00:00Z", **worse), name="a.warc"),
        foreign(
            tmp_path, revisit(URL, payload_digest(body), not_modified, "2019-03-01T00:00:00Z"), name="b.warc"
        ),
        foreign(tmp_path, response("2019-02-01T00:00:00Z"), name="c.warc"),
    ]
    data = in_any_order(tmp_path, files)
    assert rows(data, TEXTS) == [("Bài mot", "2019-02-01T00:00:00Z", "2019-03-01T00:00:00Z", 1)]
    assert rows(data, "select whole from captures where warc_file = 'b.warc'") == [(1,)]


def test_each_file_of_a_crawl_is_surveyed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, read = tmp_path / "data", []

    def counted(path: Path, *more: Any) -> surveying.Survey:
        read.append(path.name)
        return surveying.survey(path, *more)

    monkeypatch.setattr(recovery, "survey", counted)
    monkeypatch.setattr(surveys, "survey", counted)
    with ours(data / "warc", max_size=1) as writer:
        for second in range(1, 7):
            answer(writer, f"/bai/{second}", second)
    last = data / "warc" / f"{CRAWL}-00005.warc.gz"
    last.rename(f"{last}.open")
    assert recover(data, PORTALS).captures == 6
    assert sorted(read) == sorted(path.name for path in (data / "warc").glob("*.gz"))
    read.clear()
    memory = surveys.Surveys(PORTALS)
    for path in sorted((data / "warc").glob("*.gz")):
        ingest(path, tmp_path / "copy", PORTALS, surveys=memory)
    assert read == []
    as_rebuilt(tmp_path / "copy")
    memory.of(last)
    os.utime(last, (1, 1))
    memory.of(last)
    assert read == [last.name] * 2


def test_the_files_of_a_crawl_belong_together_whatever_their_names(tmp_path: Path) -> None:
    files = of_several_files(tmp_path / "own")
    names = ("a0.warc.gz", "c1.warc.gz", "e2.warc.gz")
    renamed = [path.rename(tmp_path / name) for path, name in zip(files, names, strict=True)]
    others = [warc(tmp_path, article(name), name=name) for name in ("b", "d")]
    data = in_any_order(tmp_path, renamed)
    query = "select outcome, replaced from captures order by captured_at"
    told = [("failed", 1), ("article:selectors", 0), ("article:selectors", 0)]
    assert rows(data, query) == told
    for path in others:
        ingest(path, data, PORTALS)
    as_rebuilt(data)


def old(folder: Path, name: str, *seconds: int) -> Path:
    """A file as the first version wrote it."""
    info = {"software": "backan-archive (Scrapy/2.13.4, warcio/1.7.5)", "isPartOf": CRAWL, "source": "live"}
    parts = [
        warc(
            folder,
            article(f"so-{second}"),
            name=f"part-{second}",
            info=info,
            at=f"2026-01-01T00:00:{second:02}Z",
        )
        for second in seconds
    ]
    path = folder / name
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def test_the_crawls_of_the_first_version_are_those_that_they_were(tmp_path: Path) -> None:
    files = [old(tmp_path, f"{CRAWL}-00000.warc.gz", 1, 2), old(tmp_path, f"{CRAWL}-00001.warc.gz", 5)]
    data = in_any_order(tmp_path, files)
    query = "select id, portal, source, started_at, finished_at, outcome, complete, pages from crawls"
    assert rows(data, query) == [
        (CRAWL, "hostile", "live", "2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z", "finished", 0, 3)
    ]


def test_what_an_archive_of_the_first_version_knows_of_a_crawl_is_kept(tmp_path: Path) -> None:
    file, data = old(tmp_path, f"{CRAWL}-00000.warc.gz", 1), tmp_path / "data"
    ingest(file, data, PORTALS)
    with sqlite3.connect(data / "archive.db") as connection:
        connection.execute("update crawls set outcome = 'stopped', finished_at = '2026-01-01T00:09:00Z'")
    connection.close()
    assert ingest(file, data, PORTALS).known == 1
    query = "select id, outcome, finished_at from crawls"
    assert rows(data, query) == [(CRAWL, "stopped", "2026-01-01T00:09:00Z")]


def test_two_files_that_would_share_a_sidecar_are_refused(tmp_path: Path) -> None:
    for name in ("a.warc", "a.warc.gz"):
        (tmp_path / "warc").mkdir(exist_ok=True)
        foreign(tmp_path / "warc", response("2019-01-01T00:00:00Z"), name=name)
    with pytest.raises(ArchiveError, match=r"a[.]warc and .*a[.]warc[.]gz .* rename one of them"):
        rebuild(tmp_path, PORTALS, 1)
    (tmp_path / "warc" / "a.warc").rename(tmp_path / "warc" / "b.warc")
    assert rebuild(tmp_path, PORTALS, 1).files == 2
