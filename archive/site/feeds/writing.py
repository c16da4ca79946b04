"""Feeds as Atom (RFC 4287) and as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

Both from one `Feed`. What feed libraries offer beside this is RSS and podcasts; none writes JSON Feed, or
takes out the characters that XML cannot hold.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID, uuid5
from xml.etree import ElementTree

from archive.dates import VIETNAM
from archive.site.feeds.xml_text import xml_text
from archive.site.render import web_address

LANGUAGE = "vi"
NOBODY = "Kho lưu trữ Bắc Kạn"
NEVER = "1970-01-01T00:00:00Z"  # when a feed that has no entries yet was updated
_NAMES = UUID("6f6d1c6e-54a9-5c0f-9a4e-5a1c2f0b7d31")  # ours, made once for good
_ATOM = "http://www.w3.org/2005/Atom"
_IN_ADDRESSES = ":/?#[]@!$&'()*+,;=%~"


@dataclass(frozen=True, slots=True)
class Entry:
    """`updated` is when the archive learned of it, `published` what the page states, as RFC 3339.

    `content` is HTML; `original` the address at the portal, whatever it may be.
    """

    id: str
    title: str
    address: str
    updated: str
    author: str
    summary: str
    content: str
    published: str | None = None
    original: str | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """`page` is for readers, `atom` and `json` are its own addresses; all are absolute."""

    id: str
    title: str
    page: str
    atom: str
    json: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> str:
        return max((entry.updated for entry in self.entries), key=datetime.fromisoformat, default=NEVER)


def name(*parts: object) -> str:
    """An id that depends on what a thing is, and not on where this archive is served."""
    return uuid5(_NAMES, "\x1f".join(map(str, parts))).urn


def moment(stated: str | None) -> str | None:
    """A date as pages state it, as RFC 3339 has it: a day is its midnight in Vietnam. None if it is none."""
    try:
        time = datetime.fromisoformat(stated or "")
        # Always in Vietnam's zone: an offset with seconds is one to Python, and none to RFC 3339.
        time = time.astimezone(VIETNAM) if time.tzinfo else time.replace(tzinfo=VIETNAM)
        return time.isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None


def atom(feed: Feed) -> bytes:
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(_tag("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": LANGUAGE})
    _texts(root, id=feed.id, title=feed.title, updated=feed.updated)
    _texts(_element(root, "author"), name=NOBODY)
    _element(root, "link", rel="self", type="application/atom+xml", href=feed.atom)
    _element(root, "link", rel="alternate", type="text/html", href=feed.page)
    for entry in feed.entries:
        _entry(_element(root, "entry"), entry)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def json_feed(feed: Feed) -> bytes:
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.json,
        "language": LANGUAGE,
        "authors": [{"name": NOBODY}],
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(whole, ensure_ascii=False).encode(errors="replace")


def _entry(element: ElementTree.Element, entry: Entry) -> None:
    _texts(element, id=entry.id, title=entry.title, updated=entry.updated)
    if entry.published:
        _texts(element, published=entry.published)
    _texts(_element(element, "author"), name=entry.author or NOBODY)
    _element(element, "link", rel="alternate", type="text/html", href=entry.address)
    if original := _address(entry.original):
        _element(element, "link", rel="via", href=original)
    for category in entry.categories:
        _element(element, "category", term=xml_text(category))
    if entry.summary:
        _texts(element, summary=entry.summary)
    _element(element, "content", type="html").text = xml_text(entry.content)


def _item(entry: Entry) -> dict[str, object]:
    item = {
        "id": entry.id,
        "url": entry.address,
        "external_url": _address(entry.original),
        "title": xml_text(entry.title),
        "content_html": xml_text(entry.content),
        "summary": xml_text(entry.summary),
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": xml_text(entry.author or NOBODY)}],
        "tags": [xml_text(category) for category in entry.categories],
    }
    return {field: value for field, value in item.items() if value}


def _address(original: str | None) -> str | None:
    """An address of the web, with what no address may hold percent-encoded."""
    address = web_address(original)
    return quote(address, safe=_IN_ADDRESSES, errors="replace") if address else None


def _element(parent: ElementTree.Element, name: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, _tag(name), attributes)


def _texts(parent: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        _element(parent, name).text = xml_text(text)


def _tag(name: str) -> str:
    return f"{{{_ATOM}}}{name}"
