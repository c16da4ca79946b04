"""How a walk came to a page, told from listing to listing, so that an endless one is known and left.

A pager that repeats its last page for ever, a language switch that nests (`/vi/en/vi/…`) and a calendar of
empty days show, time and again, nothing that the page before did not; a box of random news may hide it
from that test, but not from the count of listings that showed nothing new to the whole crawl.
"""

from collections.abc import Iterable
from typing import Any

from spiders.known import Known

MAX_SHOWN = 500  # a pager shows fewer; and the trail goes with each link of a listing

Trail = dict[str, Any]  # plain JSON, as it travels in a request's meta


def onward(before: Trail, shown: Iterable[str], listed: Known) -> Trail:
    """The trail after a listing that shows these articles; `listed` are those of the crawl so far.

    `stale`: how many listings in a row have shown no more than the one before; `known`: nothing new to the
    crawl.
    """
    keys = set(shown)
    fresh = [key for key in keys if listed.add(key)]
    return {
        "stale": 0 if keys - set(before.get("shown", ())) else before.get("stale", 0) + 1,
        "known": 0 if fresh else before.get("known", 0) + 1,
        "shown": sorted(keys)[:MAX_SHOWN],
    }
