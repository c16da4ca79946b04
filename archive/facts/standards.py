"""Which communes and districts are said to have met a standard, and in which year.

It counts where one sentence says it of a place that is named: nothing but known words stand between the
place and what says it (`xã Nông Thượng là xã đầu tiên được công nhận đạt chuẩn nông thôn mới`), or the places
follow as a list (`02 xã đạt chuẩn nông thôn mới gồm: xã Bình Trung, Nghĩa Tá`). Plans and hopes do not count,
nor what hamlets, schools and markets met, nor single criteria. All is looked for in small letters.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.facts.gazetteer import DISTRICT_KINDS, Place
from archive.facts.places import Mention

_REACH = 300  # characters of a sentence that are looked at before the words, and behind them
_LONGEST = 60  # places in a list
_FIRST_YEAR = "2001"

# By their names in texts, which `str.find` finds faster than a pattern.
_STANDARDS = {
    "nông thôn mới": "nông thôn mới", "ntm": "nông thôn mới", "đô thị văn minh": "đô thị văn minh",
    "văn minh đô thị": "đô thị văn minh", "quốc gia về y tế": "quốc gia về y tế",
    "tiếp cận pháp luật": "tiếp cận pháp luật",
}  # fmt: skip
_LEVEL = re.compile(r" (?:nâng cao|kiểu mẫu)(?!\w)")
_UNIT = r"(?:xã|huyện|phường|thị trấn|thành phố|đơn vị|địa phương)"
_MET = re.compile(
    rf"(?<!\w)(?:(?:đạt|đủ) (?:tiêu )?(?:chuẩn|danh hiệu) (?:{_UNIT} |quốc gia )?(?:đạt chuẩn )?"
    rf"|đạt (?:{_UNIT} |(?:bộ )?tiêu chí )?|(?:về|cán) đích (?:{_UNIT} )?|danh hiệu (?:{_UNIT} )?"
    rf"|hoàn thành (?:nhiệm vụ |chương trình |mục tiêu )?xây dựng (?:{_UNIT} )?"
    rf"|công nhận (?:là )?(?:danh hiệu )?(?:{_UNIT} )?(?:đạt )?(?:chuẩn )?(?:{_UNIT} )?)[“\"]?$"
)
_NOT_ALL_OF_IT = re.compile(r" (?:(?:về |các |theo )?(?:nhóm |bộ |một số )?tiêu chí|là mục tiêu|thôn )")
_YEAR = r"(?:19|20)[0-9]{2}"
_DAY = (
    rf"(?:ngày [0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-]{_YEAR}"
    rf"|(?:ngày [0-9]{{1,2}} )?tháng [0-9]{{1,2}}(?:/| năm ){_YEAR})"
)
_IN_YEAR = rf"(?:(?:vào |trong |từ |ngay từ |cuối |đầu )*năm {_YEAR}|(?:vào |từ )?{_DAY})"
# What may stand between a place and what says it.
_FILLER = re.compile(
    rf" ?\((?:năm )?{_YEAR}\)|[ ,()“”\"]+|(?:{_IN_YEAR}|đến nay|hiện nay|mới đây"
    rf"|một trong (?:những|các|hai|ba|bốn|[0-9]{{1,2}})|{_UNIT}(?: (?:đầu tiên|duy nhất|thứ \w+|điểm))?"
    r"|(?:của|trong|trên địa bàn) (?:toàn )?(?:tỉnh|huyện|thành phố)|(?:(?:chủ tịch )?ubnd )?(?:tỉnh|huyện)"
    r"|là|đã|vừa|được|chính thức|vinh dự|cũng|đều|ra|có|ban hành|quyết định|(?:số )?[0-9]+/qđ-(?:ubnd|ttg)"
    r"|công bố|tổ chức|long trọng|buổi|lễ|đón|nhận|bằng|công nhận|danh hiệu|hoàn thành|và|nay|trở thành"
    r"|đạt|chuẩn|(?:đủ |cả )*(?:19/19|19|18/18|20/20) tiêu chí|nông thôn mới|ntm|nâng cao|kiểu mẫu)(?!\w)"
)
# Between the places of a list, their districts among them.
_LINK = re.compile(rf"[ ,;()–-]+|(?:và|cùng|thuộc|của|các|{_UNIT}|(?:năm )?{_YEAR})(?!\w)")
_WORD = r"(?<!\w)"
_HOPES = re.compile(
    r"phấn đấu|đăng ký|mục tiêu|dự kiến|kế hoạch|đề nghị|lộ trình|quyết tâm|chuẩn bị|hướng (?:tới|đến)|nhằm"
    r"|chỉ tiêu|thẩm (?:định|tra)|rà soát|kiểm tra|đánh giá|hồ sơ|tiến tới|tập trung|yêu cầu"
    rf"|{_WORD}(?:sẽ|xét|đang|để|cần|giao)(?!\w)"
)
_NEVER = re.compile(rf"{_WORD}(?:chưa|không|nếu|(?<!sau )khi|thu hồi|hủy)(?!\w)")
_DONE = re.compile(rf"{_WORD}(?:đã|vừa|đón|công bố)(?!\w)")
# What lies in the place, or makes something of it, met the standard or not; and a commune unknown here.
_OF_OTHERS = re.compile(
    rf"{_WORD}(?:(?:thôn|(?<!cơ )(?<!văn )bản|xóm|tổ(?! chức)|khu|chợ|(?<!thị )(?<!môi )trường|htx"
    r"|(?<!ủng )hộ|gia đình|đường|sản phẩm|mô hình|trạm)"
    rf"(?: [^\s.;:()]+){{0,5}}[,(]? ?|(?:xã|phường|thị trấn)(?: [^\s,.;:()]+){{1,3}}[,(-] ?"
    rf"|(?:xây dựng|đưa|giúp|hỗ trợ|cho|để|từ|với|của|trên địa bàn)(?: (?:các|xã|huyện))* )$"
)
_WITHIN = re.compile(rf"{_WORD}(?:của|trong|thuộc|trên địa bàn) (?:toàn )?$")
_WHERE = re.compile(rf"{_WORD}(?:tại|ở)(?: các)? $")
_CEREMONY = re.compile(rf"{_WORD}(?:đón|công bố|trao|nhận bằng)(?!\w)")
# Behind such words follow the places.
_LIST_OF = re.compile(rf"{_WORD}{_UNIT}(?: (?:đã|được|vừa|đầu tiên|chính thức|cùng))* $")
_GIVEN = re.compile(rf"{_WORD}(?:bằng|quyết định|danh hiệu)(?: [^\s.;:]+){{0,4}} $")
_LEAD = re.compile(
    rf"(?:,? \(?{_IN_YEAR}\)?)?"
    r"(?P<said>(?: (?P<given>cho|của)|,?(?: đó)? là|,?(?: bao)? gồm(?: có)?|,? như|,? cụ thể)?(?: ?[:(])?)"
    rf"(?: ?(?:các |{_UNIT}|, ?)+)?:? ?"
)
_DISTRICTS = re.compile(r"(?<!của )(?<!trong )huyện (?:đạt |nông thôn|ntm)")
_COMMUNES = re.compile(r"(?<!thị )xã|thị trấn|phường")
_AND = re.compile(rf"(?:,? \(?{_IN_YEAR}\)?)?(?:,| và) (?:đạt |chuẩn )*")
_IN = re.compile(rf"(?P<said>{_IN_YEAR})")
_TAIL = re.compile(rf" \(?(?P<said>{_IN_YEAR})")
_HEAD = re.compile(rf"(?P<said>{_IN_YEAR}),? ")
_NEAR = re.compile(rf"(?<!đến )(?<!hết )(?P<said>năm {_YEAR}),? (?:các )?$")
_ASIDE = re.compile(rf" ?\((?P<said>(?:năm )?{_YEAR})\)")
_SENTENCE_END = re.compile(r"[.!?;…](?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class Met:
    """`text` is the name of the place and what says that it met the standard, in this order or the other.

    Of a list that follows such words only the first place has them; and where one place met two standards,
    the second begins at its own words.
    """

    start: int
    end: int
    text: str
    place: Place
    standard: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    """What says that a standard was met; its sentence begins at `begin`. `then`: they go on others."""

    begin: int
    start: int
    end: int
    standard: str
    then: bool = False


def standards(text: str, told: Sequence[Mention], published: str | None = None) -> list[Met]:
    """In the order of the text; `told` are the places that it tells of."""
    low = text.lower()
    if not told or len(low) != len(text):  # a letter that is two in small
        return []
    starts = [one.start for one in told]
    found: dict[int, Met] = {}
    members: Sequence[Mention] = ()
    for words in _words(low):
        at = bisect_left(starts, words.start)
        if words.then:
            members = members if len(members) == 1 else ()
        else:
            members = _places_before(low, told, at, words)
        follow = () if members or words.then else _places_behind(low, told, at, words)
        for met in _met(text, low, words, members, follow):
            if published is None or str(met.year or "") <= published[:4]:
                found.setdefault(met.start, met)
    return [found[start] for start in sorted(found)]


def _words(low: str) -> Iterator[_Words]:
    last = -1
    for start, end, standard in sorted(_named(low)):
        met = _MET.search(low, max(0, start - 60), start)
        is_met = met is not None and ("tiêu chí" not in met[0] or standard.startswith("quốc gia"))
        is_then = not is_met and 0 <= last >= start - 60 and _AND.fullmatch(low, last, start) is not None
        if (is_met or is_then) and not _NOT_ALL_OF_IT.match(low, end):
            first = met.start() if met and is_met else start
            yield _Words(_begin_of_sentence(low, first), first, end, standard, is_then)
            last = end


def _begin_of_sentence(low: str, start: int) -> int:
    first = max(0, start - _REACH)
    *_, begin = (first, *(one.end() for one in _SENTENCE_END.finditer(low, first, start)))
    return begin + (low[begin : begin + 1] == " ")


def _named(low: str) -> Iterator[tuple[int, int, str]]:
    for name, standard in _STANDARDS.items():
        start = low.find(name)
        while start >= 0:
            end = start + len(name)
            level = _LEVEL.match(low, end) if standard == "nông thôn mới" else None
            yield start, level.end() if level else end, standard + (level[0] if level else "")
            start = low.find(name, end)


def _places_before(low: str, told: Sequence[Mention], at: int, words: _Words) -> Sequence[Mention]:
    """The list of places that ends where the words begin, or right before."""
    near = [one for one in told[max(0, at - _LONGEST) : at] if one.start >= words.begin]
    if not near:
        return ()
    gap = low[near[-1].end : words.start]
    # `xã Xuân Lạc là xã đầu tiên của huyện Chợ Đồn đạt chuẩn nông thôn mới`
    of = _WITHIN.search(low, near[-2].end, near[-1].start) if len(near) > 1 else None
    if of and not near[-1].place.is_commune:
        near.pop()
        gap = low[near[-1].end : of.start()] + gap
    if not _is_all(_FILLER, gap):
        return ()
    first = len(near) - 1
    while first > 0 and _is_linked(low, near[first - 1].end, near[first].start):
        first -= 1
    begin = near[first].start
    head = low[max(words.begin, begin - 80) : begin]
    is_elsewhere = _WHERE.search(head) is not None and _CEREMONY.search(gap) is None
    if is_elsewhere or _OF_OTHERS.search(head) or _is_hoped(low, words, begin, gap):
        return ()
    some = _of_one_kind(near[first:], low[near[-1].end : words.end])
    # A district without its kind, behind other words, may be the whereabouts of a place unknown here.
    is_bare = bool(some) and not some[0].place.is_commune and some[0].text[0] not in "HhTt"
    return () if is_bare and _HEAD.sub("", head) else some


def _places_behind(low: str, told: Sequence[Mention], at: int, words: _Words) -> Sequence[Mention]:
    """The list of places that begins behind the words."""
    if at == len(told) or told[at].start - words.end > 80:
        return ()
    lead = _LEAD.fullmatch(low, words.end, told[at].start)
    if lead is None or not lead["said"]:
        return ()
    head = low[max(words.begin, words.start - 60) : words.start]
    said = low[words.start : words.end]
    is_given = ("công nhận" in said and not head.endswith("được ")) or _GIVEN.search(head) is not None
    is_said = is_given if lead["given"] else _LIST_OF.search(head) is not None
    if not is_said or _is_hoped(low, words, words.start, head[-40:]):
        return ()
    last = at
    while last + 1 < min(len(told), at + _LONGEST) and _is_linked(low, told[last].end, told[last + 1].start):
        last += 1
    return _of_one_kind(told[at : last + 1], head[-30:] + said)


def _is_linked(low: str, end: int, start: int) -> bool:
    return start - end < _REACH and _is_all(_LINK, low[end:start])


def _is_all(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a text is made of nothing but what a pattern finds."""
    start = 0
    while one := pattern.match(text, start):
        start = one.end()
    return start == len(text)


