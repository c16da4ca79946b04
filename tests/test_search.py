import json
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from sample_archive import ARTICLES, FOREST, PORTALS, fill, take_in, without_shm

from archive.access import Access, access
from archive.errors import ArchiveError, QueryError
from archive.query import MOST_TERMS, folded_match, parse
from archive.search import Filters, Hit, Order, Result, marked, search
from archive.search.marks import tidied
from archive.store import Archive
from archive.text import normalise

HOSTILE = (
    '"', '""', '"""', '" "', "'", "''", "(", ")", "()", "((((", "NEAR", "NEAR(", "NEAR()", "NEAR(,5)",
    "NEAR(a, 5)", "NEAR(a b, 999999)", 'NEAR("a b" c, 5)', 'NEAR("a, 5)', "AND", "OR", "NOT", "OR OR",
    "a OR", "OR a", "a AND", "NOT a", "a NOT", "-", "--", "- -", "-a", '-"', '-""', "a -", "*", "**",
    "a*", "* a", '"a*', "a*b", ":", "title:", "title:a", "{title body}: a", "^a", "^", "+", "a + b",
    "a||b", "|", "%", "_", "\\", "\x00", "a\x00b", '"a\x00', "\ud800", "a\udfff", "😀", "\ufdd0a\ufdd1",
    "\u200b", "15/2020/NĐ-CP", "125/KH-UBND", "08/09/2020", "C++", "; drop table articles", "a; --",
    "' or 1=1 --", "rank", "articles_fts", "ộ̣̣̣", "İ", "ß", "한국", "\n\n", "\t", "“", "”", "«»", "…",
    "²", "{table}", "{0}", "%s", ":match", "?1", "NEAR(NEAR(a b) c)", "a " * 60, "(" * 2000, '"' * 999,
    "-" * 500, "x" * 100_000,
)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("search") / "archive.db")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.db") as archive:
        archive.put_portal(PORTALS[0])
        yield archive


def titles(path: Path, words: str, **filters: object) -> list[str]:
    return [hit.title for hit in search(path, words, **filters).hits]  # type: ignore[arg-type]


def store(archive: Archive, *titles: str, body: str = "Nội dung.") -> sqlite3.Connection:
    for number, title in enumerate(titles):
        take_in(archive, "backan", replace(FOREST, key=str(number), title=title, lead=None, body=body))
    return archive.db.conn


def paged(db: sqlite3.Connection | Path, words: str, **wanted: Any) -> Iterator[Result]:
    """All pages of a search, each by the key of the one before."""
    page = search(db, words, **wanted)
    yield page
    while page.next:
        page = search(db, words, after=page.next, **wanted)
        yield page


def shown(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    return marked(text, spans, "[", "]")


def only(path: Path, words: str) -> Hit:
    (hit,) = search(path, words).hits
    return hit


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("quoc lo 279", "Mưa lũ làm sạt lở quốc lộ 279"),
        ("bach thong", "Kế hoạch tuyển dụng viên chức ngành giáo dục huyện Bạch Thông"),
        ("tuyen dung vien chuc", "Kế hoạch tuyển dụng viên chức ngành giáo dục huyện Bạch Thông"),
        ("thuy loi", "Thuỷ lợi Nà Tằng: nước về đồng đúng vụ"),
        ("thủy lợi", "Thuỷ lợi Nà Tằng: nước về đồng đúng vụ"),
        ("dao do", "Mùa xuân trên bản Dao đỏ"),
        ("Đến năm 2025", "Đến năm 2025 Bắc Kạn phấn đấu tăng thêm 52 xã đạt chuẩn NTM"),
        ("BẠCH THÔNG", "Kế hoạch tuyển dụng viên chức ngành giáo dục huyện Bạch Thông"),
    ],
)
def test_words_find_their_article_with_and_without_accents(path: Path, words: str, title: str) -> None:
    assert title in titles(path, words)


def test_unaccented_words_find_letters_with_two_marks_and_with_a_stroke(path: Path) -> None:
    assert "Chỉ số cải cách hành chính: Bắc Kạn tăng năm bậc" in titles(path, "bac kan")
    assert "Thuỷ lợi Nà Tằng: nước về đồng đúng vụ" in titles(path, "dong")
    assert titles(path, "BAC KAN") == titles(path, "bac kan")


