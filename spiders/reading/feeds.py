"""RSS, Atom and sitemaps: addresses with the dates they state."""

from email.utils import parsedate_to_datetime
from itertools import islice

from lxml import etree

from archive.dates import find_date, in_vietnam
from archive.model import Kind, Link

PUBLISHED = ("pubdate", "published", "date", "publication_date")
CHANGED = ("lastmod", "updated")
MOST_ITEMS = 50_000  # of one feed, as the protocol of sitemaps allows: https://www.sitemaps.org/protocol.html


def feed_links(body: bytes) -> tuple[tuple[Link, ...], int]:
    """The links of a feed or sitemap, and how many more it has than are read.

    Their kind is the caller's to judge. Raises ValueError on no XML.

    Entities are not resolved and nothing is loaded: a feed is a stranger's file.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body.lstrip(), parser=parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no XML in it: {error}") from error
    if root is None:
        raise ValueError("no XML in it")
    links = []
    items = root.iter("{*}item", "{*}entry", "{*}url", "{*}sitemap")
    for item in islice(items, MOST_ITEMS):
        where = next((_address(child) for child in item if _name(child) in ("link", "loc")), None)
        if where:
            published, changed = _date(item, PUBLISHED), _date(item, CHANGED)
            links.append(Link(where, _kind(item), published_at=published, changed_at=changed))
    return tuple(links), sum(1 for _ in items)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _address(element: etree._Element) -> str:
    return (element.get("href") or element.text or "").strip()


def _kind(item: etree._Element) -> Kind:
    return Kind.SITEMAP if _name(item) == "sitemap" else Kind.OTHER


def _date(item: etree._Element, names: tuple[str, ...]) -> str | None:
    """The date in any of the forms of feeds: ISO, RFC 822, or day first."""
    for child in item:
        if _name(child) in names and child.text:
            if stated := find_date(child.text):
                return stated.value
            try:
                return in_vietnam(parsedate_to_datetime(child.text.strip()).isoformat())
            except (ValueError, OverflowError):
                continue
    return None
