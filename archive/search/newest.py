"""The newest hits: looked for once, and counted in more than one way."""

from collections.abc import Sequence

from archive.search.model import FACETED, NO_FILTERS, Filters
from archive.search.question import asked, question
from archive.search.reading import Source, reading

Newest = Sequence[int]  # docids, the highest first


def newest(db: Source, words: str, *, filters: Filters = NO_FILTERS, exact: bool = False) -> Newest:
    """Up to one more than FACETED, for `facets` and `timeline`, who else look for them each.

    Raises as `search` does.
    """
    query = asked(words)
    with reading(db) as connection:
        return question(connection, query, filters, exact).all.newest(connection, FACETED + 1)
