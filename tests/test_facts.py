"""What the text of an article says: the documents it cites and the places it tells of."""

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from lxml import html
from sample_archive import FOREST, PORTALS, capture, take_in
from timed import seconds

from archive.coherence import incoherent
from archive.facts import Facts, facts_of
from archive.facts.documents import citations
from archive.facts.gazetteer import Gazetteer, Place, gazetteer
from archive.facts.places import mentions
from archive.model import Article, Outcome, Page
from archive.store import Archive

SHARED = Path(__file__).parents[2] / "shared"
GOLD = sorted((SHARED / "gold").glob("*.json"))
needs_gold = pytest.mark.skipif(not GOLD, reason=f"the texts marked by hand are not in {SHARED / 'gold'}")
KNOWN = SHARED / "gazetteer" / "backan.json"

NUMBERS = {
    # as written: (number, kind, issuer)
    "125/KH-UBND": ("125/KH-UBND", "kế hoạch", "Ủy ban nhân dân"),
    "05-CT/TW": ("05-CT/TW", "chỉ thị", "Trung ương Đảng"),
    "855/NQ-UBTVQH14": ("855/NQ-UBTVQH14", "nghị quyết", "Ủy ban Thường vụ Quốc hội"),
    "15/2020/NĐ-CP": ("15/2020/NĐ-CP", "nghị định", "Chính phủ"),
    "40/2020/TT-BTTTT": ("40/2020/TT-BTTTT", "thông tư", "Bộ Thông tin và Truyền thông"),
    "1719/QĐ-TTg": ("1719/QĐ-TTg", "quyết định", "Thủ tướng Chính phủ"),
    "29/2018/QH14": ("29/2018/QH14", None, "Quốc hội"),
    "12/NQ-HĐND": ("12/NQ-HĐND", "nghị quyết", "Hội đồng nhân dân"),
    "08-NQ/TU": ("08-NQ/TU", "nghị quyết", "Tỉnh ủy"),
    "636/TTr-CP": ("636/TTr-CP", "tờ trình", "Chính phủ"),
    "02/CĐ-UBND": ("02/CĐ-UBND", "công điện", "Ủy ban nhân dân"),
    "5634/UBND-GTCNXD": ("5634/UBND-GTCNXD", "công văn", "Ủy ban nhân dân"),
    "1993/CATTT-NCSC": ("1993/CATTT-NCSC", "công văn", "Cục An toàn thông tin"),
    "01/2021/TTLT-BTTTT-BNV": (
        "01/2021/TTLT-BTTTT-BNV", "thông tư liên tịch", "Bộ Thông tin và Truyền thông, Bộ Nội vụ",
    ),
    "2889/BC-UBPL14": ("2889/BC-UBPL14", "báo cáo", None),
    "2275/QĐ-UBND": ("2275/QĐ-UBND", "quyết định", "Ủy ban nhân dân"),
    "17-NQ/ĐH": ("17-NQ/ĐH", "nghị quyết", None),
    "01/NQ-ĐU": ("01-NQ/ĐU", "nghị quyết", "Đảng ủy"),
    "1046-QĐ/UBKTTW": ("1046-QĐ/UBKTTW", "quyết định", "Ủy ban Kiểm tra Trung ương"),
    "3390/BTTTT-BC": ("3390/BTTTT-BC", "công văn", "Bộ Thông tin và Truyền thông"),
    "59/2020/QH14": ("59/2020/QH14", None, "Quốc hội"),
    "35/2025/TT-BNNMT": ("35/2025/TT-BNNMT", "thông tư", "Bộ Nông nghiệp và Môi trường"),
    "12/2018/TT-BGD&ĐT": ("12/2018/TT-BGDĐT", "thông tư", "Bộ Giáo dục và Đào tạo"),
    "33/2013/TTLT/BTP-BNV": ("33/2013/TTLT-BTP-BNV", "thông tư liên tịch", "Bộ Tư pháp, Bộ Nội vụ"),
    "12/2020/QĐ-BNN-TCLN": ("12/2020/QĐ-BNN-TCLN", "quyết định", "Bộ Nông nghiệp và Phát triển nông thôn"),
    "05-TT/TW": ("05-TT/TW", "thông tri", "Trung ương Đảng"),
    "97-QyĐ/TU": ("97-QyĐ/TU", "quy định", "Tỉnh ủy"),
    "20/KH-SNN&PTNT": ("20/KH-SNNPTNT", "kế hoạch", "Sở Nông nghiệp và Phát triển nông thôn"),
    "20-KH/TĐTN": ("20-KH/TĐTN", "kế hoạch", "Tỉnh đoàn"),
    "20/KH-LĐLĐ": ("20/KH-LĐLĐ", "kế hoạch", "Liên đoàn Lao động"),
    "15/KH-BCĐ389": ("15/KH-BCĐ389", "kế hoạch", "Ban Chỉ đạo"),
    "07/QCPH-CAT-XĐK": ("07/QCPH-CAT-XĐK", "quy chế phối hợp", None),
    "1873/KT-CTN": ("1873/KT-CTN", None, None),
    "1234/TTg-KGVX": ("1234/TTg-KGVX", "công văn", "Thủ tướng Chính phủ"),
}  # fmt: skip
VARIANTS = {
    "15/2020/NĐ-CP": ["15/2020/NÐ-CP", "15/2020/ND-CP", "15 /2020/NĐ - CP", "15/2020/NĐ–CP", "15/2020/NĐ‑CP"],
    "05-CT/TW": ["5-CT/TW", "05 - CT/TW", "05/CT-TW", "05–CT / TW", "005-CT/TW"],
    "1719/QĐ-TTg": ["1719/QĐ-TTG", "1719/QÐ-TTg", "1719 / QD-TTg", "01719/QĐ-TTg"],
    "125/KH-UBND": [
        "125-KH/UBND",
        "125 /KH-UBND",
        "125/KH- UBND",
        "125/KH/UBND",
        "125/Kh-UBND",
        "số125/KH-UBND",
    ],
    "30a/2008/NQ-CP": ["30A/2008/NQ-CP", "30a/2008/NQ-Cp"],
    "1178/QĐ-UBND": ["1.178/QĐ-UBND", "1178 / QĐ - UBND"],
}
NO_DOCUMENTS = (
    "178/190 ngõ hẻm", "ngày 24/7", "từ 25 kVA lên 50 kVA", "QCVN 54:2011/BTTTT", "giai đoạn 2011-2020", "97A-123.45",
    "hợp đồng 12/HĐ-XD", "10,83 tiêu chí/xã", "5,3%/năm", "24/24h", "02093.870.685", "1.5/KH-UBND", "a125/KH-UBND",
    "1/1/1/1/KH", "12-KH-15", "64/CP", "12.345/67", "km 12/QL3", "125/kh-ubnd.pdf", "12/ABC-DEF",
)  # fmt: skip
DATES = {
    "Ngày 28/02/2023 UBND tỉnh Bắc Kạn đã ban hành kế hoạch số 125/KH-UBND triển khai": "2023-02-28",
    "Chỉ thị số 05-CT/TW ngày 12/3/2021 của Bộ Chính trị": "2021-03-12",
    "Quyết định số 12/QĐ-UBND, ngày 10 tháng 01 năm 2020": "2020-01-10",
    "Quyết định 1719/QĐ-TTg của Thủ tướng Chính phủ ngày 14/10/2021": "2021-10-14",
    "15/2020/NĐ-CP (ngày 03-02-2020)": "2020-02-03",
    "15/2020/NĐ-CP ngày 03/02/2021": None,  # not of that year
    "Công điện số 02/CĐ-UBND ngày 22/01": None,
    "Quyết định số 12/QĐ-UBND ngày 31/02/2020": None,
    "Quyết định số 1720/QĐ - UBND (08/10/2018)": "2018-10-08",
    "Nghị quyết số 11-NQ/TW của Ban Chấp hành Trung ương Đảng (khóa XII), ngày 03/6/2017": "2017-06-03",
    "Nghị định 64/CP ngày 27/9/1993": "1993-09-27",
    "Ngày 28/02/2023, UBND tỉnh tổ chức hội nghị triển khai Kế hoạch số 125/KH-UBND": None,
    "Kế hoạch số 125/KH-UBND. Ngày 01/3/2023, đoàn kiểm tra": None,
    "Kế hoạch số 125/KH-UBND ngày 01/3/2033": None,  # after the publication
}
PLACES: dict[str, list[str]] = {
    # text: what it tells of, as `name/kind`, in the year 2019
    "của xã Quang Thuận, Dương Phong, Đôn Phong (huyện Bạch Thông)": [
        "Quang Thuận/xã", "Dương Phong/xã", "Đôn Phong/xã", "Bạch Thông/huyện",
    ],
    "xã Rã Bản, Đông Viên, Phương Viên (huyện Chợ Đồn)": [
        "Rã Bản/xã", "Đông Viên/xã", "Phương Viên/xã", "Chợ Đồn/huyện",
    ],
    "dong riềng ở huyện Na Rì, Ba Bể; hồng ở Ngân Sơn": ["Na Rì/huyện", "Ba Bể/huyện", "Ngân Sơn/huyện"],
    "tại xã Nông Thượng, thành phố Bắc Kạn, tỉnh Bắc Kạn": ["Nông Thượng/xã", "Bắc Kạn/thành phố", "Bắc Kạn/tỉnh"],
    "2 huyện Huyện Bạch Thông, Chợ Đồn": ["Bạch Thông/huyện", "Chợ Đồn/huyện"],
    "tổ 11 phường Nguyễn Thị Minh Khai, TP.Bắc Kạn": ["Nguyễn Thị Minh Khai/phường", "Bắc Kạn/thành phố"],
    "thị xã Bắc Kạn và xã Xuất Hoá ngày ấy": ["Bắc Kạn/thành phố", "Xuất Hóa/phường"],
    "Na Rỳ, Bắc Cạn, xã Hoà Mục, xã Kim Hỉ, xã Sĩ Bình, xã Liêm Thuỷ": [
        "Na Rì/huyện", "Bắc Kạn/tỉnh", "Hòa Mục/xã", "Kim Hỷ/xã", "Sỹ Bình/xã", "Liêm Thủy/xã",
    ],
    "các xã, thị trấn: Nà Phặc, Đức Vân": ["Nà Phặc/thị trấn", "Đức Vân/xã"],
    "các xã Phúc Lộc, Bành Trạch, Yên Dương, Chu Hương và Mỹ Phương": [
        "Phúc Lộc/xã", "Bành Trạch/xã", "Chu Hương/xã", "Mỹ Phương/xã",
    ],
    "HUYỆN BA BỂ, XÃ QUẢNG KHÊ": ["Ba Bể/huyện", "Quảng Khê/xã"],
    "Xuân Lạc (huyện Chợ Đồn) là xã khó khăn. Không chỉ có Xuân Lạc": ["Xuân Lạc/xã", "Chợ Đồn/huyện", "Xuân Lạc/xã"],
    "02 xã (Nông Thượng, Dương Quang); xã Nông Thượng và xã Dương Quang": [
        "Nông Thượng/xã", "Dương Quang/xã", "Nông Thượng/xã", "Dương Quang/xã",
    ],
    "| Nam Mẫu | 214 |": ["Nam Mẫu/xã"],
    "Chủ tịch UBND tỉnh Bắc Kạn Nguyễn Đăng Bình": ["Bắc Kạn/tỉnh"],
    "thị trấn Chợ Mới, huyện Chợ Mới": ["Chợ Mới/thị trấn", "Chợ Mới/huyện"],
    "Tỉnh đoàn Bắc Kạn, Sở Nội vụ Bắc Kạn": ["Bắc Kạn/tỉnh", "Bắc Kạn/tỉnh"],
    "xã Văn Học; và Văn Học (huyện Na Rì)": ["Văn Học/xã", "Văn Học/xã", "Na Rì/huyện"],
    "Bac Kan eyes smart villages": ["Bắc Kạn/tỉnh"],
    "TX. Bắc Kạn, Tp Bắc Cạn, T.T Yến Lạc, TT Bằng Lũng": [
        "Bắc Kạn/thành phố", "Bắc Kạn/thành phố", "Yến Lạc/thị trấn", "Bằng Lũng/thị trấn",
    ],
    "huyện Ba bể, tỉnh Bắc kạn, huyện Nà Rì, H. Pắc Nậm": ["Ba Bể/huyện", "Bắc Kạn/tỉnh", "Na Rì/huyện", "Pác Nặm/huyện"],
    "tại các xã Bản Thi, Yên Thượng (Chợ Đồn), Vũ Loan, Lạng San bị gián đoạn": [
        "Bản Thi/xã", "Yên Thượng/xã", "Chợ Đồn/huyện", "Vũ Loan/xã", "Lạng San/xã",
    ],
    "các xã: Cư Lễ, Lam Sơn (Na Rì); Hà Hiệu, Phúc Lộc (Ba Bể)": [
        "Cư Lễ/xã", "Lam Sơn/xã", "Na Rì/huyện", "Hà Hiệu/xã", "Phúc Lộc/xã", "Ba Bể/huyện",
    ],
    "ảnh: Hà Hiệu, Phúc Lộc (Ba Bể)": ["Hà Hiệu/xã", "Phúc Lộc/xã", "Ba Bể/huyện"],
    "Trường Tiểu học Phùng Chí Kiên, Cụm công nghiệp Huyền Tụng (TP Bắc Kạn)": ["Bắc Kạn/thành phố"],
    "Trường THCS Nông Thượng của xã Nông Thượng": ["Nông Thượng/xã", "Nông Thượng/xã"],
}  # fmt: skip
NO_PLACES = (
    "Hợp tác xã Cao Phong", "Hợp tác xã Cao Sơn", "HTX Cao Sơn", "xây dựng xã NTM", "Công ty Điện lực Bắc Kạn",
    "Công ty TNHH MTV Kim loại màu Bắc Kạn", "Báo Bắc Kạn", "đường Nguyễn Thị Minh Khai", "hồ Ba Bể", "Vườn quốc gia Ba Bể",
    "ông Phùng Chí Kiên", "xã Tân Lập, huyện Đan Phượng", "xã Tân Lập (Đan Phượng, Hà Nội)", "xã Tân Sơn, Phú Thọ",
    "các xã Tân Lập, Tân Sơn (huyện Ba Vì)", "huyện Chợ Mới (An Giang)", "huyện Chợ Mới, tỉnh An Giang",
    "“Măng khô Mẩy Puốc Xuân Lạc”", "xây dựng xã hội Công Bằng", "đô thị văn minh, xã văn minh", "phường Cao Sơn",
    "xã Tân Lập, huyện Na Rì và", "xã Xuân Lạct", "chợ mới", "Lê Văn Minh", "thôn Cao Sơn", "ở Tân Sơn Nhất", "tỉnh Chợ Đồn",
    "Chợ mới họp", "Trường THCS Nông Thượng", "xã Ba Bể", "phường Bắc Kạn", "xã Yên Bình", "xã Trần Phú",
)  # fmt: skip