def test_both_placements_of_a_tone_mark_count_as_exact(archive: Archive) -> None:
    connection = store(archive, "Hoà bình", "Hòa bình", "Hóa bình", "Thuỷ điện", "Thủy điện", "Khoẻ", "Khỏe")
    for words in ("hòa", "hoà", "HOÀ"):
        result = search(connection, words)
        assert [hit.exact for hit in result.hits] == [True, True, False]
        assert {hit.title for hit in result.hits[:2]} == {"Hoà bình", "Hòa bình"}
    assert search(connection, "thủy", exact=True).total == 2
    assert search(connection, '"khoẻ"', exact=True).total == 2


def test_what_was_typed_with_accents_comes_first(archive: Archive) -> None:
    connection = store(archive, "Bác cạn ly", "Bắc Kạn", "Bạc kan", "Bắc Kạn xưa", body="Bac kan " * 9)
    result = search(connection, "Bắc Kạn")
    assert [hit.exact for hit in result.hits] == [True, True, False, False]
    assert {hit.title for hit in result.hits[:2]} == {"Bắc Kạn", "Bắc Kạn xưa"}
    assert (result.total, result.exact, result.capped) == (4, 2, False)
    assert search(connection, "bac kan").exact == 4


def test_exact_keeps_to_the_accents_typed(archive: Archive) -> None:
    connection = store(archive, "Mưa", "Mùa", "Mua")
    assert [hit.title for hit in search(connection, "mưa", exact=True).hits] == ["Mưa"]
    assert search(connection, "mưa").total == 3


def test_pages_run_from_exact_hits_into_the_others_without_gap_or_repeat(archive: Archive) -> None:
    connection = store(archive, *["Mưa rào"] * 4, *["Mùa màng"] * 5)
    for order in Order:
        pages = list(paged(connection, "mưa", limit=2, order=order))
        ids = [hit.id for page in pages for hit in page.hits]
        assert len(pages) == 5
        assert len(ids) == len(set(ids)) == 9
        assert ids == [hit.id for hit in search(connection, "mưa", limit=50, order=order).hits]


def test_a_phrase_is_found_only_as_such(archive: Archive) -> None:
    connection = store(archive, "Xây dựng nông thôn mới", "Thôn mới ở vùng nông nghiệp")
    for words in ('"nông thôn mới"', "“nông thôn mới”", '"nong thon moi', "nông/thôn/mới"):
        assert [hit.title for hit in search(connection, words).hits] == ["Xây dựng nông thôn mới"], words
    assert search(connection, "nông thôn mới").total == 2


@pytest.mark.parametrize(
    "number", ["15/2020/NĐ-CP", "15/2020/nd-cp", "1719/QĐ-TTg", "125/KH-UBND", "(125/KH-UBND)"]
)
def test_a_document_number_is_a_phrase(path: Path, number: str) -> None:
    assert search(path, number).total == 1


def test_words_can_be_excluded(archive: Archive) -> None:
    connection = store(archive, "Lũ quét", "Lũ lụt", "Lũ bão", "Năm học", "Nằm học")
    assert {hit.title for hit in search(connection, "lũ -lụt").hits} == {"Lũ quét", "Lũ bão"}
    assert {hit.title for hit in search(connection, "lu NOT lut -bao").hits} == {"Lũ quét"}
    assert {hit.title for hit in search(connection, "học -nằm").hits} == {"Năm học"}
    assert search(connection, "học -nam").total == 0
    assert search(connection, '"lũ quét" -"quét lũ"').total == 1


def test_or_takes_whole_sides(archive: Archive) -> None:
    connection = store(archive, "Bắc Kạn", "Thái Nguyên", "Bắc Thái", "Cao Bằng")
    assert {hit.title for hit in search(connection, "Bắc Kạn OR Thái Nguyên").hits} == {
        "Bắc Kạn",
        "Thái Nguyên",
    }
    assert {hit.title for hit in search(connection, "bac kan | cao bang -bang").hits} == {"Bắc Kạn"}


