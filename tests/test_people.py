"""Whom a text names, with which title and office, and who is the same person over several articles."""

from collections.abc import Sequence

import pytest
from timed import seconds

from archive.facts.names import canonical
from archive.facts.people import Named, people
from archive.facts.places import mentions

DAY = "2019-05-16"


def read(*texts: str, byline: str = "", is_home: bool = True) -> list[Named]:
    found = people(texts, mentions(texts, DAY, is_home), byline, is_home)
    return [one for some in found for one in some]


def said(text: str) -> list[tuple[str, str | None, str | None]]:
    return [(one.name, one.honorific, one.office) for one in read(text)]


ONE_PERSON = [
    ("Ông Bàn Văn Trị, xã Nhạn Môn", "Bàn Văn Trị", "ông", None),
    ("vườn mơ của anh Triệu Tòn Sểnh, người Dao", "Triệu Tòn Sểnh", "anh", None),
    ("ông Thào A Súa, xã Xuân Lạc", "Thào A Súa", "ông", None),
    ("ông Thào Văn Dẩư xã Nam Mẫu", "Thào Văn Dẩư", "ông", None),
    ("gia đình ông Hoàng A Chu", "Hoàng A Chu", "ông", None),
    ("Ông Ma Seo Páo nói", "Ma Seo Páo", "ông", None),
    ("cô giáo Lý Thị Phin đi trên con đường ấy", "Lý Thị Phin", "cô giáo", None),
    ("Nghệ nhân Triệu Tiến Lìn, 74 tuổi", "Triệu Tiến Lìn", "nghệ nhân", None),
    ("Đ/c Lý Thái Hải, Chủ tịch UBND tỉnh ặng Cờ thi đua", "Lý Thái Hải", "đồng chí", "Chủ tịch UBND tỉnh"),
    ("Đ/c: Lý Thái Hải trao quà", "Lý Thái Hải", "đồng chí", None),
    ("Theo bà Đỗ Thị Minh Hoa, Phó chủ tịch UBND tỉnh, để hoàn thành", "Đỗ Thị Minh Hoa", "bà",
     "Phó chủ tịch UBND tỉnh"),
    ("Lý Thái Hải - Phó Bí thư Tỉnh ủy, Chủ tịch UBND tỉnh, Chủ tịch Hội đồng Thi đua - Khen thưởng tỉnh",
     "Lý Thái Hải", None,
     "Phó Bí thư Tỉnh ủy, Chủ tịch UBND tỉnh, Chủ tịch Hội đồng Thi đua - Khen thưởng tỉnh"),
    ("Phó Chánh Văn phòng Điều phối xây dựng nông thôn mới tỉnh Bắc Kạn, ông Dương Quốc Hoàn cho biết thêm",
     "Dương Quốc Hoàn", "ông", "Phó Chánh Văn phòng Điều phối xây dựng nông thôn mới tỉnh Bắc Kạn"),
    ("Ông Dương Quốc Hoàn, Phó Chánh Văn phòng Điều phối xây dựng nông thôn mới tỉnh Bắc Kạn chia sẻ: Thực hiện",
     "Dương Quốc Hoàn", "ông", "Phó Chánh Văn phòng Điều phối xây dựng nông thôn mới tỉnh Bắc Kạn"),
    ("Phó Chủ tịch UBND tỉnh Phạm Duy Hưng yêu cầu", "Phạm Duy Hưng", None, "Phó Chủ tịch UBND tỉnh"),
    ("Giao Giám đốc Sở Tài chính - bà Đồng Thị Vân tham mưu", "Đồng Thị Vân", "bà", "Giám đốc Sở Tài chính"),
    ("Chủ tịch UBND huyện Na Rì Nguyễn Văn Minh cho biết", "Nguyễn Văn Minh", None, "Chủ tịch UBND huyện Na Rì"),
    ("Bộ trưởng Bộ Thông tin và Truyền thông Nguyễn Mạnh Hùng đánh giá", "Nguyễn Mạnh Hùng", None,
     "Bộ trưởng Bộ Thông tin và Truyền thông"),
    ("Ông Lê Hà An, Phó Cục trưởng Cục Viễn thông, Bộ TT&TT cho biết", "Lê Hà An", "ông",
     "Phó Cục trưởng Cục Viễn thông, Bộ TT&TT"),
    ("Thượng tá Nông Văn Khoa, Phó Giám đốc Công an tỉnh cho biết", "Nông Văn Khoa", "thượng tá",
     "Phó Giám đốc Công an tỉnh"),
    ("Trung úy Nông Thị Ngọc nói", "Nông Thị Ngọc", "trung úy", "Trung úy"),
    ("Trung tá, Thạc sỹ Đàm Quang Vinh cho biết", "Đàm Quang Vinh", "thạc sĩ", "Trung tá"),
    ("TS. Trần Đăng Hòa (Đại học Thái Nguyên) khuyến cáo", "Trần Đăng Hòa", "tiến sĩ", None),
    ("PGS.TS Trần Đăng Hòa", "Trần Đăng Hòa", "phó giáo sư", None),
    ("Bác sĩ chuyên khoa II Nguyễn Thái Hồng, Giám đốc Sở Y tế tỉnh Bắc Kạn cho hay", "Nguyễn Thái Hồng", "bác sĩ",
     "Giám đốc Sở Y tế tỉnh Bắc Kạn"),
    ("Anh Lý Văn Quẩy, trưởng thôn Vằng Doọc nói, từ ngày", "Lý Văn Quẩy", "anh", "trưởng thôn Vằng Doọc"),
    ("Trưởng thôn Lầu Văn Sinh thì bảo", "Lầu Văn Sinh", None, "Trưởng thôn"),
    ("chị Ma Thị Lưu, giám đốc hợp tác xã. Mẻ đầu", "Ma Thị Lưu", "chị", "giám đốc hợp tác xã"),
    ("ông Hoàng Văn Kiên, nguyên Phó Bí thư Đảng ủy, nguyên Chủ tịch UBND xã.", "Hoàng Văn Kiên", "ông",
     "nguyên Phó Bí thư Đảng ủy, nguyên Chủ tịch UBND xã"),
    ("Bà Nguyễn Thị Huệ, 54 tuổi, Phó Chủ nhiệm UBKT, được nghỉ hưu", "Nguyễn Thị Huệ", "bà",
     "Phó Chủ nhiệm UBKT"),
    ("ông Nguyễn Văn An là Chủ tịch UBND xã Đồng Phúc từ 2015", "Nguyễn Văn An", "ông", "Chủ tịch UBND xã Đồng Phúc"),
    ("Ông Nguyễn Văn Tư Phó Chủ tịch Hội Nông dân tỉnh và", "Nguyễn Văn Tư", "ông", "Phó Chủ tịch Hội Nông dân tỉnh"),
    ("| 1 | Nguyễn Văn An | Chủ tịch UBND xã Nhạn Môn |", "Nguyễn Văn An", None, "Chủ tịch UBND xã Nhạn Môn"),
    ("KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nNguyễn Văn An", "Nguyễn Văn An", None, "PHÓ CHỦ TỊCH"),
    ("ÔNG NGUYỄN VĂN AN, GIÁM ĐỐC SỞ NỘI VỤ", "Nguyễn Văn An", "ông", "GIÁM ĐỐC SỞ NỘI VỤ"),
    ("Hiệu trưởng Trường Tiểu học Phùng Chí Kiên Đinh Thị Hoài", "Đinh Thị Hoài", None,
     "Hiệu trưởng Trường Tiểu học Phùng Chí Kiên"),
    ("Giám đốc Quỹ Dịch vụ viễn thông công ích, ông Trần Mạnh Dũng", "Trần Mạnh Dũng", "ông",
     "Giám đốc Quỹ Dịch vụ viễn thông công ích"),
    ("ông Nông Đức Bảo, đại diện Hợp tác xã Thanh Mai cho rằng", "Nông Đức Bảo", "ông", None),
    ("bà Caitlin Wiesen và ngành y tế", "Caitlin Wiesen", "bà", None),
    ("ông Kim Jong-su, Giám đốc KOICA; cùng", "Kim Jong-su", "ông", "Giám đốc KOICA"),
    ("Mr. Nguyen Van An, Vice Chairman of the Provincial People's Committee, said", "Nguyen Van An", "Mr",
     "Vice Chairman of the Provincial People's Committee"),
    ("Bí thư Đoàn TNCS Hồ Chí Minh huyện Na Rì Hoàng Văn Thức", "Hoàng Văn Thức", None,
     "Bí thư Đoàn TNCS Hồ Chí Minh huyện Na Rì"),
    ("Đại tướng Võ Nguyên Giáp làm Tư lệnh", "Võ Nguyên Giáp", "đại tướng", "Đại tướng"),
    ("Ông Nguyễn Văn An, Giám đốc Sở Văn hóa, Thể thao và Du lịch cho biết", "Nguyễn Văn An", "ông",
     "Giám đốc Sở Văn hóa, Thể thao và Du lịch"),
    ("Bà Đồng Thị Vân, Giám đốc Sở Lao động, Thương binh và Xã hội nói", "Đồng Thị Vân", "bà",
     "Giám đốc Sở Lao động, Thương binh và Xã hội"),
    ("Đội trưởng Đội Cảnh sát giao thông - trật tự, Công an huyện Ba Bể Lê Hà An", "Lê Hà An", None,
     "Đội trưởng Đội Cảnh sát giao thông - trật tự, Công an huyện Ba Bể"),
    ("Bác sĩ Lê Hà An, Trưởng khoa Nội, Bệnh viện Đa khoa tỉnh cho biết", "Lê Hà An", "bác sĩ",
     "Trưởng khoa Nội, Bệnh viện Đa khoa tỉnh"),
    ("Ông Lê Hà An, Chủ tịch UBND tỉnh, Công an tỉnh dự họp", "Lê Hà An", "ông", "Chủ tịch UBND tỉnh"),
    ("Bí thư Đoàn Thanh niên Cộng sản Hồ Chí Minh huyện Ba Bể Lăng Thị Hiền", "Lăng Thị Hiền", None,
     "Bí thư Đoàn Thanh niên Cộng sản Hồ Chí Minh huyện Ba Bể"),
    ("Chi cục trưởng Chi cục Hải quan khu vực VII Nguyễn Văn Hùng", "Nguyễn Văn Hùng", None,
     "Chi cục trưởng Chi cục Hải quan khu vực VII"),
    ("Thượng úy QNCN Trần Văn Lâm nói", "Trần Văn Lâm", "thượng úy", "Thượng úy QNCN"),
    ("Phó Tổng Giám đốc Viettel Nguyễn Đạt nói", "Nguyễn Đạt", None, "Phó Tổng Giám đốc Viettel"),
    ("Giám đốc VNPT Bắc Kạn Nguyễn Đạt nói", "Nguyễn Đạt", None, "Giám đốc VNPT Bắc Kạn"),
]  # fmt: skip
NOBODY = [
    "phường Nguyễn Thị Minh Khai, phường Phùng Chí Kiên và đường Hùng Vương",
    "Chủ tịch UBND phường Nguyễn Thị Minh Khai phát biểu",
    "Trường THPT Chu Văn An, Trường THCS Nguyễn Trãi",
    "giải thưởng Võ Nguyên Giáp, học bổng Vừ A Dính, quảng trường Hoàng Văn Thụ",
    "học tập tư tưởng, đạo đức, phong cách Hồ Chí Minh; Chủ tịch Hồ Chí Minh; ông Hồ Chí Minh; Bác Hồ",
    "đồng chí Nguyễn Ái Quốc, anh Nguyễn Tất Thành; ÔNG HỒ CHÍ MINH",
    "Chủ tịch UBND tỉnh tặng Bằng khen. Đồng chí Bí thư Tỉnh ủy phát biểu. Đồng chí Trưởng Ban Tổ chức nói.",
    "tại Hà Nội, Chủ tịch UBND tỉnh; Giám đốc Công an tỉnh Lâm Đồng; Chủ tịch UBND huyện Lâm Bình",
    "Giám đốc Công ty TNHH Hoàng Giang, Hợp tác xã Hoàng Long, Ngân hàng Hồng Hà",
    "xã Nông Thượng, Bí thư Đảng ủy; thị trấn Đồng Tâm, Chủ tịch UBND",
    "Mẹ Việt Nam anh hùng; bà con Bắc Kạn; các anh, chị em Hội Phụ nữ; ông Trị đã đến",
    "người mất tích là Đặng Văn Phin; hộ Lý Văn Đông; Lê Quốc Hùng, SN 1990; họ Bàn",
    "Thế vận hội Rio, ca khúc Trần Tiến và Nguyễn Cường",
    "Bí thư Đoàn Thanh niên công an; Bí thư Đoàn Thanh Niên xã Nhạn Môn",
    "",
]