def told(text: str, day: str | None = "2019-05-16", is_home: bool = True) -> list[str]:
    [found] = mentions([text], day, is_home)
    assert [text[one.start : one.end] for one in found] == [one.text for one in found]
    return [f"{one.place.name}/{one.place.kind}" for one in found]


def article(body: str, **more: object) -> Article:
    plain = Article("https://backan.gov.vn/1", "1", "Tin", body, published_at="2023-05-16")
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", NUMBERS)
def test_a_number_tells_kind_and_issuer(written: str) -> None:
    text = f"Thực hiện số {written}, của"
    [one] = citations(text)
    assert (one.number, one.kind, one.issuer) == NUMBERS[written]
    assert text[one.start : one.end] == one.text == written


@pytest.mark.parametrize(("number", "written"), [(n, w) for n, some in VARIANTS.items() for w in some])
def test_variants_of_a_number_are_one_document(number: str, written: str) -> None:
    assert [one.number for one in citations(f"theo {written}.")] == [number]


@pytest.mark.parametrize("text", NO_DOCUMENTS)
def test_what_only_looks_like_a_number_of_a_document_is_none(text: str) -> None:
    assert citations(text) == []


def test_what_follows_a_number_behind_a_dash_is_not_of_it() -> None:
    text = "Kế hoạch 125/KH-UBND - Trang chủ; Luật 29/2018/QH14 - UBND tỉnh"
    assert [one.text for one in citations(text)] == ["125/KH-UBND", "29/2018/QH14"]