def test_a_star_finds_beginnings_and_near_finds_neighbours(archive: Archive) -> None:
    connection = store(archive, "Giáo viên", "Giáo dục", "Cháy một hai ba bốn năm sáu rừng", "Cháy to ở rừng")
    assert search(connection, "gia*").total == 2
    assert search(connection, "giá*").total == 2
    assert [hit.title for hit in search(connection, "NEAR(rừng cháy, 3)").hits] == ["Cháy to ở rừng"]
    assert search(connection, "NEAR(rung chay, 9)").total == 2


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: ascii(words)[:30])
def test_nothing_that_can_be_typed_is_an_error_of_syntax(path: Path, words: str) -> None:
    for exact in (False, True):
        with suppress(QueryError):
            search(path, words, exact=exact)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "select count(*) from articles_fts where articles_fts match ?", [folded_match(words)]
        )


@pytest.mark.parametrize("words", ["…", '""', "()", "-lũ", "NOT lũ", " ".join("a" * (MOST_TERMS + 1))])
def test_a_query_that_asks_for_nothing_says_so(path: Path, words: str) -> None:
    with pytest.raises(QueryError, match="·"):
        search(path, words)


def test_results_can_be_narrowed_to_a_portal_and_to_days(path: Path) -> None:
    assert {hit.portal for hit in search(path, "bắc kạn", filters=Filters(portal=("mic",))).hits} == {"mic"}
    assert search(path, "bắc kạn", filters=Filters(portal=("nowhere",))).total == 0
    day = date(2023, 10, 15)
    assert [
        hit.published_at for hit in search(path, "bac kan", filters=Filters(since=day, until=day)).hits
    ] == ["2023-10-15T01:14:00+07:00"]
    year = Filters(since=date(2019, 1, 1), until=date(2019, 12, 31))
    in_2019 = search(path, "nong OR hoi OR bac", filters=year)
    assert {(hit.published_at or "")[:4] for hit in in_2019.hits} == {"2019"}
    assert search(path, "khuyến nông").total == 1
    assert search(path, "khuyến nông", filters=Filters(until=date(2099, 1, 1))).total == 0, "undated"


def test_dates_order_hits_and_undated_ones_come_last(path: Path) -> None:
    for order in (Order.NEWEST, Order.OLDEST):
        days = [hit.published_at for hit in search(path, "nong OR dong OR bac OR giong", order=order).hits]
        assert days[-1] is None
        assert days[:-1] == sorted(days[:-1], reverse=order is Order.NEWEST)


def test_a_hit_in_the_title_outranks_one_in_the_text(archive: Archive) -> None:
    take_in(
        archive,
        "backan",
        replace(FOREST, key="a", title="Tin khác", lead=None, body="Có lúa ở đây, lúa và lúa."),
    )
    take_in(archive, "backan", replace(FOREST, key="b", title="Giống lúa", lead=None, body="Không gì. " * 20))
    assert search(archive.db.conn, "lua").hits[0].title == "Giống lúa"


def test_words_that_stand_together_outrank_scattered_ones(archive: Archive) -> None:
    scattered = "Bà Nông Thị Niềm, thôn Bản Trù, dựng nhà mới. "
    for key, body in {
        "a": scattered * 3,
        "b": "Chương trình xây dựng nông thôn mới bước sang giai đoạn hai.",
    }.items():
        take_in(archive, "backan", replace(FOREST, key=key, title=f"Tin {key}", lead=None, body=body))
    for words in ("nông thôn mới", "nong thon moi"):
        first, second = search(archive.db.conn, words).hits
        assert (first.title, second.title) == ("Tin b", "Tin a")
        assert "[nông thôn mới]" in shown(first.snippet, first.snippet_matches)


