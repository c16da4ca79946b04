"""What a search is asked, and what it answers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

COUNTED = 1_000  # hits are counted up to here
RANKED = 2_000  # ranking costs 1.5 to 1.9 µs a hit: only the newest are ranked
FACETED = 10_000  # the values of the newest hits are counted, up to here
MENTIONED = 2_000  # the places, documents and people of so many of them: that costs six times as much

Span = tuple[int, int]


class Order(StrEnum):
    """Relevance puts what holds the words as typed first; the others go by day of publication alone.

    Undated articles come last in each of those two.
    """

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Filters:
    """Of several values of one filter an article has any, and it passes all filters.

    `since` and `until` are days of publication, both included; with either, undated articles are left out.
    """

    portal: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    document: tuple[int, ...] = ()
    person: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None
    gone: bool | None = None
    changed: bool | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found. `…_matches` are (start, end) offsets, in characters, of what matched.

    `exact`: it holds the words as typed, accents included (always so where none were typed). `version` is
    how many versions there are of it.
    """

    id: int
    title: str
    url: str
    portal: str
    published_at: str | None
    author: str | None
    source: str | None
    section: str | None
    gone_at: str | None
    version: int
    exact: bool
    snippet: str
    title_matches: tuple[Span, ...]
    snippet_matches: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One page of hits, and in `next` the key of the page that follows; None where there is none.

    `total` stops at COUNTED, and `capped` says that there are more; `exact` of them as typed.
    """

    total: int
    capped: bool
    exact: int
    hits: tuple[Hit, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """A value to filter by, as it is shown, how many hits have it, and whether it is filtered by."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facets:
    """Values of the newest `counted` hits, the most frequent first; `capped`: there are more hits.

    Places, documents and people are counted in the newest `mentioned` of them.
    """

    counted: int
    capped: bool
    of: dict[str, tuple[Count, ...]]
    mentioned: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A year, month or day (2023, 2023-03, 2023-03-13), and how many hits are dated in it."""

    period: str
    count: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """From the first period with a hit to the last, without gaps; `step` is year, month or day."""

    bars: tuple[Bar, ...]
    step: str
    undated: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A word (or phrase) that finds nothing, and what comes close that does, the most frequent first."""

    word: str
    close: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """For a search without hits: `without_filters` are found without filters, up to COUNTED.

    `instead` is the search with the closest words in place, where that finds something.
    """

    missing: tuple[Missing, ...]
    without_filters: int
    instead: str | None


@dataclass(frozen=True, slots=True)
class Matches:
    """Where the words of a search stand in an article."""

    title: tuple[Span, ...] = ()
    lead: tuple[Span, ...] = ()
    body: tuple[Span, ...] = ()
