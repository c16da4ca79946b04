"""Advice for a search that finds nothing, and where the words of a search stand in an article."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from time import process_time

import pytest
from sample_archive import FOREST, PORTALS, fill, take_in
from timed import seconds

from archive.errors import QueryError
from archive.query import parse
from archive.search import Advice, Filters, Matches, Missing, Span, advise, marked, matches, search
from archive.search.spelling import slips
from archive.search.words import places
from archive.store import Archive


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("words") / "archive.db")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(PORTALS[0])
        yield archive


def shown(text: str, spans: tuple[Span, ...]) -> str:
    return marked(text, spans, "[", "]")


def found(text: str, words: str, exact: bool = False) -> str:
    return shown(text, places(text, parse(words), exact))


def stored(archive: Archive, title: str, body: str) -> tuple[sqlite3.Connection, int]:
    article = replace(FOREST, key="one", title=title, lead=None, body=body)
    return archive.db.conn, take_in(archive, "backan", article)


@pytest.mark.parametrize(
    ("words", "missing", "instead"),
    [
        ("backan", "backan", "Bắc Kạn"),
        ("phòng hjộ rừng", "hjộ", "phòng hộ rừng"),
        ("rung phonng ho", "phonng", "rung phòng ho"),
        ("nogn thon moi", "nogn", "nông thon moi"),
        ("Bạhc Thông", "Bạhc", "Bạch Thông"),
        ("th ông báo", "th", "thông báo"),
    ],
)
def test_the_word_that_finds_nothing_is_named_and_what_comes_close(
    path: Path, words: str, missing: str, instead: str
) -> None:
    assert search(path, words).total == 0
    advice = advise(path, words)
    assert missing in [one.word for one in advice.missing]
    assert (advice.instead or "").lower() == instead.lower()
    assert search(path, instead).total > 0


def test_a_word_that_nothing_comes_close_to_is_named_alone(path: Path) -> None:
    assert advise(path, "rừng qqqqqq") == Advice((Missing("qqqqqq", ()),), 0, None)


def test_words_that_are_all_there_but_never_together_are_not_missing(path: Path) -> None:
    assert search(path, "Dao Wi-Fi").total == 0
    assert advise(path, "Dao Wi-Fi") == Advice((), 0, None)


def test_a_phrase_is_tried_as_words(path: Path) -> None:
    advice = advise(path, '"mới thôn nông" -"đô thị"')
    assert advice.missing == (Missing('"mới thôn nông"', ("mới thôn nông",)),)
    assert advice.instead == 'mới thôn nông -"đô thị"'


def test_filters_that_leave_nothing_are_told_by_what_is_there_without_them(path: Path) -> None:
    filters = Filters(portal=("mic",), until=date(2000, 1, 1))
    advice = advise(path, "rừng", filters=filters)
    assert advice.missing == (Missing("rừng", advice.missing[0].close),)
    assert advice.without_filters == search(path, "rừng").total > 0
    assert advise(path, "", filters=filters).without_filters == search(path, "").total


def test_accents_that_no_article_has_are_corrected_where_they_count(path: Path) -> None:
    assert search(path, "Bàch Thông", exact=True).total == 0
    assert advise(path, "Bàch Thông", exact=True).instead == "Bạch Thông"


@pytest.mark.parametrize(
    "words", ["x" * 100_000, "a" * 13, "^" + "b" * 12, '"', "zz*", "NEAR(zz yy, 3)", "\ud800z"]
)
def test_advice_on_anything_typed_is_quick(path: Path, words: str) -> None:
    began = process_time()
    with suppress(QueryError):
        advise(path, words)
    assert process_time() - began < 2


def test_slips_are_one_letter_or_one_blank_away() -> None:
    assert {"nong", "ngon", "nog", "nogs", "no gn"} <= slips("nogn")
    assert not {"nogn", "nngo", "no", "nong moi", "n ogn"} & slips("nogn")
    assert "bac kan" in slips("backan")
    assert "ba ckan" in slips("Bắckạn")
    assert "backan" not in slips("backan")
    assert "" not in slips("a")
    assert slips("125/KH-UBND") == set()


@pytest.mark.parametrize(
    ("words", "exact", "expected"),
    [
        ("dong", False, "[Đồng] bào: [đồng] lòng, [dong] riềng"),
        ("đồng", True, "[Đồng] bào: [đồng] lòng, dong riềng"),
        ("dong long", False, "[Đồng] bào: [đồng lòng], [dong] riềng"),
        ('"long dong"', False, "Đồng bào: đồng [lòng], [dong] riềng"),
        ("bà*", False, "Đồng [bào]: đồng lòng, dong riềng"),
        ("NEAR(bao rieng, 2)", False, "Đồng bào: đồng lòng, dong riềng"),
        ("NEAR(bao rieng, 3)", False, "Đồng [bào]: đồng lòng, dong [riềng]"),
        ("rieng OR xyz", False, "Đồng bào: đồng lòng, dong [riềng]"),
        ("rieng -dong", False, "Đồng bào: đồng lòng, dong [riềng]"),
    ],
)
def test_matches_are_found_as_the_index_finds_them(words: str, exact: bool, expected: str) -> None:
    assert found("Đồng bào: đồng lòng, dong riềng", words, exact) == expected


def test_matches_hold_numbers_together_and_know_both_schools() -> None:
    assert found("Kế hoạch 125/KH-UBND.", "125/kh-ubnd") == "Kế hoạch [125/KH-UBND]."
    assert found("Kế hoạch 125/KH-UBND.", "125/kh*") == "Kế hoạch [125/KH]-UBND."
    assert found("Hoà bình, Hòa bình, hóa", "hòa", exact=True) == "[Hoà] bình, [Hòa] bình, hóa"
    assert found("İstanbul ŉ ﬀ ß: rừng", "rung") == "İstanbul ŉ ﬀ ß: [rừng]"


def test_matches_mark_the_words_as_typed_where_the_article_has_them(archive: Archive) -> None:
    connection, id = stored(archive, "Bắc Kạn, Bac Kan", "Ở Bắc Kạn.\n\nBac Kan.")
    for words, title, body in (
        ("Bắc Kạn", "[Bắc Kạn], Bac Kan", "Ở [Bắc Kạn].\n\nBac Kan."),
        ("bac kan", "[Bắc Kạn], [Bac Kan]", "Ở [Bắc Kạn].\n\n[Bac Kan]."),
        ("bác kàn", "[Bắc Kạn], [Bac Kan]", "Ở [Bắc Kạn].\n\n[Bac Kan]."),
    ):
        where = matches(connection, words, id)
        assert shown("Bắc Kạn, Bac Kan", where.title) == title
        assert shown("Ở Bắc Kạn.\n\nBac Kan.", where.body) == body
        assert where.lead == ()
    assert matches(connection, "bác kàn", id, exact=True) == Matches()


def test_nothing_is_marked_without_words_or_without_the_article(path: Path) -> None:
    hit = search(path, "rừng").hits[0]
    assert matches(path, "rừng", hit.id) != Matches()
    assert matches(path, "", hit.id) == matches(path, "rừng", 1) == Matches()
    with pytest.raises(QueryError):
        matches(path, "…", hit.id)


def test_every_match_that_a_list_of_hits_shows_is_marked_in_the_article(path: Path) -> None:
    for words in (
        "rừng",
        "nong thon moi",
        '"quốc gia"',
        "đồng OR lũ",
        "NEAR(đời dân, 4)",
        "d*",
        "15/2020/NĐ-CP",
    ):
        for hit in search(path, words).hits:
            where = matches(path, words, hit.id)
            assert where.title == hit.title_matches
            assert where.title or where.lead or where.body


def test_a_body_of_two_megabytes_takes_time_by_its_length_alone(archive: Archive) -> None:
    def find(text: str) -> None:
        assert len(places(text, parse("nông thôn a"), exact=False)) >= len(text) // 50

    sentence = "Xây dựng nông thôn mới. A a, a a a! Ông và bà. "
    short, long = (seconds(partial(find, sentence * count), 3) for count in (500, 5_000))
    assert long < 25 * short
    connection, id = stored(archive, "Dài", sentence * 40_000)
    assert len(matches(connection, "nông thôn", id).body) == 40_000
