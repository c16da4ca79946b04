"""What the text of an article says, each fact with its place in the text: documents cited, places and people
named, figures, standards met.

Rules that can be explained, precision first: what is not certain is left out. Each module says which rules
are its own; `rows.py` stores.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from archive.facts.documents import Citation, citations
from archive.facts.figures import Figure, figures
from archive.facts.people import Named, people
from archive.facts.places import Mention, mentions
from archive.facts.standards import Met, standards
from archive.model import Article

__all__ = ["Citation", "Facts", "Figure", "Mention", "Met", "Named", "facts_of", "fields_of"]

BYLINE = "author"
PROVINCE = "backan.gov.vn"  # on whose portals a place without its district is a place of the province

T = TypeVar("T")
Said = tuple[tuple[str, T], ...]  # with the field of each


@dataclass(frozen=True, slots=True)
class Facts:
    """In the order of `fields_of`, and within a field in that of the text; of the byline only people."""

    documents: Said[Citation]
    places: Said[Mention]
    people: Said[Named]
    figures: Said[Figure]
    standards: Said[Met]


def fields_of(article: Article) -> dict[str, str]:
    """The texts of an article by the names of their fields; `caption:2` is that of its second image."""
    captions = enumerate(article.images, 1)
    return {
        "title": article.title,
        "lead": article.lead or "",
        "body": article.body,
        **{f"caption:{position}": image.caption for position, image in captions if image.caption},
    }


def facts_of(article: Article) -> Facts:
    """Pure; at most 3 milliseconds for 6,000 characters."""
    fields = fields_of(article)
    texts = list(fields.values())
    day = (article.published_at or "")[:10] or None
    host = urlsplit(article.url).hostname or ""
    is_home = host == PROVINCE or host.endswith(f".{PROVINCE}")
    cited = [citations(text, day) for text in texts]
    told = mentions(texts, day, is_home)
    counted = [
        figures(text, [(one.start, one.end) for one in found])
        for text, found in zip(texts, cited, strict=True)
    ]
    met = [standards(text, places, day) for text, places in zip(texts, told, strict=True)]
    named = people(texts, told, article.author or "", is_home)
    return Facts(
        documents=_said(fields, cited),
        places=_said(fields, told),
        people=_said((*fields, BYLINE), named),
        figures=_said(fields, counted),
        standards=_said(fields, met),
    )


def _said(fields: Sequence[str] | dict[str, str], found: Sequence[Sequence[T]]) -> Said[T]:
    def each() -> Iterator[tuple[str, T]]:
        for field, facts in zip(fields, found, strict=True):
            for fact in facts:
                yield field, fact

    return tuple(each())
