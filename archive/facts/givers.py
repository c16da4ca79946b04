"""Who gave a sum or a gift, where a clause plainly says so: `Quỹ khuyến học tỉnh trao 250 suất học bổng`.

A giver is a body, a company or people by name, or `nhân dân`; it is all that stands before the verb in its
clause, or what `do` or `được` names. A list goes on with it: `…; Công ty Điện lực với gần 500 triệu đồng`,
but not where the verb has named somebody behind it, who received.
"""

import re

_DEEDS = ("hỗ trợ", "ủng hộ", "góp", "tài trợ", "trao", "tặng", "hiến", "trích", "cấp")
_DEED = re.compile(
    r"hỗ trợ|ủng hộ|(?:đóng |quyên )?góp(?! phần| vốn| ý| mặt)|tài trợ|trao|tặng|hiến|trích"
    r"|cấp(?= (?:$|\d|trên|gần|hơn|khoảng|bổ sung|số tiền|kinh phí))"
)
_MOST_DEEDS = 3  # verbs before a sum that may be that of its giver
_HEADS = (
    "Công ty", "Tổng [Cc]ông ty", "Tập đoàn", "Ngân hàng", "Quỹ", "Hội", "Sở", "UBND", "Ủy ban", "Uỷ ban",
    "Ban", "Bộ", "Công an", "Đoàn", "Tỉnh đoàn", "Huyện đoàn", "Thành đoàn", "Liên đoàn", "Trường",
    "Điện lực", "Viettel", "VNPT", "MobiFone", "Doanh nghiệp", "Hợp tác xã", "HTX", "Câu lạc bộ", "CLB",
    "Nhóm", "Báo", "Đài", "[Ll]ực lượng", "Ngành", "Chi nhánh", "Agribank", "BIDV", "Viet[Ii]nbank",
    "Vietcombank", "Bưu điện", "Chi cục", "Cục", "Trung tâm", "Phòng", "Mặt trận", "MTTQ", "Văn phòng",
    "Tòa án", "Viện", "Bệnh viện", "Đảng bộ", "Đảng ủy", "Hiệp hội", "Tổ chức", "Chính phủ", "Nhà nước",
    "Tỉnh ủy", "Thành ủy", "Huyện ủy", "[Gg]ia đình", "[Ôô]ng", "[Bb]à", "[Aa]nh", "[Cc]hị", "[Nn]hân dân",
    "[Đđ]ồng bào", "[Cc]ộng đồng", "[Nn]gười dân", "[Nn]gân sách", "Kho bạc", "Bảo hiểm", "Nhà máy",
    "Xí nghiệp", "Liên minh", "Đại sứ quán", "Chi hội", "Chi đoàn",
)  # fmt: skip
_MANY = (
    "(?:[Cc]ác|[Nn]hiều|[0-9]{1,4}) (?:doanh nghiệp|công ty|ngân hàng|tổ chức|đơn vị|hộ(?! nghèo| cận)"
    "|hội viên|nhà hảo tâm)"
)
_FIRST = frozenset(re.sub(r"\[(.).\]", r"\1", head).split()[0].lower() for head in _HEADS)
_GROUP = ("các ", "nhiều ")
_NO_NAME = (
    "đã|sẽ|cũng|được|hỗ|ủng|trao|tặng|tài|đóng|quyên|hiến|trích|xin|dành|lập|thành lập|phối|kêu|quyết"
    "|huy động|đi|mang|góp|thăm|phát|có|là|cho|từ|nhận|bị|còn|vay|chi|thu|mua|bán|(?<!dự án đầu tư )xây|mỗi"
    "|với|trị|trên|gần|khoảng|hơn|không|tại|ở|về"
)
_GIVER = re.compile(
    rf"(?P<giver>(?:{'|'.join(_HEADS)}|{_MANY})(?!\w)"
    rf"(?:[ -]{{1,3}}(?:[“\"][^“”\"\n]{{1,40}}[”\"]|(?!(?:{_NO_NAME})(?!\w))[^\s\d.,;:()“”\"]+)){{0,12}}?)"
    r"(?: (?:đã|cũng|cùng|còn|tiếp tục|trực tiếp|tự nguyện|chung tay|trao|với|là|trên|gần|khoảng|hơn))*"
)
_BEFORE_GIVERS = ("trong đó ", "được ", "do ", "số tiền ", "nguồn vốn ", "như ")
# What the verb does not reach: another sum, another deed, those who were given to. That each begins with a
# letter of its own makes the search fast.
_NO_GIFT = (
    "đạt", "doanh thu", "doanh số", "thu nhập", "lãi", "giá(?<!trị giá)", "mức", "so với", "tăng", "giảm",
    "dư nợ", "vay", "nợ", "còn lại", "góp vốn", "được (?:hỗ trợ|tặng|trao)", "thu về", "Mua", "mua", "đã",
)  # fmt: skip
_NOT_GIVEN = re.compile(
    "|".join(rf"{words}(?!\w)" for words in _NO_GIFT)
    + r"|, (?!\d|mỗi |trị giá |tổng |với |trên |gần |hơn |khoảng |trong đó )"
)
# Heads that are no name by themselves.
_NOBODY = frozenset((
    "công ty", "quỹ", "hội", "sở", "ban", "bộ", "đoàn", "đoàn công tác", "trường", "nhóm", "cục", "phòng",
    "viện", "ông", "bà", "anh", "chị", "gia đình", "ngành", "báo", "đài", "lực lượng", "tập đoàn",
    "ngân hàng", "chi hội", "trung tâm", "doanh nghiệp", "tổ chức", "hợp tác xã", "htx", "câu lạc bộ",
    "nhà máy", "chi nhánh", "bệnh viện",
))  # fmt: skip
# Between a verb and its sum: nobody named who received, nor any that the list may go on with.
_TO_WHOM = re.compile(r"[^\d:;]{0,120}(?=\d)")
_RECEIVERS = re.compile(
    r"(?<!\w)(?:cho|tới|đến|gia đình|hộ|ông|bà|anh|chị|trường|trạm|hội|ngành|lực lượng|quỹ"
    r"|(?:các|những|mỗi) (?:đơn vị|sở|đoàn|công ty|doanh nghiệp|tổ chức))(?!\w)"
)
_OF_GIVERS = re.compile(
    r"(?<!được )(?<!nhận )(?:ủng hộ|đóng góp|tài trợ|quyên góp)"
    r"(?: (?:lớn|tích cực|tiêu biểu|điển hình|bao|gồm|có|như|sau|là))*,?(?: gồm| như| là)?$"
)
GIFTS = frozenset((
    "suất quà", "phần quà", "món quà", "suất học bổng", "suất", "chăn", "áo", "xe đạp", "máy tính", "bộ",
    "ghế", "bò", "con", "cây", "quyển", "cuốn", "thùng", "kg", "tấn", "tạ", "ngày công", "m2", "m²", "bàn",
    "túi", "hộp", "gói", "chiếc", "khẩu trang", "suất cơm", "nhà", "căn", "tivi", "ti vi", "điện thoại",
    "giường", "vở", "máy thở",
))  # fmt: skip


