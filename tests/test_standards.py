"""Which places are said to have met a standard, when, and what only hopes for it."""

import pytest
from timed import seconds

from archive.facts.places import mentions
from archive.facts.standards import Met, standards

NTM = "nông thôn mới"
BETTER = "nông thôn mới nâng cao"
TOWN = "đô thị văn minh"
Said = list[tuple[str, str, int | None]]
MET: dict[str, Said] = {
    # text: who met what, and when
    "Năm 2017, thành phố đã có xã Nông Thượng là xã đầu tiên được công nhận đạt chuẩn nông thôn mới.": [("Nông Thượng", NTM, 2017)],
    "Xã Đông Viên, huyện Chợ Đồn đón bằng đạt chuẩn nông thôn mới(05/04/2019)": [("Đông Viên", NTM, None)],
    "Xã Hảo Nghĩa, huyện Na Rì (Bắc Kạn) đón bằng đạt chuẩn nông thôn mới": [("Hảo Nghĩa", NTM, None)],
    "các xã Nông Thượng, Dương Quang và Cẩm Giàng (Bạch Thông) đã đạt chuẩn nông thôn mới năm 2020": [
        ("Nông Thượng", NTM, 2020), ("Dương Quang", NTM, 2020), ("Cẩm Giàng", NTM, 2020),
    ],
    "Xã Quân Hà (huyện Bạch Thông) đạt chuẩn NTM nâng cao năm 2021.": [("Quân Hà", BETTER, 2021)],
    "Lễ công bố Quyết định công nhận xã Quang Thuận đạt chuẩn nông thôn mới kiểu mẫu": [("Quang Thuận", "nông thôn mới kiểu mẫu", None)],
    "Huyện Bạch Thông được công nhận đạt chuẩn huyện nông thôn mới.": [("Bạch Thông", NTM, None)],
    "Năm 2021, Bạch Thông là huyện đầu tiên của tỉnh được công nhận đạt chuẩn nông thôn mới": [("Bạch Thông", NTM, 2021)],
    "Thành phố Bắc Kạn hoàn thành nhiệm vụ xây dựng nông thôn mới năm 2020": [("Bắc Kạn", NTM, 2020)],
    "Phường Sông Cầu, phường Đức Xuân đạt chuẩn đô thị văn minh": [("Sông Cầu", TOWN, None), ("Đức Xuân", TOWN, None)],
    "Thị trấn Phủ Thông được công nhận đạt chuẩn văn minh đô thị năm 2022": [("Phủ Thông", TOWN, 2022)],
    "Xã Vi Hương đạt tiêu chí quốc gia về y tế từ năm 2015": [("Vi Hương", "quốc gia về y tế", 2015)],
    "Xã Vi Hương đạt chuẩn quốc gia về y tế": [("Vi Hương", "quốc gia về y tế", None)],
    "Xã Xuân Dương đạt chuẩn tiếp cận pháp luật năm 2021": [("Xuân Dương", "tiếp cận pháp luật", 2021)],
    "Xã Kim Lư được UBND tỉnh công nhận hoàn thành nhiệm vụ xây dựng nông thôn mới năm 2018": [("Kim Lư", NTM, 2018)],
    "Chủ tịch UBND tỉnh đã ban hành Quyết định công nhận xã Như Cố, huyện Chợ Mới đạt chuẩn nông thôn mới": [("Như Cố", NTM, None)],
    "Xã Khang Ninh hoàn thành 19/19 tiêu chí và được công nhận xã đạt chuẩn nông thôn mới vào cuối năm 2019": [("Khang Ninh", NTM, 2019)],
    "Năm 2019, công nhận 2 xã đạt chuẩn nông thôn mới gồm: xã Bình Trung, xã Nghĩa Tá (Chợ Đồn)": [
        ("Bình Trung", NTM, 2019), ("Nghĩa Tá", NTM, 2019),
    ],
    "Các xã đã về đích nông thôn mới như Địa Linh, Khang Ninh (Ba Bể)": [("Địa Linh", NTM, None), ("Khang Ninh", NTM, None)],
    "UBND tỉnh trao bằng công nhận đạt chuẩn nông thôn mới cho xã Đông Viên": [("Đông Viên", NTM, None)],
    "xã Rã Bản (2016), Đông Viên (năm 2018) đạt chuẩn nông thôn mới": [("Rã Bản", NTM, 2016), ("Đông Viên", NTM, 2018)],
    "năm 2016 xã Như Cố đạt chuẩn NTM, năm 2018 xã Cao Kỳ đạt chuẩn NTM": [("Như Cố", NTM, 2016), ("Cao Kỳ", NTM, 2018)],
    "xã Nông Thượng đạt chuẩn nông thôn mới năm 2017 và nông thôn mới nâng cao năm 2021": [
        ("Nông Thượng", NTM, 2017), ("Nông Thượng", BETTER, 2021),
    ],
    "Xã Xuân Lạc là địa phương đầu tiên của huyện Chợ Đồn đạt chuẩn nông thôn mới năm 2022": [("Xuân Lạc", NTM, 2022)],
    "Ngày 12/01, UBND huyện Ba Bể tổ chức lễ công bố xã Khang Ninh đạt chuẩn nông thôn mới nâng cao": [("Khang Ninh", BETTER, None)],
    "Ngày 15/3/2019, xã Mỹ Phương long trọng tổ chức lễ đón bằng công nhận đạt chuẩn nông thôn mới": [("Mỹ Phương", NTM, None)],
    "Tháng 12/2018, xã Chu Hương được công nhận xã nông thôn mới": [("Chu Hương", NTM, 2018)],
    "Đảng bộ và nhân dân xã Phương Viên tổ chức Lễ đón bằng công nhận xã đạt chuẩn nông thôn mới": [("Phương Viên", NTM, None)],
    "Tại xã Đồng Thắng vừa tổ chức lễ đón bằng công nhận xã đạt chuẩn nông thôn mới": [("Đồng Thắng", NTM, None)],
    "Với mục tiêu nâng cao đời sống, xã Yên Hân đã đạt chuẩn nông thôn mới": [("Yên Hân", NTM, None)],
    "Sau khi xã Cẩm Giàng được công nhận đạt chuẩn nông thôn mới, bà con vui": [("Cẩm Giàng", NTM, None)],
    "Xã Cường Lợi đạt chuẩn NTM năm 2019, phấn đấu đạt chuẩn NTM nâng cao": [("Cường Lợi", NTM, 2019)],
    "Đến nay, xã Kim Lư đã đạt chuẩn nông thôn mới; xã Văn Minh phấn đấu đạt chuẩn năm 2024": [("Kim Lư", NTM, None)],
    "XÃ DƯƠNG QUANG ĐẠT CHUẨN NÔNG THÔN MỚI": [("Dương Quang", NTM, None)],
    "Thôn Nà Mày. Xã Hà Hiệu đạt chuẩn nông thôn mới": [("Hà Hiệu", NTM, None)],
}  # fmt: skip
NOT_MET = (
    "Năm 2019, thành phố đã và đang huy động mọi nguồn lực để xây dựng xã Dương Quang đạt chuẩn nông thôn mới.",
    "nâng cấp, cải tạo chợ Xuân Lạc đạt chuẩn nông thôn mới về tiêu chí số 7", "Xã Xuân Lạc đạt chuẩn nông thôn mới về tiêu chí số 7",
    "2 huyện Huyện Bạch Thông, Chợ Đồn tiếp tục thực hiện đạt chuẩn các tiêu chí huyện nông thôn mới.",
    "Xã Kim Lư phấn đấu đạt chuẩn nông thôn mới năm 2023", "Xã Kim Lư chưa đạt chuẩn nông thôn mới",
    "Xã Kim Lư sẽ được công nhận đạt chuẩn nông thôn mới", "Phấn đấu đến cuối năm 2023 xã Kim Lư đạt chuẩn nông thôn mới",
    "Mục tiêu đưa xã Kim Lư đạt chuẩn nông thôn mới trong năm 2023", "Xã Kim Lư đăng ký đạt chuẩn nông thôn mới năm 2023",
    "Thôn Nà Ngăm, xã Quảng Khê được công nhận đạt chuẩn nông thôn mới", "thôn Nà Pài của xã Hà Hiệu đạt chuẩn nông thôn mới",
    "Trường Mầm non xã Hà Hiệu đạt chuẩn nông thôn mới", "để xã Hà Hiệu đạt chuẩn nông thôn mới",
    "thẩm định hồ sơ đề nghị công nhận xã Hà Hiệu đạt chuẩn nông thôn mới", "Xã Hà Hiệu có 3 thôn đạt chuẩn nông thôn mới",
    "Tỉnh có 2 xã đăng ký đạt chuẩn nông thôn mới là xã Hà Hiệu, Địa Linh", "huyện Chợ Mới có 5 xã đạt chuẩn nông thôn mới",
    "Huyện Na Rì, các xã đạt chuẩn nông thôn mới được thưởng", "Xã Hà Hiệu đạt 15 tiêu chí nông thôn mới",
    "Nếu xã Hà Hiệu đạt chuẩn nông thôn mới thì vui", "Khi xã Hà Hiệu đạt chuẩn nông thôn mới thì vui",
    "Vì sao xã Hà Hiệu đạt chuẩn nông thôn mới?", "Xã Hà Hiệu không đạt chuẩn nông thôn mới nâng cao",
    "Tỉnh Bắc Kạn đạt chuẩn nông thôn mới", "xã Hà Hiệu. Xã đạt chuẩn nông thôn mới", "Xã Hà Hiệu cơ bản đạt chuẩn nông thôn mới",
    "kế hoạch xây dựng xã Hà Hiệu hoàn thành nhiệm vụ xây dựng nông thôn mới", "15 hộ tại xã Hà Hiệu đạt chuẩn nông thôn mới",
    "Giao UBND xã Hà Hiệu hoàn thành nhiệm vụ xây dựng nông thôn mới", "Hợp tác xã Cao Phong đạt chuẩn nông thôn mới",
    "Xã Tân Thịnh, huyện Định Hóa, Chợ Mới đạt chuẩn nông thôn mới", "Xã Hà Hiệu, nơi có vườn mẫu đạt chuẩn nông thôn mới",
    "Xã Hà Hiệu tập trung nguồn lực hoàn thành xây dựng nông thôn mới", "Lộ trình công nhận xã Hà Hiệu đạt chuẩn nông thôn mới",
    "Xã Hà Hiệu đạt chuẩn nông thôn mới là mục tiêu", "bí thư xã Hà Hiệu nói về nông thôn mới", "chợ xã Hà Hiệu đạt chuẩn nông thôn mới",
)  # fmt: skip


