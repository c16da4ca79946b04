"""The people whom a text names in full, with a title or an office beside the name.

A name is two to five capital words. It counts behind a form of address, a rank, a degree or a profession
(`ông Bàn Văn Trị`), behind an office (`Phó Chủ tịch UBND tỉnh Phạm Duy Hưng`), before one (`Lý Thái Hải -
Chủ tịch UBND tỉnh`), and in a list that such a name or its title begins. But for the first of these it must
begin with a surname. Whoever is named so once is the same person wherever the article has the whole name
again, or the last word of it behind a form of address (`anh Sểnh`).

The president's name is none, nor is that of a place or of what is named after a person (`phường Nguyễn Thị
Minh Khai`, `giải thưởng Võ Nguyên Giáp`).
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from archive.facts.affiliations import Circumstances, is_hamlet
from archive.facts.beside_names import (
    Before,
    aside_end,
    is_gap,
    office_before,
    office_behind,
    title_announced,
)
from archive.facts.names import Candidate, candidates, canonical, is_borne, title_before
from archive.facts.places import Mention
from archive.facts.titles import FEMALE, MALE, RANKS, SHORT

_SOUGHT = 200  # mentions whose names are sought in the whole article; with more of them it is a list
_MARKS = frozenset(" .,;:!?…()“”\"'’/-–\n")


class Named(NamedTuple):
    """`text` is the name as written, at `start` to `end`; `name` is the same for all its spellings.

    `honorific` is what stands before it (`ông`), `office` what the person is said to be (`Phó Chủ tịch UBND
    tỉnh`), `affiliation` the body or the place by which people of one name are told apart.
    """

    start: int
    end: int
    text: str
    name: str
    honorific: str | None = None
    office: str | None = None
    affiliation: str | None = None


class _Person(NamedTuple):
    """A mention: the spans of the name, of the office and of what else is said in passing behind the name."""

    field: int
    start: int
    end: int
    name: str
    honorific: str | None
    office: tuple[int, int] | None = None
    said: int = 0


class _List(NamedTuple):
    """Persons named one behind the other; `office` is that of all of them."""

    end: int
    honorific: str | None
    office: tuple[int, int] | None
    is_announced: bool


def people(
    texts: Sequence[str], told: Sequence[Sequence[Mention]], byline: str = "", is_home: bool = True
) -> list[list[Named]]:
    """Of the texts of one article, and last of its byline; `told` are the places of each text.

    `is_home`: the article is from a portal of the province, whose `tỉnh` without a name is this one.
    """
    fields = (*texts, byline)
    found = [
        list(_read(field, text, places)) for field, (text, places) in enumerate(zip(texts, told, strict=True))
    ]
    found.append([one for one in _read(len(texts), byline, ()) if one.office])
    found = [
        sorted((*some, *more), key=lambda one: one.start)
        for some, more in zip(found, _again(texts, found), strict=False)
    ] + found[-1:]
    affiliations = _affiliations(found, Circumstances(fields, (*told, ()), is_home))
    return [[_named(fields[one.field], one, affiliations) for one in some] for some in found]


def _read(field: int, text: str, places: Sequence[Mention]) -> Iterator[_Person]:
    """The persons named with a title, in the order of the text."""
    names = list(candidates(text, places))
    listed: _List | None = None
    floor = 0  # before which everything has been read as something of an earlier person
    for index, name in enumerate(names):
        if name.start < floor:
            continue
        limit = names[index + 1].begin if index + 1 < len(names) else len(text)
        if listed and not is_gap(text, listed.end, name.begin, listed.is_announced):
            listed = None
        before = office_before(text, name.begin, floor, name.honorific is not None)
        behind = office_behind(text, name.end, limit)
        announced = title_announced(text, name.begin)
        is_next = listed is not None and _continues(name, listed)
        if not (name.honorific or before or announced or is_next or (behind and _stands(text, name))):
            continue
        floor = aside_end(text, behind[1] if behind else name.end, limit)
        honorific = name.honorific or announced or (listed.honorific if listed else None)
        if before and not honorific and (said := title_before(text, before.span[0])):
            honorific = said[0]
        office = _office(text, name, before, behind) or (listed.office if listed else None)
        listed = _List(
            floor,
            honorific,
            before.span if before and before.is_of_many else listed.office if listed else None,
            bool(announced or (before and before.is_of_many) or (listed and listed.is_announced))
            or _is_announced(text, name),
        )
        yield _Person(field, name.start, name.end, canonical(name.text), honorific, office, floor)


def _office(
    text: str, name: Candidate, before: Before | None, behind: tuple[int, int] | None
) -> tuple[int, int] | None:
    """What stands before the name; a rank only where nothing stands behind it."""
    if before and not (behind and text[slice(*before.span)].lower() in RANKS):
        return before.span
    if behind:
        return behind
    return (name.begin, name.start - 1) if name.honorific in RANKS else None


def _continues(name: Candidate, listed: _List) -> bool:
    """Whether a name without a title is the next of a list; one of two words only where one was announced."""
    return name.is_known and not name.level and (name.words > 2 or listed.is_announced)


def _stands(text: str, name: Candidate) -> bool:
    """Whether a name without a title may be one because an office stands behind it."""
    if name.level:
        return False
    begins = (
        name.start == 0
        or text[name.start - 2 : name.start] in ("- ", "| ", ": ", "; ")
        or text[name.start - 1] == "\n"
    )
    return name.words > 2 or begins


def _is_announced(text: str, name: Candidate) -> bool:
    """`các ông: Lý Văn An, Hà Bình`."""
    before = text[max(0, name.begin - 20) : name.start].lower()
    return ": " in before or any(word in before for word in ("các ", "hai ", "ba ", "những "))


def _again(texts: Sequence[str], found: Sequence[Sequence[_Person]]) -> Iterator[list[_Person]]:
    """Of each text the further mentions of those who are named in full somewhere in the article."""
    named = list(islice((one for some in found for one in some), _SOUGHT))
    written = {texts[one.field][one.start : one.end]: one.name for one in named if one.field < len(texts)}
    written |= {spelling.upper(): name for spelling, name in written.items()}
    longest_first = sorted(written.items(), key=lambda pair: (-len(pair[0]), pair))
    given = _given_names(named)
    for field, text in enumerate(texts):
        taken = {one.end for one in found[field]}
        more = list[_Person]()
        for spelling, name in longest_first:
            if spelling in text and spelling.count(" ") > 1:
                more += _in_full(field, text, spelling, name, taken)
        for word, (name, sexes) in given.items():
            if word in text:
                more += _in_short(field, text, word, name, sexes, taken)
        yield more


def _in_full(field: int, text: str, spelling: str, name: str, taken: set[int]) -> Iterator[_Person]:
    for start, end in _occurrences(text, spelling, taken):
        if not is_borne(text, start):
            taken.add(end)
            yield _Person(field, start, end, name, None)


def _in_short(
    field: int, text: str, word: str, name: str, sexes: frozenset[str], taken: set[int]
) -> Iterator[_Person]:
    for start, end in _occurrences(text, f" {word}", taken):
        title = title_before(text, start)
        if title and title[0] in SHORT and title[0] not in sexes:
            yield _Person(field, start, end, name, title[0])


def _occurrences(text: str, words: str, taken: Collection[int]) -> Iterator[tuple[int, int]]:
    """Where the words stand that are no part of a longer name; without the blank they may begin with.

    None that ends where one is known to.
    """
    end = 0
    while (at := text.find(words, end)) >= 0:
        start, end = at + words.startswith(" "), at + len(words)
        if end in taken:
            continue
        goes_on = text[end : end + 1] == " " and text[end + 1 : end + 2].isupper() and not words.isupper()
        is_whole = start > at or at == 0 or text[at - 1] in _MARKS
        if is_whole and not goes_on and (end == len(text) or text[end] in _MARKS):
            yield start, end


def _given_names(persons: Sequence[_Person]) -> dict[str, tuple[str, frozenset[str]]]:
    """The given names that only one person of the article has, with the titles that cannot be this one's."""
    bearers = dict[str, set[str]]()
    said = dict[str, set[str]]()
    for one in persons:
        bearers.setdefault(one.name.split(" ")[-1], set()).add(one.name)
        said.setdefault(one.name, set()).add(one.honorific or "")
    given = dict[str, tuple[str, frozenset[str]]]()
    for word, names in sorted(bearers.items()):
        if len(names) == 1 and len(word) > 1:
            (name,) = names
            is_male, is_female = bool(said[name] & MALE), bool(said[name] & FEMALE) or " Thị " in name
            given[word] = name, FEMALE if is_male else MALE if is_female else frozenset()
    return given


