"""The tables of `archive.db`, as named migrations: add a new one, never edit one that has shipped.

They are applied in the order of these imports.
"""

from archive.schema import shipped as shipped  # noqa: I001
from archive.schema import said as said
from archive.schema import copies as copies
from archive.schema import quality as quality
from archive.schema import files as files
from archive.schema import filtering as filtering
from archive.schema import counting as counting
from archive.schema.counting import count_articles, create_count_triggers
from archive.schema.files import COLUMNS, FILES_FTS
from archive.schema.full_text import without_stroke
from archive.schema.shipped import (
    CHILDREN,
    FTS,
    FTS_COLUMNS,
    VIEWS,
    create_search_triggers,
    migrations,
)

# By name: whence the text of an index for search comes, and its columns.
SEARCHED = {
    name: (content, columns)
    for indexes, columns in ((FTS, FTS_COLUMNS), (FILES_FTS, COLUMNS))
    for name, (content, _) in indexes.items()
}

__all__ = [
    "CHILDREN",
    "FILES_FTS",
    "FTS",
    "SEARCHED",
    "VIEWS",
    "count_articles",
    "create_count_triggers",
    "create_search_triggers",
    "migrations",
    "without_stroke",
]