@pytest.mark.parametrize(
    ("text", "name", "honorific", "office"), ONE_PERSON, ids=lambda value: str(value)[:40]
)
def test_a_name_in_full_counts_with_its_title_and_office(
    text: str, name: str, honorific: str | None, office: str | None
) -> None:
    assert said(text) == [(name, honorific, office)]


@pytest.mark.parametrize("text", NOBODY)
def test_what_is_named_after_people_and_offices_without_names_are_nobody(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("các đồng chí Phó Chủ tịch UBND tỉnh: Triệu Đức Lân, Nông Văn Chí, Phạm Duy Hưng; lãnh đạo các sở",
         [("Triệu Đức Lân", "Phó Chủ tịch UBND tỉnh"), ("Nông Văn Chí", "Phó Chủ tịch UBND tỉnh"),
          ("Phạm Duy Hưng", "Phó Chủ tịch UBND tỉnh")]),
        ("các đồng chí: Lê Văn Tầng, Giám đốc Sở Y tế; Nguyễn Văn Minh, Chủ tịch UBND huyện Na Rì; Hoàng Thị Duyên.",
         [("Lê Văn Tầng", "Giám đốc Sở Y tế"), ("Nguyễn Văn Minh", "Chủ tịch UBND huyện Na Rì"),
          ("Hoàng Thị Duyên", None)]),
        ("các đồng chí trong Thường trực HĐND tỉnh: Phương Thị Thanh, Hà Bình",
         [("Phương Thị Thanh", None), ("Hà Bình", None)]),
        ("Các đồng chí: Nguyễn Văn An (Bí thư Huyện ủy), Lý Thị Ba, Phó Chủ tịch UBND huyện và Hoàng Văn Cường dự.",
         [("Nguyễn Văn An", "Bí thư Huyện ủy"), ("Lý Thị Ba", "Phó Chủ tịch UBND huyện"), ("Hoàng Văn Cường", None)]),
        ("cùng hai Phó Chủ tịch Hoàng Thu Trang và Đồng Thị Vân điều hành",
         [("Hoàng Thu Trang", "Phó Chủ tịch"), ("Đồng Thị Vân", "Phó Chủ tịch")]),
        ("Bí thư Tỉnh ủy Hoàng Duy Chinh, Chủ tịch UBND tỉnh Nguyễn Đăng Bình dự",
         [("Hoàng Duy Chinh", "Bí thư Tỉnh ủy"), ("Nguyễn Đăng Bình", "Chủ tịch UBND tỉnh")]),
        ("tặng các ông: Đàm Văn Sĩ, Triệu Tiến Hiểu và bà Hà Thị Thơi theo Quyết định",
         [("Đàm Văn Sĩ", None), ("Triệu Tiến Hiểu", None), ("Hà Thị Thơi", None)]),
        ("Ông Bàn Văn Trị, ông Hoàng Văn Mù xã Nhạn Môn; ông Ma Văn Tình, xã Bằng Thành",
         [("Bàn Văn Trị", None), ("Hoàng Văn Mù", None), ("Ma Văn Tình", None)]),
        ("Trưởng ban: Nguyễn Văn An. Phó ban: Lê Thị Bình",
         [("Nguyễn Văn An", "Trưởng ban"), ("Lê Thị Bình", "Phó ban")]),
    ],
)  # fmt: skip
def test_in_a_list_each_has_his_own_office_or_that_of_the_list(
    text: str, wanted: list[tuple[str, str | None]]
) -> None:
    assert [(name, office) for name, _, office in said(text)] == wanted


