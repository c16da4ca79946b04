"""The province, its districts and its communes, and how their names are spelled. Data: `gazetteer.json`."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

PROVINCE_KIND = "tỉnh"
DISTRICT_KINDS = frozenset({"huyện", "thành phố", "thị xã"})
COMMUNE_KINDS = frozenset({"xã", "phường", "thị trấn"})
LAST_DAY = "2025-06-30"  # of the province and its districts
SUCCESSOR = "Thái Nguyên"

# Two spellings of one sound: the tone mark on the first or the second vowel, and i or y after these letters.
_TONES = [("óa", "oá"), ("òa", "oà"), ("ỏa", "oả"), ("õa", "oã"), ("ọa", "oạ"), ("úy", "uý"), ("ùy", "uỳ"),
          ("ủy", "uỷ"), ("ũy", "uỹ"), ("ụy", "uỵ"), ("óe", "oé"), ("òe", "oè"), ("ỏe", "oẻ")]  # fmt: skip
_I_OR_Y = re.compile(r"(?<=^[HKLMRST])[iìíỉĩịyỳýỷỹỵ]$|(?<=^Tr)[iìíỉĩịyỳýỷỹỵ]$")
_SWAP = str.maketrans("iìíỉĩịyỳýỷỹỵ", "yỳýỷỹỵiìíỉĩị")


@dataclass(frozen=True, slots=True)
class Place:
    """A unit from the day `since` until the day `until`, both ISO 8601 or None; points in WGS84 degrees.

    `district` is the id of its district, None for districts, the province, and the communes since the
    province went into another, which is then their `province`.
    """

    id: str
    name: str
    kind: str
    district: str | None = None
    province: str | None = None
    since: str | None = None
    until: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    successor: str | None = None
    also: tuple[str, ...] = ()
    was: str | None = None
    alone: bool = True

    def was_there(self, day: str) -> bool:
        return (self.since or "") <= day < (self.until or "9999")

    def is_of_later_years(self, day: str) -> bool:
        """Before the year in which the unit began its name was that of another, in another province."""
        return day[:4] < (self.since or "")[:4]

    def is_called(self, kinds: frozenset[str]) -> bool:
        return self.kind in kinds or (self.was or "") in kinds

    @property
    def is_commune(self) -> bool:
        return self.kind in COMMUNE_KINDS


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`pattern` finds every spelling of every name, as a name is written or all in capitals, and those of
    districts with small letters behind the first, too.

    `named` has the units of the province, `later` also those since it went into another; `elsewhere` finds
    the names of the other provinces.
    """

    places: dict[str, Place]
    named: dict[str, tuple[Place, ...]]
    later: dict[str, tuple[Place, ...]]
    pattern: re.Pattern[str]
    elsewhere: re.Pattern[str]

    @classmethod
    def of(cls, places: Iterable[Place], elsewhere: Iterable[str]) -> "Gazetteer":
        """`places` from the highest to the lowest; `elsewhere` are the names of the other provinces."""
        known = {place.id: place for place in places}
        later: dict[str, tuple[Place, ...]] = {}
        for place in known.values():
            for spelling in _spellings(place):
                later[spelling] = (*later.get(spelling, ()), place)
        named = {
            spelling: own
            for spelling, some in later.items()
            if (own := tuple(place for place in some if place.province is None))
        }
        others = {spelling for name in elsewhere for spelling in _tones(name)}
        return cls(known, named, later, re.compile(_any_of(later)), re.compile(_any_of(others)))

    def on(self, day: str | None) -> dict[str, tuple[Place, ...]]:
        """The places by name that an article of that day may speak of."""
        return self.later if day and day > LAST_DAY else self.named


@cache
def gazetteer() -> Gazetteer:
    data = json.loads(files("archive.facts").joinpath("gazetteer.json").read_text("utf-8"))
    places = (Place(**{**unit, "also": tuple(unit.get("also", ()))}) for unit in data["units"])
    return Gazetteer.of(places, data["elsewhere"])


def _spellings(place: Place) -> set[str]:
    """No set of another order in another process: what is made of it is sorted."""
    written = {spelling for name in (place.name, *place.also) for spelling in _tones(name)}
    both = {" ".join(words) for name in written for words in product(*map(_vowels, name.split()))}
    low = set[str]() if place.is_commune else {name.capitalize() for name in both}  # `huyện Ba bể`
    return both | {name.upper() for name in both} | low


def _tones(name: str) -> Iterator[str]:
    yield name
    for first, second in _TONES:
        for one, other in ((first, second), (second, first)):
            if re.search(rf"{one}\b", name):
                yield re.sub(rf"{one}\b", other, name)


def _vowels(word: str) -> tuple[str, ...]:
    other = _I_OR_Y.sub(lambda vowel: vowel[0].translate(_SWAP), word)
    return (word,) if other == word else (word, other)


def _any_of(names: Iterable[str]) -> str:
    """A pattern that begins with the set of first letters, which is what makes a search fast."""
    by_letter: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        by_letter.setdefault(name[0], []).append(name[1:])
    branches = (
        rf"{letter}(?<!\w{letter})(?:{'|'.join(map(re.escape, rests))})"
        for letter, rests in sorted(by_letter.items())
    )
    return rf"(?:{'|'.join(branches)})\b"
