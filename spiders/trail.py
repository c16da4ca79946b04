"""How a walk came to a page, told from listing to listing, so that an endless one is known and left.

A pager that repeats its last page for ever, a language switch that nests (`/vi/en/vi/…`) and a calendar of
empty days show, time and again, nothing that the page before did not; a box of random news may hide it
from that test, but not from the count of listings that showed nothing new to the whole crawl.
"""

from collections.abc import Iterable
from typing import Any

MAX_STALE = 3  # listings in a row that show no more than the one before
MAX_KNOWN = 100  # listings in a row that show nothing new to this crawl

Trail = dict[str, Any]  # plain JSON, as it travels in a request's meta


def onward(before: Trail, shown: Iterable[str], listed: set[str]) -> Trail:
    """The trail after a listing that shows these articles; `listed` are those of the crawl so far."""
    keys = set(shown)
    fresh = keys - listed
    listed |= fresh
    return {
        "stale": 0 if keys - set(before.get("shown", ())) else before.get("stale", 0) + 1,
        "known": 0 if fresh else before.get("known", 0) + 1,
        "shown": sorted(keys),
    }


def is_lost(trail: Trail) -> bool:
    """Whether to follow no more listings from here."""
    return bool(trail.get("stale", 0) >= MAX_STALE or trail.get("known", 0) >= MAX_KNOWN)