def test_every_span_is_the_name_alone() -> None:
    text = "Sáng 30/7, ông NGUYỄN VĂN HOÀ, Giám đốc Sở Nội vụ và Trung úy Lý Thị Ba dự. Anh Hoà nói."
    found = read("", text)
    assert [text[one.start : one.end] for one in found] == ["NGUYỄN VĂN HOÀ", "Lý Thị Ba"]
    assert [one.text for one in found] == ["NGUYỄN VĂN HOÀ", "Lý Thị Ba"]


@pytest.mark.parametrize(
    ("written", "name"),
    [("NÔNG THỊ THUÝ", "Nông Thị Thúy"), ("Lê Văn Hoà", "Lê Văn Hòa"), ("Lê Văn Hòa", "Lê Văn Hòa"),
     ("Lương Quý", "Lương Quý"), ("Hà Thuỷ", "Hà Thủy"), ("Lý Tạo", "Lý Tạo")],
)  # fmt: skip
def test_one_name_has_one_spelling(written: str, name: str) -> None:
    assert canonical(written) == name


def test_who_is_named_in_full_is_met_again_by_the_whole_name_or_the_last_word_of_it() -> None:
    title = "Triệu Tòn Sểnh và vườn mơ"
    body = "Anh Triệu Tòn Sểnh ở thôn Khuổi Phấy. Vợ anh Sểnh kể. Chị Sểnh, đường Triệu Tòn Sểnh. Sểnh cười."
    found = read(title, body)
    assert [(one.name, one.text, one.honorific) for one in found] == [
        ("Triệu Tòn Sểnh", "Triệu Tòn Sểnh", None),
        ("Triệu Tòn Sểnh", "Triệu Tòn Sểnh", "anh"),
        ("Triệu Tòn Sểnh", "Sểnh", "anh"),
    ]


