"""What is no count though a unit follows: what stands before a number says so. And the hedges, which do not.

`tổ 11 phường Nguyễn Thị Minh Khai`, `ngày 20/10 huyện Ba Bể`, `năm 2020 xã`, `Quốc lộ 3 xã`, `Đề án 500 trí
thức`; what is a name or a slogan in quotation marks (`phong trào “5 xung kích”`).
"""

import re
from collections.abc import Iterator

from archive.facts.numerals import is_year

_REACH = 40  # characters before a number that are looked at
_OPENING = frozenset("“\"‘'(«[")
_HEDGES = frozenset((
    "trên", "gần", "khoảng", "hơn", "ít nhất", "tối thiểu", "tối đa", "không quá", "dưới", "xấp xỉ", "ước",
    "chừng", "tới", "lên tới", "lên đến", "chưa đầy", "chưa tới", "chưa đến", "không dưới", "ngót",
    "trên dưới", "ước đạt", "ước tính", "ước khoảng", "ước tính khoảng", "nhiều nhất", "không ít hơn",
    "quá nửa", "không vượt quá", "tròn", "cỡ", "hàng", "quá",
    "ít hơn", "nhiều hơn", "cao nhất",
))  # fmt: skip
_HEDGES_LAST = frozenset(hedge.split()[-1] for hedge in _HEDGES)
# With these before it `hơn` compares: `cao hơn 4.000 đồng`.
_COMPARED = frozenset(
    "cao thấp nhiều ít lớn nhỏ dài rộng nặng tốt nhanh đông kém sớm muộn xa sâu rẻ đắt".split()
)
_EACH = frozenset("mỗi một từng mấy hằng hàng các những cả bình trung lập".split())
# What is numbered rather than counted.
_NUMBERED = frozenset(
    "tháng quý thứ khóa khoá kỳ điều khoản mục chương lộ ql đt tl km mùng mồng rằm hạng lớp tổ đội thôn xóm "
    "phường quận khu tuần tiết giai tuổi covid tiểu phụ trang đợt tầng ngõ ngách kiệt hẻm lô thửa".split()
)
# `dân số 313.905 người`, `trong số 24 hộ`; behind any other `số` stands which one it is.
_AMOUNTS = frozenset("dân quân sĩ doanh chỉ hệ trong tổng trên nâng đưa với".split())
_IN_NUMBERS = frozenset(("tỷ", "tỉ", "triệu", "nghìn", "ngàn", "vạn"))
_DAYS = frozenset(
    "ngày sáng chiều tối đêm trưa hôm từ đến tới dịp trước sau vào lễ hết qua rạng tháng và nhân".split()
)
_OF_LEVELS = frozenset("nhà trường học đường mức bậc cháy gió bão độ rừng lốc công".split())
_PROGRAMMES = frozenset((
    "đề án", "dự án", "chương trình", "nghị quyết", "nghị định", "quyết định", "chỉ thị", "thông tư",
    "kế hoạch", "công văn", "quốc lộ", "tỉnh lộ", "phiên bản", "tiêu chí", "binh đoàn", "trung đoàn",
    "sư đoàn", "quân khu", "tiểu đoàn", "lữ đoàn", "khu vực", "giai đoạn", "mức độ", "công điện",
))  # fmt: skip
_ALWAYS = frozenset(
    ("tiêu chí", "quốc lộ", "tỉnh lộ", "phiên bản", "giai đoạn", "mức độ", "quân khu", "khu vực")
)
# One of these right before a number says what it is, or the word before that one does.
_TELLING = _NUMBERED | _IN_NUMBERS | {"năm", "ngày", "số", "cấp"} | {said.split()[1] for said in _PROGRAMMES}

_QUOTES = '“«"'
# With a number in it.
_QUOTATION = re.compile(r"[“«\"](?P<before>[^“”\"«»\n0-9]{0,160}+)[0-9][^“”\"«»\n]{0,160}+[”»\"]")
_NAMING = (
    "phong trào", "chương trình", "đề án", "mô hình", "vận động", "chủ đề", "phương châm", "khẩu hiệu",
    "thông điệp", "cuộc thi", "hội thi", "chiến dịch", "danh hiệu", "quỹ", "câu lạc bộ", "dự án",
    "kế hoạch", "thi đua", "ngày hội", "tuần lễ", "tháng", "chợ", "tiêu chí", "nguyên tắc", "gian hàng",
    "diễn đàn", "hội thảo", "triển lãm", "tên", "tuyến đường", "công trình", "sáng kiến", "cụm từ",
    "gọi là", "như", "gia đình", "xây dựng",
)  # fmt: skip
_LISTED = ("”,", "”;", "” và", '",', '";', '" và', "”")
_NAME = 40  # characters of a quotation that is no sentence


def names(text: str) -> list[tuple[int, int]]:
    """The spans of quotations that are names and slogans rather than what somebody said."""
    found = list[tuple[int, int]]()
    end = 0
    for start in sorted(at for mark in _QUOTES for at in _all(text, mark)):
        if start >= end and (quotation := _QUOTATION.match(text, start)):
            end = quotation.end()
            if _is_name(quotation):
                found.append((start, end))
    return found


