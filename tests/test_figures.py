"""The figures of a text: numbers with their units, and what is none."""

import pytest
from timed import seconds

from archive.facts.figures import Figure, figures
from archive.facts.units import lexicon

# phrase: (value, unit, hedge, total) of each figure in it
PHRASES: dict[str, list[tuple[float, str, str | None, float | None]]] = {
    # what the archive was asked for
    "hiến được trên 302.000 m2 đất": [(302000, "m2", "trên", None)],
    "đóng góp được trên 75 tỷ đồng": [(75_000_000_000, "đồng", "trên", None)],
    "đắp 7 phai, được 14 quẩy": [(7, "phai", None, None), (14, "quẩy", None, None)],  # in no list
    "10,83 tiêu chí/xã": [(10.83, "tiêu chí/xã", None, None)],
    "đạt 5,3%/năm": [(5.3, "%/năm", None, None)],
    "có trên 70 nghìn lượt gia đình": [(70000, "lượt gia đình", "trên", None)],
    "chiếu sáng 178/190 ngõ hẻm": [(178, "ngõ hẻm", None, 190)],
    "từ 25 kVA lên 50 kVA": [(25, "kVA", None, None), (50, "kVA", None, None)],
    "cho 04 xã": [(4, "xã", None, None)],
    # separators
    "thu 1.234.567,5 đồng": [(1234567.5, "đồng", None, None)],
    "thu 20 000 đồng": [(20000, "đồng", None, None)],
    "thu 500,000 đồng": [(500000, "đồng", None, None)],
    "thu 1,200,000 đồng": [(1200000, "đồng", None, None)],
    "có 1,200 hộ": [(1200, "hộ", None, None)],
    "vốn 1,100 tỷ đồng": [(1_100_000_000, "đồng", None, None)],
    "rộng 42,615 ha": [(42.615, "ha", None, None)],
    "tăng 2.5%": [(2.5, "%", None, None)],
    "tăng 6.125%": [(6.125, "%", None, None)],
    "đạt 0,4982 điểm": [(0.4982, "điểm", None, None)],
    "đạt 0.350 điểm": [(0.35, "điểm", None, None)],
    "chiếm 92,8 %": [(92.8, "%", None, None)],
    # multipliers
    "có 6,8 vạn lượt người": [(68000, "lượt người", None, None)],
    "hơn 4 ngàn ha": [(4000, "ha", "hơn", None)],
    "chi 1,2 nghìn tỷ đồng": [(1_200_000_000_000, "đồng", None, None)],
    "chi 236.840 triệu đồng": [(236_840_000_000, "đồng", None, None)],
    "chi 1 tỷ 200 triệu đồng": [(1_200_000_000, "đồng", None, None)],
    "chi 47 triệu 250 ngàn đồng": [(47_250_000, "đồng", None, None)],
    "chi 1 tỷ 236 triệu 500 nghìn đồng": [(1_236_500_000, "đồng", None, None)],
    "chi 3 tỷ rưỡi đồng": [(3_500_000_000, "đồng", None, None)],
    "chi 500 tr.đ": [(500_000_000, "đồng", None, None)],
    "chi 500trđ": [(500_000_000, "đồng", None, None)],
    "chi 25.000đ": [(25000, "đồng", None, None)],
    "chi 30.000 VNĐ": [(30000, "đồng", None, None)],
    "chi 11,7 triệu USD": [(11_700_000, "USD", None, None)],
    "chi 58 tỷ đồng, trong đó ngân sách 30 tỷ.": [
        (58_000_000_000, "đồng", None, None),
        (30_000_000_000, "đồng", None, None),
    ],
    "HỖ TRỢ 500 TRIỆU ĐỒNG CHO 20 HỘ": [(500_000_000, "đồng", None, None), (20, "hộ", None, None)],
    # ranges
    "cao hơn từ 10 đến 15%": [(10, "%", None, None), (15, "%", None, None)],
    "thu 2 - 3 tỷ đồng": [(2_000_000_000, "đồng", None, None), (3_000_000_000, "đồng", None, None)],
    "mưa 80-150mm": [(80, "mm", None, None), (150, "mm", None, None)],
    "tăng từ 55 lên 168 triệu đồng": [(55_000_000, "đồng", None, None), (168_000_000, "đồng", None, None)],
    "giảm từ 40 xuống 9 công/ha": [(40, "công/ha", None, None), (9, "công/ha", None, None)],
    "từ 5.000 đến 25.000 đồng": [(5000, "đồng", None, None), (25000, "đồng", None, None)],
    "từ 800 triệu đến 1,2 tỷ đồng": [(800_000_000, "đồng", None, None), (1_200_000_000, "đồng", None, None)],
    "trẻ 12 - 17 tuổi": [(12, "tuổi", None, None), (17, "tuổi", None, None)],
    "ở mức 4 - 5 nghìn đồng/kg": [(4000, "đồng/kg", None, None), (5000, "đồng/kg", None, None)],
    # shares
    "9 trong số 24 hộ": [(9, "hộ", None, 24)],
    "cấy 12.346/13.400ha lúa": [(12346, "ha", None, 13400)],
    "giải ngân 145,2/402,7 tỷ đồng": [(145_200_000_000, "đồng", None, 402_700_000_000)],
    "có 11/11 hộ": [(11, "hộ", None, 11)],
    "có 85 hộ/120 hộ": [(85, "hộ", None, 120)],
    "có 163 hộ/702 nhân khẩu": [(163, "hộ", None, None), (702, "nhân khẩu", None, None)],
    "đạt 108/108 xã/phường": [(108, "xã", None, 108)],
    # rates
    "đạt 40 triệu đồng/người/năm": [(40_000_000, "đồng/người/năm", None, None)],
    "cước 20.000 đồng/thuê bao/tháng": [(20000, "đồng/thuê bao/tháng", None, None)],
    "đạt 52,7 tạ/ha": [(52.7, "tạ/ha", None, None)],
    "nặng 1,6kg/con": [(1.6, "kg/con", None, None)],
    "đạt 30 giường/1.000 dân": [(30, "giường/1.000 dân", None, None)],
    # hedges
    "có ít nhất 9 thôn": [(9, "thôn", "ít nhất", None)],
    "Gần 120 đại biểu": [(120, "đại biểu", "gần", None)],
    "không quá 04 trang": [(4, "trang", "không quá", None)],
    "xấp xỉ 45%": [(45, "%", "xấp xỉ", None)],
    "ước 52 tấn": [(52, "tấn", "ước", None)],
    "cao hơn 4.000 đồng": [(4000, "đồng", None, None)],
    "trồng từ 10 ha trở lên": [(10, "ha", "trở lên", None)],
    # heads
    "trao 200 chiếc ghế nhựa": [(200, "ghế", None, None)],
    "mua 12 chiếc khèn": [(12, "khèn", None, None)],
    "mua 12 chiếc.": [(12, "chiếc", None, None)],
    "05 hộ nghèo": [(5, "hộ", None, None)],
    "5 nhà văn hóa thôn": [(5, "nhà văn hóa", None, None)],
    "5.379 ngày công lao động": [(5379, "ngày công", None, None)],
    "500 con lợn": [(500, "con", None, None)],
    "12 trạm biến áp": [(12, "trạm biến áp", None, None)],
    "7 đồng chí": [(7, "đồng chí", None, None)],
    "7 Đ/c": [(7, "đ/c", None, None)],
    "20 vận hành viên": [(20, "vận hành viên", None, None)],
    "2 máy ép cám": [(2, "máy ép", None, None)],
    "145 máy, 3 xe": [(145, "máy", None, None), (3, "xe", None, None)],
    "trao 1.105 Bằng khen": [(1105, "bằng khen", None, None)],
    "giảm 3 độ C": [(3, "độ C", None, None)],
    "2 công-ten-nơ hàng": [(2, "công-ten-nơ", None, None)],
    "mỗi ngày 20 lượt khách": [(20, "lượt khách", None, None)],
    "Hội cấp 85 thùng hàng": [(85, "thùng", None, None)],
    "mỗi tổ 5 người": [(5, "người", None, None)],
    "nhà 2 tầng 8 phòng": [(2, "tầng", None, None), (8, "phòng", None, None)],
    "dân số 313.905 người": [(313905, "người", None, None)],
    "bà Sáo, 66 tuổi": [(66, "tuổi", None, None)],
    "năm 2019 đạt 3 xã, từ 2 triệu đồng năm 1997 lên 25 triệu đồng": [
        (3, "xã", None, None), (2_000_000, "đồng", None, None), (25_000_000, "đồng", None, None),
    ],
}  # fmt: skip