def test_a_given_name_of_two_people_is_neithers() -> None:
    found = read("Ông Lý Văn An và ông Hà Văn An. Ông An nói.")
    assert [one.text for one in found] == ["Lý Văn An", "Hà Văn An"]


def test_an_author_counts_only_with_an_office() -> None:
    assert read("", byline="Hương Dịu") == []
    assert read("", byline="Bà Nông Thị Vui") == []
    (author,) = read("", byline="Nông Thị Vui - Phó Giám đốc Sở Nội vụ")
    assert (author.name, author.office, author.affiliation) == (
        "Nông Thị Vui",
        "Phó Giám đốc Sở Nội vụ",
        "tỉnh Bắc Kạn",
    )


@pytest.mark.parametrize(
    ("office", "affiliation"),
    [
        ("Phó Chủ tịch UBND tỉnh", "tỉnh Bắc Kạn"),
        ("Phó Chủ tịch Ủy ban nhân dân tỉnh", "tỉnh Bắc Kạn"),
        ("Ủy viên Trung ương Đảng, Bí thư Tỉnh ủy", "tỉnh Bắc Kạn"),
        ("Chủ tịch HĐND tỉnh", "tỉnh Bắc Kạn"),
        ("Giám đốc Sở Nội vụ", "tỉnh Bắc Kạn"),
        ("Phó Giám đốc Sở Nông nghiệp và Phát triển nông thôn", "tỉnh Bắc Kạn"),
        ("Giám đốc Bệnh viện Đa khoa tỉnh", "tỉnh Bắc Kạn"),
        ("Chi cục trưởng Chi cục Phát triển nông thôn", "tỉnh Bắc Kạn"),
        ("Bí thư Tỉnh ủy Thái Nguyên", "tỉnh Thái Nguyên"),
        ("Chủ tịch UBND huyện Na Rì", "huyện Na Rì"),
        ("Bí thư Huyện ủy Na Rì", "huyện Na Rì"),
        ("Trưởng phòng Nội vụ huyện Na Rì", "huyện Na Rì"),
        ("Chủ tịch UBND thành phố Bắc Kạn", "thành phố Bắc Kạn"),
        ("Chủ tịch UBND xã Cổ Linh", "xã Cổ Linh, huyện Pác Nặm"),
        ("Bộ trưởng Bộ TT&TT", "Bộ Thông tin và Truyền thông"),
        ("Thứ trưởng Bộ Thông tin và Truyền thông", "Bộ Thông tin và Truyền thông"),
        ("Cục trưởng Cục An toàn thông tin", "Bộ Thông tin và Truyền thông"),
        ("Bộ trưởng Bộ Nông nghiệp và PTNT", "Bộ Nông nghiệp và Phát triển nông thôn"),
        ("Phó Thủ tướng Thường trực Chính phủ", "Trung ương"),
        ("Ủy viên Bộ Chính trị", "Trung ương"),
        ("Giám đốc HTX Miến dong Côn Minh", "Hợp tác xã Miến dong Côn Minh"),
        ("Hiệu trưởng nhà trường", None),
        ("Chủ tịch UBND huyện", None),
    ],
)
def test_an_office_tells_where_a_person_belongs(office: str, affiliation: str | None) -> None:
    (found,) = read(f"Ông Lý Văn An, {office} phát biểu")
    assert (found.office, found.affiliation) == (office, affiliation)


