"""Web archives that are busy, broken or wrong, and backfills that are killed: nothing is lost."""

import re
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from backfills import INDEX, PORTALS, RECORDS, damage, dump, each, fill, of_kind
from fake_archives import (
    Answer,
    Misdeed,
    articles_of,
    broken_line,
    busy,
    cut,
    failing,
    fake_archives,
    half,
    reset,
    well,
)  # fmt: skip
from rich.console import Console
from runs import ROOT, rows, run

from crawler.backfill.pace import LONGEST, WAITS
from crawler.intake.ingest import ingest
from crawler.replica.truth import truths

KILLS = [
    ("wayback", "crawler.backfill.queue:Queue.add+", 1),
    ("commoncrawl", "crawler.backfill.queue:Queue.add", 2),
    ("wayback", "archive.store:Archive.start_crawl", 1),
    ("commoncrawl", "archive.warc.writer:WarcWriter.write+", 3),
    ("wayback", "archive.warc.writer:WarcWriter.note", 3),
    ("commoncrawl", "crawler.backfill.keeper:take_in+", 4),
    ("wayback", "crawler.backfill.queue:Queue.settle", 5),
    ("commoncrawl", "crawler.backfill.queue:Queue.settle+", 5),
    ("wayback", "archive.warc.writer:WarcWriter.close", 1),
    ("commoncrawl", "archive.store:Archive.finish_crawl", 1),
]
HANGS = 1.0  # seconds without an answer, where one is to be taken for hung


@pytest.mark.parametrize(("service", "point", "nth"), KILLS)
def test_after_a_kill_the_next_run_goes_on_and_fetches_at_most_one_again(
    tmp_path: Path, service: str, point: str, nth: int
) -> None:
    data = tmp_path / "data"
    with fake_archives(articles_of("ict")) as fake:
        script = [str(ROOT / "tests/killed_backfill.py"), service, fake.url, str(data)]
        run(*script, point, str(nth), expect=-signal.SIGKILL)
        done = fill(data, fake, service)
        asked = Counter(url for url in fake.asked if url != "/collinfo.json")
    assert (done.outcome, done.left) == ("finished", 0)
    assert asked.total() - len(asked) <= 1  # pages of the index too
    titles = {truth.title for truth in truths() if truth.portal == "ict"}
    assert {title for (title,) in rows(data, "select title from articles")} == titles
    assert {outcome for (outcome,) in rows(data, "select outcome from crawls")} <= {"killed", "finished"}
    assert damage(data) == []
    for file in (data / "warc").glob("*.gz"):
        ingest(file, tmp_path / "anew", PORTALS)
    assert dump(tmp_path / "anew") == dump(data)


def hang(answer: Answer) -> Answer:
    return replace(answer, silent=3 * HANGS)


@each
@pytest.mark.parametrize("where", [INDEX, RECORDS])
@pytest.mark.parametrize(
    "misdeed",
    [busy(7), busy(90, 503), failing(500), failing(502), reset, hang, cut],
    ids=lambda m: m.__name__,
)
def test_what_passes_is_waited_for(tmp_path: Path, service: str, where: str, misdeed: Misdeed) -> None:
    with fake_archives(articles_of("ict")[:2]) as fake:
        fake.plan(where, misdeed)
        done = fill(tmp_path, fake, service, timeout=HANGS if misdeed is hang else 10)
        assert fake.agents == {"test/1"}
    assert (done.outcome, done.fetched, done.failed) == ("finished", 2, [])
    assert len(fake.waits) == 1
    assert fake.waits[0] >= WAITS[0]
    if misdeed(Answer()).headers:
        assert fake.waits == [float(misdeed(Answer()).headers[0][1])]


@each
def test_a_wait_is_told(tmp_path: Path, service: str) -> None:
    out = StringIO()
    with fake_archives(articles_of("ict")[:1]) as fake:
        fake.plan(INDEX, busy(75))
        fill(tmp_path, fake, service, console=Console(file=out))
    assert "asks us to slow down" in out.getvalue()
    assert "asking again in 1:15" in out.getvalue()


