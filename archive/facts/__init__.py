"""What the text of an article says, each fact with its place in the text: documents cited, places told of.

Rules that can be explained, precision first: what is not certain is left out. `documents.py` and `places.py`
say which rules; `rows.py` stores.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.facts.documents import Citation, citations
from archive.facts.places import Mention, mentions
from archive.model import Article

__all__ = ["FIELDS", "Citation", "Facts", "Mention", "facts_of"]

FIELDS = ("title", "lead", "body")
PROVINCE = "backan.gov.vn"  # on whose portals a place without its district is a place of the province


@dataclass(frozen=True, slots=True)
class Facts:
    """By field, in the order of the text."""

    documents: tuple[tuple[str, Citation], ...]
    places: tuple[tuple[str, Mention], ...]


def facts_of(article: Article) -> Facts:
    """Pure; a millisecond for 6,000 characters."""
    texts = [getattr(article, field) or "" for field in FIELDS]
    day = (article.published_at or "")[:10] or None
    host = urlsplit(article.url).hostname or ""
    is_home = host == PROVINCE or host.endswith(f".{PROVINCE}")
    cited = zip(FIELDS, (citations(text, day) for text in texts), strict=True)
    told = zip(FIELDS, mentions(texts, day, is_home), strict=True)
    return Facts(
        tuple((field, one) for field, found in cited for one in found),
        tuple((field, one) for field, found in told for one in found),
    )
