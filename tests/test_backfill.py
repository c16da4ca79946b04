"""Bringing captures over from web archives: nothing is lost, nothing twice, all at its own time."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from backfills import PORTALS, RECORDS, damage, dump, each, fill, of_kind
from fake_archives import (
    articles_of,
    fake_archives,
    page_of,
)  # fmt: skip
from runs import rows

from archive.text import normalise
from crawler.backfill.service import Found
from crawler.backfill.wanted import KINDS, wanted
from crawler.backfill.wayback import without_port
from crawler.intake.ingest import ingest
from crawler.intake.rebuild import rebuild
from crawler.replica.truth import truths
from spiders.reading.links import FOLLOWED


@each
@pytest.mark.parametrize("portal", ["ict", "mst"])
def test_the_articles_say_what_the_truth_says(tmp_path: Path, service: str, portal: str) -> None:
    with fake_archives(articles_of(portal)) as fake:
        done = fill(tmp_path, fake, service, portal)
    assert (done.outcome, done.failed, done.alarm) == ("finished", [], None)
    told = {
        (truth.title, truth.lead, truth.body, truth.published_at)
        for truth in truths()
        if truth.portal == portal
    }
    said = rows(tmp_path, "select title, lead, body, published_at from articles")
    assert {tuple(map(normalise_or_none, row)) for row in said} == told


def normalise_or_none(text: str | None) -> str | None:
    return text and normalise(text)


@each
def test_captures_keep_their_own_time_and_their_source(tmp_path: Path, service: str) -> None:
    kept = articles_of("ict", "20210304050607")
    with fake_archives(kept) as fake:
        done = fill(tmp_path, fake, service)
    [(id, source, portal, outcome, complete)] = rows(
        tmp_path, "select id, source, portal, outcome, complete from crawls"
    )
    assert (id, source, portal, outcome, complete) == (done.crawl, service, "ict", "finished", 0)
    assert id.startswith(f"ict-{service}-20")
    times = {time for (time,) in rows(tmp_path, "select captured_at from captures")}
    assert times == {f"2021-03-04T05:0{n}:07Z" for n in range(len(kept))}
    assert {headers["WARC-Date"] for headers, _, _ in of_kind(tmp_path, "response")} == times
    assert {file.name for file in (tmp_path / "warc").glob("*.gz")} == {f"{id}-00000.warc.gz"}
    assert rows(tmp_path, "select distinct first_captured_at >= '2022' from articles") == [(0,)]


@each
def test_a_record_holds_the_bytes_and_headers_of_the_site_and_a_note_whence_they_came(
    tmp_path: Path, service: str
) -> None:
    [kept, *_] = articles_of("ict")
    with fake_archives([kept]) as fake:
        fill(tmp_path, fake, service)
    [(headers, head, body)] = of_kind(tmp_path, "response")
    assert (headers["WARC-Target-URI"], body) == (kept.url, kept.body)
    assert b"Server: Microsoft-IIS/8.5" in head
    assert b"archive" not in head.lower()
    note, end = (head.decode() for _, head, _ in of_kind(tmp_path, "metadata"))
    via = {
        "wayback": f"https://web.archive.org/web/{kept.timestamp}id_/{kept.url}",
        "commoncrawl": f"{fake.url}/crawl-data/CC-MAIN-2021-10/segments/0/warc/0.warc.gz#bytes=22-",
    }
    assert f"via: {via[service]}" in note
    assert "fetchTimeMs: " in note
    assert "outcome: finished" in end
    assert "complete: false" in end
    assert not of_kind(tmp_path, "request")  # nobody knows what was asked
    assert damage(tmp_path) == []


@each
@pytest.mark.parametrize("old_heads", [False, True])
def test_a_body_that_the_archive_has_unpacked_has_no_head_of_a_packed_one(
    tmp_path: Path, service: str, old_heads: bool
) -> None:
    [kept, *_] = articles_of("ict")
    with fake_archives([replace(kept, packed=True)]) as fake:
        fake.old_heads = old_heads
        assert fill(tmp_path, fake, service).tally.new == 1
    [(_, head, body)] = of_kind(tmp_path, "response")
    assert body == kept.body
    assert b"\nContent-Encoding" not in head
    assert b"Content-Length: %d" % len(kept.sent) not in head.replace(b"X-Crawl-Content-Length", b"")
    note = of_kind(tmp_path, "metadata")[0][1].decode().lower()
    assert ("content-encoding: gzip" in note) == (service == "wayback" or old_heads)


@each
def test_a_rebuild_and_an_import_of_its_files_give_the_same_rows(tmp_path: Path, service: str) -> None:
    data, anew, imported = (tmp_path / name for name in ("data", "anew", "imported"))
    kept = articles_of("ict")
    gone = replace(kept[0], timestamp="20230101000000", status=404, body=b"<html>No</html>")
    changed = page_of(kept[1].url, "20230101000100", date(2024, 1, 1))
    moved = replace(
        kept[2], timestamp="20230101000200", status=301, body=b"", headers=(("Location", kept[1].url),)
    )
    with fake_archives([*kept, gone, changed, moved]) as fake:
        fill(data, fake, service)
    shutil.copytree(data / "warc", anew / "warc")
    rebuild(anew, PORTALS, jobs=1)
    assert dump(anew) == dump(data)
    [file] = (data / "warc").glob("*.gz")
    ingest(file, imported, PORTALS)
    assert dump(imported) == dump(data)
    assert rows(data, "select gone_at from articles where gone_at is not null") == [("2023-01-01T00:00:00Z",)]
    assert rows(data, "select outcome from captures where status = 301") == [("redirect",)]


def line(url: str, status: int | None = 200, mime: str = "text/html", length: int | None = 9) -> Found:
    return Found(url, "20210304050607", status, mime, "AAAA", length)


def test_only_what_a_crawl_would_ask_for_is_wanted() -> None:
    portal = PORTALS["ict"]
    article = next(truth.urls[0] for truth in truths() if truth.portal == "ict")
    assert KINDS == FOLLOWED
    for found in (
        line(article), line(article, 404), line(article, 410), line(article, 301), line(article, None, "warc/revisit"),
        line(article.replace("https://", "http://www.")),
    ):  # fmt: skip
        assert wanted(portal, found), found
    for found in (
        line(article, 304), line(article, 500), line(article, 403), line(article, None, "text/html"),
        line(article, mime="image/png"), line(article, mime="text/css"), line(article, length=1 << 30),
        line("https://ict.backan.gov.vn/Style/logo.png"), line(article.replace("ict.", "other.")),
        line("https://ict.backan.gov.vn/_layouts/TangLuotTruyCap.aspx?id=1"),
    ):  # fmt: skip
        assert not wanted(portal, found), found


def test_a_port_that_says_nothing_is_no_part_of_an_address() -> None:
    assert without_port("http://a.vn:80/b?c=http://d:80/") == "http://a.vn/b?c=http://d:80/"
    assert without_port("https://a.vn:443") == "https://a.vn"
    assert [without_port(url) for url in ("http://a.vn:443/", "http://a.vn:8080/")] == [
        "http://a.vn:443/", "http://a.vn:8080/",
    ]  # fmt: skip


@each
def test_a_capture_with_the_body_of_the_one_before_it_is_not_fetched(tmp_path: Path, service: str) -> None:
    [page, *_] = articles_of("ict")
    years = ["20210105000000", "20210205000000", "20210305000000", "20210405000000"]
    one, same, other, back = (replace(page, timestamp=time) for time in years)
    other = replace(other, body=other.body.replace(b"<body", b"<body class=other"))
    plain = replace(same, url=same.url.replace("https:", "http:"), timestamp="20210206000000")
    with fake_archives([one, same, other, back, plain]) as fake:
        done = fill(tmp_path, fake, service)
    assert (done.fetched, done.same) == (4, 1)
    times = rows(tmp_path, "select captured_at from captures where url like 'https:%' order by 1")
    assert [time[:7] for (time,) in times] == ["2021-01", "2021-03", "2021-04"]


def test_a_revisit_is_its_original_unless_there_was_something_else_in_between(tmp_path: Path) -> None:
    [page, *_] = articles_of("ict")
    other = replace(page, timestamp="20210303000000", body=page.body.replace(b"<body", b"<body class=other"))
    revisits = [replace(page, timestamp=f"2021030{day}000000", revisit=True) for day in (2, 4)]
    with fake_archives([replace(page, timestamp="20210301000000"), other, *revisits]) as fake:
        done = fill(tmp_path, fake, "wayback")
    assert (done.fetched, done.same, done.failed) == (3, 1, [])
    times = rows(tmp_path, "select captured_at from captures order by 1")
    assert [time[8:10] for (time,) in times] == ["01", "03", "04"]


@each
def test_what_the_archive_has_of_that_time_is_not_fetched_again(tmp_path: Path, service: str) -> None:
    with fake_archives(articles_of("ict")) as fake:
        fill(tmp_path, fake, service)
        (tmp_path / "frontier.db").unlink()
        before = fake.count(RECORDS)
        again = fill(tmp_path, fake, service)
        assert (again.fetched, again.known, again.crawl) == (0, 7, "")
        assert fake.count(RECORDS) == before
    assert len(list((tmp_path / "warc").glob("*.warc.gz"))) == 1


def test_when_all_is_fetched_the_next_run_asks_the_index_for_what_is_newer(tmp_path: Path) -> None:
    kept = articles_of("ict", "20210304050607")
    with fake_archives(kept) as fake:
        fill(tmp_path, fake, "wayback")
        fake.asked.clear()
        fake.kept.append(replace(kept[0], timestamp="20220101000000", body=kept[0].body + b"<!-- new -->"))
        done = fill(tmp_path, fake, "wayback")
    assert (done.entered, done.fetched) == (1, 1)
    assert "from=20210202050607" in fake.asked[0]
    assert fake.count(RECORDS) == 1


def test_an_index_of_common_crawl_that_was_read_is_not_read_again(tmp_path: Path) -> None:
    with fake_archives(articles_of("ict")) as fake:
        fill(tmp_path, fake, "commoncrawl")
        fake.asked.clear()
        fill(tmp_path, fake, "commoncrawl")
    assert fake.asked == ["/collinfo.json"]


@each
def test_bounds_are_days_of_capture(tmp_path: Path, service: str) -> None:
    page = articles_of("ict")[0]
    days = ["20190630235959", "20190701000000", "20210331235959", "20210401000000"]
    with fake_archives([replace(page, timestamp=day, body=page.body + day.encode()) for day in days]) as fake:
        fill(tmp_path, fake, service, since="2019-07-01", until="2021-03-31")
        assert len(rows(tmp_path, "select * from captures")) == 2
        fill(tmp_path, fake, service)
    assert len(rows(tmp_path, "select * from captures")) == 4


@each
def test_a_limit_leaves_the_rest_for_the_next_time(tmp_path: Path, service: str) -> None:
    with fake_archives(articles_of("ict")) as fake:
        first = fill(tmp_path, fake, service, limit=3)
        assert (first.fetched, first.left) == (3, 4)
        second = fill(tmp_path, fake, service)
        assert (second.fetched, second.left) == (4, 0)
        assert fake.count(RECORDS) == 7
    assert len(set(rows(tmp_path, "select id from crawls"))) == 2


def test_a_page_under_another_name_of_its_host_keeps_that_name(tmp_path: Path) -> None:
    [page, *_] = articles_of("ict")
    other = replace(page, url=page.url.replace("https://", "http://www."))
    with fake_archives([other]) as fake:
        fake.plan(
            "cdx",
            lambda answer: replace(answer, body=answer.body.replace(other.url.encode(), page.url.encode())),
        )
        fill(tmp_path, fake, "wayback")
    assert rows(tmp_path, "select url from captures") == [(other.url,)]
