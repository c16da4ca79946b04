"""What a page's file says: the one function that the crawl, the import and the rebuild all call."""

from archive.attached.apart import read_apart
from archive.attached.found import Text
from archive.attached.kinds import NOT_READ, file_name, kind_of
from archive.model import File

UNREAD = Text(trouble="not read")


def read_file(body: bytes, mime: str | None, url: str) -> File | None:
    """A file, by its bytes, the type that the server stated, and its address; None for what is no document.

    The same bytes give the same text on every machine, but where reading them takes longer or more memory
    than is allowed. Raises ArchiveError where no process can be begun to read them.
    """
    kind = kind_of(body, mime, url)
    if kind is None:
        return None
    found = UNREAD if kind in NOT_READ else read_apart(kind, body)
    return File(kind, file_name(url), found.text, found.pages, found.trouble)