def met(text: str, day: str | None = "2023-05-16") -> list[Met]:
    [told] = mentions([text], day)
    return standards(text, told, day)


@pytest.mark.parametrize("text", MET)
def test_a_place_met_the_standard_that_the_sentence_says(text: str) -> None:
    found = met(text)
    assert [(one.place.name, one.standard, one.year) for one in found] == MET[text]
    assert [text[one.start : one.end] for one in found] == [one.text for one in found]
    assert len({one.start for one in found}) == len(found)


@pytest.mark.parametrize("text", NOT_MET)
def test_a_plan_a_hope_or_what_another_met_is_no_standard_met(text: str) -> None:
    assert met(text) == []


def test_the_evidence_goes_from_the_place_to_the_words_or_the_other_way() -> None:
    assert [one.text for one in met("Nay các xã Bình Trung, Nghĩa Tá đạt chuẩn NTM năm 2019")] == [
        "xã Bình Trung, Nghĩa Tá đạt chuẩn NTM", "Nghĩa Tá đạt chuẩn NTM",
    ]  # fmt: skip
    assert [one.text for one in met("công nhận 2 xã đạt chuẩn NTM là xã Bình Trung, Nghĩa Tá")] == [
        "đạt chuẩn NTM là xã Bình Trung", "Nghĩa Tá",
    ]  # fmt: skip


def test_what_is_met_in_a_later_year_is_only_planned() -> None:
    text = "Xã Kim Lư đạt chuẩn nông thôn mới năm 2025"
    assert met(text, "2023-05-16") == []
    assert [one.year for one in met(text, "2025-05-16")] == [2025]
    assert [one.year for one in met(text, None)] == [2025]


HOSTILE = (
    "đạt chuẩn nông thôn mới ", "xã Hà Hiệu, ", "xã Hà Hiệu đạt chuẩn nông thôn mới, ", "nông thôn mới và ", "ntm ",
    "công nhận xã ", "thôn xã ", "xã Hà Hiệu đã được là ", "đạt chuẩn nông thôn mới: xã Hà Hiệu (", "năm 2020 ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_as_the_text_does(piece: str) -> None:
    def taken(pieces: int) -> float:
        text = "Xã Hà Hiệu " + piece * pieces
        [told] = mentions([text])
        return seconds(lambda: standards(text, told))

    taken(100)
    assert taken(20_000) < 25 * taken(2_000) + 0.5
