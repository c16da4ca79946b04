"""Where a text may have the name of a person: capital words behind a title, or that begin with a surname."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from archive.facts.bodies import FIRST, GO_ON
from archive.facts.gazetteer import gazetteer
from archive.facts.offices import head
from archive.facts.places import Mention
from archive.facts.surnames import NAMESAKES, PRESIDENT, SURNAMES
from archive.facts.titles import ENGLISH, LONGEST, SHORTENED, TITLES

UPPER = "A-ZÀ-ÃÈ-ÊÌÍÒ-ÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_RUN = re.compile(rf"[{UPPER}](?<![\w.][{UPPER}])\w*(?: [{UPPER}]\w*(?:-[a-z]\w*)?){{1,9}}")
_SMALL = re.compile(r" ([^\W\d_A-Z]\w*)")
_WORDS = 5  # of the longest name
_REACH = 44  # characters before a name that a title takes
_LAST_REACH = 16  # and its last word
_SURNAMES = SURNAMES | {name.upper() for name in SURNAMES}
_FIRST = frozenset(title.split()[0] for title in TITLES)
_LAST = frozenset(title.split()[-1] for title in TITLES)
# What begins no person's name, though a title stands before it: `đồng chí Bí thư`, `Mẹ Việt Nam anh hùng`.
_NO_NAMES = frozenset(
    """
    Ban Bộ Sở Ủy Uỷ Tỉnh Huyện Xã Thôn Bản Đảng Hội Thường Đại Tổng Cục Vụ Viện Phòng Trường Trung Công Ty
    UBND HĐND MTTQ Nhà Việt Quốc Chính Chi Liên Mặt Phó Trưởng Bí Chủ Giám Chánh Thứ Hiệu Tổ Đội Khu Thành
    Thị Phường Quận Nhân Dân Ngân Hợp Tập Bệnh Trạm Quỹ Cụm Khối Chương Dự Đề Kế Nghị Luật Tết Năm Tháng
    Ngày Hai Ba Các Tại Theo Khi Sau Trước Trong Với Và Nhưng Còn Cũng Đây Đó Này Do Vì Nếu Mỗi Một Những Có
    Là Ở Đến Bác Mẹ HTX Viettel VNPT MobiFone Mobifone VinaPhone Vinaphone Agribank BIDV VietinBank Vietinbank
    Vietcombank EVN FPT
    """.split()
)
# What bears the name of a person or of its founder, by the last word before that.
_BEARERS = frozenset(
    word.strip()
    for word in """
    đường; phố; ngõ; trường; học; thpt; thcs; pt; ptdt; quỹ; giải; thưởng; bổng; cầu; hồ; núi; đèo; hang;
    sông; suối; chợ; đền; chùa; miếu; cúp; hiệu; tnhh; mtv; htx; dntn; vườn; xưởng; quán; tượng; tên; lớp;
    rạp; phim; tiểu khu; công ty; doanh nghiệp; tư nhân; cổ phần; tập đoàn; ngân hàng; công viên; quảng
    trường; tư tưởng; đạo đức; phong cách; danh nhân; nhà máy; bảo tàng; mầm non; chi nhánh
    """.split(";")
)
_LEVELS = frozenset(
    {"huyện", "xã", "phường", "trấn", "quận", "thôn", "bản", "xóm", "làng", "tổ", "khu", "đội", "viện"}
)
_OPENING = "“\"'‘(–-:.,"
# New spellings of a sound to the old ones, which most pages have: `Hoà` is `Hòa`, but `Quý` stays.
_TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe",
          "oẽ": "õe", "oẹ": "ọe", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy"}  # fmt: skip
_TONE = re.compile(rf"(?<![qQ])(?:{'|'.join(_TONES)})(?!\w)")


class Candidate(NamedTuple):
    """A name from `start` to `end`, with its title from `begin` on; `is_known`: it begins with a surname.

    `honorific` is the title, spelled in one way; `level` the level that stands right before it.
    """

    begin: int
    start: int
    end: int
    text: str
    honorific: str | None
    is_known: bool
    level: str = ""

    @property
    def words(self) -> int:
        return self.text.count(" ") + 1


@lru_cache(1024)
def canonical(name: str) -> str:
    """One spelling of a name: no shouting, and the tone marks where the old rule has them."""
    words = name.split(" ")
    if len(name) > 3 and name.isupper():
        words = [word.capitalize() for word in words]
    return _TONE.sub(lambda tone: _TONES[tone[0]], " ".join(words))


def candidates(text: str, places: Sequence[Mention]) -> Iterator[Candidate]:
    """In the order of the text, none of which overlaps a place."""
    starts = [place.start for place in places]
    for run in _RUN.finditer(text):
        start, end = run.span()
        at = bisect_right(starts, start) - 1
        if at >= 0 and places[at].end > start:
            start = places[at].end + 1
        if at + 1 < len(places) and places[at + 1].start < end:
            end = places[at + 1].start - 1
        if start < end and (found := _candidate(text, start, end, start == run.start())):
            yield found


def title_before(text: str, start: int) -> tuple[str, int] | None:
    """The title that stands right before `start`, spelled in one way, and where it begins."""
    if not start or text[start - 1] != " ":
        return None
    # Before most names stands no title, which the last word tells.
    last = text[max(0, start - _LAST_REACH) : start - 1].rpartition(" ")[2].lower()
    if last not in _LAST and (last.isalpha() or not _ends_title(last)):
        return None
    window = text[max(0, start - _REACH) : start - 1]
    words = window[window.rfind("\n") + 1 :].rsplit(" ", LONGEST)[-LONGEST:]
    for first in range(len(words)):
        phrase = " ".join(words[first:])
        title = phrase.lower().lstrip(_OPENING).removesuffix(":")
        if title.endswith(".") and title[:-1] in SHORTENED:
            title = title[:-1]
        if title in TITLES:
            begin = start - 1 - len(phrase.lstrip(_OPENING))
            return None if _bearer(text, begin) else (TITLES[title], begin)
    title = words[-1].rpartition(".")[2]  # of a sentence that begins without a blank
    return (TITLES[title.lower()], start - 1 - len(title)) if title.lower() in TITLES else None


def _ends_title(word: str) -> bool:
    """Whether the last word of a title is in one with marks in it."""
    bare = word.rpartition("\n")[2].rstrip(".:").lstrip(_OPENING)
    return bare in _LAST or bare.rpartition(".")[2] in _LAST


def is_borne(text: str, start: int) -> bool:
    """Whether the name at `start` is that of a street, a school, a ward, an award or a company."""
    last = _bearer(text, start)
    return bool(last) or _level(text, start) != ""


def _bearer(text: str, start: int) -> str:
    words = text[max(0, start - 24) : start].lower().split(" ")[:-1][-2:]
    if not words:
        return ""
    last = words[-1].lstrip(_OPENING)
    return last if last in _BEARERS or " ".join(words).lstrip(_OPENING) in _BEARERS else ""


def _level(text: str, start: int) -> str:
    before = text[max(0, start - 8) : start]
    word = before[:-1].rpartition(" ")[2].lower() if before.endswith(" ") else ""
    return word if word in _LEVELS else ""


def _candidate(text: str, start: int, end: int, is_whole: bool) -> Candidate | None:
    words = text[start:end].split(" ")
    begin, honorific, at = start, None, 0
    if words[0].lower() in _FIRST:
        for count in (3, 2, 1):
            title = " ".join(words[:count]).lower()
            if title in TITLES and len(words) > count + 1:
                honorific, at = TITLES[title], count
                break
    # `Bác sĩ chuyên khoa II Nguyễn Thái Hồng`, `Thượng úy QNCN Trần Văn Lâm`
    if at + 2 < len(words) and (words[at] in ("I", "II") or _is_short_for(words[at], words[at + 1])):
        at += 1
    if is_whole and (said := title_before(text, start)):
        honorific, begin = (honorific or said[0]), said[1]
    if not honorific and _SURNAMES.isdisjoint(words):
        return None
    words = _without_tail(text, start, words)
    if honorific:
        return _titled(text, begin, start, words, at, honorific)
    return _bare(text, start, words)


def _without_tail(text: str, start: int, words: list[str]) -> list[str]:
    """Up to the office that follows without a comma: `Nguyễn Văn An Bí thư Chi bộ`."""
    offset = start
    for index, word in enumerate(words):
        if index > 1 and word.lower() in FIRST:
            rest = text[offset : offset + 40].split()
            if head(rest, 0) and not (word.isupper() and rest[1:] and rest[1].istitle()):
                return words[:index]
        offset += len(word) + 1
    return words


def _titled(text: str, begin: int, start: int, words: list[str], at: int, honorific: str) -> Candidate | None:
    name = words[at:]
    if not 2 <= len(name) <= _WORDS or not _is_name(name):
        return None
    is_known = name[0] in _SURNAMES
    start += sum(len(word) + 1 for word in words[:at])
    whole = " ".join(name)
    is_english = honorific in ENGLISH
    if not is_known and not is_english and (name[0].capitalize() in _NO_NAMES or _is_place(whole)):
        return None
    return Candidate(begin, start, start + len(whole), whole, honorific, is_known)


def _bare(text: str, start: int, words: list[str]) -> Candidate | None:
    """The last that begins with a surname and cannot be a part of what stands before it."""
    for at, word in enumerate(words):
        name = words[at:]
        if len(name) < 2:
            return None
        if (
            word not in _SURNAMES
            or len(name) > _WORDS
            or not _is_name(name)
            or _has_another(name, 1 if at else 2)
        ):
            continue
        if (
            at
            and len(name) < 3
            and words[at - 1] not in _NO_NAMES
            and not _is_place(" ".join(words[:at][-2:]))
        ):
            return None
        offset = start + sum(len(word) + 1 for word in words[:at])
        whole = " ".join(name)
        if _is_place(whole) or whole in NAMESAKES or _bearer(text, offset):
            return None
        if _is_body(text, offset + len(whole), name):
            continue
        level = _level(text, offset)
        if level and len(name) < 3:
            return None
        return Candidate(offset, offset, offset + len(whole), whole, None, True, level)
    return None


def _is_short_for(word: str, then: str) -> bool:
    """Whether capitals before a name are none of its words."""
    return word.isupper() and len(word) > 1 and word not in _SURNAMES and not then.isupper()


def _is_body(text: str, end: int, name: list[str]) -> bool:
    """Whether it is that of a union or an authority, with the small letters behind: `Đoàn Thanh niên`."""
    words = [word.lower() for word in name]
    if (words[0], words[1]) not in GO_ON:  # as of nearly all
        return False
    if len(words) == 2 and (small := _SMALL.match(text, end)):
        words.append(small[1])
    return len(words) > 2 and all(pair in GO_ON for pair in pairwise(words))


def _has_another(name: list[str], first: int) -> bool:
    """Whether a second name begins in it: `Phùng Chí Kiên Đinh Thị Hoài`."""
    return any(
        word in SURNAMES and name[index + 1] in ("Văn", "Thị", "A")
        for index, word in enumerate(name[:-2])
        if index >= first
    )


def _is_name(words: list[str]) -> bool:
    """Whether all are letters, in capitals or none but their first; never the president's."""
    whole = " ".join(words)
    if whole.isupper() and len(words[0]) > 1:
        whole = " ".join(word.capitalize() for word in words)
    elif not all(len(word) == 1 or not word[1:].isupper() for word in words):
        return False
    if not whole.replace(" ", "").replace("-", "").isalpha():
        return False
    return not any(whole.startswith(name) for name in PRESIDENT) and "Chí Minh" not in whole


def _is_place(name: str) -> bool:
    names = gazetteer()
    return name in names.named or names.elsewhere.fullmatch(name) is not None
