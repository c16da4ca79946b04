"""The units in which a text counts: hectares, đồng, households, films. Data: `units.json`.

What the list does not have is no unit, but for what the language makes by rule: every trade and title in
`-viên`, `-sĩ`, `-sư` (`vận hành viên`), every machine (`máy ép cám`), and what `lượt` counts times of; and
for one word that stands alone between a counting number and a mark (`đắp 7 phai,`).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

from archive.facts.bodies import VERBS

_LONGEST = 32  # characters of the longest unit
_TOKEN = re.compile(r" ?([%‰]|[°º][^\W_]*|[Đđ]/c(?!\w)|[^\W_]+)")
_GOES_ON = re.compile(r"[^\W_]-?[^\W_]")
_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}")
_CLASSIFIERS = frozenset(("chiếc", "cái"))
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
# Before a mark, or one of these words, a clause may go on without more of what is counted.
_ALONE = re.compile(r" ([^\W\d_]{3,})(?=[.,;:)!?\n]|$| (?:được|đã|của|và|tại|cho|trên|ở)(?!\w))")
_NOT_ALONE = (STOPS | VERBS) | set(
    "tiếng triệu nghìn ngàn vạn trăm chục rưỡi sáng chiều trưa đêm này mới cũ khác chạy bán xem hát chơi "
    "thắng thua hòa xong hết riêng chung đúng".split()
)
# Behind one of these a number counts and is no name: of `nhóm 2 dọn,` it is one.
_COUNTING = frozenset(
    "có với gồm là được hơn trên gần khoảng trao tặng dựng làm nuôi trồng bán mua đào đắp thu trợ còn cùng "
    "và đủ thêm tổng tới đến đạt mất cả lắp sửa mở phát giữ bắt tịch nhận đón nộp dùng góp hiến "
    "chừng dưới".split()
)
_BEFORE = 24  # characters that a number takes with the word before it
_NO_MACHINES = STOPS | {"công", "loại", "hiệu", "cũ", "chất", "lớn", "nhỏ", "to", "hỏng", "hàn", "mọc", "các"}


# A measure may have a fraction, money only where it is multiplied, what is counted has none.
Kind = Literal["measure", "money", "counted"]


class Unit(NamedTuple):
    """`name` as it is written, up to `end` in the text; `head` is the name without what it is a rate of."""

    name: str
    head: str
    kind: Kind
    end: int


class Entry(NamedTuple):
    """A unit as it is looked for: in lower case. What has no name is none (`never`)."""

    lower: str
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`alone` are the units of one word, `longer` those of more: by the first word, then by the two
    characters behind it, the longest first.
    """

    alone: Mapping[str, Entry]
    longer: Mapping[str, Mapping[str, Sequence[Entry]]]
    attached: frozenset[str]
    capitals: frozenset[str]
    time: frozenset[str]
    places: frozenset[str]

    def entries(self) -> Iterator[Entry]:
        yield from self.alone.values()
        for longer in self.longer.values():
            for entries in longer.values():
                yield from entries

    def at(self, text: str, position: int, is_attached: bool = False) -> Unit | None:
        """The unit that begins at a position, a space before it; `is_attached`: a number right before it."""
        unit = self._plain(text, position, is_attached)
        if unit is None and text[position - 1 : position].isdigit():
            unit = self._alone(text, position)
        return self._rate(text, unit) if unit and "/" in text[unit.end : unit.end + 2] else unit

    def _plain(self, text: str, position: int, is_attached: bool) -> Unit | None:
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        start, word = token.start(1), token[1].lower()
        if word in _CLASSIFIERS and (classifier := _CLASSIFIER.match(text, position)):
            return self._classified(text, position, classifier.end())
        entry = self.alone.get(word)
        if longer := self.longer.get(word):
            entry = _longest(text, start, len(word), longer) or entry
        end = token.end()
        if entry is None or (
            entry.lower == word and text[end : end + 1] == "-" and _GOES_ON.match(text, end - 1)
        ):
            return None if start == position or word in STOPS else self._by_rule(text, start)
        if not entry.name or not (text[start].islower() or self._is_written(text, start, entry)):
            return None
        if start == position and is_attached and entry.lower not in self.attached:
            return None
        unit = Unit(entry.name, entry.lower, entry.kind, start + len(entry.lower))
        return self._with_more(text, unit) if word == "lượt" else unit

    def _alone(self, text: str, position: int) -> Unit | None:
        """One word that is neither in the list nor one of those which count nothing."""
        found = _ALONE.match(text, position)
        if found is None or not (word := found[1]).islower():
            return None
        if word in self.alone or word in self.time or word in _NOT_ALONE:
            return None
        before = text[max(0, position - _BEFORE) : position].lower().split(" ")[-2:-1]
        if not before or before[0] not in _COUNTING:
            return None
        return Unit(word, word, "counted", found.end())

    def _is_written(self, text: str, start: int, entry: Entry) -> bool:
        """Whether a unit with a capital letter is one that is written so, or in a line of capitals."""
        written = text[start : start + len(entry.lower)]
        if len(written) == 1:
            return written == entry.name  # 5G is no mass
        is_abbreviation = entry.kind != "counted" or entry.name[0].isupper()
        return (
            is_abbreviation or entry.lower in self.capitals or written.isupper() or not written[0].isalpha()
        )

    def _classified(self, text: str, position: int, end: int) -> Unit:
        """`200 chiếc ghế nhựa`: what it is, be it in the list or not; without that, how it is counted."""
        unit = self._plain(text, end, False)
        if unit:
            return unit
        words = _WORDS.match(text, end + 1)
        word = words[0].split(" ")[0] if words else ""
        if not word or word in STOPS or word[0].isupper():
            name = text[position + 1 : end]
            return Unit(name, name, "counted", end)
        return Unit(word, word, "counted", end + 1 + len(word))

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
        return Unit(name, name, "counted", start + len(name))

    def _with_more(self, text: str, unit: Unit) -> Unit:
        """`lượt` with what comes or goes, where that is a unit itself: `lượt gia đình`."""
        if text[unit.end : unit.end + 1] != " ":
            return unit
        more = self._plain(text, unit.end, False)
        if more is None or more.kind != "counted":
            return unit
        name = f"lượt {more.name}"
        return Unit(name, name, "counted", more.end)

    def _rate(self, text: str, unit: Unit) -> Unit:
        """With what it is a rate of; `xã/phường` is none."""
        name, end = unit.name, unit.end
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
                return Unit(span, span, "measure", position + len(span))
        plain = self._plain(text, position, False)
        if plain or not one.isalpha() or one in STOPS or text[position].isupper():
            return plain
        return Unit(one, one, "counted", position + len(one))


