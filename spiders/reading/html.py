"""From the bytes of a page to its tree, whatever charset its headers claim."""

import re
from functools import lru_cache
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement
from scrapy.http import Response

from spiders.address import CACHED
from spiders.reading.charset import decoded, in_utf8
from spiders.reading.nesting import flattened

# libxml2 drops what stands behind the first end, where browsers go on; some includes have ends of their own.
_ENDS = re.compile(rb"</(?:body|html)\s*>", re.I)
# No further than the next tag, lest many that never end take many times as long.
_LINK = re.compile(rb"<(?:a|area|img)\b[^<>]*>", re.I)
_LINK_END = re.compile(rb"</a\s*>", re.I)
# One class for all elements: lxml's own choice among several is made in Python, at every touch of an element.
_ELEMENTS = etree.ElementDefaultClassLookup(
    lxml_html.HtmlElement,
    lxml_html.HtmlComment,
    lxml_html.HtmlProcessingInstruction,
    lxml_html.HtmlEntity,
)
_ADDRESSES = {"a": "href", "area": "href", "link": "href", "img": "src", "form": "action"}
_ANYWHERE = re.compile(r"/\w|https?://\w", re.ASCII)  # leads to the same place from every page of a host
MOST_LINKS = 20_000  # of one page, images included; listings have some hundreds


def parse(response: Response) -> HtmlElement:
    """The tree of an HTML response, its links made absolute. Raises ValueError where there is no HTML."""
    page = _with_few_links(_ENDS.sub(b"", utf8(response)))
    try:
        tree, is_cut = _tree(page, response.url)
        if is_cut:
            tree, _ = _tree(flattened(page.decode()).encode(), response.url)
    except etree.ParserError as error:
        raise ValueError(f"no HTML in it: {error}") from error
    _resolve(tree, _base(tree, response.url))
    return tree


def unread_links(response: Response) -> int:
    """How many links and images of a page `parse` leaves out, as there are too many."""
    if response.body.count(b"<") <= MOST_LINKS:
        return 0
    return sum(1 for _ in islice(_LINK.finditer(utf8(response)), MOST_LINKS, None))


def _with_few_links(page: bytes) -> bytes:
    """A page of which only the first MOST_LINKS lead anywhere; of the others the text is left."""
    if page.count(b"<") <= MOST_LINKS:
        return page
    more = next(islice(_LINK.finditer(page), MOST_LINKS, None), None)
    if more is None:
        return page
    return page[: more.start()] + _LINK_END.sub(b"", _LINK.sub(b"", page[more.start() :]))


def _base(tree: HtmlElement, url: str) -> str:
    """What a page's links are relative to: its first <base>, unless nothing can be relative to that.

    Takes the addresses out of all of them: whoever resolves links again must not go by them.
    """
    stated = [element.attrib.pop("href") for element in tree.iter("base") if "href" in element.attrib]
    try:
        base = urljoin(url, stated[0].strip()) if stated else url
    except ValueError:
        return url
    return url if base.lower().startswith(("javascript:", "data:")) else base


def _resolve(tree: HtmlElement, base: str) -> None:
    """Make absolute the addresses that are read; lxml would seek all that there are in HTML and CSS."""
    root = _root(base)
    for element in tree.iter(*_ADDRESSES):
        name = _ADDRESSES[str(element.tag)]
        if (stated := element.get(name)) is not None:
            address = stated.strip()
            absolute = _joined(root if _ANYWHERE.match(address) else base, address)
            if absolute != address:
                element.set(name, absolute)


def _root(base: str) -> str:
    """What addresses that begin at the root are relative to, on all pages of a host."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return base
    is_web = parts.scheme in ("http", "https") and parts.netloc
    return f"{parts.scheme}://{parts.netloc}/" if is_web else base


@lru_cache(CACHED)
def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def _tree(page: bytes, url: str) -> tuple[HtmlElement, bool]:
    """The tree of a page, and whether the parser left out what is nested too deep for it."""
    parser = lxml_html.HTMLParser(encoding="utf-8")
    parser.set_element_class_lookup(_ELEMENTS)
    tree = lxml_html.document_fromstring(page, parser=parser, base_url=url)
    return tree, any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)


def utf8(response: Response) -> bytes:
    """The body in UTF-8, whatever charset it came in."""
    return in_utf8(response.body, response.headers.get("Content-Type") or b"")


def charset(response: Response) -> str:
    """The charset that a response is read in."""
    return decoded(response.body, response.headers.get("Content-Type") or b"")[1]
