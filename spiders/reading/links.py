"""Where a page leads: articles, listings, feeds, and the next page of an ASP.NET list."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml.html import HtmlElement

from archive.dates import find_date
from archive.model import Kind, Link
from spiders.address import CACHED

if TYPE_CHECKING:
    from spiders.portal import Portal

MOST_FORMS = 16 << 20  # characters of all forms that the pager of one page would send
FOLLOWED = frozenset(
    (Kind.ARTICLE, Kind.LISTING, Kind.RSS, Kind.SITEMAP, Kind.DOCUMENT, Kind.DOCUMENT_LIST, Kind.NOTICE)
)
_POSTBACK = re.compile(r"__doPostBack\(\s*'([^']+)'\s*,\s*'([^']*)'")
_NEXT = re.compile(
    r"(?:trang\s+)?(?:sau|tiếp(?: theo)?|kế(?: tiếp)?|next|cuối|last|[>»›]+|\.{3}|…)\s*[>»›]*", re.I
)
_PAGE_ARGUMENT = re.compile(r"page\$(\d+|\w+)", re.I)
_CHANGES = re.compile(r"rat|vote|like|poll|binhchon|danhgia|comment|binhluan|submit|delete|xoa", re.I)


def links(portal: "type[Portal]", tree: HtmlElement, url: str) -> tuple[Link, ...]:
    """Every address of the portal that is worth following, once, with the date a listing shows beside it."""
    found: dict[str, Link] = {}
    pages = _Pages(url)
    shared: set[HtmlElement] = set()
    for anchor in tree.iter("a", "area"):
        href = (anchor.get("href") or "").strip()
        if "__doPostBack" in href:
            if link := pages.link(anchor, href):
                found.setdefault(f"{url}#{link.page}", link)
        elif judged := _judged(portal, href):  # type: ignore[arg-type]  # mypy: no class has a hash
            key, link = judged
            if key not in found or found[key].published_at is None:
                day = _date_beside(anchor, shared) if link.kind == Kind.ARTICLE else None
                found[key] = replace(link, published_at=day) if day else link
    for element in tree.iter("link"):
        href = element.get("href") or ""
        if "rss" in (element.get("type") or "") and portal.covers(href):
            found.setdefault(portal.key(href), Link(href, Kind.RSS))
    return tuple(found.values())


@lru_cache(CACHED)
def _judged(portal: "type[Portal]", url: str) -> tuple[str, Link] | None:
    """The key and the link of an address that is worth following."""
    if not portal.covers(url) or (kind := portal.classify(url)) not in FOLLOWED or portal.forbidden(url):
        return None
    return portal.key(url), Link(url.partition("#")[0], kind)


def _date_beside(anchor: HtmlElement, shared: set[HtmlElement]) -> str | None:
    """The date in an item's own row: after the link, or in a container that holds little else.

    `shared` collects those that hold more, lest their text is gathered anew for each link in them.
    """
    row = anchor.getparent()
    for _ in range(2):
        if row is None or row in shared or row.tag in ("body", "form", "table", "ul"):
            return None
        text = row.text_content()
        if len(text) > 1500 or len({a.get("href") for a in row.iter("a")}) > 2:
            shared.add(row)
            return None
        rest = text.replace(anchor.text_content(), " ")
        if stated := find_date(rest):
            return stated.value
        row = row.getparent()
    return None


class _Pages:
    """The pager's links of a page, each a POST. One repeats all hidden fields of its form, which are most of
    a page, so there is a limit to all of them together."""

    def __init__(self, url: str) -> None:
        self._url, self._room = url, MOST_FORMS

    def link(self, anchor: HtmlElement, href: str) -> Link | None:
        """The form's hidden fields, with the target that the script would set."""
        if self._room < 0:
            return None
        call, text = _POSTBACK.search(href), " ".join(anchor.text_content().split())
        form = next(anchor.iterancestors("form"), None)
        if call is None or form is None or (form.get("method") or "get").lower() != "post":
            return None
        target, argument = call[1], call[2]
        asked = _PAGE_ARGUMENT.fullmatch(argument)
        if _CHANGES.search(target) or not (asked or text.isdecimal() or _NEXT.fullmatch(text)):
            return None  # a sort, a vote, a button: only paging is known to change nothing
        number = asked[1] if asked else text
        fields = {
            str(field.get("name")): field.get("value") or ""
            for field in form.iter("input")
            if field.get("name") and (field.get("type") or "text").lower() == "hidden"
        }
        fields |= {"__EVENTTARGET": target, "__EVENTARGUMENT": argument}
        self._room -= sum(len(name) + len(value) for name, value in fields.items())
        if self._room < 0:
            return None
        page = f"{target}/{number}" if number.isdecimal() else "next"
        return Link(form.get("action") or self._url, Kind.LISTING, form=tuple(fields.items()), page=page)
