"""What stands beside a place's name in a text and says of what kind it is, or that it is no place at all.

Each question looks at a bounded piece of the text, so that the time for a text grows as its length.
"""

import re

REACH = 80  # characters before a name that may say what it is the name of

_UPPER = "A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_NAME = rf"[{_UPPER}]\w*(?: [{_UPPER}]\w*){{0,3}}"
_SHORT = {"h": "huyện", "p": "phường", "tp": "thành phố", "tt": "thị trấn", "tx": "thị xã"}
_KIND = r"(?:tỉnh|thành phố|t\.?p\b\.?|thị xã|t\.?x\b\.?|huyện|h\.|xã|phường|p\.|thị trấn|t\.?t\b\.?)"
_ONE_KIND = re.compile(_KIND, re.I)
_KINDS_REACH = 40  # characters that a list of kinds takes
_KINDS_END = (
    "tỉnh", "phố", "xã", "huyện", "phường", "trấn", "tp", "tx", "tt", "t.t", "t.x", ".",
    ":", " gồm", " có", " là", " như", " điểm", " nghèo",
)  # fmt: skip
# The `xã` of a cooperative (`hợp tác xã`) is no kind of place, nor is that of `thị xã` one by itself.
_KINDS = re.compile(
    rf"(?<!\w)(?<!tác )(?<!thị )(?P<all>(?:{_KIND} ?(?:,|/|và|hoặc|-) ?)*(?P<last>{_KIND}))"
    r"(?P<apart> ?(?::|gồm:?|gồm có:?|là:?|như:?|điểm|nghèo)(?= ))? *$",
    re.I,
)
_ONE_WORD = {kind: frozenset({kind}) for kind in ("huyện", "phường", "tỉnh", "xã")}
_BEFORE_A_KIND = frozenset(
    {"và", "hoặc", "thị", "tác", *_ONE_WORD, "phố", "trấn", "tp", "tx", "tt", "h", "p"}
)
_ASIDE = r"(?: ?\([^()\n]{0,40}\))?"  # `xã Quảng Khê (12 hộ), Đồng Phúc (3 hộ)`
_NEXT = re.compile(
    rf"{_ASIDE} ?(?:,|(?<=\));|-|–|/|và |hay |hoặc |cùng |, và ) ?(?:{_NAME} ?(?:,|-|–|và ) ?){{0,3}}$"
)
_OF = re.compile(r"[ ,(–-]+(?:(?:thuộc|của|ở) )?$")
_UNIT = re.compile(
    rf" ?[,(–-]? ?(?:thuộc |của )?(?:huyện|quận|thị xã|thành phố|tỉnh|TP\.?|TX\.?) ?(?=[{_UPPER}])"
)
_COMMA = re.compile(r" ?[,(–-] ?")
_SPACE = re.compile(r" (?:thuộc |của )?")
_THEN = re.compile(rf"{_NAME} ?[,–-] ?(?:tỉnh )?")
_PROVINCE_BEGINS = (" (", ", ", " t", "- ", " -", " –")
_PROVINCE = re.compile(r" ?\(| ?[,(–-]? ?(?:thuộc |của )?tỉnh ")
_NATURE = (
    " hồ ", " vườn quốc gia ", " vqg ", " khu du lịch ", " danh thắng ", " thắng cảnh ", " sông ", " suối ",
    " núi ", " đèo ", " động ",
)  # fmt: skip
_NAMESAKES = (
    " đường ", " phố ", " ngõ ", " quảng trường ", " ông ", " bà ", " anh ", " chị ", " đồng chí ", " đ/c ",
    " liệt sĩ ", " thôn ", " bản ", " xóm ", " làng ", " tổ ", " tiểu khu ",
)  # fmt: skip
_BEARERS = (
    " công nghiệp ", " tiểu học ", " thcs ", " thpt ", " trung học cơ sở ", " mầm non ", " mẫu giáo ",
    " trường ", " chợ ", " cầu ", " bến xe ", " thủy điện ", " thuỷ điện ", " mỏ ", " đền ", " chùa ",
    " đình ", " trạm biến áp ",
)  # fmt: skip
_COMPANIES = (
    "công ty", "ctcp", "tnhh", "tập đoàn", "hợp tác xã", "htx", "ngân hàng", "xí nghiệp", "nhà máy",
    "điện lực", "bưu điện", "vnpt", "viettel", "agribank", "vietinbank", "bidv", "báo", "đài",
)  # fmt: skip
_COMPANY = re.compile(
    rf"(?:\b(?:{'|'.join(_COMPANIES[:-2])})\b|\b(?-i:Báo|BÁO|Đài|ĐÀI)\b)(?: [^\s.,;:()“”\"]+){{0,8}} $",
    re.I,
)
_SENTENCE_MARKS = ".!?:;…|–-\n"
_NOT_IN_A_NAME = re.compile(
    r" (?:tại|ở|trên|của|cho|về|với|từ|đến|trong|ngoài|đã|đang|sẽ|là|có|để|do|được|khi|thuộc|vào|này|giúp"
    r"|hỗ trợ)(?= )"
)


