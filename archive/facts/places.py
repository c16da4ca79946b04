"""The places of the province that a text tells of, each as the unit that bore the name on the day.

A name counts with its kind before it (`xã Quang Thuận`), or in a list that one begins (`các xã Quang Thuận,
Dương Phong`). Without a kind count the province, the districts, and a commune that has its district behind
it, `ở` or `tại` before it, fills a table's cell, or is one of those named surely elsewhere in the article.

What stands beside a name may deny it: another district or province (`xã Tân Lập, huyện Đan Phượng`); and
without a kind a person's name, a street, a hamlet, a lake, and the name of a company, a cooperative, a bank
or a newspaper (`Hợp tác xã Cao Sơn`, `Điện lực Bắc Kạn`). Those of authorities, schools and unions count, for
they are the place's own (`Tỉnh đoàn Bắc Kạn`).
"""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.facts import beside
from archive.facts.gazetteer import (
    DISTRICT_KINDS,
    LAST_DAY,
    PROVINCE_KIND,
    SUCCESSOR,
    Gazetteer,
    Place,
    gazetteer,
)

_SENTENCE_END = re.compile(r"[.!?;…](?=\s)|\n")
_SENTENCE = 300  # characters, beyond which nothing is said to be in one


@dataclass(frozen=True, slots=True)
class Mention:
    """`text` is the name as written, with its kind where that stands directly before it."""

    start: int
    end: int
    text: str
    place: Place


@dataclass(slots=True)
class _Name:
    """A name and the places that it may stand for, which become one; `run` numbers the lists of names.

    `kinds` are those said of it or of its list. `placed`: the district it lies in is said. `sure`: it counts
    by itself, not only where the article names the place surely elsewhere. `lent`: something else bears it.
    """

    start: int
    name_start: int
    end: int
    places: tuple[Place, ...]
    kinds: frozenset[str]
    run: int
    sure: bool = True
    placed: bool = False
    lent: bool = False

    @property
    def is_commune(self) -> bool:
        return self.places[0].is_commune

    @property
    def is_district(self) -> bool:
        return self.places[0].kind in DISTRICT_KINDS


def mentions(
    texts: Sequence[str],
    published: str | None = None,
    is_home: bool = True,
    names: Gazetteer | None = None,
) -> list[list[Mention]]:
    """Of several texts of one article, each in the order of the text; `published` is an ISO 8601 day.

    `is_home`: the article is from a portal of the province, so that a commune without its district is one
    of the province's. Elsewhere the province or district named last before it decides.
    """
    names = names or gazetteer()
    found = [_read(text, published, names) for text in texts]
    if not is_home:
        found = list(_of_the_province(texts, found, names))
    known = {name.places[0].id for some in found for name in some if name.sure and name.places[0].alone}
    return [
        [
            Mention(name.start, name.end, text[name.start : name.end], name.places[0])
            for name in some
            if name.sure or name.places[0].id in known
        ]
        for text, some in zip(texts, found, strict=True)
    ]


def _read(text: str, published: str | None, names: Gazetteer) -> list[_Name]:
    """The names in a text, each with the one place that it stands for."""
    named = list[_Name]()
    known = names.on(published)
    for match in names.pattern.finditer(text):
        places = known.get(match[0])
        if places and (name := _named(match, places, named)):
            named.append(name)
    return list(_resolved(text, named, published, names))


def _named(match: re.Match[str], places: tuple[Place, ...], named: list[_Name]) -> _Name | None:
    """The places that a name may stand for, by what stands before it; None where it is no place."""
    text, (start, end) = match.string, match.span()
    run = named[-1].run + 1 if named else 0
    before = text[max(0, start - beside.REACH) : start]
    if said := beside.kinds(before):
        kinds, distance = said
        called = tuple(place for place in places if place.is_called(kinds))
        return _Name(start - distance, start, end, _highest(called), kinds, run) if called else None
    last = _last_of_a_list(text, named)
    if last and last.kinds and beside.is_next_in_a_list(text, last.end, start):
        called = tuple(place for place in places if place.is_called(last.kinds))
        if called:
            # Behind an aside it is in the list, yet not in the district that the aside says.
            run = last.run if last is named[-1] else run
            return _Name(start, start, end, _highest(called), last.kinds, run)
    elif (
        last
        and last is named[-1]
        and last.is_commune
        and places[0].is_commune
        and beside.is_next_in_a_list(text, last.end, start)
    ):
        run = last.run  # `Hà Hiệu, Phúc Lộc (Ba Bể)`: what is said behind it is said of all
    if beside.is_of_nature(before) or beside.is_company(before):
        return None
    return _alone(match, places, before, run)


def _last_of_a_list(text: str, named: list[_Name]) -> _Name | None:
    """The name before the next; in `xã Bản Thi, Yên Thượng (Chợ Đồn), Vũ Loan` that is Yên Thượng."""
    if len(named) > 1 and named[-1].is_district and text[named[-1].end : named[-1].end + 1] == ")":
        return named[-2]
    return named[-1] if named else None


