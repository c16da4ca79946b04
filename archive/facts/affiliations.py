"""The place or the body that a person belongs to, by which people of one name are told apart.

That of the office: the lowest level that it names, a commune with its district, a district, a ministry or the
province, else the country (`Trung ương`), else the company, the school or the hospital. What the province's
departments are is the province, so that a career within it does not split a person. A level without a name
(`Chủ tịch UBND huyện`) is the unit that the text has named before, or the article at all, where that is only
one. Who has no office belongs to where he lives.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

from archive.facts.gazetteer import COMMUNE_KINDS, DISTRICT_KINDS, PROVINCE_KIND, Place, gazetteer
from archive.facts.names import UPPER
from archive.facts.places import Mention

_PARAGRAPH = 2000  # characters before an office in which its unit may be named
CENTRAL = "Trung ương"
TOWN = "thành phố Bắc Kạn"
PROVINCE = "tỉnh Bắc Kạn"
_MINISTRIES = {
    "Thông tin và Truyền thông": "TT&TT TTTT TT-TT", "Khoa học và Công nghệ": "KH&CN KHCN",
    "Nông nghiệp và Phát triển nông thôn": "NN&PTNT NNPTNT", "Nông nghiệp và Môi trường": "NN&MT",
    "Kế hoạch và Đầu tư": "KH&ĐT KHĐT", "Giáo dục và Đào tạo": "GD&ĐT GDĐT",
    "Lao động - Thương binh và Xã hội": "LĐTBXH LĐ-TB&XH LĐTB&XH", "Tài nguyên và Môi trường": "TN&MT TNMT",
    "Văn hóa, Thể thao và Du lịch": "VHTTDL VHTT&DL", "Giao thông vận tải": "GTVT", "Y tế": "", "Nội vụ": "",
    "Tài chính": "", "Công Thương": "", "Quốc phòng": "", "Công an": "", "Tư pháp": "", "Xây dựng": "",
    "Ngoại giao": "", "Dân tộc và Tôn giáo": "",
}  # fmt: skip
_MINISTRY_OF = {
    short.lower(): name
    for name, shorts in _MINISTRIES.items()
    for short in (
        name,
        name.replace("óa", "oá"),
        name.replace("Phát triển nông thôn", "PTNT"),
        *shorts.split(),
    )
}
_MINISTRY = "|".join(map(re.escape, sorted(_MINISTRY_OF, key=lambda name: (-len(name), name))))
_MINISTRY_NAMED = re.compile(rf"[Bb](?<!\w[Bb])[Ộộ] (?i:({_MINISTRY}))(?!\w)")
# Departments that name no ministry, of the one whose news the archive keeps.
_ITS_OWN = re.compile(
    r"(?:cục|vụ|viện|trung tâm) (?:an toàn thông tin|viễn thông|tin học hóa|chuyển đổi số quốc gia|báo chí"
    r"|phát thanh|phát thanh, truyền hình|xuất bản|tần số|thông tin cơ sở|thông tin đối ngoại|bưu chính"
    r"|bưu điện trung ương|internet|công nghiệp công nghệ|công nghệ thông tin|kinh tế số)"
)
# Words that would be taken for a level.
_OTHER = re.compile(
    r"nông thôn|hợp tác xã|xã hội|xuất bản|văn bản|bộ chỉ huy|cán bộ|chi bộ|đảng bộ|bộ môn|nội vụ"
    r"|(?<!chi )cục (?:thuế|thống kê|quản lý thị trường|thi hành án)|dịch vụ|thường vụ|nghiệp vụ"
)
_LEVELS = {
    level: re.compile(rf"(?<!\w)(?:{words})(?!\w)")
    for level, words in {
        "commune": "xã|phường|thị trấn|thôn|bản|xóm|tổ dân phố|khu phố",
        "district": "huyện|huyện ủy|huyện uỷ|thị xã|thị ủy|quận",
        "town": "thành phố|thành ủy|thành uỷ|thành đoàn|tp",
        "ministry": "bộ trưởng|thứ trưởng|bộ(?! chính trị)|(?<!chi )cục|vụ|tổng cục",
        "province": "tỉnh|sở|chi cục",
        "country": "trung ương|tw|bộ chính trị|chính phủ|thủ tướng|chủ tịch nước|tổng bí thư"
        "|quốc hội|nhà nước",
    }.items()
}
_RAW = re.compile(
    r"(?i:(xã|phường|thị trấn)|(huyện|quận|thị xã)|(thành phố|tp\.?)|(tỉnh))"
    rf" ([{UPPER}]\w*(?: [{UPPER}]\w*){{0,3}})"
)
_KINDS = {"commune": COMMUNE_KINDS, "district": DISTRICT_KINDS}
_GROUPS = {"commune": 1, "district": 2, "town": 3, "province": 4}
_HAMLET = re.compile(rf"(?i:(thôn|bản|xóm|tổ dân phố)) ((?:[{UPPER}]|\d)\w*(?: [{UPPER}]\w*){{0,3}})")
_COMMITTEE = re.compile(rf"Ủy ban (?!nhân)[{UPPER}]\w*(?: [\w]+)?")
_BODY = re.compile(
    r"(?<!\w)(?:(?:tổng )?công ty|tập đoàn|hợp tác xã|htx|ngân hàng|bệnh viện|trường|trung tâm|học viện|vnpt"
    r"|viettel|agribank|quỹ|doanh nghiệp|vườn quốc gia|ban quản lý|tạp chí|báo|viện)(?!\w)",
    re.I,
)
_SHORT = {"HTX": "Hợp tác xã", "CTCP": "Công ty Cổ phần", "CP": "Cổ phần", "TP.": "thành phố"}


class Circumstances:
    """What the rest of the article says; `told` are the places of its texts."""

    def __init__(self, texts: Sequence[str], told: Sequence[Sequence[Mention]], is_home: bool) -> None:
        self.texts = texts
        self.told = told
        self.is_home = is_home
        self._starts = [[one.start for one in some] for some in told]

    def of_office(self, field: int, span: tuple[int, int]) -> str | None:
        office, (start, end) = self.texts[field][slice(*span)], span
        places = self._told_within(field, start, end)
        level = _level_of(office)
        if level == "ministry":
            return self._ministry(office)
        if level == "country":
            return CENTRAL
        if level is None:
            return _body(office)
        if level == "town" and any(place.name == "Bắc Kạn" for place in places):
            return TOWN
        return _named(level, office, places) or self._unnamed(level, office, field, start)

    def of_residence(self, field: int, start: int, end: int) -> str | None:
        """The commune, else the district or the hamlet that is named from `start` to `end`."""
        said = self.texts[field][start:end]
        places = self._told_within(field, start, end)
        for level in ("commune", "district"):
            if found := _named(level, said, places):
                return found
        hamlet = _HAMLET.search(said)
        return f"{hamlet[1].lower()} {hamlet[2]}" if hamlet else None

    def _unnamed(self, level: str, office: str, field: int, at: int) -> str | None:
        if level == "town":
            return TOWN if self.is_home else None
        if level == "province":
            return self._province(office, field, at)
        begin = self.texts[field].rfind("\n", max(0, at - _PARAGRAPH), at) + 1
        near = self._told_within(field, begin or max(0, at - _PARAGRAPH), at)
        units = _units(level, near) or self._all_units[level]
        if len(units) == 1:
            return min(units)
        hamlet = _HAMLET.search(office)
        return f"{hamlet[1].lower()} {hamlet[2]}" if hamlet else None

    def _told_within(self, field: int, start: int, end: int) -> list[Place]:
        first, last = bisect_left(self._starts[field], start), bisect_left(self._starts[field], end)
        return [one.place for one in self.told[field][first:last] if one.end <= end]

    @cached_property
    def _all_units(self) -> dict[str, set[str]]:
        places = [one.place for some in self.told for one in some]
        return {level: _units(level, places) for level in ("commune", "district")}

    def _province(self, office: str, field: int, at: int) -> str | None:
        """On the province's portals its own; elsewhere the one that was named last."""
        if other := gazetteer().elsewhere.search(office):
            return f"tỉnh {other[0]}"
        if self.is_home:
            return PROVINCE
        others = self._elsewhere[field]
        last = bisect_left(others, at, key=lambda one: one[0])
        ours = bisect_left(self._starts[field], at)
        if last and others[last - 1][0] > (self._starts[field][ours - 1] if ours else -1):
            return f"tỉnh {others[last - 1][1]}"
        return PROVINCE if any(self.told) else None

    @cached_property
    def _elsewhere(self) -> list[list[tuple[int, str]]]:
        """Where the texts name other provinces."""
        pattern = gazetteer().elsewhere
        return [[(match.start(), match[0]) for match in pattern.finditer(text)] for text in self.texts]

    def _ministry(self, office: str) -> str | None:
        if said := _MINISTRY_NAMED.search(office):
            return f"Bộ {_MINISTRY_OF[said[1].lower()]}"
        if _ITS_OWN.search(office.lower()):
            return "Bộ Thông tin và Truyền thông"
        if committee := _COMMITTEE.search(office):
            return committee[0]
        return f"Bộ {min(self._ministries)}" if len(self._ministries) == 1 else None

    @cached_property
    def _ministries(self) -> set[str]:
        """All that the texts name."""
        return {
            _MINISTRY_OF[said[1].lower()] for text in self.texts for said in _MINISTRY_NAMED.finditer(text)
        }