def test_a_level_without_a_name_is_the_only_unit_told_of() -> None:
    (found,) = read("Tại xã Cổ Linh, huyện Pác Nặm, ông Lý Văn An, Chủ tịch UBND huyện nói")
    assert found.affiliation == "huyện Pác Nặm"
    (found,) = read("Tại huyện Pác Nặm và huyện Na Rì, ông Lý Văn An, Chủ tịch UBND huyện nói")
    assert found.affiliation is None


def test_elsewhere_the_province_is_the_one_named_last() -> None:
    office = "ông Lý Văn An, Chủ tịch UBND tỉnh nói"
    assert read(f"Tỉnh Bắc Kạn: {office}", is_home=False)[0].affiliation == "tỉnh Bắc Kạn"
    assert read(f"Sau Bắc Kạn là Cao Bằng: {office}", is_home=False)[0].affiliation == "tỉnh Cao Bằng"
    assert read(office, is_home=False)[0].affiliation is None


def test_who_has_no_office_belongs_to_where_he_lives() -> None:
    (first, second, third) = read(
        "ông Hoàng Văn Mù xã Nhạn Môn; chị Lý Mùi Nái, người Dao ở thôn Bản Khét; bà Hà Thị Sen nói"
    )
    assert (first.affiliation, second.affiliation, third.affiliation) == (
        "xã Nhạn Môn, huyện Pác Nặm",
        "thôn Bản Khét",
        None,
    )