@pytest.mark.parametrize("text", DATES)
def test_a_document_has_the_date_that_plainly_is_its_own(text: str) -> None:
    assert [one.dated for one in citations(text, "2023-05-16")] == [DATES[text]]


def test_the_date_of_one_document_is_not_that_of_the_next() -> None:
    text = "Ngày 28/02/2023 UBND tỉnh ban hành Quyết định số 1/QĐ-UBND thay thế và có Quyết định số 2/QĐ-UBND"
    assert [one.dated for one in citations(text)] == ["2023-02-28", None]


IN_A_ROW = {
    "Nghị quyết số 24, 25/NQ-HĐND": [("24", "24/NQ-HĐND", None), ("25/NQ-HĐND", "25/NQ-HĐND", None)],
    "các Quyết định số 1, 2 và 3/QĐ-UBND ngày 03/02/2020": [
        ("1", "01/QĐ-UBND", "2020-02-03"), ("2", "02/QĐ-UBND", "2020-02-03"), ("3/QĐ-UBND", "03/QĐ-UBND", "2020-02-03"),
    ],
    "Quyết định số 1192-QĐ/TU và 1193-QĐ/TU ngày 05/6/2023": [
        ("1192-QĐ/TU", "1192-QĐ/TU", "2023-06-05"), ("1193-QĐ/TU", "1193-QĐ/TU", "2023-06-05"),
    ],
    "Quyết định số 42/QĐ-UBND, Quyết định số 43/QĐ-UBND cùng ngày 13/01/2022": [
        ("42/QĐ-UBND", "42/QĐ-UBND", "2022-01-13"), ("43/QĐ-UBND", "43/QĐ-UBND", "2022-01-13"),
    ],
    "Quyết định số 167/2008/QĐ-TTg, 102/2009/QĐ-TTg ngày 07/8/2009": [
        ("167/2008/QĐ-TTg", "167/2008/QĐ-TTg", None), ("102/2009/QĐ-TTg", "102/2009/QĐ-TTg", "2009-08-07"),
    ],
    "Quyết định số 205/QĐ-TTg ngày 27/2/2021, Bộ phê duyệt tại Quyết định số 1184/QĐ-BGTVT": [
        ("205/QĐ-TTg", "205/QĐ-TTg", "2021-02-27"), ("1184/QĐ-BGTVT", "1184/QĐ-BGTVT", None),
    ],
    "Nghị quyết 01-NQ/TU của Tỉnh ủy, ngày 10/02/2022 UBND tỉnh ban hành Kế hoạch số 75/KH-UBND": [
        ("01-NQ/TU", "01-NQ/TU", None), ("75/KH-UBND", "75/KH-UBND", "2022-02-10"),
    ],
    "tổ 12, 13/QĐ-UBND": [("13/QĐ-UBND", "13/QĐ-UBND", None)],
}  # fmt: skip