def giver(text: str, begin: int, start: int) -> str | None:
    """Of a figure at `start`, in the sentence that has begun at `begin`."""
    sentence = text[begin:start]
    if not any(map(sentence.__contains__, _DEEDS)):  # a tenth of the time that to search for one takes
        return None
    mark = max(text.rfind(";", begin, start), text.rfind(":", begin, start))
    deeds = [deed.start() for deed in _DEED.finditer(text, max(begin, mark), start)]
    for deed in reversed(deeds[-_MOST_DEEDS:]):
        if found := _named(text, begin, deed):
            # One more character, by which a comma before the figure itself is known.
            if _NOT_GIVEN.search(text, deed, start + 1):
                break
            is_part = ", trong đó " in text[deed:start]
            return (is_part and _listed(text, begin, start)) or found
    return _listed(text, begin, start)


def _listed(text: str, begin: int, start: int) -> str | None:
    """Who is all that stands before a figure in a list whose verb is that of an earlier one."""
    mark = max(text.rfind(mark, begin, start) for mark in (", ", "; ", ": "))
    if mark < 0 or not (found := _named(text, mark + 1, start)):
        return None
    if text[mark] == ":":
        return found if _OF_GIVERS.search(text, begin, mark) else None
    for deed in _DEED.finditer(text, begin, mark):
        if first := _named(text, begin, deed.start()):
            is_part = text.startswith("trong đó ", mark + 2)
            return (
                found
                if first.lower().startswith(_GROUP) >= is_part and _is_to_none(text, begin, deed, mark)
                else None
            )
    opening = text.rfind(":", begin, mark)
    return found if opening >= 0 and _OF_GIVERS.search(text, begin, opening) else None


def _is_to_none(text: str, begin: int, deed: re.Match[str], end: int) -> bool:
    """Whether a sum stands behind a verb, and nobody who may have received it before or up to `end`."""
    if " được " in text[begin : deed.start()] or " cho " in text[deed.end() : end]:
        return False
    between = _TO_WHOM.match(text, deed.end())
    if between is None:
        return False
    return not between[0].strip() or (between[0].islower() and not _RECEIVERS.search(between[0]))


def _named(text: str, begin: int, end: int) -> str | None:
    """Who is all that a clause has before a verb, or what is named behind `do` or `được`."""
    begin = max(begin, *(text.rfind(mark, begin, end) + 1 for mark in (", ", "; ", ": ")))
    clause = text[begin:end].strip(" -")
    after = max(clause.rfind(word) + len(word) if word in clause else 0 for word in _BEFORE_GIVERS)
    first = clause[after:].split(" ", 1)[0].lower()
    if first not in _FIRST and first not in ("các", "nhiều") and not first.isdecimal():
        return None
    found = _GIVER.fullmatch(clause, after)
    return found["giver"] if found and found["giver"].lower() not in _NOBODY else None
