"""From the addresses that a captured page states to ours, as far as what they lead to is held."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from archive.replay.captured import Held

_OVERLOOKED = str.maketrans("", "", "\t\n\r")  # by browsers, within addresses
_DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.I)
_IMAGES = ("image/", "application/octet-stream")


def absolute(base: str, stated: str) -> str | None:
    """The whole address, without fragment; None for what is none of the web."""
    try:
        whole = urljoin(base, stated.strip().translate(_OVERLOOKED)).partition("#")[0]
        parts = urlsplit(whole)
        return whole if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


class Addresses:
    """`root` is the path below which captures are served; `links` and `loads` are those that are held."""

    def __init__(self, base: str, root: str, links: Mapping[str, Held], loads: Mapping[str, Held]) -> None:
        self.base, self.root, self._links, self._loads = base, root, links, loads

    def link(self, stated: str) -> str | None:
        """Of the page that a link leads to, with the fragment."""
        found = self._links.get(absolute(self.base, stated) or "")
        fragment = stated.partition("#")[2]
        end = f"#{fragment}" if fragment else ""
        return f"{self.root}/{found.id}/trang{end}" if found else None

    def image(self, stated: str) -> str | None:
        if _DATA_IMAGE.fullmatch(stated.strip()):
            return "".join(stated.split())
        found = self._loads.get(absolute(self.base, stated) or "")
        if found is None or "svg" in found.mime or not found.mime.startswith(_IMAGES):
            return None
        return f"{self.root}/{found.id}/anh"

    def sheet(self, stated: str) -> str | None:
        found = self._loads.get(absolute(self.base, stated) or "")
        return f"{self.root}/{found.id}/kieu" if found and found.mime.startswith("text/css") else None
