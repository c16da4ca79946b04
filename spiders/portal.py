"""The base of every portal: where it is, what its addresses mean, and the walk from page to page."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.explained import Explained
from archive.model import Capture, Kind, Link, Outcome, Page, PortalInfo
from spiders.address import CHANGING, canonical, host_of, is_plain, local
from spiders.engine import Engine
from spiders.known import Known
from spiders.reading.explain import explain
from spiders.reading.links import FOLLOWED
from spiders.reading.page import read_page
from spiders.trail import Trail, onward
from spiders.traps import Rules, Trap, Traps

# Listings first, so that a crawl knows early how much there is; files last.
PRIORITY = {Kind.SITEMAP: 30, Kind.RSS: 30, Kind.LISTING: 20, Kind.DOCUMENT_LIST: 20, Kind.OTHER: -10}


@dataclass(frozen=True, slots=True)
class Reading:
    """The item of every spider: a capture, and what reading made of it."""

    capture: Capture
    page: Page


class Portal(scrapy.Spider):
    """A portal. A subclass states facts; it has code only for a difference in kind.

    name        ASCII; also the file, the class in lower case and the `portal` column
    title       as its readers know it, in Vietnamese
    publisher   who published it, in Vietnamese
    homepage    its front page; a crawl starts there unless `starts` says otherwise
    hosts       without `www.`; every host that serves its pages or files
    engines     the content systems it has run on, newest last; the page decides which fits
    platform    the name of the platform, from the platform's class
    starts      where a crawl starts: front page, listings, RSS, sitemaps
    years       the years its articles cover, as far as known
    expected    about how many articles it held, None if unknown

    When to ask again for an article, a document or a file; listings and feeds are looked at in every crawl:

    recheck           how long after each check that finds it as it was; a change begins them anew
    recheck_shortest  and then, as often as it has changed so far, but not more often than so;
    recheck_longest   not less often than so; what never changed is left twice as long each time

    rules       what is a trap: links that are not followed, and counted as `backan/traps/<rule>`; each rule,
                its default and when to set it: `Rules` in `spiders/traps.py`

    Spider arguments: `since` and `until` (YYYY-MM-DD, by the date a listing shows) and `limit` (article
    pages to fetch).
    """

    title: ClassVar[str]
    publisher: ClassVar[str]
    homepage: ClassVar[str]
    platform: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    engines: ClassVar[tuple[Engine, ...]]
    starts: ClassVar[tuple[str, ...]] = ()
    years: ClassVar[str | None] = None
    expected: ClassVar[int | None] = None
    recheck: ClassVar[tuple[timedelta, ...]] = (
        timedelta(hours=1), timedelta(days=1), timedelta(weeks=1), timedelta(days=30),
    )  # fmt: skip
    recheck_shortest: ClassVar[timedelta] = timedelta(days=1)
    recheck_longest: ClassVar[timedelta] = timedelta(days=365)
    rules: ClassVar[Rules] = Rules()

    def __init__(
        self,
        name: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: str | int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, **kwargs)
        self.since, self.until = (_day(name, value) for name, value in (("since", since), ("until", until)))
        self.limit = int(limit) if limit else None
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"limit={limit}: a number of articles, 1 or more")
        # Who crawls may set another, and say which links need not be followed: it has done so already.
        self.reader: Callable[[Response], Awaitable[Page]] = self._read_in_thread
        self.has_met: Callable[[str, str | None], bool] = lambda key, changed_at: False
        self.listed = Known()  # keys of the articles that listings have shown
        self.chosen: set[str] = set()  # keys of the articles chosen under `limit`, and no more than so many
        self.traps = Traps(self.rules, date.today().year, self._count)

    def _count(self, trap: Trap, links: int = 1) -> None:
        if hasattr(self, "crawler"):  # not where one tries a spider without a crawl
            self.crawler.stats.inc_value(f"backan/traps/{trap}", links)

    def resume(self, articles: Iterable[str], listings: Iterable[str]) -> None:
        """Go on with a crawl that was interrupted, which has met with these pages, by their keys."""
        for key in articles:
            self.listed.add(key)
            self.traps.remember(key)
            if self.limit is not None:
                self.chosen.add(key)
        self.traps.resume(listings)

    @classmethod
    def info(cls) -> PortalInfo:
        return PortalInfo(
            str(cls.name), cls.title, cls.publisher, cls.homepage, cls.platform, cls.years, cls.expected
        )

    @classmethod
    def covers(cls, url: str) -> bool:
        """Whether the address is http(s) on one of the portal's hosts, at the usual port."""
        return is_plain(url) and host_of(url) in cls.hosts

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """So that `scrapy shell URL` picks the portal that covers the address."""
        return cls.covers(request.url)

    @classmethod
    def classify(cls, url: str) -> Kind:
        """What the address leads to, judged by itself alone."""
        if not cls.covers(url):
            return Kind.OUTSIDE
        return next((a.kind for engine in cls.engines for a in engine.addresses if a.match(url)), Kind.OTHER)

    @classmethod
    def key(cls, url: str) -> str:
        """The identity of the page within the portal: two addresses of one page have one key."""
        host = host_of(url).removeprefix("m.")
        for engine in cls.engines:
            for known in engine.addresses:
                if (match := known.match(url)) and "id" in match.groupdict():
                    where = engine.name if known.shared else f"{engine.name}/{host}"
                    return f"{where}/{known.kind}/{match['id'].lower()}"
        return canonical(url)

    @classmethod
    def engines_for(cls, url: str) -> list[Engine]:
        """The engines in the order to try: first the one whose articles have such an address."""
        return sorted(
            cls.engines,
            key=lambda engine: not any(a.kind == Kind.ARTICLE and a.match(url) for a in engine.addresses),
        )

    @classmethod
    def forbidden(cls, url: str) -> bool:
        """Whether asking for the address would change something on the server."""
        where = local(url)
        return bool(CHANGING.search(where)) or any(
            engine.forbidden and engine.forbidden.search(where) for engine in cls.engines
        )

    def seeds(self) -> Iterator[Link]:
        for url in self.starts or (self.homepage,):
            kind = self.classify(url)
            yield Link(url, kind if kind in FOLLOWED else Kind.LISTING)

    @classmethod
    def read(cls, response: Response) -> Page:
        """Read one response. Pure: the same bytes and address give the same page; never raises."""
        return read_page(cls, response)

    @classmethod
    def explain(cls, response: Response) -> Explained:
        """Read one response as `read` does, and tell each step."""
        return explain(cls, response)

    async def start(self) -> AsyncIterator[Request]:
        for link in self.seeds():
            yield self.request(link)

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Reading | Request]:
        """Read the page away from the event loop, hand it on to be stored, follow its links."""
        page = await self.reader(response)
        yield Reading(response.meta["capture"], page)
        for request in self.follow(response, page):
            yield request

    async def _read_in_thread(self, response: Response) -> Page:
        return await asyncio.to_thread(self.read, response)

    def errback(self, failure: Failure) -> None:
        """What brought no response is recorded by the crawler's Downloader; nothing is left to follow."""

    def follow(self, response: Response, page: Page) -> Iterator[Request]:
        """Requests for the links of a page, after the user's limits and those against traps."""
        meta, trail = response.meta, Trail()
        if page.outcome == Outcome.LISTING:
            trail = onward(meta.get("trail", {}), self._shown(page), self.listed)
            self.traps.see(self.key(response.url))
        if page.unread:
            self._count(Trap.LINKS, page.unread)
        distance = meta.get("depth", 0) + 1
        # Articles first: with a limit, no listing is asked for once enough are chosen.
        for link in sorted(page.links, key=lambda link: link.kind != Kind.ARTICLE):
            if not self.covers(link.url) or self.forbidden(link.url):
                continue
            key = self.key(link.url)
            if self.traps.stop(link, key, distance, trail) or not self._wants(link, key):
                continue
            if link.form or not self.has_met(key, link.changed_at):
                yield self.request(link, response, trail, key)

    def _shown(self, page: Page) -> Iterator[str]:
        """The keys of the articles that a listing shows, without those too old for `since`."""
        for link in page.links:
            if link.kind == Kind.ARTICLE and not (self.since and (link.published_at or "9") < self.since):
                yield self.key(link.url)

    def _wants(self, link: Link, key: str) -> bool:
        enough = self.limit is not None and len(self.chosen) >= self.limit
        if link.kind != Kind.ARTICLE:
            return link.kind == Kind.OTHER or not enough
        if self.since and (link.published_at or link.changed_at or "9") < self.since:
            return False  # not changed since, so not published since either
        if self.until and (link.published_at or "")[:10] > self.until:
            return False
        if self.limit is not None and not enough:
            self.chosen.add(key)
        return self.limit is None or key in self.chosen

    def request(
        self,
        link: Link,
        response: Response | None = None,
        trail: Trail | None = None,
        key: str | None = None,
    ) -> Request:
        """The request for a link; `key` saves working it out of its address."""
        key, meta = key or self.key(link.url), dict[str, Any](kind=link.kind.value)
        if trail and link.kind != Kind.ARTICLE:  # it is long, and tells of listings only
            meta["trail"] = trail
        if link.changed_at:
            meta["changed_at"] = link.changed_at
        if link.form is None:
            return self._request(link, meta | {"key": key})
        step = response.meta.get("step", 0) + 1 if response is not None else 1
        page = f"next {step}" if link.page == "next" else link.page
        return self._request(
            link, meta | {"key": f"{key}#{page}", "step": step}, method="POST", body=urlencode(link.form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip

    def _request(self, link: Link, meta: dict[str, Any], **kwargs: Any) -> Request:
        priority = PRIORITY.get(link.kind, 0)
        return Request(
            link.url, callback=self.parse, errback=self.errback, meta=meta, priority=priority, **kwargs
        )


def _day(name: str, value: str | None) -> str | None:
    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{name}={value}: a day is written YYYY-MM-DD") from None
