"""From a record that was found to the row and the page that it comes to; pure, so any process can do it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from scrapy.http import Response

from archive.errors import WarcError
from archive.model import Capture, Page
from archive.warc.reader import Exchange, Place, Revisit, Unusable, read_at
from crawler.errors import ends_everything, reason
from crawler.intake.fate import Fate, capture_of, page_of, response_of
from crawler.intake.survey import Found, Original, Portals
from crawler.portals import Portal

# The note of a revisit whose original is missing.
LOST = "repeats a record that is in no file of this archive"
Read = tuple[Capture, Page]
Reader = Callable[[type[Portal], str, Response | None, Fate], Page]


def read(
    found: Found,
    folder: Path,
    portals: Portals,
    originals: Mapping[Original, Place],
    page_of: Reader = page_of,
) -> Read | Unusable:
    """Read what was found from its file; `page_of` tells what its response comes to.

    Whatever is wrong with one response must not cost the others: it is unusable then, with the reason.
    Raises OSError and ArchiveError, which would befall the others too.
    """
    portal = portals[found.portal]
    if found.place is None:
        capture = Capture(found.url, found.portal, found.captured_at, found.crawl)
        return capture, page_of(portal, found.url, None, found.fate)
    try:
        record = read_at(folder / found.place.file, found.place.offset)
        if isinstance(record, Revisit):
            return _repeated(record, found, portal, _original(found, folder, originals), page_of)
        if not isinstance(record, Exchange):
            return Unusable(found.place, "another record has taken its place")
        capture = capture_of(record, found.portal, found.crawl)
        return capture, page_of(portal, record.url, response_of(record), found.fate)
    except Exception as error:
        if ends_everything(error) and not isinstance(error, WarcError):
            raise
        return Unusable(found.place, reason(error))


def _original(found: Found, folder: Path, originals: Mapping[Original, Place]) -> Exchange | None:
    place = originals.get(found.original) if found.original else None
    try:
        record = read_at(folder / place.file, place.offset) if place else None
    except WarcError:  # its file is damaged there
        return None
    return record if isinstance(record, Exchange) else None


def _repeated(
    revisit: Revisit, found: Found, portal: type[Portal], original: Exchange | None, page_of: Reader
) -> Read:
    """What was not modified is read as it was, headers and all; an identical body has headers of its own."""
    bare = Exchange(
        revisit.url, revisit.captured_at, revisit.status, revisit.headers, b"", revisit.place, id=revisit.id
    )
    if original is None:
        capture = replace(capture_of(bare, found.portal, found.crawl), sha256=None)
        return capture, page_of(portal, revisit.url, None, replace(found.fate, error=LOST))
    before = replace(bare, status=original.status, headers=original.headers)
    answer = before if revisit.status == 0 else bare  # some archives keep no head of a revisit
    capture = capture_of(replace(answer, body=original.body), found.portal, found.crawl)
    as_read = replace(
        before if revisit.status in (0, 304) else bare, body=original.body, truncated=original.truncated
    )
    return capture, page_of(portal, revisit.url, response_of(as_read), found.fate)
