"""The units in which a text counts: hectares, đồng, households, films. Data: `units.json`.

What the list does not have is no unit, but for what the language makes by rule: every trade and title in
`-viên`, `-sĩ`, `-sư` (`vận hành viên`), every machine (`máy ép cám`), and what `lượt` counts times of.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_LONGEST = 32  # characters of the longest unit
_TOKEN = re.compile(r" ?([%‰°º]|[Đđ]/c(?!\w)|[^\W_]+)")
_GOES_ON = re.compile(r"[^\W_]-?[^\W_]")
_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}")
_CLASSIFIER = re.compile(r" (?:chiếc|cái)(?!\w)")
_OF_TRADES = frozenset(("viên", "sĩ", "sỹ", "sư", "nhân", "giả", "thủ"))
_PER = re.compile(r" ?/ ?(?:1 |một |mỗi )?(?=[^\W\d_]|[0-9.]+ [^\W\d_])")
_PER_SO_MANY = re.compile(r"1\.000 |100 |1000 |10\.000 |100\.000 |1 vạn ")
_PERS = 3  # denominators of a rate: đồng/người/năm has two
# Words that end a phrase: what stands behind one of them is no more of what is counted.
STOPS = frozenset(
    "được bị đã đang sẽ có là tại ở trên dưới trong ngoài của cho với và để từ đến tới so tham "
    "dự trở vào về đạt phải do theo như nhưng mà này đó kia thì nên khi nếu còn cũng vẫn đều "
    "sau trước giữa qua gồm tăng giảm chiếm bằng tương cùng nhằm bởi không chưa lên xuống ra "
    "nhận đăng hoàn thuộc trao tặng hỗ mỗi các những hay hoặc nay hiện ước phục giúp làm vượt "
    "kể một hai ba bốn năm sáu bảy tám chín mười rồi nữa thêm đi lại đây ấy vừa ký xét gửi chờ "
    "dùng chỉ cả gấp nhờ bao vì xếp góp thu chi trị đóng ủng nằm thực hơn kém sang gần khoảng "
    "ngay bên cách bình tức trừ giờ tháng ngày tuần hằng chứ ít tối xấp chừng".split()
)
_NO_MACHINES = STOPS | {"công", "loại", "hiệu", "cũ", "chất", "lớn", "nhỏ", "to", "hỏng", "hàn", "mọc", "các"}


class Kind(Enum):
    """`MEASURE` may have a fraction, `MONEY` only where it is multiplied, what is counted has none."""

    MEASURE = "measure"
    MONEY = "money"
    COUNTED = "counted"


class Unit(NamedTuple):
    """`name` as it is written, up to `end` in the text; `head` is the name without what it is a rate of."""

    name: str
    head: str
    kind: Kind
    end: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`begins`: by the first word of a unit what units it begins, in lower case, the longest first."""

    begins: Mapping[str, tuple[str, ...]]
    spelled: Mapping[str, str]
    kinds: Mapping[str, Kind]
    attached: frozenset[str]
    capitals: frozenset[str]
    never: frozenset[str]
    time: frozenset[str]
    places: frozenset[str]

    def at(self, text: str, position: int, is_attached: bool = False) -> Unit | None:
        """The unit that begins at a position, a space before it; `is_attached`: a number right before it."""
        unit = self._plain(text, position, is_attached)
        return self._rate(text, unit) if unit else None

    def _plain(self, text: str, position: int, is_attached: bool) -> Unit | None:
        if text[position : position + 2] == " c" and (classifier := _CLASSIFIER.match(text, position)):
            return self._classified(text, position, classifier.end())
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        start, word = token.start(1), token[1].lower()
        lower = text[start : start + _LONGEST].lower()
        for entry in self.begins.get(word, ()):
            if not lower.startswith(entry) or _GOES_ON.match(lower, len(entry) - 1):
                continue
            if entry in self.never or not (text[start].islower() or self._is_written(text, start, entry)):
                return None
            if is_attached and start == position and entry not in self.attached:
                return None
            unit = Unit(self.spelled[entry], entry, self.kinds[entry], start + len(entry))
            return self._with_more(text, unit) if word == "lượt" else unit
        return None if word in STOPS or start == position else self._by_rule(text, start)

    def _is_written(self, text: str, start: int, entry: str) -> bool:
        """Whether a unit with a capital letter is one that is written so, or in a line of capitals."""
        written = text[start : start + len(entry)]
        if len(written) == 1:
            return written == self.spelled[entry]  # 5G is no mass
        is_abbreviation = self.kinds[entry] is not Kind.COUNTED or self.spelled[entry][0].isupper()
        return is_abbreviation or entry in self.capitals or written.isupper() or not written[0].isalpha()

    def _classified(self, text: str, position: int, end: int) -> Unit:
        """`200 chiếc ghế nhựa`: what it is, be it in the list or not; without that, how it is counted."""
        unit = self._plain(text, end, False)
        if unit:
            return unit
        words = _WORDS.match(text, end + 1)
        word = words[0].split(" ")[0] if words else ""
        if not word or word in STOPS or word[0].isupper():
            name = text[position + 1 : end]
            return Unit(name, name, Kind.COUNTED, end)
        return Unit(word, word, Kind.COUNTED, end + 1 + len(word))

    def _by_rule(self, text: str, start: int) -> Unit | None:
        words = _WORDS.match(text, start)
        if words is None or not text[start].islower():
            return None
        parts = words[0].split(" ")
        name = parts[0]
        if len(parts) > 1 and (parts[1] in _OF_TRADES or (name == "máy" and parts[1] not in _NO_MACHINES)):
            name = f"{name} {parts[1]}"
        elif len(parts) > 2 and parts[2] == "viên" and parts[1] not in STOPS:
            name = words[0]
        elif name != "máy":  # which may stand alone
            return None
        return Unit(name, name, Kind.COUNTED, start + len(name))

    def _with_more(self, text: str, unit: Unit) -> Unit:
        """`lượt` with what comes or goes, where that is a unit itself: `lượt gia đình`."""
        if text[unit.end : unit.end + 1] != " ":
            return unit
        more = self._plain(text, unit.end, False)
        if more is None or more.kind is not Kind.COUNTED:
            return unit
        name = f"lượt {more.name}"
        return Unit(name, name, Kind.COUNTED, more.end)

    def _rate(self, text: str, unit: Unit) -> Unit:
        """With what it is a rate of; `xã/phường` is none."""
        name, end = unit.name, unit.end
        if "/" not in text[end : end + 2]:
            return unit
        for _ in range(_PERS):
            if text[end : end + 1] not in ("/", " ") or not (per := _PER.match(text, end)):
                break
            begin = per.end()
            many = _PER_SO_MANY.match(text, begin)
            below = self._below(text, many.end() if many else begin)
            if below is None or {unit.head, below.head} <= self.places:
                break
            name = f"{name}/{many[0] if many else ''}{below.name}"
            end = below.end
        return Unit(name, unit.head, unit.kind, end)

    def _below(self, text: str, position: int) -> Unit | None:
        words = _WORDS.match(text, position)
        if words is None:
            return None
        two = " ".join(words[0].lower().split(" ")[:2])
        one = two.split(" ")[0]
        for span in (two, one):
            if span in self.time:
                return Unit(span, span, Kind.MEASURE, position + len(span))
        plain = self._plain(text, position, False)
        if plain or not one.isalpha() or one in STOPS or text[position].isupper():
            return plain
        return Unit(one, one, Kind.COUNTED, position + len(one))