def test_the_snippet_shows_the_letters_of_the_page_with_the_matches_marked(path: Path) -> None:
    hit = only(path, "dong quyet dinh 1719")
    assert "400.000 [đồng] một năm" in shown(hit.snippet, hit.snippet_matches)
    hit = only(path, "dao do")
    assert shown(hit.title, hit.title_matches) == "Mùa xuân trên bản [Dao đỏ]"
    hit = only(path, "thi dua yeu nuoc day manh")
    assert shown(hit.snippet, hit.snippet_matches).startswith("[Đẩy mạnh] phong trào [thi đua yêu nước]")


def test_every_snippet_is_cut_from_its_article_letter_by_letter(path: Path) -> None:
    def plain(text: str) -> str:
        return "".join(c for c in text if c.isalnum())

    texts = {article.title: plain(f"{article.lead or ''}{article.body}") for _, article in ARTICLES}
    for words in ("dong", "đồng", "bac", "nong thon moi", "d*", "người", "an toan", "2025"):
        for hit in search(path, words).hits:
            assert plain(hit.snippet) in texts[hit.title]
            for text, spans in ((hit.title, hit.title_matches), (hit.snippet, hit.snippet_matches)):
                assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)


def test_the_layout_of_the_text_stays_out_of_the_snippet(path: Path) -> None:
    hit = only(path, '"Quảng Khê"')
    assert not set("|#\n") & set(hit.snippet)
    assert "Nam Mẫu · 214 · 1.260 · [Quảng Khê] · 187" in shown(hit.snippet, hit.snippet_matches)


def test_a_heading_does_not_run_into_the_text_below_it(archive: Archive) -> None:
    body = "## Việc còn phải làm\n\nTheo Sở, còn:\n\n- một cầu;\n- hai đường."
    (hit,) = search(store(archive, "Tin", body=body), "phai lam").hits
    assert shown(hit.snippet, hit.snippet_matches) == (
        "Việc còn [phải làm] · Theo Sở, còn: một cầu; hai đường."
    )


@pytest.mark.parametrize(
    ("words", "body", "passage"),
    [
        ("thon moi", "Cả thôn. Mỗi hộ", "Cả [thôn]. [Mỗi] hộ"),
        ('"thon moi"', "Cả thôn. Mỗi hộ", "Cả [thôn]. [Mỗi] hộ"),
        ("thon moi", "Cả thôn\n\nMỗi hộ", "Cả [thôn] · [Mỗi] hộ"),
        ('"thon moi"', "Gọi “thôn” mới", "Gọi “[thôn]” [mới]"),
        ("chin tam bay", "Sáu bảy tám chín mười", "Sáu [bảy tám chín] mười"),
        ("125/KH-UBND", "Kế hoạch 125/KH-UBND.", "Kế hoạch [125/KH-UBND]."),
        ("1.260 ha", "Đạt 1.260 ha", "Đạt [1.260 ha]"),
    ],
)
def test_a_match_spans_spaces_and_ends_with_its_sentence(
    archive: Archive, words: str, body: str, passage: str
) -> None:
    (hit,) = search(store(archive, "Tin", body=body), words).hits
    assert shown(hit.snippet, hit.snippet_matches) == passage


def test_the_snippet_comes_from_the_lead_where_only_the_lead_matches(path: Path) -> None:
    hit = only(path, '"đời sống người dân được nâng lên"')
    assert "[đời sống người dân được nâng lên]" in shown(hit.snippet, hit.snippet_matches)


def test_text_with_eth_is_found_as_d_with_stroke_once_normalised(archive: Archive) -> None:
    connection = store(archive, normalise("Ðẩy mạnh thi đua"))
    for words in ("đẩy mạnh", "Ðẩy mạnh", "day manh"):
        assert search(connection, words).total == 1, words


def test_a_rebuilt_index_still_finds_d_with_stroke(archive: Archive) -> None:
    connection = store(archive, "Đồng ruộng")
    for table in ("articles_fts", "articles_fts_exact"):
        connection.execute(f"insert into {table}({table}) values ('rebuild')")
        connection.execute(f"insert into {table}({table}) values ('integrity-check')")
    (hit,) = search(connection, "dong ruong").hits
    assert shown(hit.title, hit.title_matches) == "[Đồng ruộng]"


def test_decomposed_letters_find_composed_ones(path: Path) -> None:
    assert search(path, "Ba\u0323ch Tho\u0302ng").exact == 1