def _all(text: str, mark: str) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def _is_name(quotation: re.Match[str]) -> bool:
    start, end = quotation.span()
    length = end - start
    if length <= _NAME or (not quotation["before"] and length <= 2 * _NAME):
        return True
    before = quotation.string[max(0, start - _REACH) : start].rstrip(" :").lower()
    return before.endswith(_NAMING) or before.endswith(_LISTED)


def is_none(numbers: re.Match[str], before: list[str], unit: str, places: frozenset[str]) -> int:
    """Whether the numbers are no count; if so, up to where the text has been read, else 0."""
    written, of = numbers["first"], numbers["of"]
    is_digit = len(written) == 1  # by which `0 đồng` and `4G` may be known
    if not (of or is_digit or is_year(written)) and (not before or before[-1] not in _TELLING):
        return 0
    if _is_date(numbers, before) or _is_fraction(numbers, before):
        return numbers.end("of")
    if _is_numbered(before, numbers["first"]) or _is_named(numbers, before, unit, places):
        is_alone = numbers["among"] or not numbers["last"]
        is_apart = is_year(numbers["first"]) and not is_year(
            numbers["last"] or ""
        )  # `năm 1997 lên 25,8 triệu đồng`
        return numbers.end("first" if is_alone or is_apart else "last")
    return 0


def hedge(numbers: re.Match[str], before: list[str]) -> tuple[int, str | None]:
    """Where the words begin that hedge the first number, and what they are; of a range with its `từ`."""
    start, words = numbers.start(), before
    if words and words[-1] == "từ" and numbers["last"]:
        start -= 3
        words = words[:-1]
    if not words or words[-1] not in _HEDGES_LAST:
        return start, None
    for count in (3, 2, 1):
        if len(words) >= count and (said := " ".join(words[-count:])) in _HEDGES:
            break
    else:
        return start, None
    is_compared = said in ("hơn", "ít hơn", "nhiều hơn") and len(words) > 1 and words[-2] in _COMPARED
    return (start, None) if is_compared else (start - len(said) - 1, said)


def words_before(text: str, start: int) -> list[str]:
    """The last ones on the line, in lower case; none where a mark stands between."""
    if text[start - 1 : start] != " ":
        return []
    before = text[max(0, start - _REACH) : start]
    if "\n" in before:
        before = before[before.rfind("\n") + 1 :]
    return before.lower().rsplit(None, 4)[-4:]


def is_inside_a_word(text: str, start: int) -> bool:
    """`Covid-19`, `B40`, `12:30`, the rest of a date; but not `163 hộ/702 nhân khẩu`."""
    last, before = text[start - 1 : start], text[start - 2 : start - 1] if start > 1 else ""
    if last in ("", " ", "\n") or last in _OPENING:
        return False
    if last.isalnum() or last in "_+#@&=*\\":
        return True
    if last == "/":
        return not (before.islower() or before == "%")
    if last in "-–—":
        return before.isalnum() or before in (")", "”")
    return last in ".,:" and before.isdigit()


def _is_date(numbers: re.Match[str], before: list[str]) -> bool:
    day, month = numbers["first"], numbers["of"]
    if not month or numbers["times"] or not (day.isdecimal() and month.isdecimal() and len(day) < 3):
        return False
    if is_year(month):
        return int(day) <= 12
    if len(month) > 2 or int(day) > 31 or int(month) > 12 or not int(month):
        return False
    return int(day) > int(month) or (bool(before) and before[-1] in _DAYS)


def _is_fraction(numbers: re.Match[str], before: list[str]) -> bool:
    """`gần 3/4 đại biểu`, which are three quarters of them."""
    first, of = numbers["first"], numbers["of"]
    return bool(of) and len(of) == 1 and first < of <= "5" and bool(before) and before[-1] in _HEDGES


def _is_numbered(before: list[str], written: str) -> bool:
    if not before:
        return False
    last, preceding = before[-1], before[-2] if len(before) > 1 else ""
    if is_year(written) and (last == "năm" or any(is_year(word.strip("(),;-–")) for word in before[-2:])):
        return True
    if last == "năm":
        return preceding in ("những", "niên")
    if last == "ngày":
        return preceding not in _EACH
    if last == "số":
        return preceding not in _AMOUNTS
    if last == "cấp":
        return preceding in _OF_LEVELS
    if last in _NUMBERED:
        is_counted = preceding[-1:].isdigit() and last not in ("tháng", "quý")  # `2 tầng 8 phòng`
        return preceding not in _EACH and not is_counted
    return last in _IN_NUMBERS


def _is_named(numbers: re.Match[str], before: list[str], unit: str, places: frozenset[str]) -> bool:
    """`Đề án 500 trí thức trẻ` with its capital letter; a year before a place's kind."""
    if is_year(numbers["first"]) and not numbers["of"] and unit in places:
        return True
    if unit == "đồng" and numbers["first"] == "0":
        return True  # a market or a stall at 0 đồng is its name
    if unit == "g" and numbers["first"] in ("2", "3", "4", "5"):
        return True  # a generation of telephones
    two = " ".join(before[-2:])
    if two not in _PROGRAMMES:
        return False
    start = numbers.start() - len(two) - 1
    return two in _ALWAYS or numbers.string[start].isupper()
