"""The frontier on its own: what is entered, leased and settled, and by whom."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest
from runs import ROOT, environment
from scrapy.http import FormRequest, Request
from scrapy.statscollectors import StatsCollector
from scrapy.utils.defer import deferred_to_future

from archive.errors import ArchiveError
from archive.model import Kind, Tally
from crawler.books import Books
from crawler.clock import STEADY
from crawler.frontier.frontier import Frontier, stated
from crawler.frontier.records import Lease, Run, Settled, State, Wanted
from crawler.frontier.scheduler import GROUP, Scheduler
from crawler.frontier.stored_request import dump
from crawler.frontier.stored_request import load as load_request
from crawler.frontier.visits import Seen, Visit
from crawler.plan import plan_of
from crawler.portals import load, project_settings

NOW, LATER, MUCH_LATER = "2026-11-21T10:00:00Z", "2026-11-21T10:10:00Z", "2026-11-22T10:00:00Z"
HOST = "backan.gov.vn"


def due_tomorrow(kind: Kind, first: str, last: str, checks: int, changes: int) -> str:
    return MUCH_LATER if kind == Kind.ARTICLE else last


def wanted(
    name: str, kind: Kind = Kind.ARTICLE, priority: int = 0, host: str = HOST, **more: object
) -> Wanted:
    return Wanted(name.encode(), name, kind, host, priority, json.dumps({"url": name}), **more)  # type: ignore[arg-type]


def visit(url: str = "a") -> Visit:
    return Visit(url, NOW, "00", "sha1:A", "file.warc.gz", 7, '"tag"', None)


def seen(key: str, changed: bool = False) -> Seen:
    return Seen(key, key, Kind.ARTICLE, NOW, visit(key), changed)


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    frontier = Frontier(tmp_path / "frontier.db", "me", due_tomorrow)
    yield frontier
    frontier.close()


@pytest.fixture
def run(frontier: Frontier) -> Run:
    return frontier.open_run("backan", "{}", NOW)


def enter(frontier: Frontier, run: Run, *several: Wanted) -> None:
    frontier.turn(run, [Settled(None, wanted=several)], 0, NOW, LATER)


def lease(frontier: Frontier, run: Run, want: int = 10, now: str = NOW, until: str = LATER) -> list[str]:
    return [json.loads(one.request)["url"] for one in frontier.turn(run, [], want, now, until)]


def test_what_matters_most_is_leased_first_and_else_what_came_first(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"), wanted("b"), wanted("listing", Kind.LISTING, 20), wanted("c"))
    assert lease(frontier, run, 2) == ["listing", "a"]
    assert frontier.pending == 2
    assert lease(frontier, run) == ["b", "c"]
    assert lease(frontier, run) == []


def test_a_request_enters_a_run_once_and_another_run_again(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"), wanted("a"))
    enter(frontier, run, wanted("a"))
    assert lease(frontier, run) == ["a"]
    other = frontier.open_run("backan", stated({"limit": 5}), NOW)
    enter(frontier, other, wanted("a"))
    assert lease(frontier, other) == ["a"]


def test_links_and_done_enter_together_or_not_at_all(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"))
    [held] = frontier.turn(run, [], 1, NOW, LATER)
    broken = Settled(held.id, State.DONE, wanted=[wanted("b"), wanted("c", kind=None)])  # type: ignore[arg-type]
    with pytest.raises(Exception, match="NOT NULL"):
        frontier.turn(run, [broken], 1, NOW, LATER)
    assert frontier.counts(run) == {State.LEASED: 1}


def test_a_failed_request_keeps_its_reason_and_its_count_of_tries(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"))
    for _ in range(2):
        [held] = frontier.turn(run, [], 1, NOW, LATER)
        frontier.turn(run, [Settled(held.id, State.PENDING, "HTTP 503", again=wanted("a"))], 0, NOW, LATER)
    [held] = frontier.turn(run, [], 1, NOW, LATER)
    frontier.turn(run, [Settled(held.id, State.FAILED, "HTTP 503")], 0, NOW, LATER)
    assert frontier.failed(run) == [("article", "a", "HTTP 503")]
    assert frontier.db.execute("select tries from requests").fetchone() == (3,)


def test_a_lease_that_has_run_out_is_leased_again_and_one_that_was_renewed_is_not(
    frontier: Frontier, run: Run, tmp_path: Path
) -> None:
    enter(frontier, run, wanted("a"), wanted("b"))
    other = Frontier(tmp_path / "frontier.db", "other", due_tomorrow)
    assert lease(frontier, run, 1) == ["a"]
    assert lease(other, run, 1) == ["b"]
    other.renew(run, MUCH_LATER)
    assert lease(frontier, run, now=LATER) == ["a"]
    assert lease(frontier, run, now=MUCH_LATER) == ["a", "b"]
    other.close()


def test_a_machine_that_has_slept_does_not_hand_out_again_what_it_works_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = project_settings()
    settings.set("BACKAN_DATA", str(tmp_path))
    books = Books(plan_of(load()["mic"], load()["mic"], settings, frontier=True))
    books.open()
    enter(*books._the_frontier(), wanted("a"))
    assert len(books.turn([], 1)) == 1

    def later(clock: int, awake: Callable[[int], float] = time.clock_gettime) -> float:
        return awake(clock) + (8 * 3600 if clock == STEADY else 0)

    monkeypatch.setattr(time, "clock_gettime", later)
    monkeypatch.setattr("crawler.books.clock_gettime", later)
    assert books.turn([], 1) == []
    books.close("interrupted", Tally())


def test_a_clock_that_is_set_back_holds_no_lease_and_no_host_for_ever(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"), wanted("b", host="mic.gov.vn"))
    frontier.hold("mic.gov.vn", MUCH_LATER, "2027-01-01T00:00:00Z")
    assert lease(frontier, run, now=MUCH_LATER, until="2027-01-01T00:00:00Z") == ["a"]
    assert lease(frontier, run, now=NOW) == ["a", "b"]


def test_a_host_that_is_held_gets_no_request_until_it_is_free(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"), wanted("b", host="mic.gov.vn"))
    frontier.hold(HOST, NOW, LATER)
    assert lease(frontier, run, until=MUCH_LATER) == ["b"]
    assert frontier.pending == 1
    assert frontier.next_release(NOW) == LATER
    assert lease(frontier, run, now=LATER) == ["a"]
    assert frontier.next_release(LATER) is None


def test_an_interrupted_run_goes_on_and_one_with_other_limits_does_not(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"), wanted("b"))
    assert lease(frontier, run, 1) == ["a"]
    again = frontier.open_run("backan", "{}", LATER)
    assert (again.id, again.resumed, again.begun_at) == (run.id, True, NOW)
    assert frontier.release(again, everybody=True) == 1
    assert lease(frontier, again) == ["a", "b"]
    assert not frontier.open_run("backan", stated({"since": "2026-01-01"}), NOW).resumed
    assert not frontier.open_run("mic", "{}", NOW).resumed


def test_a_fresh_run_takes_the_place_of_the_interrupted_one(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"))
    fresh = frontier.open_run("backan", "{}", LATER, fresh=True)
    assert (fresh.resumed, fresh.full, frontier.pending) == (False, True, 0)
    outcomes = frontier.db.execute("select outcome from runs order by id").fetchall()
    assert outcomes == [("given up",), (None,)]


def test_a_run_with_something_to_do_does_not_end(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"))
    assert not frontier.end_run(run, NOW, "finished")
    [held] = frontier.turn(run, [], 1, NOW, LATER)
    assert not frontier.end_run(run, NOW, "finished")
    frontier.turn(run, [Settled(held.id)], 0, NOW, LATER)
    assert frontier.end_run(run, NOW, "finished")
    assert not frontier.open_run("backan", "{}", LATER).resumed


def settle_seen(frontier: Frontier, run: Run, one: Seen) -> None:
    frontier.turn(run, [Settled(None, seen=one)], 0, NOW, LATER)


def test_what_is_not_due_is_passed_over_and_counted(frontier: Frontier, run: Run) -> None:
    settle_seen(frontier, run, seen("a"))
    enter(frontier, run, wanted("a"), wanted("listing", Kind.LISTING))
    assert lease(frontier, run) == ["listing"]
    assert frontier.not_due == 1
    assert frontier.open_run("backan", "{}", LATER).resumed
    assert frontier.not_due == 1


def test_what_is_due_or_says_that_it_has_changed_or_is_asked_for_in_full_is_leased_with_its_visit(
    frontier: Frontier, run: Run
) -> None:
    settle_seen(frontier, run, seen("a"))
    enter(frontier, run, wanted("a", changed_at="2026-11-21T16:59:00+07:00"))
    assert lease(frontier, run) == []
    other = frontier.open_run("backan", "{}", NOW, fresh=True)
    enter(frontier, other, wanted("a"))
    [held] = frontier.turn(other, [], 1, NOW, LATER)
    assert held.visit == visit("a")
    changed = frontier.open_run("backan", stated({"limit": 1}), NOW)
    frontier.turn(changed, [Settled(None, wanted=[wanted("a", changed_at="2026-11-21T17:05:00+07:00")])], 0,
                  LATER, MUCH_LATER)  # fmt: skip
    assert lease(frontier, changed, now=LATER) == ["a"]


def test_a_link_that_tells_of_a_change_counts_though_another_came_first(frontier: Frontier, run: Run) -> None:
    settle_seen(frontier, run, seen("a"))
    enter(frontier, run, wanted("a"))
    assert (frontier.pending, frontier.not_due) == (0, 1)
    changed = wanted("a", changed_at="2026-11-21T17:05:00+07:00")
    for _ in range(2):
        frontier.turn(run, [Settled(None, wanted=[changed])], 0, LATER, MUCH_LATER)
        assert (frontier.pending, frontier.not_due) == (1, 0)
    assert lease(frontier, run, now=LATER) == ["a"]


def test_a_request_that_is_given_back_is_leased_again_as_it_was(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"))
    [held] = frontier.turn(run, [], 1, NOW, LATER)
    [again] = frontier.turn(run, [Settled(held.id, State.PENDING, "its host is held")], 1, NOW, LATER)
    assert again == held


def test_what_nobody_settles_fails_at_the_end_and_keeps_no_run_alive(frontier: Frontier, run: Run) -> None:
    enter(frontier, run, wanted("a"))
    assert lease(frontier, run) == ["a"]
    assert frontier.fail_leased(run, "why") == 1
    assert frontier.failed(run) == [("article", "a", "why")]
    assert frontier.end_run(run, NOW, "finished")


def test_a_page_that_was_only_ever_missing_has_nothing_to_compare_with(frontier: Frontier, run: Run) -> None:
    settle_seen(frontier, run, Seen("a", "a", Kind.ARTICLE, NOW, None, False))
    assert frontier.visits.of("backan", "a") is None


def test_changes_of_a_page_are_counted_and_its_checks_since_then(frontier: Frontier, run: Run) -> None:
    for changed in (False, False, True, False):
        settle_seen(frontier, run, seen("a", changed))
    row = frontier.db.execute("select checks, changes, first_at, due_at from visits").fetchone()
    assert row == (1, 1, NOW, MUCH_LATER)


def test_articles_that_no_page_leads_to_any_more_are_asked_for_once(frontier: Frontier, run: Run) -> None:
    for key in ("a", "b"):
        enter(frontier, run, wanted(key))
        settle_seen(frontier, run, seen(key))
    for held in frontier.turn(run, [], 9, NOW, LATER):
        frontier.turn(run, [Settled(held.id)], 0, NOW, LATER)
    assert frontier.end_run(run, NOW, "finished")
    second = frontier.open_run("backan", "{}", LATER)
    enter(frontier, second, wanted("a"))
    assert frontier.unlinked(second, LATER) == [("b", "b")]
    enter(frontier, second, wanted("b", linked=False))
    assert lease(frontier, second) == ["b"]
    settle_seen(frontier, second, seen("b"))
    frontier.release(second, everybody=True)
    for held in frontier.turn(second, [], 9, NOW, LATER):
        frontier.turn(second, [Settled(held.id)], 0, NOW, LATER)
    assert frontier.end_run(second, LATER, "finished")
    third = frontier.open_run("backan", "{}", LATER)
    assert frontier.unlinked(third, LATER) == [("a", "a")]  # b has long been unlinked, and is not due
    assert frontier.unlinked(third, MUCH_LATER) == [("a", "a"), ("b", "b")]


class HeldLogbook:
    """Of a crawl whose requests are all of a host that is held for a minute."""

    broken, pending, held_for = None, 5, 60.0

    def __init__(self) -> None:
        self.turns: list[int] = []

    async def turn(self, settled: list[Settled], want: int) -> list[Lease]:
        self.turns.append(len(settled))
        return []


def test_what_is_settled_while_a_host_is_held_does_not_wait_for_the_end_of_it() -> None:
    async def crawl() -> list[int]:
        logbook = HeldLogbook()
        crawler = SimpleNamespace(
            stats=StatsCollector(SimpleNamespace(settings=project_settings())), engine=None
        )  # type: ignore[arg-type]
        scheduler = Scheduler(crawler, logbook)  # type: ignore[arg-type]
        assert scheduler.next_request() is None
        await asyncio.sleep(0.05)
        scheduler.settle(1)
        await asyncio.sleep(GROUP + 0.2)
        await deferred_to_future(scheduler.close("shutdown"))
        return logbook.turns

    assert asyncio.run(crawl()) == [0, 1]


WORKER = """
import sys
from itertools import chain
from pathlib import Path
from crawler.frontier.frontier import Frontier
from crawler.frontier.records import Run, Settled
frontier = Frontier(Path(sys.argv[1]), sys.argv[2], lambda *_: "")
run = Run(1, "backan", "{}", "", False)
while leases := frontier.turn(run, [], 3, "2026-11-21T10:00:00Z", "2026-11-21T10:10:00Z"):
    for one in leases:
        print(one.id)
    done = [Settled(one.id) for one in leases]
    frontier.turn(run, done, 0, "2026-11-21T10:00:00Z", "2026-11-21T10:10:00Z")
