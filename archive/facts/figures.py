"""The figures of a text: a number, its unit, and what it counts.

A number counts where a unit of the lexicon stands behind it (`302.000 m2 đất`), or at the head of its
column (`Kinh phí (tỷ đồng)`). Of `từ 10 đến 15%` the first number takes the unit of the second, and
`178/190 ngõ` is a share of a total. What is no count is known by what stands before it: years, dates,
roads, groups of houses, programmes and terms (`uncounted.py`); spans of time are in no unit. English texts
have no figures: their separators say something else.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from archive.facts import columns, uncounted
from archive.facts.counted import Context, behind
from archive.facts.numerals import NUMBER, TIMES, Number, factor, is_year, number, plain
from archive.facts.units import Kind, Lexicon, Unit, lexicon
from archive.text import is_vietnamese

_DIGITS = re.compile("[0-9]+")  # which is found in a tenth of the time that the whole is
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
_SAME_MONEY = 200  # characters within which `30 tỷ` behind `58 tỷ đồng` is money, too
_SAMPLE = 200  # characters from which the language is told
_SHORT = 60  # characters that tell nothing of a language


@dataclass(frozen=True, slots=True)
class Figure:
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


class _Count(NamedTuple):
    """What the numbers of a match count: its unit, and where that and the words for the numbers end."""

    numbers: re.Match[str]
    unit: Unit
    rest: Decimal

    def value(self, written: str, times: str | None, rest: Decimal = Decimal(0)) -> Decimal | None:
        is_rate = "/" in self.unit.name
        is_whole = not times and not is_rate and self.unit.kind is not Kind.MEASURE
        found = number(written, is_whole, self.unit.name.startswith("%"))
        return None if found is None else found * factor(times) + rest


def figures(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Figure]:
    """In the order of the text; nothing within the spans that are `taken`. No two begin at one place."""
    if len(text) > _SHORT and not is_vietnamese(text[:_SAMPLE]):
        return []
    found = [*_in_sentences(text, sorted(taken)), *_in_columns(text)]
    return sorted(found, key=lambda figure: figure.start)


def _in_sentences(text: str, taken: Sequence[tuple[int, int]]) -> Iterator[Figure]:
    units, context = lexicon(), Context(text)
    named = uncounted.names(text)
    starts, name_starts = [start for start, _ in taken], [start for start, _ in named]
    position, money = 0, -_SAME_MONEY
    while digits := _DIGITS.search(text, position):
        start, position = digits.span()
        if uncounted.is_inside_a_word(text, start) or not (numbers := _NUMBERS.match(text, start)):
            continue
        position = numbers.end("first")
        if within := _within(start, starts, taken) or _within(start, name_starts, named):
            position = max(position, within)
            continue
        count = _count(numbers, units, money)
        if count is None:
            continue
        before = uncounted.words_before(text, start)
        if skipped := uncounted.is_none(numbers, before, count.unit.head, units.places):
            position = max(position, skipped)
            continue
        some = list(_figures(count, context, before))
        if some:
            position = max(position, max(one.end for one in some))
            money = some[-1].end if count.unit.kind is Kind.MONEY else money
            yield from some


def _within(start: int, starts: Sequence[int], spans: Sequence[tuple[int, int]]) -> int:
    """The end of the span that a position lies in, else 0."""
    at = bisect_right(starts, start)
    return spans[at - 1][1] if at and start < spans[at - 1][1] else 0


def _count(numbers: re.Match[str], units: Lexicon, money: int) -> _Count | None:
    """The unit behind the numbers; `money` is where the last sum of money ended."""
    text, end = numbers.string, numbers.end()
    times = numbers["last_times"] or (numbers["times"] if not numbers["last"] else None)
    rest = Decimal(0)
    if times:
        end, rest = _rest(text, end, factor(times))
    if unit := units.at(text, end, is_attached=end == numbers.end() and not times):
        return _Count(numbers, unit, rest)
    is_money = factor(times) >= 1_000_000 and numbers.start() - money < _SAME_MONEY
    if is_money and _ENDS.match(text, end):
        return _Count(numbers, Unit("đồng", "đồng", Kind.MONEY, end), rest)
    return None


def _rest(text: str, end: int, above: int) -> tuple[int, Decimal]:
    """The smaller parts of a sum, `1 tỷ 200 triệu`, or its half: where they end, and what they are."""
    if half := _HALF.match(text, end):
        return half.end(), Decimal(above) / 2
    rest = Decimal(0)
    while (part := _REST.match(text, end)) and factor(part["times"]) < above:
        above = factor(part["times"])
        rest += Decimal(part["number"].replace(",", ".")) * above
        end = part.end()
    return end, rest


def _figures(count: _Count, context: Context, before: list[str]) -> Iterator[Figure]:
    """One of a number, two of a range."""
    numbers = count.numbers
    hedged, hedge = uncounted.hedge(numbers, before)
    if not numbers["last"]:
        total = numbers["of"] or numbers["among"]
        yield from _figure(
            count, context, hedged, numbers["first"], total, numbers["times"], hedge, count.rest
        )
        return
    times = numbers["last_times"]
    first = count.value(numbers["first"], numbers["times"] or times)
    last = count.value(numbers["last"], times, count.rest)
    if first is None or last is None or (is_year(numbers["first"]) and is_year(numbers["last"])):
        return
    is_down = "xuống" in numbers["to"] or "còn" in numbers["to"]
    if numbers["to"] in (" hoặc ", " hay ") or (first > last if is_down else first < last):
        shared = numbers["times"] or times
        yield from _figure(count, context, hedged, numbers["first"], numbers["of"], shared, hedge)
        hedge = None
    start = numbers.start("last")
    yield from _figure(count, context, start, numbers["last"], numbers["last_of"], times, None, count.rest)


def _figure(
    count: _Count, context: Context, start: int, written: str, of: str | None, times: str | None,
    hedge: str | None, rest: Decimal = Decimal(0),
) -> Iterator[Figure]:  # fmt: skip
    text, unit = count.numbers.string, count.unit
    value = count.value(written, times, rest)
    end, total = unit.end, count.value(of, times) if of else None
    if not of and text[end : end + 2].startswith(("/", " /")) and (whole := _TOTAL.match(text, end)):
        same = lexicon().at(text, whole.end())
        if same and same.head == unit.head:
            end, total = same.end, count.value(whole["total"], None)
    if text.startswith(" trở ", end) and (upwards := _UPWARDS.match(text, end)):
        end, hedge = upwards.end(), hedge or upwards[0].strip()
    kept = None if value is None else plain(value)
    if kept is None:
        return
    end, subject = behind(text, end, unit)
    at = count.numbers.start()
    yield Figure(
        start=start,
        end=end,
        text=text[start:end],
        value=kept,
        unit=unit.name,
        total=None if total is None else plain(total),
        hedge=hedge,
        subject=subject or context.subject(at, unit),
        giver=context.giver(at, unit),
        year=context.year(at, unit.end),
    )


def _in_columns(text: str) -> Iterator[Figure]:
    """The cells below a head that has the unit in brackets."""
    if "\n|" not in text and not text.startswith("|"):
        return
    units = lexicon()
    for cell in columns.cells(text):
        unit = units.at(f" {cell.unit}", 0)
        times = columns.times(cell.unit)
        if times:
            unit = units.at(cell.unit, len(times))
        value = number(cell.number)
        if unit is None or value is None or (kept := plain(value * factor(times))) is None:
            continue
        figure = Figure(cell.start, cell.end, cell.number, kept, unit.name, subject=cell.row)
        yield replace(figure, year=cell.year)
