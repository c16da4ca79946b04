"""What a figure is of, who gave it and in which year, where the sentence plainly says so."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from archive.facts.givers import Givers
from archive.facts.units import STOPS, Kind, Unit

_MOST_WORDS = 6
_SUBJECT = 80  # characters
_CLAUSE = 110  # characters
_SENTENCE = 400  # characters, beyond which nothing is said to be in one
_WORDS = re.compile(r"(?: [^\W\d_]+){1,6}")
_SENTENCE_END = re.compile(r"[.!?…;](?=\s)|\n")
_YEAR = re.compile(r"ăm (?P<of>(?:19|20)[0-9]{2})(?![0-9/]|[.,-][0-9]| ?[-–] ?[0-9])")
_DATED = re.compile(r"/(?P<of>(?:19|20)[0-9]{2})(?![0-9/]|[.,-][0-9])")
# Before `năm 2015` these say that it is of something else: `so với năm 2015`, `sinh năm 1960`.
_NOT_OF = frozenset("với so kỳ từ sinh hơn lập trước sau hiệu án quyết luật định tháng".split())
# A date is the year's where it ends a span: `tính đến 25/12/2020`, `hết tháng 10/2023`.
_UNTIL = re.compile(r"(?:đến|hết|tới)(?: hết)? (?:ngày |tháng )?[0-9/]{1,5}")
_ONWARDS = re.compile(
    r" (?:lên|xuống|còn|đến|tới) "
)  # of `33 vụ năm 2018 xuống 6 vụ` the second is of another year
_YEAR_BEHIND = re.compile(
    r"(?: (?!so|với|cùng|kỳ|hơn|từ|trước|sau|đến|lên|và|tới|cho|là|do)[^\W\d_]+){0,3}?"
    r"(?: [0-9]{1,2} tháng đầu)? ?\(?năm (?P<year>(?:19|20)[0-9]{2})(?![0-9])"
)
_YEAR_REACH = 32
# Of these a measure or a sum is; they begin a clause, or one of a few words stands before them.
_OF = (
    "tỷ lệ", "tỉ lệ", "tỷ trọng", "sản lượng", "tổng sản lượng", "năng suất", "diện tích", "tổng diện tích",
    "kinh phí", "tổng kinh phí", "tổng vốn", "tổng mức đầu tư", "vốn", "nguồn vốn", "doanh thu", "doanh số",
    "thu nhập", "thu ngân sách", "tổng thu", "tổng chi", "GRDP", "GDP", "tốc độ", "giá trị", "tổng giá trị",
    "giá", "dư nợ", "số tiền", "tổng số tiền", "lượng mưa", "nhiệt độ", "độ che phủ", "dân số", "chi phí",
    "lợi nhuận", "chỉ số", "chiều dài", "tổng chiều dài", "công suất", "dung tích", "mật độ", "kim ngạch",
    "hạn mức", "học phí", "lãi suất", "mực nước", "thiệt hại", "ước thiệt hại", "tổng đàn", "tăng trưởng",
)  # fmt: skip
_OF_FIRST = frozenset(name.split(" ")[0].lower() for name in _OF)
_OF_ALL = frozenset(name.lower() for name in _OF)
_BEFORE_OF = frozenset("với có đưa nâng trên đó riêng đấu tính đạt và là".split())
_LINKS = frozenset(
    "đã cũng chỉ mới sẽ dự kiến phấn đấu ước vẫn tính đạt là còn chiếm bằng tăng giảm được lên xuống ở mức "
    "đến tới từ trên gần khoảng hơn ít nhất dưới không quá tối thiểu đa xấp xỉ chừng thêm chưa nâng".split()
)
_NO_END = frozenset("tại của cho với trong các những về cao theo và mỗi ngoài thấp một".split())
_NO_NOUN = re.compile(r"%| (?:khiến|làm|nên|thì) ")
_MOST_OF_WHAT = 14  # words


def behind(text: str, end: int, unit: Unit) -> tuple[int, str | None]:
    """Where what is counted ends, and what it is beyond its unit: `đất` in `302.000 m2 đất`."""
    words = _WORDS.match(text, end) if unit.kind is not Kind.MONEY and text[end : end + 1] == " " else None
    if words is None:
        return end, None
    kept = list[str]()
    for word in words[0].split():
        if word in STOPS or (word[0].isupper() and not word.isupper()):
            break
        kept.append(word)
    if not kept:
        return end, None
    subject = " ".join(kept)
    return end + 1 + len(subject), subject


class Context:
    """A text to ask of what a number in it is; the years in it are looked for once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._years = sorted(_years(text), key=lambda year: year.start())
        self._starts = [year.start() for year in self._years]
        self._givers = Givers(text)
        self._has_rows = "|" in text

    def year(self, start: int, end: int) -> int | None:
        text = self._text
        reach = end + _YEAR_REACH
        if text.find("năm ", end, reach) >= 0 and (said := _YEAR_BEHIND.match(text, end, reach)):
            return int(said["year"])
        at = bisect_left(self._starts, start)
        if not at:
            return None
        last = self._years[at - 1]
        if start - last.end() > _SENTENCE or _ONWARDS.match(text, last.end(), start):
            return None
        if _SENTENCE_END.search(text, last.end(), start):
            return None
        return int(last["of"])

    def subject(self, start: int, unit: Unit) -> str | None:
        """What stands before the number in its clause, or begins its row."""
        if row := self._row(start):
            return row
        if unit.kind is Kind.COUNTED:
            return None
        words = self._clause(start).split()
        while words and words[-1] in _LINKS:
            words.pop()
        begins = _of_what([word.lower() for word in words])
        if begins is None or len(words) - begins > _MOST_OF_WHAT or words[-1] in _NO_END:
            return None
        subject = " ".join(words[begins:])
        return None if len(subject) > _SUBJECT or _NO_NOUN.search(subject) else subject

    def giver(self, start: int, unit: Unit) -> str | None:
        return self._givers.of(unit, self._sentence(start), start)

    def _sentence(self, start: int) -> int:
        """Where the sentence begins that a position is in."""
        text, low = self._text, max(0, start - _SENTENCE)
        return max(low, text.rfind(". ", low, start) + 1, text.rfind("\n", low, start) + 1)

    def _clause(self, start: int) -> str:
        """What stands before a number in its clause."""
        text, low = self._text, max(0, start - _CLAUSE)
        marks = (text.rfind(mark, low, start) + 1 for mark in (". ", ";", ",", ":", "\n", "|", "(", ")"))
        return text[max(low, *marks) : start].strip()

    def _row(self, start: int) -> str | None:
        """What the row of a table begins with that a number is in, but not first."""
        if not self._has_rows:
            return None
        text, low = self._text, max(0, start - _SENTENCE)
        begin = max(low, text.rfind("\n", low, start) + 1)
        cells = text[begin:start].split("|")
        return (cells[1].strip() or None) if len(cells) > 2 and not cells[0] else None


def _years(text: str) -> Iterator[re.Match[str]]:
    """The years that a sentence may be of."""
    for year in _YEAR.finditer(text):
        before = text[max(0, year.start() - _YEAR_REACH) : year.start()].lower().split()[:-1]
        if before and before[-1] in ("cuối", "đầu"):
            before.pop()
        if not before or (
            before[-1] not in _NOT_OF and not (before[-1].isdecimal() and before[-2:-1] == ["tháng"])
        ):
            yield year
    for year in _DATED.finditer(text):
        said = text[max(0, year.start() - _YEAR_REACH) : year.start()].lower()
        last = max(said.rfind(word) for word in ("đến ", "hết ", "tới "))
        if last >= 0 and _UNTIL.fullmatch(said, last):
            yield year


def _of_what(words: list[str]) -> int | None:
    """Where the last name of what is measured begins in the words of a clause, if there is one."""
    for at in range(len(words) - 1, -1, -1):
        if (
            words[at] in _OF_FIRST
            and (not at or words[at - 1] in _BEFORE_OF)
            and any(" ".join(words[at : at + count]) in _OF_ALL for count in (1, 2, 3, 4))
        ):
            return at
    return None