@each
@pytest.mark.parametrize("where", [INDEX, RECORDS])
@pytest.mark.parametrize("misdeed", [busy(1), failing(500), reset])
def test_an_archive_that_never_answers_ends_it_and_the_position_is_kept(
    tmp_path: Path, service: str, where: str, misdeed: Misdeed
) -> None:
    with fake_archives(articles_of("ict")) as fake:
        fake.plan(where, well, *[misdeed] * 99)
        done = fill(tmp_path, fake, service)
        assert (done.outcome, done.alarm) == ("interrupted", done.stopped)
        assert ("slow down" if misdeed(Answer()).status == 429 else "answer") in str(done.stopped)
        assert sum(fake.waits) >= sum(WAITS)
        assert len(fake.waits) <= 3 * len(WAITS)
        fake.plans.clear()
        again = fill(tmp_path, fake, service)
    assert (again.outcome, again.left) == ("finished", 0)
    assert done.fetched + again.fetched == 7


@each
def test_an_archive_that_asks_for_hours_is_left_alone(tmp_path: Path, service: str) -> None:
    with fake_archives(articles_of("ict")) as fake:
        fake.plan(INDEX, busy(int(LONGEST) + 1))
        done = fill(tmp_path, fake, service)
    assert (done.outcome, fake.waits, fake.count(INDEX)) == ("interrupted", [], 1)


@each
def test_one_capture_in_trouble_does_not_stop_the_others(tmp_path: Path, service: str) -> None:
    with fake_archives(articles_of("ict")) as fake:
        fake.plan(RECORDS, *[failing(500)] * (len(WAITS) + 1))
        done = fill(tmp_path, fake, service)
        assert (done.outcome, done.fetched, len(done.failed)) == ("finished", 6, 1)
        assert fill(tmp_path, fake, service).fetched == 1


def elsewhere(answer: Answer) -> Answer:
    return Answer(302, (("Location", "/web/20200101000000id_/https://ict.backan.gov.vn/"),))


