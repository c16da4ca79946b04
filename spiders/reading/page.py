"""One response, whatever it is: an article, a listing, a feed, a file, a refusal, an error."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from lxml.html import HtmlElement
from scrapy.http import Response

from archive.attached import read_file
from archive.body import COVERAGE
from archive.errors import ArchiveError
from archive.model import Article, Kind, Link, Outcome, Page
from spiders.reading.article import read_article, sheet_of, slug_in
from spiders.reading.broken import damage_of, mend
from spiders.reading.feeds import feed_links
from spiders.reading.html import parse, unread_links
from spiders.reading.landmarks import FILES
from spiders.reading.links import FOLLOWED, links
from spiders.reading.refusals import is_challenge, is_firewall, refusal

if TYPE_CHECKING:
    from spiders.portal import Portal

CUT = frozenset(("dataloss", "download_stopped", "overdue"))  # flags of a response that is not whole
HTML = ("text/html", "application/xhtml")
MAGIC = (b"%pdf-", b"pk\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"\x89png", b"gif8")  # in lower case
XML = ("xml", "rss", "atom")
LISTED = (Kind.ARTICLE, Kind.DOCUMENT, Kind.NOTICE)
BY_KIND = {Kind.OTHER: Outcome.OTHER, Kind.PRINT: Outcome.OTHER}


def read_page(portal: "type[Portal]", response: Response) -> Page:
    """Read a response by its status, type and address. What fails is reported in the page.

    Raises ArchiveError where no file can be read, for which this one is not to blame.
    """
    try:
        page = _by_status(response) or _by_type(portal, response)
        if portal.classify(response.url) == Kind.ARTICLE:
            page = replace(page, key=portal.key(response.url))
        if CUT.isdisjoint(response.flags) and response.status != 206:  # a part that nobody asked for
            return page
        return replace(page, whole=False, note="; ".join(filter(None, ("cut short", page.note))))
    except ArchiveError:
        raise
    except Exception as error:  # a page that breaks the reader must stay in the archive, and be counted
        return Page(Outcome.UNREADABLE, note=f"{type(error).__name__}: {error}")


def _by_status(response: Response) -> Page | None:
    if response.status in (404, 410):
        return Page(Outcome.MISSING)
    if 300 <= response.status < 400:
        return Page(Outcome.REDIRECT)
    if response.status in (403, 503) and is_firewall(response.body):
        return Page(Outcome.BLOCKED, note=f"HTTP {response.status}: a rejection")
    if not 200 <= response.status < 300:
        return Page(Outcome.FAILED, note=f"HTTP {response.status}")
    if "undecodable" in response.flags:
        return Page(Outcome.UNREADABLE, note="its Content-Encoding does not decode")
    return None if response.body.strip() else Page(Outcome.EMPTY)


def _by_type(portal: "type[Portal]", response: Response) -> Page:
    mime = (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
    kind = portal.classify(response.url)
    start = response.body[:500].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    looks_html = start.startswith((b"<!doctype html", b"<html"))
    is_xml = start.startswith(b"<?xml") and any(x in mime for x in XML)
    may_be_html = b"<" in start and not start.startswith(MAGIC)  # many servers take every file for HTML
    is_html = looks_html or (may_be_html and (not mime or mime.startswith(HTML)))
    if is_html and not is_xml and is_challenge(response.body):
        return Page(Outcome.CHALLENGE)
    if is_xml or (kind in (Kind.RSS, Kind.SITEMAP) and not looks_html):
        return _feed(portal, response)
    if is_html:
        return _html(portal, response, kind)
    return Page(Outcome.FILE, file=read_file(response.body, mime, response.url))


def _feed(portal: "type[Portal]", response: Response) -> Page:
    found = []
    stated, unread = feed_links(response.body)
    for link in stated:
        kind = link.kind if link.kind == Kind.SITEMAP else portal.classify(link.url)
        if kind in FOLLOWED:
            found.append(replace(link, kind=kind))
    return Page(Outcome.FEED, links=tuple(found), unread=unread)


def _html(portal: "type[Portal]", response: Response, kind: Kind) -> Page:
    tree = parse(response)
    put_right = mend(tree)
    onward, unread = links(portal, tree, response.url), unread_links(response)
    listed = sum(link.kind in LISTED for link in onward)
    slug = slug_in(response.url) if kind == Kind.ARTICLE else None
    laid_out = cache(lambda: sheet_of(tree, response.url))  # once, and only where it is asked for
    if refused := refusal(tree, laid_out, response.body, slug, listed):
        return refused
    if kind == Kind.DOCUMENT:
        return Page(Outcome.DOCUMENT, links=(*onward, *_offered(portal, tree)), unread=unread)
    if kind != Kind.ARTICLE:
        return Page(BY_KIND.get(kind, Outcome.LISTING), links=onward, unread=unread)
    read = read_article(portal, laid_out())
    if read is None:
        return Page(
            Outcome.UNREADABLE,
            links=onward,
            note="no title and body found on the page of an article",
            unread=unread,
        )
    article, outcome, coverage = read
    article = replace(article, damage=damage_of(article, put_right))
    note = (
        f"kept the even text: extraction lost {1 - coverage:.0%} of the words"
        if coverage < COVERAGE
        else None
    )
    return Page(outcome, article, (*onward, *_files(article)), note, unread=unread)


def _files(article: Article) -> tuple[Link, ...]:
    """What the article shows and offers; the crawler fetches those on the portal's own hosts."""
    urls = [image.url for image in article.images] + [file.url for file in article.attachments]
    return tuple(Link(url, Kind.OTHER) for url in dict.fromkeys(urls))


def _offered(portal: "type[Portal]", tree: HtmlElement) -> tuple[Link, ...]:
    """The files that the page of a document of the registry links to: they are what the page is there for."""
    urls = ((anchor.get("href") or "").strip().partition("#")[0] for anchor in tree.iter("a"))
    files = (url for url in urls if FILES.search(url) and portal.covers(url) and not portal.forbidden(url))
    return tuple(Link(url, Kind.OTHER) for url in dict.fromkeys(files))