@cache
def lexicon() -> Lexicon:
    data = json.loads(files("archive.facts").joinpath("units.json").read_text("utf-8"))
    counted = [
        name
        for group in ("places", "people", "organisations", "classifiers", "things")
        for name in data[group]
    ]
    spelled = {name.lower(): name for name in (*counted, *data["never"], *data["measures"])}
    spelled |= {written: name for name, all in data["money"].items() for written in all}
    kinds = dict.fromkeys(spelled, Kind.COUNTED)
    kinds |= {name.lower(): Kind.MEASURE for name in data["measures"]}
    kinds |= {written: Kind.MONEY for all in data["money"].values() for written in all}
    return Lexicon(
        begins=_by_first_word(spelled),
        spelled=spelled,
        kinds=kinds,
        attached=frozenset(name.lower() for name in data["attached"]),
        capitals=frozenset(data["capitals"]),
        never=frozenset(data["never"]),
        time=frozenset(data["time"]),
        places=frozenset(data["places"]),
    )


def _by_first_word(units: Iterable[str]) -> dict[str, tuple[str, ...]]:
    begins: dict[str, list[str]] = {}
    for unit in sorted(units, key=lambda unit: (-len(unit), unit)):
        token = _TOKEN.match(unit)
        if token is None:
            raise ValueError(f"units.json: {unit!r} does not begin with a word")
        begins.setdefault(token[1], []).append(unit)
    return {first: tuple(of) for first, of in begins.items()}
