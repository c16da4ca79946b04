"""The shared vocabulary: one frozen object per thing, passed from reading to storing.

Times are ISO 8601 text: `captured_at` in UTC ending in `Z`; what a page states (`published_at`) ending
in `+07:00`, or a bare date where the page gives no time.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from archive.alarms import Alarm

if TYPE_CHECKING:
    from archive.said import Said


class Kind(StrEnum):
    """What an address leads to, judged by the address alone."""

    ARTICLE = "article"
    LISTING = "listing"
    DOCUMENT = "document"
    DOCUMENT_LIST = "document-list"
    PRINT = "print"
    RSS = "rss"
    SITEMAP = "sitemap"
    NOTICE = "notice"
    OTHER = "other"
    OUTSIDE = "outside"


class Outcome(StrEnum):
    """What became of a capture; `captures.outcome` holds one of these."""

    SELECTORS = "article:selectors"  # layer 1: the engine's known selectors
    LANDMARKS = "article:landmarks"  # layer 2: marks that the text itself carries
    WHOLE = "article:whole"  # layer 3: generic extraction of the whole page
    LISTING = "listing"
    DOCUMENT = "document"
    FEED = "feed"  # RSS, Atom or sitemap
    FILE = "file"  # images, PDF, office files and other non-HTML
    ROBOTS = "robots"
    REDIRECT = "redirect"
    MISSING = "missing"  # 404 and 410
    FAILED = "failed"  # other error statuses, and requests that brought no response
    CHALLENGE = "challenge"  # a cookie challenge in place of the page
    BLOCKED = "blocked"  # a rejection or login page answered with status 200, or a firewall's with another
    ERROR = "error"  # an error page answered with status 200: of a server, of maintenance, of a missing page
    EMPTY = "empty"
    UNREADABLE = "unreadable"  # a page of an article in which no article was found
    OTHER = "other"


NOT_THERE = "it says that it is not there"  # the note of an error page that stands for a missing page


class Change(StrEnum):
    """What taking in a capture did to its article."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PortalInfo:
    """The facts of a portal; `expected` is about how many articles it held, None if unknown."""

    id: str
    title: str
    publisher: str
    homepage: str
    platform: str
    years: str | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One response as received, and where its WARC record lies.

    `sha256` is of the HTTP body as received (still content-encoded), in hex. `status` is None, and the
    WARC fields are None, where no response came at all.
    """

    url: str
    portal: str
    captured_at: str
    crawl: str
    status: int | None = None
    mime: str | None = None
    sha256: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An address to follow. `form` makes it a POST of these fields (ASP.NET paging), and `page` then
    names what it asks for within the address (`next` is relative to the page it stands on).

    `published_at` is the date that a listing shows beside the link, and `changed_at` that of the last change
    that a sitemap states, if they do.
    """

    url: str
    kind: Kind
    form: tuple[tuple[str, str], ...] | None = None
    page: str | None = None
    published_at: str | None = None
    changed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    caption: str | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Related:
    title: str
    url: str | None = None
    published_at: str | None = None


@dataclass(frozen=True, slots=True)
class BodyLink:
    """A link inside an article's body."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """What one page says. `key` names the article within its portal, whatever address reached it; before its
    first slash stands the engine. `story` names it on all engines of its host, None where there is one only.
    `damage` says how its text was broken (`archive/broken.py`), and whether it was mended.

    `body` is plain text with Markdown-like marks: blank line between blocks, `## ` headings, `- ` list
    items, `| a | b |` table rows. What the page does not state is None or empty, never guessed.
    """

    url: str
    key: str
    title: str
    body: str
    lead: str | None = None
    author: str | None = None
    source: str | None = None
    section: str | None = None
    published_at: str | None = None
    date_label: str | None = None
    views: int | None = None
    language: str | None = None
    story: str | None = None
    damage: str | None = None
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    related: tuple[Related, ...] = ()
    links: tuple[BodyLink, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """What a file says that is no page: `kind` is `pdf`, `docx`, `doc` …, `title` its name in its address.

    `text` is plain text, empty where there is none to be had: `trouble` says why, or what it lacks: `no text:
    scanned`, `password`, `damaged: …`, `too large`, `too slow`, `cut: …`, `not read`. `pages` are sheets of a
    workbook and slides of a presentation.
    """

    kind: str
    title: str
    text: str = ""
    pages: int | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What reading made of one response: an outcome, perhaps an article, and where to go next.

    `whole` is False where only a part of the response came: its text never replaces a whole one. `key`
    names the article whose address it is, also where there is no article (any more). `replaced`: another
    request took the place of this one (it was asked again), so it counts neither as a page nor as failed.
    `unread` counts the links that are more than anybody reads. `file`: what it says where it is a document
    instead of a page. `said` is worked out of the article before it is stored, see `archive/said.py`.
    """

    outcome: Outcome
    article: Article | None = None
    links: tuple[Link, ...] = ()
    note: str | None = None  # why it was unreadable, or what the loss guard found
    whole: bool = True
    key: str | None = None
    replaced: bool = False
    unread: int = 0
    file: File | None = None
    said: "Said | None" = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a crawl ended. `complete`: it has asked for all there is, so what it did not find has gone.

    `met` is how many pages its run has met with, those included that were not due and those of the crawls
    that it went on with; `traps` how many links it did not follow, as they lead on without end. None where
    that is not known.
    """

    at: str
    outcome: str
    complete: bool = False
    met: int | None = None
    traps: int | None = None
    alarms: tuple[Alarm, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts of one crawl, by what its captures did; the `crawls` row is written from it."""

    pages: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