@pytest.mark.parametrize("text", IN_A_ROW)
def test_documents_named_in_a_row_are_several_each_with_its_own_date(text: str) -> None:
    found = citations(text, "2023-07-01")
    assert [(one.text, one.number, one.dated) for one in found] == IN_A_ROW[text]
    assert [text[one.start : one.end] for one in found] == [one.text for one in found]


@pytest.mark.parametrize("text", PLACES)
def test_a_place_is_told_of(text: str) -> None:
    assert told(text) == PLACES[text]


@pytest.mark.parametrize("text", NO_PLACES)
def test_what_only_looks_like_a_place_is_none(text: str) -> None:
    assert told(text) in ([], ["Na Rì/huyện"])


def test_a_name_is_the_unit_that_bore_it_on_the_day() -> None:
    def ids(text: str, day: str | None) -> list[str]:
        return [one.place.id for one in mentions([text], day)[0]]

    assert ids("ở Vân Tùng (huyện Ngân Sơn)", "2021-01-01") == ["01954-2023", "062"]
    assert ids("ở Vân Tùng (huyện Ngân Sơn)", "2023-04-10") == ["01954", "062"]
    assert ids("ở Vân Tùng (huyện Ngân Sơn)", None) == ["01954", "062"]
    assert ids("xã Rã Bản nay là xã Đồng Thắng", "2021-01-01") == ["02056", "02059"]
    assert ids("xã Đông Viên", "2019-01-01") == ["02059-2020"]