NONE = (
    "Nhóm 1 nấu, nhóm 2 dọn.", "cấp 3 hỏng.", "giống lúa 838 ngon.", "có 2 bùng nổ", "được 9 Quẩy.",
    "năm 2020 xã đạt chuẩn", "ngày 20/10 huyện Ba Bể họp", "Sáng 5/9 xã khai giảng", "tháng 6/2020 xã họp",
    "giai đoạn 2016-2020 xã có", "từ 2011 đến 2020 tỉnh có", "lúc 17 giờ 30 phút", "trong 10 năm, 6 tháng, 3 ngày",
    "trực 24/24 giờ, 24/7", "Quốc lộ 3 xã Hòa Mục", "tổ 11 phường Nguyễn Thị Minh Khai", "dịch Covid-19",
    "lần thứ 5", "thứ 51/63 tỉnh, thành", "khóa XII", "trường cấp 3 huyện", "Chương trình 135", "Nghị quyết 30a",
    "“Xây dựng gia đình 5 không, 3 sạch”", "phương châm “4 tại chỗ”", "phong trào “5 xung kích phát triển kinh tế”",
    "cuộc vận động “Chung sức làm 100 km đường giao thông nông thôn mới kiểu mẫu”", "Điều 12 người dân", "mạng 4G, 5G, 3g",
    "phiên bản 4.0", "máy 192.168.10.1", "số 0209.3871.425", "Km 271+300 m", "Đề án 500 trí thức trẻ", "mục 1.2.3 xã",
    "| 13 | 9 |", "12 là số", "tiêu chí số 5 về trường", "chợ 0 đồng", "năm 2019, 2020 xã", "tăng 2 con số",
    "sinh năm 1960", "trên 3/4 đại biểu tán thành", "gần 1/3 dân số", "số 5 huyện", "B40 người", "tăng từ 1,1 lên 1,6 ngày", "dự toán 2020 tỉnh giao",
)  # fmt: skip