def _of_one_kind(told: Sequence[Mention], said: str) -> Sequence[Mention]:
    """The communes of a list, else its districts; none where the words are of the other."""
    communes = [one for one in told if one.place.is_commune]
    if communes:
        return () if _DISTRICTS.search(said) else communes
    return () if _COMMUNES.search(said) else [one for one in told if one.place.kind in DISTRICT_KINDS]


def _is_hoped(low: str, words: _Words, end: int, near: str) -> bool:
    """Whether what stands before the places, or behind all, says that it has not come true."""
    if _NEVER.search(low, words.begin, end) or (
        _HOPES.search(low, words.begin, end) and not _DONE.search(near)
    ):
        return True
    over = _SENTENCE_END.search(low, words.end, words.end + _REACH)
    return over is not None and over[0] == "?"


def _met(
    text: str, low: str, words: _Words, before: Sequence[Mention], behind: Sequence[Mention]
) -> Iterator[Met]:
    tail = _TAIL.match(low, words.end) or (_year_before(low, words, before) if not words.then else None)
    for number, one in enumerate(before or behind):
        start, end = one.start, one.end
        if before:
            start, end = (words.start if words.then else start), words.end
        elif number == 0:
            start = words.start
        year = _ASIDE.match(low, one.end) or tail
        stated = year["said"][-4:] if year else ""
        is_one = stated >= _FIRST_YEAR
        yield Met(start, end, text[start:end], one.place, words.standard, int(stated) if is_one else None)


def _year_before(low: str, words: _Words, before: Sequence[Mention]) -> re.Match[str] | None:
    """What says the year between the places and the words, else right before, else as the sentence begins."""
    first, last = (before[0].start, before[-1].end) if before else (words.start, words.start)
    *_, found = (None, *_IN.finditer(low, last, words.start))
    found = found or _NEAR.search(low, max(words.begin, first - 20), first)
    if found is None and (said := _HEAD.match(low, words.begin)):
        # The day of a ceremony is not that on which the standard was met.
        is_day = "ngày" in said[0] and _CEREMONY.search(low, words.begin, words.end)
        found = None if is_day else said
    return found