def _affiliations(
    found: Sequence[Sequence[_Person]], known: Circumstances
) -> dict[str, dict[tuple[int, int], str | None]]:
    """Of each name the affiliation of each of its mentions, by field and start.

    All have that of the first office which has one, else of the first residence; only where two homes in
    different communes are told of without an office are they two people.
    """
    offices = dict[str, str]()
    homes = dict[str, dict[tuple[int, int], str]]()
    places = dict[str, dict[tuple[int, int], str | None]]()
    for one in (one for some in found for one in some):
        places.setdefault(one.name, {})[one.field, one.start] = None
        office = known.of_office(one.field, one.office) if one.office else None
        home = known.of_residence(one.field, one.end, one.said) if one.said > one.end else None
        if office and not (home and is_hamlet(office)):
            offices.setdefault(one.name, office)
        if home:
            homes.setdefault(one.name, {})[one.field, one.start] = home
    for name, mentions in places.items():
        own = homes.get(name, {})
        first = offices.get(name) or next(iter(own.values()), None)
        for at in mentions:
            mentions[at] = first if name in offices else own.get(at, first)
    return places


def _named(text: str, one: _Person, affiliations: dict[str, dict[tuple[int, int], str | None]]) -> Named:
    return Named(
        one.start,
        one.end,
        text[one.start : one.end],
        one.name,
        one.honorific,
        text[slice(*one.office)] if one.office else None,
        affiliations[one.name][one.field, one.start],
    )