def _alone(match: re.Match[str], places: tuple[Place, ...], before: str, run: int) -> _Name | None:
    """A name without a kind is the province's, else a district's, and only then a commune's."""
    text, (start, end) = match.string, match.span()
    is_capital = match[0].isupper()  # where all words are, they tell nothing
    highest = _highest(places)[0]
    if highest.kind == PROVINCE_KIND:
        return _Name(start, start, end, (highest,), frozenset(), run)
    is_common = match[0] == match[0].capitalize()  # `Chợ mới`
    if is_common or beside.is_namesake(before) or (not is_capital and beside.is_inside_a_name(before)):
        return None
    if not highest.is_commune:
        # The communes named as their district was, which is no more.
        places = tuple(place for place in places if place.province) or (highest,)
        if not places[0].is_commune:
            return _Name(start, start, end, places, frozenset(), run)
    if not is_capital and beside.goes_on(text, end):
        return None
    is_lent = beside.is_lent(before)
    if is_lent and not highest.alone:
        return None
    is_sure = highest.alone and (beside.fills_a_cell(text, start, end) or beside.is_where(before))
    return _Name(start, start, end, places, frozenset(), run, sure=is_sure, lent=is_lent)


def _highest(places: tuple[Place, ...]) -> tuple[Place, ...]:
    """The province, else the district, else all the communes: the order of the gazetteer."""
    return places if places[0].is_commune else places[:1]


def _resolved(text: str, named: list[_Name], published: str | None, names: Gazetteer) -> Iterator[_Name]:
    home = SUCCESSOR if published and published > LAST_DAY else None
    districts = [name for name in named if name.is_district]
    starts = [name.start for name in districts]
    following = len(named)  # the index of what stands behind the name's list
    denied = False
    resolved = list[_Name]()
    for index in range(len(named) - 1, -1, -1):
        name = named[index]
        if index + 1 == len(named) or named[index + 1].run != name.run:
            following = index + 1
            after = named[following] if following < len(named) else None
            denied = _is_denied(text, name, after, names.elsewhere, home)
        if denied:
            continue
        if not name.is_commune:
            resolved.append(name)
            continue
        after = named[following] if following < len(named) else None
        last = named[following - 1]
        said = after if after and after.is_district and beside.is_of(text, last.end, after.start) else None
        if said is None and len(_on_the_day(name.places, published)) > 1:
            said = _nearest(text, name, districts, starts)
        if _is_resolved(name, said, published):
            if home and beside.is_of_province(text, last.end, home):
                name.placed = name.sure = True
            resolved.append(name)
    return reversed(resolved)


def _is_denied(
    text: str, last: _Name, after: _Name | None, elsewhere: re.Pattern[str], home: str | None
) -> bool:
    """Whether what stands behind a list says that it is in another part of the country."""
    if last.is_commune:
        is_later = any(place.province for place in last.places)
        if home and is_later and beside.is_of_province(text, last.end, home):
            return False
        return beside.is_elsewhere(text, last.end, after.name_start if after else -1, elsewhere)
    return last.is_district and beside.is_in_another_province(text, last.end, elsewhere)


def _is_resolved(name: _Name, said: _Name | None, published: str | None) -> bool:
    """Whether it is certain which one place a name stands for, which it then has; `said` is a district."""
    within = tuple(place for place in name.places if place.district == said.places[0].id) if said else ()
    # Behind `xã Nam Mẫu, Chợ Đồn` stands the next of a list; `xã Nam Mẫu, huyện Chợ Đồn` is in error.
    places = within if said and (within or said.kinds) else name.places
    there = _on_the_day(places, published)
    if len(there) != 1:
        return False
    name.places, name.placed = there, bool(within)
    name.sure = (name.sure or name.placed) and not name.lent
    return True


def _on_the_day(places: tuple[Place, ...], published: str | None) -> tuple[Place, ...]:
    """Those that were there when the article was published; else, or where that is unknown, the last ones."""
    if len(places) <= 1:
        return tuple(place for place in places if not (published and place.is_of_later_years(published)))
    there = tuple(place for place in places if published and place.was_there(published))
    last = max(place.until or "9999" for place in places)
    return there or tuple(place for place in places if (place.until or "9999") == last)


def _nearest(text: str, name: _Name, districts: list[_Name], starts: list[int]) -> _Name | None:
    """The district named nearest to a name in its sentence."""
    at = bisect(starts, name.start)
    near = [
        (max(other.start - name.end, name.start - other.end), other)
        for other in districts[max(0, at - 1) : at + 1]
    ]
    for distance, other in sorted(near, key=lambda pair: pair[0]):
        first, second = sorted((name, other), key=lambda one: one.start)
        if distance <= _SENTENCE and not _SENTENCE_END.search(text, first.end, second.start):
            return other
    return None


def _of_the_province(
    texts: Sequence[str], found: list[list[_Name]], names: Gazetteer
) -> Iterator[list[_Name]]:
    """Without the communes of which nothing says that they are in this province."""
    placed = {name.places[0].id for some in found for name in some if name.placed}
    is_ours = False
    for text, some in zip(texts, found, strict=True):
        others = [match.start() for match in names.elsewhere.finditer(text)] if some else []
        position, kept = 0, list[_Name]()
        for name in some:
            passed = bisect(others, name.start)
            is_ours = is_ours and passed == position
            position = passed
            if not name.is_commune or name.placed:
                is_ours = True
            if is_ours or name.places[0].id in placed:
                kept.append(name)
        # The next text begins where this one ended, be it with another province.
        is_ours = is_ours and position == len(others)
        yield kept
