"""The figures of a text: a number, its unit, and what it counts.

A number counts where a unit of the lexicon stands behind it (`302.000 m2 đất`), or at the head of its
column (`Kinh phí (tỷ đồng)`). Of `từ 10 đến 15%` the first number takes the unit of the second, and
`178/190 ngõ` is a share of a total. What is no count is known by what stands before it: years, dates,
roads, groups of houses, programmes and terms (`uncounted.py`); spans of time are in no unit. English texts
have no figures: their separators say something else.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from archive.facts import columns, uncounted
from archive.facts.counted import Context, behind
from archive.facts.numerals import NUMBER, TIMES, Exact, Number, factor, is_year, number, plain
from archive.facts.units import Lexicon, Unit, lexicon
from archive.text import is_vietnamese

_DIGITS = re.compile("[0-9][0-9]*")  # which is found in half the time that `[0-9]+` is
_NUMBERS = re.compile(
    rf"(?P<first>{NUMBER})(?: ?/ ?(?P<of>{NUMBER})| trong(?: tổng)?(?: số)? (?P<among>{NUMBER}))?"
    rf"(?P<times>{TIMES}| ?tr\.?(?= ?đ))?"
    rf"(?:(?P<to> ?[-–—÷~] ?| (?:lên |xuống )?(?:đến|tới|lên|xuống|còn|hoặc|hay) )"
    rf"(?P<last>{NUMBER})(?:/(?P<last_of>{NUMBER}))?(?P<last_times>{TIMES}| ?tr\.?(?= ?đ))?)?"
)
_REST = re.compile(r" (?P<number>[0-9]{1,3}(?:,[0-9]{1,3})?) (?P<times>triệu|nghìn|ngàn)(?![^\W\d_])", re.I)
_HALF = re.compile(r" rưỡi(?!\w)")
_TOTAL = re.compile(rf" ?/ ?(?P<total>{NUMBER})")
_UPWARDS = re.compile(r" trở (?:lên|xuống)(?!\w)")
_ENDS = re.compile(r" ?(?:[,.;:)\n]|$)")
_CLOSING = frozenset(("", *";:)]!?|\n”"))  # with one of these right behind it a number has no unit
_PAUSES = frozenset((".", ",", ". ", ", ", ".\n", ",\n"))
_SAME_MONEY = 200  # characters within which `30 tỷ` behind `58 tỷ đồng` is money, too
_SAMPLE = 200  # characters from which the language is told
_SHORT = 60  # characters that tell nothing of a language


class Figure(NamedTuple):  # which is made in a quarter of the time of a frozen dataclass
    """`text` is as written, from the hedge to what is counted; `value` is multiplied out.

    `total` is what it is a share of. `subject` is what is counted beyond its unit (`đất` of `m2`), or what
    the figure is said to be of (`tỷ lệ hộ nghèo`); `giver` who gave it, `year` the one that the sentence
    says it is of. They are None where the text does not plainly say so.
    """

    start: int
    end: int
    text: str
    value: Number
    unit: str
    total: Number | None = None
    hedge: str | None = None
    subject: str | None = None
    giver: str | None = None
    year: int | None = None


def figures(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Figure]:
    """In the order of the text; nothing within the spans that are `taken`. No two begin at one place."""
    if len(text) > _SHORT and not is_vietnamese(text[:_SAMPLE]):
        return []
    found = [*_in_sentences(text, taken), *_in_columns(text)]
    return sorted(found, key=lambda figure: figure.start)


def _in_sentences(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[Figure]:
    units, context = lexicon(), Context(text)
    closed = _Spans([*taken, *uncounted.names(text)])
    position, money = 0, -_SAME_MONEY
    for digits in _DIGITS.finditer(text):
        start, end = digits.span()
        if end - start == 4:
            context.meet(start, end)
        if start < position or text[end : end + 1] in _CLOSING:
            continue
        if text[end : end + 2] in _PAUSES or (
            text[start - 1 : start] != " " and uncounted.is_inside_a_word(text, start)
        ):
            continue
        position = closed.end(start)
        if position > start or not (numbers := _NUMBERS.match(text, start)):
            continue
        position = numbers.end("first")
        unit, rest = _unit(numbers, units, money)
        if unit is None:
            continue
        before = uncounted.words_before(text, start)
        if skipped := uncounted.is_none(numbers, before, unit.head, units.places):
            position = max(position, skipped)
            continue
        some = _figures(numbers, unit, rest, context, before)
        if some:
            position = max(position, some[-1].end)
            money = some[-1].end if unit.kind == "money" else money
            yield from some


class _Spans:
    """Spans to be asked for one position behind the other."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = sorted(spans, reverse=True)

    def end(self, position: int) -> int:
        """Of the span that a position lies in, else 0."""
        spans = self._spans
        while spans and spans[-1][1] <= position:
            spans.pop()
        return spans[-1][1] if spans and spans[-1][0] <= position else 0