SUBJECTS = {
    "hiến 302.000 m2 đất": "đất",
    "giúp 60 xã khó khăn": "khó khăn",
    "thưởng 57 cá nhân được khen": None,
    "GRDP bình quân đầu người năm 2020 đạt 40 triệu đồng/người": "GRDP bình quân đầu người năm 2020",
    "Đến nay, tỷ lệ hộ nghèo giảm còn 2,5%": "tỷ lệ hộ nghèo",
    "Năng suất lúa xuân ước 52,7 tạ/ha": "Năng suất lúa xuân",
    "trừ chi phí còn lãi gần 40 triệu đồng": None,
    "đạt 120% kế hoạch": "kế hoạch",
    "| Xã | Lúa |\n| Nam Mẫu | 260 ha |": "Nam Mẫu",
}

GIVERS = {
    "Quỹ khuyến học tỉnh trao 250 suất học bổng": "Quỹ khuyến học tỉnh",
    "Công ty TNHH Ngọc Linh tặng 30 chiếc xe đạp": "Công ty TNHH Ngọc Linh",
    "Quỹ “Vì người nghèo” tỉnh hỗ trợ 50 triệu đồng": "Quỹ “Vì người nghèo” tỉnh",
    "với số tiền nhân dân đóng góp 640 triệu đồng": "nhân dân",
    "Ngôi nhà do Công an tỉnh tài trợ 90 triệu đồng": "Công an tỉnh",
    "tiêu biểu như: Ngành Y tế đã hỗ trợ các xã, trị giá trên 4 tỷ đồng": "Ngành Y tế",
    "hộ có nhà sập được hỗ trợ 20 triệu đồng": None,
    "gia đình xin dành 20 triệu đồng tặng Quỹ": None,
    "Ủy ban MTTQ tỉnh trích Quỹ, Hội Chữ thập đỏ cấp 85 thùng": "Hội Chữ thập đỏ",
    "đầu tư lưới điện, trong đó Công ty Điện lực Bắc Kạn hỗ trợ 1,2 tỷ đồng kéo điện": "Công ty Điện lực Bắc Kạn",
    "Sở Tài chính cấp 3 tỷ đồng": "Sở Tài chính",
    "Quỹ được các doanh nghiệp hỗ trợ 2 tỷ đồng": "các doanh nghiệp",
    "Các đơn vị ủng hộ gồm: Công ty An Bình 50 triệu đồng": "Công ty An Bình",
    "UBND tỉnh hỗ trợ các đơn vị: Hội Nông dân 50 triệu đồng": None,
    "Sở Tài chính được cấp 3 tỷ đồng": None,
    "Trường Nội trú được hỗ trợ 3 tỷ đồng": None,
    "cơ sở y tế cấp huyện 3 tỷ đồng": None,
    "Doanh thu của Công ty A đạt 20 tỷ đồng": None,
    "Công ty tặng 5 triệu đồng": None,
    "Hội Nông dân tỉnh hỗ trợ 12 hộ": None,  # these were given to
}

