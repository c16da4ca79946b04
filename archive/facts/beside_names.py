"""What stands beside a person's name in a text: the office before or behind it, age, people and residence.

Each question looks at a bounded piece of the text, so that the time for a text grows as its length.
"""

import re
from dataclasses import dataclass

from archive.facts.bodies import FIRST
from archive.facts.names import UPPER
from archive.facts.offices import office_at
from archive.facts.titles import TITLES

_REACH = 170  # characters before a name that its office may take
_TOKEN = re.compile(r"[^\s(“\"]+")
_CLAUSE = re.compile(r"[.;!?…\n|](?:(?<=[\n|])|(?=\s))")
_LINK = re.compile(r" ?[,:–-]? ?(?:là )?$")
_LONGEST_LINK = 6
_MANY = re.compile(r"(?<!\w)(?:các|những|hai|ba|bốn|năm|0?\d) (?:[^\W\d]+ ){0,2}$", re.I)
_ANNOUNCED = re.compile(
    r"(?<!\w)(?:các|những|\d+|hai|ba|bốn|năm) (ông, bà|ông|bà|anh|chị|đồng chí|đ/c)(?!\w)[^.;:!?\n]{0,60}: $",
    re.I,
)
_GAPS = frozenset(
    {
        ", ",
        " và ",
        ", và ",
        "; ",
        "; và ",
        " cùng ",
        " - ",
        " – ",
        ",",
        ";",
        " & ",
        " với ",
        "/",
        " / ",
        " , ",
        " ; ",
    }
)
_KIND = (
    r"(?:thôn|bản|xóm|làng|tổ dân phố|tổ|khu phố|tiểu khu|khu|đội|xã|phường|thị trấn|huyện|thị xã|thành phố"
    r"|TP\.?|tỉnh|quận|ấp)"
)
_PLACE = rf"{_KIND} (?:[{UPPER}]|\d)[\w/.]*(?: (?:[{UPPER}]|\d)\w*){{0,3}}"
_ASIDE = re.compile(
    r"[ ,–-]{1,3}(?:\d{1,3} tuổi|(?:sinh năm|SN) ?\d{4}|(?:người )?dân tộc [^\W\d_]\w*"
    rf"|người (?:dân tộc )?[{UPPER}]\w*"
    r"|(?:(?:hiện|trú|cư trú|thường trú|ngụ|sống|sinh sống|quê|nhà) )?(?:(?:tại|ở|quán|quê) )?"
    rf"{_PLACE})"
    r"| ?\([^()\n]{1,80}\)"
)
_ASIDES = 6
_GO_ON = frozenset(" ,(|-–—")
_BEHIND = re.compile(
    r"(?: ?[,(|] ?| ?[-–—] ?)(?:(?:hiện|nay|hiện nay|hiện đang|đang|vừa) )?(?:là |giữ chức(?: vụ)? )?"
    r"| (?:hiện |nay |hiện nay |đang )?là "
    r"| (?:được )?(?:(?:bổ nhiệm|chỉ định|bầu|phân công|điều động) )?giữ chức(?: vụ)? "
)


@dataclass(frozen=True, slots=True)
class Before:
    """An office before a name, which may be that of all the names that follow."""

    span: tuple[int, int]
    is_of_many: bool


def office_before(text: str, begin: int, floor: int, is_titled: bool) -> Before | None:
    """The office that ends right before `begin`, where a name or its title begins; none before `floor`."""
    if begin and text[begin - 1] == "\n":
        return _signed(text, begin, floor)
    start = max(floor, begin - _REACH)
    for mark in ("\n", ". ", "; "):  # what most often ends a clause, found cheaply
        start = max(start, text.rfind(mark, start, begin) + 1)
    window = text[start:begin]
    if FIRST.isdisjoint(window.lower().replace("(", " ").split()):
        return None
    link = _LINK.search(text, max(start, begin - _LONGEST_LINK), begin)
    if link is None or not link[0] or (not is_titled and link[0].endswith("là ")):
        return None
    end = link.start()
    for close in _CLAUSE.finditer(text, start, end):
        start = close.end()
    for token in _TOKEN.finditer(text, start, end):
        if token[0].lower() in FIRST and office_at(text, token.start(), end) == end:
            if text.endswith("chức danh ", start, token.start()):
                return None
            is_of_many = ":" in link[0] or _MANY.search(text, start, token.start()) is not None
            return Before((token.start(), end), is_of_many)
    return None


def _signed(text: str, begin: int, floor: int) -> Before | None:
    """The office that fills the line before a name, as signatures have it."""
    start = max(floor, text.rfind("\n", max(0, begin - _REACH), begin - 1) + 1)
    if office_at(text, start, begin) == begin - 1:
        return Before((start, begin - 1), False)
    return None


def title_announced(text: str, start: int) -> str | None:
    """The title of a list whose first name begins at `start`: `các đồng chí trong Ban Chỉ đạo: …`."""
    if not text.endswith(": ", 0, start):
        return None
    said = _ANNOUNCED.search(text, max(0, start - 90), start)
    return said and TITLES.get(said[1].lower().split(",")[0])


def office_behind(text: str, end: int, limit: int) -> tuple[int, int] | None:
    """The offices that stand behind a name, its age and residence; `limit`: where the next name begins."""
    if text[end : end + 1] == " " and (stop := office_at(text, end + 1, limit)):
        return end + 1, stop  # `Nguyễn Văn An Phó Giám đốc Sở Nội vụ`
    for _ in range(_ASIDES):
        if end >= limit or text[end] not in _GO_ON:
            return None
        link = _BEHIND.match(text, end, limit)
        if link and (stop := office_at(text, link.end(), limit)):
            # `Bí thư Tỉnh ủy Hoàng Duy Chinh, Chủ tịch UBND tỉnh Nguyễn Đăng Bình`
            is_of_the_next = text[stop:limit] == " " and limit < len(text)
            return None if is_of_the_next else (link.end(), stop)
        aside = _ASIDE.match(text, end, limit)
        if aside is None:
            return None
        end = aside.end()
    return None


def aside_end(text: str, end: int, limit: int) -> int:
    """Where that ends which is said in passing behind a name or an office."""
    if text.startswith(")", end):
        end += 1
    for _ in range(_ASIDES):
        aside = _ASIDE.match(text, end, limit)
        if aside is None:
            break
        end = aside.end()
    return end


def is_gap(text: str, end: int, begin: int, is_announced: bool) -> bool:
    """Whether the next name of a list begins at `begin`; of one announced, though more stands between."""
    gap = text[end : min(begin, end + _REACH)]
    if len(gap) == begin - end and is_announced and gap.endswith(("; ", ", ", " và ")):
        return _CLAUSE.search(gap.replace(";", ",")) is None and ":" not in gap
    return gap in _GAPS