"""


def test_several_processes_share_a_run_and_none_gets_what_another_has(
    frontier: Frontier, run: Run, tmp_path: Path
) -> None:
    enter(frontier, run, *(wanted(str(number)) for number in range(300)))
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path / "frontier.db"), name],
            cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True,
        )
        for name in ("one", "two", "three")
    ]  # fmt: skip
    shares = [worker.communicate(timeout=60)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sorted(chain.from_iterable(shares), key=int) == [str(number) for number in range(1, 301)]
    assert frontier.counts(run) == {State.DONE: 300}


def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "frontier.db").write_text("no database at all, but long enough to be read as one" * 20)
    with pytest.raises(ArchiveError, match=r"cannot open .*frontier.db: file is not a database"):
        Frontier(tmp_path / "frontier.db", "me", due_tomorrow)


def test_a_request_is_the_same_after_it_was_stored() -> None:
    spider = load()["mic"]()  # type: ignore[call-arg]
    form = FormRequest(
        "https://mic.gov.vn/Pages/VanBan/?q=đất", formdata={"__VIEWSTATE": "\xff+/="}, headers={"X-A": ["b", "c"]},
        callback=spider.parse, errback=spider.errback, meta={"key": "k", "trail": {"shown": ["a"]}, "lease": 3},
        priority=7, dont_filter=True, cookies={"D1N": "x"}, flags=["f"],
    )  # fmt: skip
    again = load_request(dump(form, spider), spider)
    assert again.to_dict(spider=spider) == {
        **form.to_dict(spider=spider), "meta": {"key": "k", "trail": {"shown": ["a"]}}
    }  # fmt: skip
    assert type(again) is FormRequest


def test_a_request_that_no_method_of_the_spider_would_answer_is_not_stored() -> None:
    spider = load()["mic"]()  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="no method of the spider"):
        dump(Request("https://mic.gov.vn/", callback=lambda response: None), spider)