def _unit(numbers: re.Match[str], units: Lexicon, money: int) -> tuple[Unit | None, Exact]:
    """The unit behind the numbers, and the smaller parts of a sum that stand before it (`1 tỷ 200 triệu`).

    `money` is where the last sum of money ended.
    """
    text, end = numbers.string, numbers.end()
    is_alone = numbers.lastindex == 1  # most often
    times = None if is_alone else numbers["last_times"] or (None if numbers["last"] else numbers["times"])
    if not times:
        return units.at(text, end, is_attached=True), 0
    above = factor(times)
    end, rest = _rest(text, end, above)
    unit = units.at(text, end)
    is_money = above >= 1_000_000 and numbers.start() - money < _SAME_MONEY
    if unit is None and is_money and _ENDS.match(text, end):
        unit = Unit("đồng", "đồng", "money", end)
    return unit, rest


def _rest(text: str, end: int, above: int) -> tuple[int, Exact]:
    """The smaller parts of a sum, `1 tỷ 200 triệu`, or its half: where they end, and what they are."""
    if half := _HALF.match(text, end):
        return half.end(), Decimal(above) / 2
    rest: Exact = 0
    while (part := _REST.match(text, end)) and factor(part["times"]) < above:
        above = factor(part["times"])
        rest += Decimal(part["number"].replace(",", ".")) * above
        end = part.end()
    return end, rest


def _figures(
    numbers: re.Match[str], unit: Unit, rest: Exact, context: Context, before: list[str]
) -> list[Figure]:
    """One of a number, two of a range."""
    hedged, hedge = uncounted.hedge(numbers, before)
    if numbers.lastindex == 1:
        value = _value(numbers[0], None, unit)
        return _figure(numbers, unit, context, hedged, value, None, hedge)
    first, of, among, times, to, last, last_of, last_times = numbers.groups()
    if not last:
        value, total = _value(first, times, unit, rest), _value(of or among, times, unit)
        return _figure(numbers, unit, context, hedged, value, total, hedge)
    begins, ends = _value(first, times or last_times, unit), _value(last, last_times, unit, rest)
    if begins is None or ends is None or (is_year(first) and is_year(last)):
        return []
    found = list[Figure]()
    is_down = "xuống" in to or "còn" in to
    if to in (" hoặc ", " hay ") or (begins > ends if is_down else begins < ends):
        total = _value(of, times or last_times, unit)
        found += _figure(numbers, unit, context, hedged, begins, total, hedge)
    total = _value(last_of, last_times, unit)
    return found + _figure(numbers, unit, context, numbers.start("last"), ends, total, None)


def _value(written: str | None, times: str | None, unit: Unit, rest: Exact = 0) -> Exact | None:
    if not written:
        return None
    if written.isdecimal():  # most are, and none of the rules is for them
        found = number(written)
    else:
        is_whole = not times and unit.kind != "measure" and "/" not in unit.name
        found = number(written, is_whole, unit.name.startswith("%"))
    return found if found is None or not times else found * factor(times) + rest


def _figure(
    numbers: re.Match[str], unit: Unit, context: Context, start: int, value: Exact | None,
    total: Exact | None, hedge: str | None,
) -> list[Figure]:  # fmt: skip
    """With what stands behind the unit; none where the value cannot be kept."""
    if value is None or (kept := plain(value)) is None:
        return []
    text, at, end = numbers.string, numbers.start(), unit.end
    follows = text[end : end + 3]
    if "/" in follows and total is None:
        end, total = _total(text, unit)
        follows = text[end : end + 3]
    if follows == " tr" and (upwards := _UPWARDS.match(text, end)):
        end, hedge = upwards.end(), hedge or upwards[0].strip()
    end, subject = behind(text, end, unit)
    return [
        Figure(
            start,
            end,
            text[start:end],
            kept,
            unit.name,
            None if total is None else plain(total),
            hedge,
            subject or context.subject(at, unit),
            context.giver(at, unit),
            context.year(at, unit.end),
        )
    ]


def _total(text: str, unit: Unit) -> tuple[int, Exact | None]:
    """What the figure of a unit is a share of, and where that ends: `85 hộ/120 hộ`."""
    if whole := _TOTAL.match(text, unit.end):
        same = lexicon().at(text, whole.end())
        if same and same.head == unit.head:
            return same.end, _value(whole["total"], None, unit)
    return unit.end, None


def _in_columns(text: str) -> Iterator[Figure]:
    """The cells below a head that has the unit in brackets."""
    units = lexicon()
    for cell in columns.cells(text):
        unit = units.at(f" {cell.unit}", 0)
        times = columns.times(cell.unit)
        if times:
            unit = units.at(cell.unit, len(times))
        value = number(cell.number)
        if unit is None or value is None or (kept := plain(value * factor(times))) is None:
            continue
        yield Figure(cell.start, cell.end, cell.number, kept, unit.name, subject=cell.row, year=cell.year)