def test_since_the_province_is_no_more_a_commune_is_that_of_the_province_it_went_into() -> None:
    def ids(text: str, day: str | None = "2025-09-02", is_home: bool = True) -> list[str]:
        return [one.place.id for one in mentions([text], day, is_home)[0]]

    assert ids("xã Ba Bể (tỉnh Thái Nguyên), phường Bắc Kạn, tỉnh Thái Nguyên") == ["19-01906", "19-01843"]
    assert ids("xã Ba Bể, Thái Nguyên", is_home=False) == ["19-01906"]
    assert ids("xã Ba Bể", is_home=False) == []
    assert [ids("xã Nghĩa Tá", day) for day in ("2025-06-30", None)] == [["02071"], ["02071"]]
    assert ids("xã Nghĩa Tá; xã Nghĩa Tá, huyện Chợ Đồn (cũ)") == ["19-02071", "02071", "064"]
    assert ids("ở Ba Bể; huyện Ba Bể; tỉnh Bắc Kạn cũ; Pác Nặm") == ["19-01906", "061", "06", "060"]
    assert ids("xã Ba Bể (tỉnh Thái Nguyên)", "2025-06-30") == []
    assert ids("xã Tân Lập, tỉnh Thái Nguyên") == []
    assert gazetteer().places["19-01906"].district is None


def test_a_name_is_no_unit_of_a_later_year() -> None:
    def ids(day: str) -> list[str]:
        return [one.place.id for one in mentions(["xã Trần Phú"], day)[0]]

    assert [ids(day) for day in ("2019-12-31", "2020-01-12", "2024-01-01")] == [[], ["02179"], ["02179"]]


