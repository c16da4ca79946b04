"""What a figure is of, who gave it and in which year, where the sentence plainly says so."""

import re

from archive.facts.givers import GIFTS, giver
from archive.facts.units import STOPS, Unit

_MOST_WORDS = 6
_SUBJECT = 80  # characters
_CLAUSE = 110  # characters
_SENTENCE = 400  # characters, beyond which nothing is said to be in one
_WORDS = re.compile(r"(?: [^\W\d_]+){1,6}")
_SENTENCE_END = re.compile(r"[.!?…;\n](?:(?<=\n)|(?=\s))")
_CLAUSE_MARKS = (". ", ";", ",", ":", "\n", "|", "(", ")")
# Of a number behind `năm ` or `/` these say that it is no year, or one of two.
_NO_YEAR = re.compile(r"/|[.,][0-9]| ?[-–] ?[0-9]")
_NO_DATE = re.compile(r"/|[.,-][0-9]")
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
_OF_FIRST = frozenset(
    first
    for name in _OF
    for word in name.split(" ")[:1]
    for first in (word.lower(), word.capitalize(), word.upper())
)
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
    if unit.kind == "money" or text[end : end + 1] != " " or not (words := _WORDS.match(text, end)):
        return end, None
    stop = end
    for word in words[0][1:].split(" "):
        if word in STOPS or (not word.islower() and word[0].isupper() and not word.isupper()):
            break
        stop += 1 + len(word)
    return stop, text[end + 1 : stop] or None


class Context:
    """A text to ask of what a number in it is, once it has met all years that stand before that."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._has_rows = "|" in text
        self._year = 0  # the last one met
        self._year_end = 0
        self._sentence_end: int | None = -1  # of that year's sentence; None where nobody has asked yet

    def meet(self, start: int, end: int) -> None:
        """A number of four digits, which may be a year that a sentence is of."""
        text = self._text
        if text[start : start + 2] in ("19", "20") and (
            _is_named(text, start, end) if text.endswith("ăm ", 0, start) else _is_dated(text, start, end)
        ):
            self._year, self._year_end, self._sentence_end = int(text[start:end]), end, None

    def year(self, start: int, end: int) -> int | None:
        """Of a figure from `start` to `end`."""
        text, reach = self._text, end + _YEAR_REACH
        if text.find("năm ", end, reach) >= 0 and (said := _YEAR_BEHIND.match(text, end, reach)):
            return int(said["year"])
        if self._sentence_end is None:
            self._sentence_end = self._end_of_sentence()
        return self._year if start <= self._sentence_end else None

    def _end_of_sentence(self) -> int:
        """Up to where a number is of the year met last."""
        text, end = self._text, self._year_end
        if _ONWARDS.match(text, end):
            return -1
        stop = end + _SENTENCE
        mark = _SENTENCE_END.search(text, end, stop + 1)
        return mark.start() if mark else stop

    def subject(self, start: int, unit: Unit) -> str | None:
        """What stands before the number in its clause, or begins its row."""
        if self._has_rows and (row := self._row(start)):
            return row
        if unit.kind == "counted":
            return None
        before = self._text[max(0, start - _CLAUSE) : start]
        words = before[max(map(before.rfind, _CLAUSE_MARKS)) + 1 :].split()
        if _OF_FIRST.isdisjoint(words):  # most often, so that it is worth a look
            return None
        while words and words[-1] in _LINKS:
            words.pop()
        begins = _of_what([word.lower() for word in words])
        if begins is None or len(words) - begins > _MOST_OF_WHAT or words[-1] in _NO_END:
            return None
        subject = " ".join(words[begins:])
        return None if len(subject) > _SUBJECT or _NO_NOUN.search(subject) else subject

    def giver(self, start: int, unit: Unit) -> str | None:
        """Only of sums and of gifts."""
        if unit.kind != "money" and unit.head not in GIFTS:
            return None
        text, low = self._text, max(0, start - _SENTENCE)
        begin = max(low, text.rfind(". ", low, start) + 1, text.rfind("\n", low, start) + 1)
        return giver(text, begin, start)

    def _row(self, start: int) -> str | None:
        """What the row of a table begins with that a number is in, but not first."""
        text, low = self._text, max(0, start - _SENTENCE)
        begin = max(low, text.rfind("\n", low, start) + 1)
        if text[begin] != "|":
            return None
        _, *cells = text[begin:start].split("|", 2)
        return (cells[0].strip() or None) if len(cells) > 1 else None


def _is_named(text: str, start: int, end: int) -> bool:
    """Whether what stands behind `năm` is a year that a sentence may be of."""
    if _NO_YEAR.match(text, end):
        return False
    before = text[max(0, start - 3 - _YEAR_REACH) : start - 3].lower().split()[:-1]
    if before and before[-1] in ("cuối", "đầu"):
        before.pop()
    return not before or (
        before[-1] not in _NOT_OF and not (before[-1].isdecimal() and before[-2:-1] == ["tháng"])
    )


def _is_dated(text: str, start: int, end: int) -> bool:
    """Whether a date ends with it up to which a sentence tells."""
    if not text.endswith("/", 0, start) or _NO_DATE.match(text, end):
        return False
    said = text[max(0, start - 1 - _YEAR_REACH) : start - 1].lower()
    last = max(said.rfind(word) for word in ("đến ", "hết ", "tới "))
    return last >= 0 and _UNTIL.fullmatch(said, last) is not None


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