YEARS = {
    "Năm 2018, thu nhập đạt 40 triệu đồng": 2018,
    "GRDP đến năm 2020 ước đạt 12.840 tỷ đồng": 2020,
    "Tính đến ngày 25/12/2021, toàn tỉnh có 15 xã": 2021,
    "Đến hết tháng 10/2023, có 108 xã": 2023,
    "xảy ra 33 vụ năm 2018": 2018,
    "xảy ra 6 vụ trong 11 tháng đầu năm 2021": 2021,
    "tăng 16 xã so với năm 2015": None,
    "sinh năm 1960, nuôi 5 con": None,
    "Năm 2018 mưa nhiều. Có 12 hộ": None,
    "Kế hoạch ngày 28 tháng 02 năm 2013 giao 12 xã": None,
    "giai đoạn 2011-2020 có 15 xã": None,
}

HOSTILE = (
    "1.", "1/", "1 tỷ ", "| 1 ", "từ 1 đến ", "1 trong ", "1 000 ", "“1 ", '"', "1 hộ/", "năm 2020 ", "đến 1/1/2020 ",
    "1 đồng/người/", "1 chiếc ", "Hội tặng 1 đồng, ", "góp 1 đồng, Hội ", "hỗ trợ", "1 lượt ", "1", "| 1 |\n", "tỷ lệ 1% ", "1 tỷ 1 triệu ",
)  # fmt: skip


def one(text: str) -> Figure:
    return figures(text)[-1]


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_number_counts_with_its_unit_hedge_and_total(phrase: str) -> None:
    found = [(figure.value, figure.unit, figure.hedge, figure.total) for figure in figures(phrase)]
    assert found == PHRASES[phrase]
    assert all(type(a.value) is (int if a.value == int(a.value) else float) for a in figures(phrase))


@pytest.mark.parametrize("phrase", NONE)
def test_what_counts_nothing_is_no_figure(phrase: str) -> None:
    assert figures(phrase) == []


@pytest.mark.parametrize("phrase", SUBJECTS)
def test_the_subject_is_what_stands_behind_the_unit_or_plainly_before_it(phrase: str) -> None:
    assert one(phrase).subject == SUBJECTS[phrase]


@pytest.mark.parametrize("phrase", GIVERS)
def test_a_giver_is_who_is_said_to_have_given(phrase: str) -> None:
    assert figures(phrase)[0].giver == GIVERS[phrase]


def test_a_list_goes_on_with_who_gave() -> None:
    text = (
        "Ngành Giao thông vận tải đã hỗ trợ các xã trị giá trên 4 tỷ đồng; lực lượng Công an tỉnh trên 900 triệu đồng; "
        "Ban Quản lý dự án đầu tư xây dựng tỉnh trên 500 triệu đồng; Công ty Điện lực Bắc Kạn với gần 500 triệu đồng; hộ dân vay 3 triệu đồng."
    )
    assert [figure.giver for figure in figures(text)] == [
        "Ngành Giao thông vận tải", "lực lượng Công an tỉnh", "Ban Quản lý dự án đầu tư xây dựng tỉnh",
        "Công ty Điện lực Bắc Kạn", None,
    ]  # fmt: skip


LISTS = {
    "Ngân hàng Agribank ủng hộ 500 triệu đồng, Công ty An Bình 300 triệu đồng": [
        "Ngân hàng Agribank",
        "Công ty An Bình",
    ],
    "29 hộ đã tự nguyện góp 62 triệu đồng": [None, "29 hộ"],
    "Các doanh nghiệp ủng hộ 9 tỷ đồng, trong đó Công ty An Bình 2 tỷ đồng": [
        "Các doanh nghiệp",
        "Công ty An Bình",
    ],
    "UBND tỉnh hỗ trợ 9 tỷ đồng, trong đó Sở Y tế 2 tỷ đồng": ["UBND tỉnh", "UBND tỉnh"],
    "Công ty An Bình hỗ trợ Trường Nội trú 20 triệu đồng, Trường Bán trú 30 triệu đồng": [
        "Công ty An Bình",
        None,
    ],
    "UBND tỉnh hỗ trợ cho ngành y tế 20 triệu đồng; lực lượng Công an xã 30 triệu đồng": ["UBND tỉnh", None],
    "Trường Bán trú được Công ty An Bình trao 9 triệu đồng, Trường Nội trú 5 triệu đồng": [
        "Công ty An Bình",
        None,
    ],
    "Công ty An Bình trao 9 triệu đồng cho Quỹ, Hội Nông dân 5 triệu đồng": ["Công ty An Bình", None],
    "Công ty An Bình ủng hộ 5 triệu đồng, Quỹ Khuyến học có 90 triệu đồng": ["Công ty An Bình", None],
}


