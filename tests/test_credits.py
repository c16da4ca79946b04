"""Whom an article credits, under one name for each outlet."""

import time
from dataclasses import replace

import pytest
from sample_archive import FOREST, PORTALS, take_in

from archive.coherence import incoherent
from archive.copies import credits_of, outlet
from archive.store import Archive

TTXVN = ("Thông tấn xã Việt Nam", "vnanet.vn")
BACKAN = ("Báo Bắc Kạn", "baobackan.vn")
GOVERNMENT = ("Báo Chính phủ", "baochinhphu.vn")
DANVIET = ("Báo Dân Việt", "danviet.vn")
VOV = ("Đài Tiếng nói Việt Nam", "vov.vn")

# The last line of a body: the words that are the credit, and whose they are.
LINES = {
    "Theo danviet.vn": ("Theo danviet.vn", *DANVIET),
    "(Theo Báo Bắc Kạn)": ("Theo Báo Bắc Kạn", *BACKAN),
    "( Theo: Báo Bắc Cạn )": ("Theo: Báo Bắc Cạn", *BACKAN),
    "Nguồn: TTXVN": ("Nguồn: TTXVN", *TTXVN),
    "NGUỒN TIN: ttxvn.": ("NGUỒN TIN: ttxvn.", *TTXVN),
    "PV/VOV": ("VOV", *VOV),
    "Theo PV/VOV": ("Theo PV/VOV", *VOV),
    "Theo Cổng TTĐT Chính phủ": ("Theo Cổng TTĐT Chính phủ", *GOVERNMENT),
    "Theo chinhphu.vn./.": ("Theo chinhphu.vn./.", *GOVERNMENT),
    "Nguồn: https://www.danviet.vn/cay-nghe-2023.htm": ("Nguồn: https://www.danviet.vn/cay-nghe-2023.htm", *DANVIET),
    "Người dân rất phấn khởi./. (Theo VnExpress)": ("Theo VnExpress", "VnExpress", "vnexpress.net"),
    "- *Theo Báo Điện tử Vùng cao*": ("Theo Báo Điện tử Vùng cao", "Báo Điện tử Vùng cao", None),
    "Theo Trang TTĐT huyện Pác Nặm": ("Theo Trang TTĐT huyện Pác Nặm", "Trang thông tin điện tử huyện Pác Nặm", None),
    "Nguồn: sonnptnt.backan.gov.vn": ("Nguồn: sonnptnt.backan.gov.vn", "sonnptnt.backan.gov.vn", "sonnptnt.backan.gov.vn"),
    "Nguồn: backan.gov.vn": ("Nguồn: backan.gov.vn", "Cổng thông tin điện tử tỉnh Bắc Kạn", "backan.gov.vn"),
    "Nguồn: sonongnghiep.gov.vn": ("Nguồn: sonongnghiep.gov.vn", "sonongnghiep.gov.vn", "sonongnghiep.gov.vn"),
    "TTXVN": ("TTXVN", *TTXVN),
    "Hoàng Nga (TTXVN)": ("TTXVN", *TTXVN),
}  # fmt: skip
NO_CREDITS = (
    "Theo kế hoạch, năm 2024 toàn tỉnh có thêm 12 xã đạt chuẩn.", "Theo Báo cáo của UBND tỉnh", "Theo bà Hoàng Thị Lan",
    "Nguồn vốn: ngân sách tỉnh", "Nguồn nước: suối Nà Mằm", "Theo đó, các xã báo cáo trước ngày 30/10./.", "Hoàng Yến",
    "Tin, ảnh: Thu Trang", "Theo tôi", "Báo động đỏ", "Nguồn ảnh: tác giả", "60/100 điểm", "Theo trang trại của ông Đông",
    "Chiều nay, tại Báo Bắc Kạn diễn ra hội nghị tổng kết công tác năm 2023 và triển khai nhiệm vụ năm 2024.", "",
)  # fmt: skip
WRITTEN = {
    "Báo Nhân dân": "Báo Nhân Dân", "nhandan.com.vn": "Báo Nhân Dân", "QĐND": "Báo Quân đội nhân dân", "dan viet": "Báo Dân Việt",
    "VGP News": "Báo Chính phủ", "Cổng TTĐT  Sở Y tế": "Cổng thông tin điện tử Sở Y tế", "m.dantri.com.vn": "Báo Dân trí",
    "Văn phòng UBND tỉnh": "Văn phòng UBND tỉnh",
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_credit_below_the_text_is_found_where_it_stands(line: str) -> None:
    body = f"Theo Báo cáo, rừng còn nhiều.\n\nBà con phấn khởi./.\n\n{line}\n"
    [credit] = credits_of(None, None, body)
    assert (credit.text, credit.outlet, credit.domain) == LINES[line]
    assert credit.field == "body"
    assert body[credit.start : credit.end] == credit.text


@pytest.mark.parametrize("line", NO_CREDITS)
def test_what_only_looks_like_a_credit_is_none(line: str) -> None:
    assert credits_of(None, None, f"Rừng còn nhiều.\n\n{line}") == ()


def test_a_credit_in_the_middle_of_a_text_is_none() -> None:
    lines = "\n\n".join(["Theo danviet.vn", *["Bà con phấn khởi."] * 5])
    assert credits_of(None, None, lines) == ()


def test_what_the_page_states_as_its_source_is_a_credit_whatever_it_is() -> None:
    [credit] = credits_of(" Theo Báo Bắc Kạn", None, "")
    assert (credit.field, credit.start, credit.end, credit.text) == ("source", 1, 17, "Theo Báo Bắc Kạn")
    assert (credit.outlet, credit.domain) == BACKAN
    [credit] = credits_of("Trung tâm Y tế huyện Pác Nặm", None, "")
    assert (credit.outlet, credit.domain) == ("Trung tâm Y tế huyện Pác Nặm", None)
    assert credits_of(" - ", "", "") == ()


def test_a_byline_credits_an_outlet_only_where_it_names_one() -> None:
    [credit] = credits_of(None, "Hoàng Nga/TTXVN", "")
    assert (credit.field, credit.text, credit.outlet) == ("author", "TTXVN", TTXVN[0])
    assert credits_of(None, "Hoàng Nga", "") == credits_of(None, "Thu Trang - Lê Quang", "") == ()


@pytest.mark.parametrize("written", WRITTEN)
def test_one_outlet_has_one_name(written: str) -> None:
    assert outlet(written).name == WRITTEN[written]


def test_hostile_lines_take_no_time() -> None:
    start = time.process_time()
    for piece in ("(Theo ", "a.", "/", "Nguồn: ", "((", "- ", " ", "\n", "(Theo a)"):
        credits_of(piece * 20_000, piece * 20_000, piece * 500_000)
    assert time.process_time() - start < 10


def test_credits_are_rows_with_their_place_in_the_text() -> None:
    with Archive(":memory:") as archive:
        for portal in PORTALS:
            archive.put_portal(portal)
        archive.start_crawl("backan-20231120", "backan", "live", "2024-01-01T00:00:00Z")
        credited = replace(FOREST, author="Hoàng Nga/TTXVN", body=f"{FOREST.body}\n\n(Theo danviet.vn)")
        id = take_in(archive, "backan", credited)
        rows = archive.db.execute(
            "select article, field, text, outlet from credits order by field"
        ).fetchall()
        assert rows == [
            (id, "author", "TTXVN", TTXVN[0]),
            (id, "body", "Theo danviet.vn", DANVIET[0]),
            (id, "source", "Báo Bắc Kạn", BACKAN[0]),
        ]
        assert [*incoherent(archive.db.conn)] == []
        take_in(archive, "backan", replace(FOREST, source=None), "2023-11-21T03:10:00Z")
        assert archive.db.execute("select count(*) from credits").fetchone() == (0,)


def test_a_published_copy_which_has_no_pairs_is_no_damage() -> None:
    with Archive(":memory:") as archive:
        for table in ("copies_sketches", "copies_buckets", "copies_pairs"):
            archive.db.execute(f"drop table {table}")
        assert [*incoherent(archive.db.conn)] == []


@pytest.mark.parametrize(
    "spoiled",
    [
        "update credits set start = start + 1",
        "insert into copies select id, id, portal, portal, 1, 1, 0, 0 from articles",
        "insert into copies select id, 17, portal, portal, 1, 1, 0, 0 from articles",
    ],
)
def test_a_row_that_is_not_true_is_noticed(spoiled: str) -> None:
    with Archive(":memory:") as archive:
        for portal in PORTALS:
            archive.put_portal(portal)
        archive.start_crawl("backan-20231120", "backan", "live", "2024-01-01T00:00:00Z")
        take_in(archive, "backan", FOREST)
        assert [*incoherent(archive.db.conn)] == []
        archive.db.execute(spoiled)
        assert len([*incoherent(archive.db.conn)]) == 1