def test_a_name_in_two_districts_is_that_of_the_district_beside_it_or_nearest_in_its_sentence() -> None:
    two = Gazetteer.of(
        [
            Place("1", "Chợ Đồn", "huyện"), Place("2", "Ba Bể", "huyện"),
            Place("11", "Cao Sơn", "xã", district="1"), Place("21", "Cao Sơn", "xã", district="2"),
        ],
        ["Hà Nội"],
    )  # fmt: skip

    def ids(text: str) -> list[str]:
        return [one.place.id for one in mentions([text], names=two)[0] if one.place.is_commune]

    assert ids("huyện Chợ Đồn và xã Cao Sơn, huyện Ba Bể") == ["21"]
    assert ids("xã Cao Sơn (Chợ Đồn), xã Cao Sơn (Ba Bể)") == ["11", "21"]
    assert ids("Huyện Chợ Đồn khen xã Cao Sơn. Huyện Ba Bể thì không") == ["11"]
    assert ids("Huyện Chợ Đồn họp. Nay xã Cao Sơn làm đường. Huyện Ba Bể họp") == []
    assert ids("xã Cao Sơn") == []


def test_elsewhere_a_commune_counts_only_where_the_province_is_named() -> None:
    assert told("xã Tân Lập đạt chuẩn", is_home=False) == []
    assert told("Tại Bắc Kạn, xã Tân Lập đạt chuẩn", is_home=False) == ["Bắc Kạn/tỉnh", "Tân Lập/xã"]
    assert told("Tại Bắc Kạn rồi ở Hà Giang, xã Tân Lập", is_home=False) == ["Bắc Kạn/tỉnh"]
    body = "xã Tân Lập, huyện Chợ Đồn"
    [title, _] = mentions(["Phụ nữ xã Tân Lập", body], "2021-10-08", is_home=False)
    assert [one.place.id for one in title] == ["02032"]
    is_home = {host: facts_of(article("xã Tân Lập", url=host)).places for host in (
        "https://pacnam.backan.gov.vn/1", "https://mic.gov.vn/1", "https://notbackan.gov.vn/1",
    )}  # fmt: skip
    assert [len(found) for found in is_home.values()] == [1, 0, 0]


def test_the_gazetteer_has_the_communes_of_every_time() -> None:
    units = [place for place in gazetteer().places.values() if place.is_commune]
    there = {
        day: [unit for unit in units if unit.was_there(day)]
        for day in ("2019-05-01", "2020-02-01", "2024-01-01")
    }
    assert {day: len(some) for day, some in there.items()} == {
        "2019-05-01": 122,
        "2020-02-01": 108,
        "2024-01-01": 108,
    }
    assert all(unit.latitude and unit.successor for unit in there["2024-01-01"])
    assert all(len({unit.name for unit in some}) == len(some) for some in there.values())


@pytest.mark.skipif(not KNOWN.exists(), reason=f"the gazetteer is not in {KNOWN}")
def test_the_gazetteer_is_that_of_its_sources() -> None:
    source = json.loads(KNOWN.read_text())
    for year, day in ((2017, "2019-05-01"), (2020, "2024-01-01")):
        units = source[f"units_{year}"]
        for unit in units:
            words = unit["name"].split(" ")
            kind = "thị trấn" if words[0] == "Thị" else words[0].lower()
            name = " ".join(words[2:] if words[0] == "Thị" else words[1:])
            [found] = [
                p for p in gazetteer().named[name] if p.kind == kind and p.is_commune and p.was_there(day)
            ]
            assert found.district == unit["district_code"]
            assert found.id.partition("-")[0] == unit["code"] or name == "Yến Lạc"
            if year == 2020:
                assert (found.latitude, found.longitude) == (unit["lat"], unit["lon"])


def test_every_commune_of_2017_lives_on_in_2020_or_in_those_that_it_went_into() -> None:
    units = [unit for unit in gazetteer().places.values() if unit.is_commune]
    there = [unit for unit in units if unit.was_there("2020-02-01")]
    ended = [unit for unit in units if unit.until == "2020-02-01"]
    divided = [unit.name for unit in ended if unit.latitude is None]
    assert len(ended) == 25
    assert sorted(divided) == ["Lương Hạ", "Phong Huân", "Văn Học"]
    for unit in ended:
        into = [
            other
            for other in there
            if (other.latitude, other.longitude) == (unit.latitude, unit.longitude)
            and other.district == unit.district
            and other.successor == unit.successor
        ]
        assert len(into) == (unit.name not in divided), unit.name