@pytest.mark.parametrize("phrase", LISTS)
def test_who_receives_is_never_the_giver(phrase: str) -> None:
    assert [figure.giver for figure in figures(phrase)] == LISTS[phrase]


@pytest.mark.parametrize("phrase", YEARS)
def test_the_year_is_the_one_that_the_sentence_is_of(phrase: str) -> None:
    assert one(phrase).year == YEARS[phrase]


def test_a_change_has_the_year_of_each_of_its_sides() -> None:
    text = "Số vụ giảm từ 33 vụ năm 2018 xuống 6 vụ trong 11 tháng đầu năm 2021."
    assert [figure.year for figure in figures(text)] == [2018, 2021]


def test_a_span_begins_with_the_hedge_and_ends_with_what_is_counted() -> None:
    text = "đã hiến được trên 302.000 m2 đất; từ 10 đến 15% hộ."
    assert [figure.text for figure in figures(text)] == ["trên 302.000 m2 đất", "từ 10 đến 15% hộ", "15% hộ"]


@pytest.mark.parametrize("phrase", [*PHRASES, *SUBJECTS, *GIVERS, *YEARS])
def test_every_span_holds_its_digits_and_begins_where_no_other_does(phrase: str) -> None:
    text = f"Ghi chú.\n{phrase}\n{phrase}."
    found = figures(text)
    assert len(found) == 2 * len(figures(phrase))
    assert len({figure.start for figure in found}) == len(found)
    for figure in found:
        assert text[figure.start : figure.end] == figure.text
        assert any(character.isdigit() for character in figure.text)


def test_a_column_takes_the_unit_at_its_head() -> None:
    text = (
        "Cụ thể:\n\n| TT | Dự án | Kinh phí năm 2023 (tỷ đồng) | Hộ |\n| 1 | Hạ tầng | 141 | 12 |\n"
        "| 2 | Sinh kế | 5,8 | 3 |\n| 3 | Khác | – | 4 |\n\nTổng 2 dự án."
    )
    assert [(f.value, f.unit, f.text, f.year) for f in figures(text)] == [
        (141_000_000_000, "đồng", "141", 2023), (5_800_000_000, "đồng", "5,8", 2023), (2, "dự án", "2 dự án", None),
    ]  # fmt: skip


def test_a_cell_with_its_own_unit_is_a_figure_of_its_row() -> None:
    (figure,) = figures("| Cây | Vùng | Số |\n| Bí xanh | 260 ha | 7 |")
    assert (figure.value, figure.unit, figure.subject) == (260, "ha", "Bí xanh")


def test_nothing_is_counted_in_what_is_taken() -> None:
    text = "Quyết định 12 người, 15 người"
    start = text.index("12")
    assert [figure.value for figure in figures(text, [(start, start + 2)])] == [15]


def test_an_english_text_has_no_figures() -> None:
    text = (
        "The province has connected all of its 108 communes, and 1,200 ha or 12.5% of the rice is in Bắc Kạn."
    )
    assert figures(text) == []


def test_a_product_beyond_what_every_float_holds_is_kept() -> None:
    (found,) = figures("GDP năm 2019 đạt 9.513 nghìn tỷ đồng")
    assert found.value == 9_513_000_000_000_000 > 2**53


def test_a_number_too_long_to_be_kept_is_none() -> None:
    assert figures("có 99.999.999.999 tỷ đồng") == []
    assert figures(f"có {'9' * 5000} hộ") == []


def test_every_unit_of_the_list_is_found_behind_a_number() -> None:
    units = lexicon()
    for written, name, _ in units.entries():
        if not name or "lượt" in written:
            continue
        found = units.at(f"12 {name if len(written) == 1 else written}, rồi", 2)
        assert found is not None, written
        assert found.name == name


def test_what_only_looks_like_a_unit_is_none() -> None:
    units = lexicon()
    never = [written for written, name, _ in units.entries() if not name]
    assert len(never) > 5
    assert not [written for written in never if units.at(f"12 {written}", 2)]


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_as_the_text_does(piece: str) -> None:
    def read(pieces: int) -> None:
        figures("Bắc Kạn được hỗ trợ. " + piece * pieces)

    read(100)
    assert seconds(lambda: read(20_000)) < 25 * seconds(lambda: read(2_000)) + 0.5
