"""The addresses of the archive are the same whatever its file is called."""

from typing import Any

from datasette.database import Database

from archive.site.options import DATABASE


def named(datasette: Any) -> None:
    """Show the one file that this Datasette has as `archive`."""
    files = [database for database in datasette.databases.values() if database.path]
    if DATABASE not in datasette.databases and len(files) == 1:
        same = Database(datasette, files[0].path, is_mutable=files[0].is_mutable)
        datasette.remove_database(files[0].name)
        datasette.add_database(same, name=DATABASE)
