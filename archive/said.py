"""What is worked out of an article's text before it is stored: pure, so any process can do it."""

from dataclasses import dataclass, replace

from archive.copies.rows import Drawn, drawn_of
from archive.facts.rows import Rows, rows_of
from archive.model import Article, Page
from archive.text import word_count
from archive.versions import text_digest


@dataclass(frozen=True, slots=True)
class Said:
    """Of an article: the digest of its version (hex), how many words it has, the rows of what it says by
    table, and what it is compared by with others."""

    digest: str
    words: int
    facts: Rows
    drawn: Drawn


def said_of(article: Article) -> Said:
    words = word_count(f"{article.lead or ''} {article.body}")
    return Said(text_digest(article), words, rows_of(article), drawn_of(article))


def prepared(page: Page) -> Page:
    """A page as the archive takes it in: nothing is left to be done but to store it."""
    if page.article is None or page.said:
        return page
    return replace(page, said=said_of(page.article))
