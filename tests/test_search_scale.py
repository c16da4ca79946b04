"""What a search does in a large archive, where it takes other ways to the same hits."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from many_articles import build

from archive.errors import QueryError
from archive.query import parse
from archive.schema.filtering import INDEXES
from archive.search import (
    NO_FILTERS,
    Filters,
    completions,
    facets,
    filters,
    open_vocabularies,
    search,
    search_files,
    timeline,
)
from archive.search.filters import FIRST_DATED, among, conditions

BEGUN = ("th*", "thô*", "bắ*", "kan -th*", "đồng/k*", "th* ba*", "thô* OR rừ*", "-xã th*")
CHOSEN: list[dict[str, Any]] = [
    {"portal": ("mic", "mst")},
    {"section": ("Mục 1", "Mục 3")},
    {"author": ("Tác giả 7", "Tác giả 9")},
    {"source": ("TTXVN",), "portal": ("mic",)},
    {"place": ("00000", "00003")},
    {"document": (1, 2, 3), "gone": False},
    {"gone": True},
    {"changed": True, "place": ("00001",)},
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("scale") / "archive.db", 300, size=200)


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def ids(db: sqlite3.Connection, words: str, **wanted: Any) -> set[int]:
    return {hit.id for hit in search(db, words, limit=1_000, **wanted).hits}


@pytest.mark.parametrize("words", BEGUN)
@pytest.mark.parametrize("exact", [False, True])
def test_the_words_that_begin_so_find_what_the_beginning_finds(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, words: str, exact: bool
) -> None:
    merged, bars = ids(db, words, exact=exact), timeline(db, words, exact=exact)
    open_vocabularies(db)
    monkeypatch.setattr(completions, "MERGED", 1)
    assert any(term.instead for term in completions.with_words(db, parse(words), "articles_fts").every)
    assert merged
    assert ids(db, words, exact=exact) == merged
    assert timeline(db, words, exact=exact) == bars


def test_a_beginning_is_left_to_the_index_where_few_texts_hold_it(db: sqlite3.Connection) -> None:
    open_vocabularies(db)
    query = parse("th*")
    assert completions.with_words(db, query, "articles_fts") == query


def test_a_beginning_of_too_many_words_asks_for_more_of_it(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_vocabularies(db)
    monkeypatch.setattr(completions, "MERGED", 1)
    monkeypatch.setattr(completions, "MOST_WORDS", 2)
    with pytest.raises(QueryError, match=r"“th\*”.*type more"):
        search(db, "th*")


def test_a_connection_that_cannot_list_words_finds_the_same(
    path: Path, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completions, "MERGED", 1)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as kept:
        kept.execute("pragma query_only = on")
        open_vocabularies(db)
        assert ids(kept, "th*") == ids(db, "th*")


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("words", ["", "nong", "nông thôn"])
def test_a_filter_that_many_pass_lets_the_same_pass(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, Any], words: str
) -> None:
    """Few are listed, some are put together by SQLite, of many each hit is asked."""
    wanted = replace(NO_FILTERS, **chosen)
    found = []
    for few, some in ((5_000, 100_000), (0, 100_000), (0, 0)):
        monkeypatch.setattr(filters, "FEW", few)
        monkeypatch.setattr(filters, "SOME", some)
        found.append(
            (
                search(db, words, filters=wanted),
                facets(db, words, filters=wanted),
                timeline(db, words, filters=wanted),
                search_files(db, words, filters=wanted),
            )
        )
    assert found[0][0].hits or words
    assert found[0] == found[1] == found[2]


def test_who_passes_a_filter_is_found_without_reading_articles(db: sqlite3.Connection) -> None:
    for chosen in CHOSEN:
        every = conditions(db, Filters(**chosen))
        asked = [every.some] if every.some else []
        for sql in asked:
            plan = [row[3] for row in db.execute(f"explain query plan {sql}", every.params)]
            read = [step for step in plan if "articles" in step]
            assert read
            assert all("COVERING" in step for step in read), (chosen, plan)


def test_docids_far_apart_are_skipped_to_but_not_to_rank_them() -> None:
    near, far = range(0, 10 * FIRST_DATED, FIRST_DATED), range(0, 9_000 * FIRST_DATED, 900 * FIRST_DATED)
    assert "+f.rowid in" in among("f.rowid", "them", near).sql
    assert "between" not in among("f.rowid", "them", far).sql
    assert "+f.rowid in" in among("f.rowid", "them", far, ranking=True).sql


def test_an_archive_of_before_gets_the_indexes(tmp_path: Path) -> None:
    path = build(tmp_path / "archive.db", 1)
    with closing(sqlite3.connect(path)) as db:
        for name, columns in INDEXES.items():
            (sql,) = db.execute("select sql from sqlite_master where name = ?", [name]).fetchone()
            assert columns in sql