def _longest(text: str, start: int, first: int, longer: Mapping[str, Sequence[Entry]]) -> Entry | None:
    """The longest that stands there; `first` characters of it are its first word."""
    lower = text[start : start + _LONGEST].lower()
    for entry in longer.get(lower[first : first + 2], ()):
        if lower.startswith(entry.lower) and not _GOES_ON.match(lower, len(entry.lower) - 1):
            return entry
    return None


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
    kinds: dict[str, Kind] = dict.fromkeys(spelled, "counted")
    kinds |= {name.lower(): "measure" for name in data["measures"]}
    kinds |= {written: "money" for all in data["money"].values() for written in all}
    never = frozenset(data["never"])
    entries = [Entry(lower, "" if lower in never else name, kinds[lower]) for lower, name in spelled.items()]
    words = {entry: _first_word(entry.lower) for entry in entries}
    return Lexicon(
        alone={word: entry for entry, word in words.items() if entry.lower == word},
        longer=_longer(words),
        attached=frozenset(name.lower() for name in data["attached"]),
        capitals=frozenset(data["capitals"]),
        time=frozenset(data["time"]),
        places=frozenset(data["places"]),
    )


def _first_word(unit: str) -> str:
    token = _TOKEN.match(unit)
    if token is None:
        raise ValueError(f"units.json: {unit!r} does not begin with a word")
    return token[1]


def _longer(words: Mapping[Entry, str]) -> dict[str, dict[str, list[Entry]]]:
    begins: dict[str, dict[str, list[Entry]]] = {}
    for entry, word in sorted(words.items(), key=lambda one: (-len(one[0].lower), one[0])):
        if rest := entry.lower[len(word) :]:
            begins.setdefault(word, {}).setdefault(rest[:2], []).append(entry)
    return begins
