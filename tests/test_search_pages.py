"""Paging, filters, facets and the timeline, each held against a plain scan of all articles."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from many_articles import build

from archive.errors import QueryError
from archive.identity import FIRST_DATED, docid
from archive.search import (
    COUNTED,
    FACETED,
    RANKED,
    Filters,
    Hit,
    Order,
    Result,
    every,
    facets,
    newest,
    places_named,
    search,
    timeline,
)
from archive.search import facets as search_facets
from archive.search.filters import FACTS
from archive.text import fold

WORDS = ("", "nong thon", "nông thôn", "rừng OR hồ", "xa -hoi", "xã -hội", '"bắc kạn"', "th*", "không -xa")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("pages") / "archive.db", 400, size=200)


@pytest.fixture
def db(path: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy that can be written to."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(tmp_path / "a.db")) as copy:
        source.backup(copy)
        yield copy


def paged(db: sqlite3.Connection | Path, words: str, **wanted: Any) -> Iterator[Result]:
    page = search(db, words, **wanted)
    yield page
    while page.next:
        page = search(db, words, after=page.next, **wanted)
        yield page


def ids(db: sqlite3.Connection | Path, words: str, **wanted: Any) -> list[int]:
    return [hit.id for page in paged(db, words, **wanted) for hit in page.hits]


def some_filters(random: Random, db: sqlite3.Connection) -> Filters:
    """Any filters, each with values that articles have."""

    def values(column: str, table: str = "articles") -> tuple[Any, ...]:
        known = [row[0] for row in db.execute(f"select distinct {column} from {table} where {column} > ''")]
        return tuple(random.sample(known, min(len(known), random.randint(1, 5))))

    maybe: dict[str, Callable[[], Any]] = {
        "portal": lambda: values("portal"),
        "section": lambda: values("section"),
        "author": lambda: values("author") + values("author"),
        "source": lambda: values("source"),
        "place": lambda: values("place", "article_places"),
        "document": lambda: values("document", "article_documents") * 3,
        "since": lambda: date(random.randint(2008, 2015), 1, 1),
        "until": lambda: date(random.randint(2016, 2025), 12, 31),
        "gone": lambda: random.random() < 0.3,
        "changed": lambda: random.random() < 0.3,
    }
    return Filters(**{name: make() for name, make in maybe.items() if random.random() < 0.2})


def passes(db: sqlite3.Connection, hit: Hit, filters: Filters) -> bool:
    day = hit.published_at and date.fromisoformat(hit.published_at[:10])
    told = {
        name: {
            row[0] for row in db.execute(f"select {name} from article_{name}s where article = ?", [hit.id])
        }
        for name in ("place", "document")
    }
    return (
        all(
            not getattr(filters, name) or getattr(hit, name) in getattr(filters, name)
            for name in ("portal", "section", "author", "source")
        )
        and all(not getattr(filters, name) or told[name] & set(getattr(filters, name)) for name in told)
        and (filters.gone is None or bool(hit.gone_at) == filters.gone)
        and (filters.changed is None or (hit.version > 1) == filters.changed)
        and (filters.since is None or (bool(day) and day >= filters.since))
        and (filters.until is None or (bool(day) and day <= filters.until))
    )


@pytest.mark.parametrize("seed", range(8))
def test_pages_by_key_are_one_long_list_in_every_order_under_any_filters(path: Path, seed: int) -> None:
    random = Random(seed)
    with closing(sqlite3.connect(path)) as db:
        for words in WORDS:
            exact, filters = random.random() < 0.3, some_filters(random, db)
            wanted: dict[str, Any] = {"filters": filters, "exact": exact}
            everything = search(db, words, order=Order.NEWEST, exact=exact, limit=1000).hits
            expected = {hit.id for hit in everything if passes(db, hit, filters)}
            for order in Order:
                whole = search(db, words, order=order, limit=1000, **wanted)
                found = [hit.id for hit in whole.hits]
                assert set(found) == expected
                assert (len(found), whole.total, whole.next) == (len(expected), len(expected), None)
                assert sum(hit.exact for hit in whole.hits) == whole.exact
                assert ids(db, words, order=order, limit=random.randint(1, 40), **wanted) == found
                assert [hit.id for hit in every(db, words, order=order, **wanted)] == found


def test_by_date_means_by_date_alone_and_each_hit_says_whether_it_is_exact(path: Path) -> None:
    for order in (Order.NEWEST, Order.OLDEST):
        hits = search(path, "hồ bể", order=order, limit=400).hits
        days = [hit.published_at for hit in hits if hit.published_at]
        assert days == sorted(days, reverse=order is Order.NEWEST)
        assert all(hit.published_at is None for hit in hits[len(days) :])
        exact = {hit.id for hit in search(path, "hồ bể", exact=True, limit=400).hits}
        assert {hit.id for hit in hits if hit.exact} == exact
        assert 0 < len(exact) < len(hits)


def test_every_stops_where_it_is_told_to(path: Path) -> None:
    for limit in (0, 1, 99, 100, 101):
        found = [hit.id for hit in every(path, "", limit=limit)]
        assert found == [hit.id for hit in search(path, "", limit=limit).hits]
        assert len(found) == limit


@pytest.mark.parametrize("words", ["", "nông thôn", "xa"])
@pytest.mark.parametrize("order", Order)
def test_articles_added_between_two_pages_move_nothing_that_follows(
    db: sqlite3.Connection, words: str, order: Order
) -> None:
    before = ids(db, words, order=order, limit=400)
    first = search(db, words, order=order, limit=30)
    columns = "docid, portal, key, url, title, first_captured_at, version, published_at, body"
    for number, (day, body) in enumerate(
        [("2030-01-01", "Nông thôn, xã."), (None, "Xa nong thon."), ("2015-05-05", "Xã nông thôn")] * 4
    ):
        row = (
            docid(number, day),
            "mic",
            f"new {number}",
            "u",
            "Bài",
            "2024-01-01",
            1,
            day,
            body * (number + 1),
        )
        db.execute(f"insert into articles({columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    new = {row[0] for row in db.execute("select id from articles where key like 'new %'")}
    rest = list[int]()
    page = first
    while page.next:
        page = search(db, words, order=order, limit=30, after=page.next)
        rest += [hit.id for hit in page.hits]
    rest = [id for id in rest if id not in new]
    if order is Order.RELEVANCE:  # ranks themselves shift a little with what is added
        assert len(set(rest) & set(before[:30])) <= 1
        assert len(set(before[30:]) - set(rest)) <= 1
    else:
        assert rest == before[30:]


def test_an_article_that_goes_between_two_pages_takes_no_other_with_it(db: sqlite3.Connection) -> None:
    for order in Order:
        whole = ids(db, "nông thôn", order=order, limit=400)
        first = search(db, "nông thôn", order=order, limit=10)
        db.execute("delete from articles where id = ?", [first.hits[-1].id])
        rest = search(db, "nông thôn", order=order, limit=400, after=first.next)
        expected = set(whole[10:])
        assert len(expected.symmetric_difference(hit.id for hit in rest.hits)) <= (order is Order.RELEVANCE)


@pytest.mark.parametrize(
    "key",
    ["", "x", "n", "n-1", "nffffffffffffffff", "r0", "r2" + "0" * 17, "r07ff8000000000000" + "1", "n1\n"],
)
def test_a_broken_key_is_refused_with_a_sentence(path: Path, key: str) -> None:
    for order in Order:
        with pytest.raises(QueryError, match="from the first page"):
            search(path, "xa", order=order, after=key)


def test_a_key_of_another_order_is_refused(path: Path) -> None:
    key = search(path, "xa", order=Order.NEWEST, limit=1).next
    with pytest.raises(QueryError, match="from the first page"):
        search(path, "xa", order=Order.RELEVANCE, after=key)


def test_relevance_ends_with_the_newest_that_are_ranked_and_dates_go_on(db: sqlite3.Connection) -> None:
    db.execute(
        f"""insert into articles(docid, portal, key, url, title, first_captured_at, version, body)
        with recursive n(i) as (select 1 union all select i + 1 from n where i < {RANKED + 50})
        select {FIRST_DATED} * 50000 + i, 'mic', 'x' || i, 'u', 'Gấu', '2024', 1, 'Gấu' from n"""
    )
    assert len(ids(db, "gấu", limit=300)) == RANKED
    assert len(ids(db, "gấu", limit=300, order=Order.NEWEST)) == RANKED + 50
    assert len(list(every(db, "gấu", order=Order.OLDEST))) == RANKED + 50
    assert search(db, "gấu", limit=0).total == COUNTED


def test_a_facet_counts_under_the_other_filters_but_not_its_own(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        for seed in range(12):
            random = Random(seed)
            filters, words = some_filters(random, db), random.choice(WORDS)
            found = facets(db, words, filters=filters)
            assert found.counted == len(ids(db, words, filters=filters, limit=400))
            assert not found.capped
            for name, counts in found.of.items():
                nothing = None if name in ("gone", "changed") else ()
                others = replace(filters, **{name: nothing})
                hits = search(db, words, filters=others, order=Order.NEWEST, limit=1000).hits
                expected = Counter(value for hit in hits for value in values_of(db, hit, name))
                chosen = getattr(filters, name)
                chosen = {str(int(chosen))} if isinstance(chosen, bool) else {str(v) for v in chosen or ()}
                assert {one.value for one in counts if one.chosen} == chosen
                assert {one.value: one.count for one in counts} == {
                    one.value: expected[one.value] for one in counts
                }
                most = sorted(expected.values(), reverse=True)[
                    : search_facets.__globals__["SHOWN"] - len(chosen)
                ]
                assert sorted((one.count for one in counts), reverse=True)[: len(most)] >= most


def values_of(db: sqlite3.Connection, hit: Hit, name: str) -> set[str]:
    if name in ("gone", "changed"):
        return {str(int(bool(hit.gone_at) if name == "gone" else hit.version > 1))}
    if name in FACTS:
        sql = f"select {name} from {FACTS[name]} where article = ?"
        return {str(row[0]) for row in db.execute(sql, [hit.id])}
    return {getattr(hit, name)} - {None}


def test_facets_have_labels_for_people_and_few_values(path: Path) -> None:
    found = facets(path, "", filters=Filters(author=("Nobody",))).of
    assert {one.label for one in found["portal"]} == set()
    assert [(one.value, one.count, one.chosen) for one in found["author"]][-1] == ("Nobody", 0, True)
    found = facets(path, "").of
    assert found["portal"][0].label == f"Cổng {found['portal'][0].value}"
    assert found["place"][0].label.startswith("Xã ")
    assert found["document"][0].label.endswith("/QĐ-UBND")
    assert all(len(counts) <= 12 for counts in found.values())


def test_facets_count_the_newest_and_say_that_there_are_more(db: sqlite3.Connection) -> None:
    db.execute(
        f"""insert into articles(docid, portal, key, url, title, first_captured_at, version, body)
        with recursive n(i) as (select 1 union all select i + 1 from n where i < {FACETED})
        select {FIRST_DATED} * 50000 + i, 'mic', 'x' || i, 'u', 'Gấu', '2024', 1, 'Gấu' from n"""
    )
    found = facets(db, "")
    assert (found.counted, found.capped) == (FACETED, True)
    assert [(one.value, one.count) for one in found.of["portal"]] == [("mic", FACETED)]
    assert not facets(db, "gấu").capped


@pytest.mark.parametrize(
    ("since", "until", "step"),
    [
        (None, None, "year"),
        (date(2010, 1, 1), date(2014, 12, 31), "month"),
        (date(2012, 2, 20), date(2012, 4, 30), "day"),
    ],
)
@pytest.mark.parametrize("words", ["", "nông", "xa -hội"])
def test_the_timeline_counts_all_hits_by_a_step_that_fits(
    path: Path, words: str, since: date | None, until: date | None, step: str
) -> None:
    filters = Filters(since=since, until=until)
    days = [hit.published_at for hit in every(path, words, filters=filters)]
    found = timeline(path, words, filters=filters)
    assert words or days
    if not days:
        assert found.bars == ()
        return
    expected = Counter(day[: {"year": 4, "month": 7, "day": 10}[step]] for day in days if day)
    assert {bar.period: bar.count for bar in found.bars if bar.count} == expected
    assert (found.step, found.undated) == (step, days.count(None))
    periods = [bar.period for bar in found.bars]
    assert periods == sorted(set(periods))
    assert (periods[0], periods[-1]) == (min(expected), max(expected))
    assert len(periods) <= 72


def test_a_timeline_has_no_gaps_and_is_empty_where_nothing_is_dated(path: Path) -> None:
    years = [int(bar.period) for bar in timeline(path, "").bars]
    assert years == list(range(years[0], years[-1] + 1))
    nothing = timeline(path, "khôngcótừnày")
    assert (nothing.bars, nothing.undated) == ((), 0)


def test_places_are_named_with_accents_without_or_by_their_code(path: Path) -> None:
    assert (
        places_named(path, "xa 7") == places_named(path, "Xã 7") == places_named(path, "00007") == ("00007",)
    )
    with pytest.raises(QueryError, match="No article names a place"):
        places_named(path, "Hà Nội")


def test_letters_of_other_scripts_are_found_with_and_without_their_marks(db: sqlite3.Connection) -> None:
    for number, title in enumerate(("한국 문화", "Чайковский", "Ελλάδα", "Müller", "日本語 学校")):
        db.execute(
            """insert into articles(docid, portal, key, url, title, first_captured_at, version, body)
            values (?, 'mic', ?, 'u', ?, '2024', 1, '')""",
            [number, title, title],
        )
        for words in (title, title.lower(), f'"{title}"'):
            for order in Order:
                assert title in [hit.title for hit in search(db, words, order=order).hits]
    assert search(db, fold("Müller")).total == 1


@pytest.mark.parametrize("filters", [Filters(), Filters(portal=("mic", "backan"), gone=False)])
@pytest.mark.parametrize("words", WORDS)
def test_counted_among_hits_that_are_known_everything_is_the_same(
    path: Path, words: str, filters: Filters
) -> None:
    known = newest(path, words, filters=filters)
    assert facets(path, words, filters=filters, among=known) == facets(path, words, filters=filters)
    assert timeline(path, words, filters=filters, among=known) == timeline(path, words, filters=filters)
    assert facets(path, words, among=known[:7]).counted == min(7, len(known))