@lru_cache(1024)  # the same few offices are in all the news
def _level_of(office: str) -> str | None:
    plain = _OTHER.sub("-", office.lower())
    return next((name for name, words in _LEVELS.items() if words.search(plain)), None)


def _units(level: str, places: Iterable[Place]) -> set[str]:
    if level == "commune":
        return {_whole(place) for place in places if place.is_commune}
    known = gazetteer().places
    above = (known[place.district] if place.district else place for place in places)
    return {_whole(place) for place in above if place.kind in DISTRICT_KINDS}


def is_hamlet(affiliation: str) -> bool:
    return _HAMLET.match(affiliation) is not None


def _named(level: str, said: str, places: Sequence[Place]) -> str | None:
    """The unit of a level that the words name, be it of this province or of another."""
    kinds = _KINDS.get(level, frozenset((PROVINCE_KIND,)))
    for place in places:
        if place.kind in kinds:
            return _whole(place)
    return _raw(said).get(level)


@lru_cache(1024)
def _raw(said: str) -> dict[str, str]:
    """By level the first unit that the words name as a unit is written."""
    found = dict[str, str]()
    for raw in _RAW.finditer(said):
        for level, group in _GROUPS.items():
            if raw[group]:
                name = f"{raw[group].lower()} {raw[5]}".replace("tp. ", "thành phố ")
                found.setdefault(level, name.replace("tp ", "thành phố "))
    return found


def _whole(place: Place) -> str:
    above = gazetteer().places[place.district] if place.district else None
    return f"{place.kind} {place.name}" + (f", {above.kind} {above.name}" if above else "")


@lru_cache(1024)
def _body(office: str) -> str | None:
    """The company, the school or the hospital, where it has a name."""
    found = _BODY.search(office)
    if found is None:
        return None
    words = [_SHORT.get(word, word) for word in office[found.start() :].split(",")[0].split()]
    named = any(word[0].isupper() for word in words[1:])
    return " ".join((words[0][0].upper() + words[0][1:], *words[1:])) if named else None
