"""The tables of `archive.db`, as named migrations: add a new one, never edit one that has shipped.

They are applied in the order of these imports.
"""

from archive.schema import shipped as shipped  # noqa: I001
from archive.schema import said as said
from archive.schema import copies as copies
from archive.schema import quality as quality
from archive.schema import files as files
from archive.schema.files import FILES_FTS, create_file_triggers
from archive.schema.shipped import (
    CHILDREN,
    FTS,
    VIEWS,
    create_search_triggers,
    migrations,
    without_stroke,
)

__all__ = [
    "CHILDREN",
    "FILES_FTS",
    "FTS",
    "VIEWS",
    "create_file_triggers",
    "create_search_triggers",
    "migrations",
    "without_stroke",
]
