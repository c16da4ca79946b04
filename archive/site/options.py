"""What the owner of an archive has chosen about how it is shown."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

DATABASE = "archive"  # the name of the archive in addresses, whatever its file is called
# What our addresses begin with, so that no path of a proxy can: it would be taken off twice.
FIRST_PARTS = frozenset(
    {
        "-", "static", DATABASE, "bai", "ban-luu", "da-go", "luoc-do", "moi", "ngon-ngu", "nhat-ky", "tep",
        "thay-doi", "tim", "toan-canh",
    }
)  # fmt: skip
PUBLISHED = "publish"  # the folder of the data folder that public copies are in


class Robots(StrEnum):
    """Which pages search engines may take."""

    ALLOW = "allow"  # all but feeds and exports
    ARTICLES = "articles"  # the front page and the articles
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Site:
    """`data` holds the WARC files; `public`: strangers are served, so what is served is a published copy.

    `base_url` is the path that a proxy shows us at; `rate_limit` is in requests a minute of one address, none
    where it is 0; `password` is a hash as `archive.site.password` makes it, none where it is empty.
    """

    data: Path
    public: bool = False
    allow_download: bool = False
    robots: Robots = Robots.NONE
    base_url: str = "/"
    rate_limit: int = 0
    password: str = ""


_sites = WeakKeyDictionary[Any, Site]()


def put(datasette: Any, site: Site) -> None:
    _sites[datasette] = site


def site_of(datasette: Any) -> Site:
    """What was chosen for this Datasette; where it was started by hand, the folder that its archive is in."""
    if site := _sites.get(datasette):
        return site
    paths = [Path(database.path) for database in datasette.databases.values() if database.path]
    folder = paths[0].parent if paths else Path()
    return Site(data=folder.parent if folder.name == PUBLISHED else folder)
