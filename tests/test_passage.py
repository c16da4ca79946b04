"""Long articles, whose passages are cut out here and not by FTS5."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import process_time

import pytest

from archive.identity import docid, row_id
from archive.model import PortalInfo
from archive.query import parse
from archive.search import Hit, search
from archive.search.marks import GAP, unmarked
from archive.search.passage import LONG, PART, READ, WIDTH, passage
from archive.store import Archive

FILLER = "Nhân dân các xã vùng cao chăm lo sản xuất. "


def long_text(before: int, passage: str) -> str:
    return FILLER * (before // len(FILLER)) + passage + " " + FILLER * (LONG // len(FILLER) + 1)


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., Hit]:
    """The one hit of a search in an archive of one article."""

    def find(words: str, body: str, title: str = "Tin", lead: str = "") -> Hit:
        id, path = row_id("x", "k"), tmp_path / "archive.db"
        path.unlink(missing_ok=True)
        with Archive(path) as archive:
            archive.put_portal(PortalInfo("x", "X", "x", "https://x.example/", "x"))
            archive.db.conn.execute(
                "insert into articles(id, docid, portal, key, url, title, first_captured_at, version, body, "
                "lead) values (?, ?, 'x', 'k', 'https://x.example/k', ?, '2024-01-01T00:00:00Z', 1, ?, ?)",
                [id, docid(id, "2023-01-01"), title, body, lead],
            )
            archive.db.conn.commit()
        with closing(sqlite3.connect(path)) as connection:
            (hit,) = search(connection, words).hits
        return hit

    return find


def matched(hit: Hit) -> list[str]:
    return [hit.snippet[start:end] for start, end in hit.snippet_matches]


def test_a_word_repeated_for_half_a_megabyte_is_found_at_once(found: Callable[..., Hit]) -> None:
    began = process_time()
    hit = found("rung", "rừng cây " * 60_000, title="rừng " * 2_000)
    assert process_time() - began < 5  # of which the archive takes the most; snippet() takes a minute
    assert set(matched(hit)) == {"rừng"}
    assert hit.title_matches


@pytest.mark.parametrize("before", [0, LONG, PART - 5, PART, 3 * PART + 77])
@pytest.mark.parametrize(
    ("words", "shown"),
    [("duong", ["Đường"]), ("đường -ngô", ["Đường"]), ('"duong lien"', ["Đường liên"]), ("đườ*", ["Đường"])],
)
def test_the_passage_of_a_long_article_is_that_which_matches(
    found: Callable[..., Hit], words: str, shown: list[str], before: int
) -> None:
    hit = found(words, long_text(before, "Đường liên huyện đã thông."))
    assert matched(hit) == shown
    assert "Đường liên huyện đã thông." in hit.snippet
    assert hit.snippet.startswith("… ") == bool(before)
    assert hit.snippet.endswith(" …")
    assert len(hit.snippet) <= WIDTH + 4


def test_a_long_lead_is_shown_where_only_it_matches(found: Callable[..., Hit]) -> None:
    hit = found("gấu", FILLER * 300, lead=long_text(500, "Một con gấu."))
    assert matched(hit) == ["gấu"]


def test_where_the_most_matches_are_near_each_other_comes_first() -> None:
    text = long_text(1_000, "gấu") + long_text(0, "gấu hổ, gấu")
    shown, matches = unmarked(passage(text, parse("gau ho"), exact=False))
    assert [shown[start:end] for start, end in matches] == ["gấu hổ", "gấu"]


def test_of_an_article_that_matches_far_down_the_beginning_is_shown() -> None:
    assert passage(long_text(READ + PART, "gấu"), parse("gau"), exact=False) == FILLER * 5 + FILLER[:24] + GAP
