"""Search the articles: what is behind `backan search`, the pages, the feeds and the exports.

What was typed with accents finds those very words first, then the same letters under any accents; what
was typed without accents finds all spellings at once. See `archive/query.py` for what can be typed.
"""

from archive.search.advice import advise
from archive.search.completions import open_vocabularies
from archive.search.facets import facets
from archive.search.files import FileHit, Files, Offer, search_files
from archive.search.filters import places_named
from archive.search.find import every, search
from archive.search.marks import marked
from archive.search.matches import matches
from archive.search.model import (
    COUNTED,
    FACETED,
    MENTIONED,
    NO_FILTERS,
    RANKED,
    Advice,
    Bar,
    Count,
    Facets,
    Filters,
    Hit,
    Matches,
    Missing,
    Order,
    Result,
    Span,
    Timeline,
)
from archive.search.newest import Newest, newest
from archive.search.timeline import timeline

__all__ = [
    "COUNTED",
    "FACETED",
    "MENTIONED",
    "NO_FILTERS",
    "RANKED",
    "Advice",
    "Bar",
    "Count",
    "Facets",
    "FileHit",
    "Files",
    "Filters",
    "Hit",
    "Matches",
    "Missing",
    "Newest",
    "Offer",
    "Order",
    "Result",
    "Span",
    "Timeline",
    "advise",
    "every",
    "facets",
    "marked",
    "matches",
    "newest",
    "open_vocabularies",
    "places_named",
    "search",
    "search_files",
    "timeline",
]