def garbled(answer: Answer) -> Answer:
    """As many bytes, half of them wrong."""
    good = answer.body[: len(answer.body) // 2]
    return replace(answer, body=good + b"\0" * (len(answer.body) - len(good)))


def not_packed(answer: Answer) -> Answer:
    return replace(answer, headers=(*answer.headers, ("Content-Encoding", "gzip")))


EXCLUDED = failing(403, b"This URL has been excluded from the Wayback Machine. URL has been excluded")


@pytest.mark.parametrize(
    ("service", "misdeed", "why"),
    [
        ("wayback", elsewhere, "MementoPlaybackError"),
        ("wayback", failing(404), "NoMementoError"),
        ("wayback", failing(403, b"robots.txt"), "BlockedByRobotsError"),
        ("wayback", EXCLUDED, "BlockedSiteError"),
        ("wayback", not_packed, "does not decode"),
        ("commoncrawl", garbled, "its record is "),
        ("commoncrawl", failing(404), "not there: HTTP 404"),
        ("commoncrawl", lambda answer: replace(answer, body=b"\0" * len(answer.body)), "record is damaged"),
    ],
)
def test_a_capture_that_cannot_be_had_is_noted_and_tried_in_two_more_runs(
    tmp_path: Path, service: str, misdeed: Misdeed, why: str
) -> None:
    with fake_archives(articles_of("ict")[:3]) as fake:
        fake.plan(RECORDS, *[misdeed] * 3)
        first = fill(tmp_path, fake, service, limit=None)
        assert (first.outcome, first.alarm, first.fetched, len(first.failed)) == ("finished", None, 0, 3)
        assert all(why in reason for reason in first.failed)
        fake.plan(RECORDS, well, *[misdeed] * 9)
        second, third, fourth = (fill(tmp_path, fake, service) for _ in range(3))
    assert (second.fetched, len(second.failed), len(third.failed)) == (1, 2, 2)
    assert (third.given_up, fourth.failed, fourth.given_up) == (2, [], 2)
    with closing(sqlite3.connect(tmp_path / "frontier.db")) as frontier:
        reasons = frontier.execute("select reason from backfill where state = 'failed'").fetchall()
    assert all(why in reason for (reason,) in reasons)


@pytest.mark.parametrize("misdeed", [half, failing(200, b"whole file")])
def test_a_part_of_a_record_is_never_taken_for_all_of_it(tmp_path: Path, misdeed: Misdeed) -> None:
    kept = articles_of("ict")[:1]
    with fake_archives(kept) as fake:
        fake.plan("crawl-data", misdeed)
        assert fill(tmp_path, fake, "commoncrawl").fetched == 1
    assert len(fake.waits) == 1
    assert [body for _, _, body in of_kind(tmp_path, "response")] == [kept[0].body]


def test_a_wrong_digest_is_refused_from_common_crawl_and_noted_from_the_wayback_machine(
    tmp_path: Path,
) -> None:
    """The Wayback Machine's is of what was stored, which it need not be what it sends."""
    with fake_archives(articles_of("ict")[:1]) as fake:
        fake.wrong_digests = True
        refused = fill(tmp_path / "a", fake, "commoncrawl")
        noted = fill(tmp_path / "b", fake, "wayback")
    assert "has not the digest that the index states" in refused.failed[0]
    assert (noted.fetched, noted.failed) == (1, [])
    assert b"indexDigest: differs" in of_kind(tmp_path / "b", "metadata")[0][1]


@each
def test_a_broken_line_in_an_index_costs_only_itself(tmp_path: Path, service: str) -> None:
    with fake_archives(articles_of("ict")) as fake:
        fake.plan("cdx|2021-10-index", *[broken_line] * 2)
        done = fill(tmp_path, fake, service)
    assert (done.fetched, done.broken) == (7, 2)


@each
@pytest.mark.parametrize("misdeed", [half, failing(200, b"<html>\n<h1>Sorry</h1>\n")])
def test_a_part_of_an_index_or_something_else_is_not_taken_for_it(
    tmp_path: Path, service: str, misdeed: Misdeed
) -> None:
    with fake_archives(articles_of("ict")[:3]) as fake:
        fake.plan("cdx|2021-10-index", misdeed)
        done = fill(tmp_path, fake, service)
    assert (done.fetched, done.listed, len(fake.waits)) == (3, 3, 1)


def test_a_host_that_the_archive_tells_nothing_of_is_an_alarm_and_the_others_go_on(tmp_path: Path) -> None:
    refusal = failing(403, b"org.archive.util.io.RuntimeIOException: AdministrativeAccessControlException")
    with fake_archives(articles_of("mst")) as fake:
        fake.plan("cdx.*url=mst.mediacdn.vn", refusal)
        done = fill(tmp_path, fake, "wayback", "mst")
        assert (done.outcome, done.fetched, len(done.blocked)) == ("finished", 7, 1)
        assert "mst.mediacdn.vn" in str(done.alarm)
        assert fill(tmp_path, fake, "wayback", "mst").alarm is None  # it was asked again


@each
def test_an_archive_that_is_down_for_days_costs_no_capture(tmp_path: Path, service: str) -> None:
    with fake_archives(articles_of("ict")[:5]) as fake:
        fake.plan(RECORDS, *[reset] * 99)
        for _ in range(4):
            done = fill(tmp_path, fake, service)
            assert (done.outcome, done.failed, done.left, done.given_up) == ("interrupted", [], 5, 0)
        fake.plans.clear()
        assert fill(tmp_path, fake, service).fetched == 5


@each
def test_an_index_is_read_on_from_where_it_was_read_to(tmp_path: Path, service: str) -> None:
    pages = "cdx|2021-10-index"
    with fake_archives(articles_of("ict"), lines=1) as fake:
        fake.plan(pages, *[well] * 4, busy(9999))
        assert fill(tmp_path, fake, service).entered == 4
        before = [asked for asked in fake.asked if re.search(pages, asked)]
        fake.asked.clear()
        assert fill(tmp_path, fake, service).entered == 3
        assert set(before) & set(fake.asked) == {before[-1]}
