"""What must be so before anything is served, also where Datasette was started by hand on this folder."""

from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.utils import StartupError

from archive.access import Access, access
from archive.publish import is_published
from archive.site.naming import named


@hookimpl(tryfirst=True)
def startup(datasette: Any) -> None:
    """Raises StartupError where a file that crawls write to would be taken for one that cannot change."""
    for database in datasette.databases.values():
        path = Path(database.path or "")
        fixed = database.path and not database.is_mutable and not is_published(path)
        if fixed and access(path) is Access.LIVE:
            raise StartupError(
                f"{path} is written to by crawls, so it must not be served as immutable: leave -i out, "
                "or serve a copy that `backan publish` makes"
            )
    named(datasette)