def test_every_commune_of_the_province_has_its_successor() -> None:
    units = gazetteer().places.values()
    later = {f"{unit.kind} {unit.name}, tỉnh {unit.province}" for unit in units if unit.province}
    said = {unit.successor for unit in units if unit.is_commune and unit.was_there("2025-06-30")}
    assert later == said
    assert len(later) == 37


def marked(path: Path) -> tuple[Article, dict[str, set[str]]]:
    truth = json.loads(path.read_text())
    url = "https://mic.gov.vn/" if "mic" in truth["host"] else "https://backan.gov.vn/"
    body = "\n\n".join((*truth["body"], *truth["captions"]))
    places = {f"{place['name']}/{place['kind']}" for place in truth["places"]}
    text = Article(url, "1", truth["title"], body, truth["lead"], published_at=truth["dated"])
    return text, {"documents": {str(one) for one in truth["documents"]}, "places": places}


def found_in(facts: Facts) -> dict[str, set[str]]:
    return {
        "documents": {one.number for _, one in facts.documents},
        "places": {f"{one.place.name}/{one.place.kind}" for _, one in facts.places},
    }


@needs_gold
def test_a_person_marked_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    right, found, wanted = ({"documents": 0, "places": 0} for _ in range(3))
    for path in GOLD:
        text, truth = marked(path)
        for kind, some in found_in(facts_of(text)).items():
            right[kind] += len(some & truth[kind])
            found[kind] += len(some)
            wanted[kind] += len(truth[kind])
    with capsys.disabled():
        print("\n\nfacts       marked  found  precision  recall")
        for kind, count in right.items():
            shares = [count / all if (all := some[kind]) else 1.0 for some in (found, wanted)]
            print(f"{kind:<10} {wanted[kind]:>7} {found[kind]:>6} {shares[0]:>10.3f} {shares[1]:>7.3f}")
            assert shares[0] >= 0.97
            assert shares[1] >= 0.93


def test_spans_are_those_of_the_field() -> None:
    text = article(
        "Xã Nam Mẫu, 125/KH-UBND", title="Ba Bể làm 126/KH-UBND", lead="Tại huyện Ba Bể: 127/KH-UBND."
    )
    facts = facts_of(text)
    for field, one in (*facts.documents, *facts.places):
        assert getattr(text, field)[one.start : one.end] == one.text
    assert (
        [field for field, _ in facts.places]
        == ["title", "lead", "body"]
        == [field for field, _ in facts.documents]
    )