def kinds(before: str) -> tuple[frozenset[str], int] | None:
    """The kinds said right before a name, and how many characters before it the last of them begins.

    That is 0 where it is said of a list (`các xã: …`). None where no kind is said.
    """
    before = before[-_KINDS_REACH:]
    words = before.rsplit(" ", 3)
    is_one_word = len(words) == 4 and not words[3] and words[2] in _ONE_WORD  # told without a search
    if is_one_word and words[1][-1:].isalnum() and words[1].lower() not in _BEFORE_A_KIND:
        return _ONE_WORD[words[2]], len(words[2]) + 1
    if not before.rstrip(" ").lower().endswith(_KINDS_END) or not (said := _KINDS.search(before)):
        return None
    found = (word.lower().replace(".", "") for word in _ONE_KIND.findall(said["all"]))
    distance = 0 if said["apart"] else len(before) - said.start("last")
    return frozenset(_SHORT.get(word, word) for word in found), distance


def is_next_in_a_list(text: str, end: int, start: int) -> bool:
    """Whether only commas, asides and a few names unknown here stand between two names."""
    return start - end <= REACH and _NEXT.match(text, end, start) is not None


def is_of(text: str, end: int, start: int) -> bool:
    """Whether a unit that begins at `start` is said to be the one that a name lies in."""
    return start - end <= 12 and _OF.match(text, end, start) is not None


def is_elsewhere(text: str, end: int, following: int, provinces: re.Pattern[str]) -> bool:
    """Whether another district or province is said behind a name; `following` is where ours stand next."""
    unit = _UNIT.match(text, end)
    if unit:
        return unit.end() != following
    comma = _COMMA.match(text, end)
    if comma is None or comma.end() == following:
        return False
    then = _THEN.match(text, comma.end())
    return provinces.match(text, comma.end()) is not None or (
        then is not None and provinces.match(text, then.end()) is not None
    )


def is_of_province(text: str, end: int, province: str) -> bool:
    """Whether this province is said behind a name."""
    said = _COMMA.match(text, end) or _SPACE.match(text, end)
    start = said.end() if said else end
    return text.startswith(province, start) or text.startswith(f"tỉnh {province}", start)


def is_in_another_province(text: str, end: int, provinces: re.Pattern[str]) -> bool:
    """`is_elsewhere` for districts, a list of which may well go on with another province."""
    said = _PROVINCE.match(text, end) if text[end : end + 2] in _PROVINCE_BEGINS else None
    return said is not None and provinces.match(text, said.end()) is not None


def is_of_nature(before: str) -> bool:
    return f" {before}".lower().endswith(_NATURE)


def is_namesake(before: str) -> bool:
    """A street's, a person's or a hamlet's name."""
    return f" {before}".lower().endswith(_NAMESAKES)


def is_lent(before: str) -> bool:
    """Whether a school, a market or an industrial zone bears the name, be it a commune's or a person's."""
    return f" {before}".lower().endswith(_BEARERS)


def is_where(before: str) -> bool:
    return f" {before}".lower().endswith((" ở ", " tại "))


def is_company(before: str) -> bool:
    """Whether the name ends that of a company, a cooperative, a bank, a newspaper or a broadcaster."""
    lower = before.lower()
    if not any(word in lower for word in _COMPANIES):
        return False
    outside = 0
    for word in _NOT_IN_A_NAME.finditer(before):
        outside = word.end()
    return _COMPANY.search(before, outside) is not None


def is_inside_a_name(before: str) -> bool:
    """Whether a capital word that begins no sentence stands before it: `Măng khô Mẩy Puốc Xuân Lạc`."""
    if not before.endswith(" "):
        return False
    begin = max(before.rfind(" ", 0, -1), before.rfind("\n")) + 1
    word = before[begin:-1]
    if not word[:1].isupper() or not word[-1].isalnum() or (len(word) > 1 and word.isupper()):
        return False
    preceding = before[:begin].rstrip(" ")
    return bool(preceding) and preceding[-1] not in _SENTENCE_MARKS


def goes_on(text: str, end: int) -> bool:
    """Whether a capital word follows right behind: `Tân Sơn Nhất`."""
    return text[end : end + 1] == " " and text[end + 1 : end + 2].isupper()


def fills_a_cell(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 2) : start] == "| " and text[end : end + 2] == " |"
