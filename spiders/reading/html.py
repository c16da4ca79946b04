"""From the bytes of a page to its tree, whatever charset its headers claim."""

import codecs
import re

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement
from scrapy.http import Response

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
# Old Vietnamese pages without a charset were written in Windows' Vietnamese code page.
FALLBACK = "windows-1258"


def parse(response: Response) -> HtmlElement:
    """The tree of an HTML response, its links made absolute. Raises ValueError where there is no HTML."""
    try:
        tree = lxml_html.document_fromstring(
            utf8(response), parser=lxml_html.HTMLParser(encoding="utf-8"), base_url=response.url
        )
    except etree.ParserError as error:
        raise ValueError(f"no HTML in it: {error}") from error
    # Some portals write one page's text inside a <base> of another host; a wrong one is worse than none.
    tree.make_links_absolute(response.url, resolve_base_href=True, handle_failures="ignore")
    return tree


def utf8(response: Response) -> bytes:
    """The body in UTF-8. UTF-8 that decodes is believed before any header: `utf-8,gbk` is common."""
    body = response.body.replace(b"\0", b"")
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return response.body.decode("utf-16", "replace").encode()
    if _is_utf8(body):
        return body
    headers = response.headers.get("Content-Type") or b""
    for found in (*_CHARSET.finditer(headers), *_CHARSET.finditer(body[:4096])):
        name = found[1].decode("ascii", "replace")
        if _known(name) and codecs.lookup(name).name != "utf-8":
            return body.decode(name, "replace").encode()
    declared = _CHARSET.search(headers) or _CHARSET.search(body[:4096])
    if declared and declared[1].lower().startswith(b"utf"):
        return body.decode("utf-8", "replace").encode()
    return body.decode(FALLBACK, "replace").encode()


def _is_utf8(body: bytes) -> bool:
    try:
        # Not final: a page cut in the middle of a letter is still UTF-8.
        codecs.getincrementaldecoder("utf-8")().decode(body, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