HOSTILE = (
    "1/", "125/KH-UBND ", "ngày 1/1/2020 ban hành ", "125/KH-", "Ba Bể, ", "xã Cao Sơn ", "xã, phường, ", "Công ty ", "Hợp tác xã Cao Sơn ",
    "Cao Sơn (", "và Ba ", "| Nam Mẫu ", "05 - CT / ", "A", "1", "huyện huyện ", "Bắc Kạn ", "Xã Hà, Vân, Ly, ", "1/QĐ-UBND cùng ngày 1/1/2020, ", "số 1, 2, 3/QĐ-UBND, ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_as_the_text_does(piece: str) -> None:
    def read(pieces: int) -> None:
        facts_of(article(piece * pieces, url="https://mic.gov.vn/1", title="Bắc Kạn"))

    read(100)
    assert seconds(lambda: read(20_000)) < 25 * seconds(lambda: read(2_000)) + 0.2


def test_five_megabytes_are_read_in_seconds() -> None:
    body = FOREST.body * (5_000_000 // len(FOREST.body.encode()))
    began = time.process_time()
    assert facts_of(article(body)).places
    assert time.process_time() - began < 15


def test_an_article_of_6000_characters_costs_as_much_as_a_few_pages_parsed() -> None:
    """Some three; the limit still tells a loop over all names."""
    text, page = article((FOREST.body * 9)[:6000]), b"<ul>" + b"<li><a href=/tin>Tin</a></li>" * 1_000

    facts_of(text)
    times = [
        (seconds(lambda: facts_of(text), 1), seconds(lambda: html.fromstring(page), 1)) for _ in range(20)
    ]
    ours, parsing = map(min, zip(*times, strict=True))
    assert ours < 10 * parsing


# What is stored.

TEXTS = (
    "Xã Xuân Lạc, Kế hoạch số 5/KH-UBND ngày 01/02/2019, huyện Ba Bể",
    "Kế hoạch số 05/KH-UBND ngày 01/02/2018 và 15/2020/NĐ-CP",
    "Không có gì",
)
STORED = ("documents", "places", "article_documents", "article_places")


def stored(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(archive.db.execute(f"select * from {table}"), key=repr) for table in STORED}


def archive_of(articles: Iterable[tuple[str, Article, str]]) -> Archive:
    archive = Archive(":memory:")
    for portal in PORTALS:
        archive.put_portal(portal)
    for portal_id, one, at in articles:
        take_in(archive, portal_id, one, at)
    return archive


def test_the_order_of_taking_in_makes_no_difference_to_the_facts() -> None:
    captures = [
        ("backan", article(text, key=key, url=f"https://backan.gov.vn/{key}"), f"2023-06-0{number}T00:00:00Z")
        for number, (key, text) in enumerate(
            [("a", TEXTS[0]), ("a", TEXTS[1]), ("b", TEXTS[0]), ("b", TEXTS[2])], 1
        )
    ]
    results = []
    for order in permutations(captures):
        with archive_of(order) as archive:
            results.append(stored(archive))
    assert all(result == results[0] for result in results)
    assert [row[1:] for row in results[0]["documents"]] == [
        ("05/KH-UBND", "kế hoạch", "Ủy ban nhân dân", "2018-02-01"), ("15/2020/NĐ-CP", "nghị định", "Chính phủ", None),
    ]  # fmt: skip
    assert results[0]["places"] == []


def test_what_no_article_says_any_more_has_no_row() -> None:
    with archive_of([("backan", article(TEXTS[0]), "2023-06-01T00:00:00Z")]) as archive:
        assert [row[0] for row in stored(archive)["places"]] == ["02023", "061"]
        take_in(archive, "backan", article(TEXTS[2]), "2023-06-02T00:00:00Z")
        assert not any(stored(archive).values())


def test_a_documents_date_is_the_earliest_that_is_still_stated() -> None:
    def date(archive: Archive) -> list[str]:
        return [row[4] for row in archive.db.execute("select * from documents where number = '05/KH-UBND'")]

    with archive_of([("backan", article(TEXTS[0]), "2023-06-01T00:00:00Z")]) as archive:
        other = article(TEXTS[1], key="2", url="https://backan.gov.vn/2")
        take_in(archive, "backan", other, "2023-06-01T00:00:00Z")
        assert date(archive) == ["2018-02-01"]
        take_in(archive, "backan", replace(other, body=TEXTS[2]), "2023-06-02T00:00:00Z")
        assert date(archive) == ["2019-02-01"]


def test_an_article_forgotten_says_nothing() -> None:
    with archive_of([("backan", FOREST, "2023-06-01T00:00:00Z")]) as archive:
        assert all(stored(archive).values())
        [(id,)] = archive.db.execute("select id from articles")
        with archive.anew(id):
            assert not any(stored(archive).values())


@pytest.mark.parametrize("swapped", [False, True])
def test_what_two_articles_said_is_of_the_one_that_they_became(swapped: bool) -> None:
    """The old engine's and the new one's; the newer capture is the article."""
    told_by = [
        ("backan-old/1", TEXTS[0], "2023-06-01T00:00:00Z"),
        ("backan-new/1", TEXTS[1], "2023-06-02T00:00:00Z"),
    ]
    with archive_of([]) as archive:
        for number, (key, text, at) in enumerate(told_by[::-1] if swapped else told_by):
            one = article(text, key=key, url=f"https://backan.gov.vn/{key}", story="one")
            archive.take_in(capture("backan", one.url, at, number), Page(Outcome.SELECTORS, one))
        [(id,)] = archive.db.execute("select id from articles")
        rows = stored(archive)
        assert {row[0] for row in rows["article_documents"]} == {id}
        assert [row[1] for row in rows["documents"]] == ["05/KH-UBND", "15/2020/NĐ-CP"]
        assert rows["places"] == rows["article_places"] == []


DAMAGE = {
    "update article_places set start = start + 1": "does not stand where article_places has it",
    "delete from places": "there is no row in places",
    "delete from article_documents": "rows of documents stand in no article",
    "delete from articles": "does not stand where article_documents has it",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_facts_that_are_not_in_the_articles_are_found(damage: str) -> None:
    with archive_of([("backan", FOREST, "2023-06-01T00:00:00Z")]) as archive:
        archive.start_crawl("backan-20231120", "backan", "live", "2023-06-01T00:00:00Z")
        assert list(incoherent(archive.db.conn)) == []
        archive.db.execute(damage)
        assert any(DAMAGE[damage] in what for _, what in incoherent(archive.db.conn))