def test_one_person_over_several_articles_keeps_one_affiliation() -> None:
    articles: Sequence[str] = (
        "Giám đốc Sở Nội vụ Lý Văn An nói. Đồng chí Lý Văn An trao quà.",
        "Ông LÝ VĂN AN - Phó Chủ tịch UBND tỉnh",
        "Đồng chí Lý Văn An, Bí thư Tỉnh ủy",
    )
    assert {(one.name, one.affiliation) for text in articles for one in read(text)} == {
        ("Lý Văn An", "tỉnh Bắc Kạn")
    }
    (other,) = read("Ông Lý Văn An, xã Nhạn Môn")
    assert other.affiliation != "tỉnh Bắc Kạn"


def test_all_mentions_of_a_name_share_what_one_of_them_says() -> None:
    found = read(
        "Lý Thái Hải thăm xã", "Chủ tịch UBND tỉnh Lý Thái Hải đến. Đồng chí Lý Thái Hải, xã Hà Hiệu"
    )
    assert [one.affiliation for one in found] == ["tỉnh Bắc Kạn"] * 3


def test_two_homes_of_one_name_are_two_people() -> None:
    found = read("ông Lý Văn An, xã Nhạn Môn; ông Lý Văn An, xã Hà Hiệu")
    assert [one.affiliation for one in found] == ["xã Nhạn Môn, huyện Pác Nặm", "xã Hà Hiệu, huyện Ba Bể"]


HOSTILE = [
    "ông ", "Bí thư ", "Nguyễn ", "đồng chí A, ", "ông Nguyễn Văn An, ", "Chủ tịch UBND tỉnh Nguyễn Văn An ",
    "các đồng chí: ", "ông Nguyễn Văn An (", "phó ", "NGUYỄN VĂN AN ", "Phó Chủ tịch UBND - ", "Lý Văn An, Bí thư xã ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_as_the_text_does(unit: str) -> None:
    def taken(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        return seconds(lambda: people([text], [[]]), 3)

    assert taken(80_000) < 12 * taken(20_000) + 0.2
