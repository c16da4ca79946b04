"""Which captures of a portal are worth fetching."""

from archive.model import Kind
from crawler.backfill.service import REVISIT, Found
from crawler.portals import Portal
from crawler.settings import CAPTURE_MAXSIZE

# The kinds of addresses that a crawl follows.
KINDS = {
    Kind.ARTICLE, Kind.LISTING, Kind.RSS, Kind.SITEMAP, Kind.DOCUMENT, Kind.DOCUMENT_LIST, Kind.NOTICE,
}  # fmt: skip
GONE = {404, 410}  # they date a disappearance
NEVER = ("image/", "audio/", "video/", "font/", "text/css", "text/javascript", "application/javascript")


def wanted(portal: type[Portal], found: Found) -> bool:
    """Whether the portal's crawl would ask for the address, and whether the answer tells anything.

    A type that is no page's is never wanted, whatever the address says; PDF files are where it is that of a
    document.
    """
    return (
        _tells(found)
        and not found.mime.startswith(NEVER)
        and (found.length or 0) <= CAPTURE_MAXSIZE
        and portal.covers(found.url)
        and portal.classify(found.url) in KINDS
        and not portal.forbidden(found.url)
    )


def _tells(found: Found) -> bool:
    if found.status is None:
        return found.mime == REVISIT
    return found.status == 200 or found.status in GONE or (300 <= found.status < 400 and found.status != 304)