def test_counts_stop_at_a_thousand_and_say_so(archive: Archive) -> None:
    connection = store(archive, "Mưa", "Mùa")
    more = """insert into articles(id, docid, portal, key, url, title, first_captured_at, version, body)
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 1002)
        select i, i, portal, i + 10, url, title, first_captured_at, 1, body from n, articles where title = 'Mưa'"""
    connection.execute(more)
    result = search(connection, "mua", limit=5)
    assert (result.total, result.capped, len(result.hits)) == (1000, True, 5)
    assert sum(len(page.hits) for page in paged(connection, "mưa", limit=250, order=Order.NEWEST)) == 1004
    assert search(connection, "mùa", limit=3).exact == 1


def test_a_result_is_plain_json(path: Path) -> None:
    data = json.loads(json.dumps(asdict(search(path, "rừng", limit=1))))
    assert data["total"] == len(search(path, "rừng").hits)
    assert {"title", "url", "portal", "published_at", "snippet"} <= data["hits"][0].keys()


@pytest.mark.parametrize("piece", [".", " ", "\n", ". ", " .", ".a", "  a", "…-"])
def test_matches_within_long_runs_of_punctuation_take_time_by_their_length_alone(piece: str) -> None:
    text = f"a{piece * 40_000}a"
    began = process_time()
    assert list(tidied(text, [(0, len(text))]))
    assert process_time() - began < 2


def test_clauses_are_parted_as_the_plain_pattern_has_it() -> None:
    plain, chance = re.compile(r"\s*[^\w\s]+\s+|\s+[^\w\s]+"), random.Random(1)
    for _ in range(5_000):
        text = "".join(chance.choices("ab.,- \n", k=14))
        start, end = sorted(chance.choices(range(15), k=2))
        edges = [start, *(edge for apart in plain.finditer(text, start, end) for edge in apart.span()), end]
        wanted = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
        assert list(tidied(text, [(start, end)])) == wanted, (text, start, end)


def test_marks_and_page_text_cannot_be_confused() -> None:
    text, spans = "a <b> [c]", ((2, 5),)
    assert (
        marked(text, spans, "<mark>", "</mark>", lambda t: t.replace("<", "&lt;"))
        == "a <mark>&lt;b></mark> [c]"
    )


def test_a_missing_or_broken_archive_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="backan demo"):
        search(tmp_path / "archive.db", "a")
    (tmp_path / "text.db").write_text("no database at all, but some text of sufficient length" * 99)
    with pytest.raises(ArchiveError, match=r"cannot read .*text\.db: file is not a database"):
        search(tmp_path / "text.db", "a")


def test_an_archive_in_a_folder_that_cannot_be_written_is_searched(tmp_path: Path) -> None:
    path = without_shm(fill(tmp_path / "archive.db"))
    assert access(path) is Access.FROZEN
    assert only(path, "quoc lo 279").title == "Mưa lũ làm sạt lở quốc lộ 279"


def test_rows_that_only_the_wal_file_holds_are_not_passed_over(tmp_path: Path) -> None:
    path = without_shm(fill(tmp_path / "archive.db"))
    path.with_name("archive.db-wal").write_bytes(b"rows")
    with pytest.raises(ArchiveError, match="copy both files"):
        search(path, "a")


def test_an_archive_in_a_folder_that_can_be_written_is_read_live(path: Path) -> None:
    assert access(path) is Access.LIVE


def test_the_expressions_are_what_a_reader_of_fts5_expects() -> None:
    query = parse('nông thôn -"đô thị"')
    assert query.exact() == '("nông" AND "thôn")'
    assert query.folded() == '("nong" AND "thon")'
    assert query.folded(paired=True) == '("nong" AND ("thon" OR "nong thon"))'
    assert query.without_exact() == '"đô thị"'
    assert query.without_folded() is None
    assert folded_match('nông thôn -"đô thị"') == '("nong" AND "thon") NOT "do thi"'
    assert parse("ủy ban").exact() == '(("ủy" OR "uỷ") AND "ban")'
