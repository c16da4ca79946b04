"""Links that a crawl does not follow, because they lead on without an end and to nothing new."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from archive.model import Kind, Link
from spiders.address import CACHED, local
from spiders.known import Known
from spiders.trail import Trail

FEW = 3  # links of each rule that the log names
PATTERNS = 1_000  # of listings, that are counted at a time
LISTINGS = (Kind.LISTING, Kind.DOCUMENT_LIST)
# `newsid` is a page, and `phien=3` the third sitting of a council; only a long value makes that a session.
SESSION = re.compile(
    r"(?<=[?&;])(?:\w*sess(?:ion)?_?id|cfid|cftoken|zenid|(?:osc|xtc|phpbb\d?_)?sid"
    r"|(?:session|token|phien)(?==[0-9a-z]{12,}(?:[&;]|$)))=[^&;/]*&?"
    r"|(?<=/)[0-9a-f]{32}/|(?<=/)\([0-9a-z]{16,}\)/",
    re.I,
)
# Only what can be nothing else: `/PhanTrang/1747/1/` is the first page of a section, `1719` a programme,
# `/lich-su/1747/1/` is history, `from=10000` the place in a list.
CALENDAR = re.compile(
    r"[?&](?:y|year|nam)=(\d{1,9})\b"
    r"|(?<![\w-])(\d{4})-(?:\d\d?-\d\d?|0[1-9]|1[0-2])(?![\w-])"
    r"|(?<![\w-])\d\d?[-.]\d\d?[-.](\d{4})(?![\w-])"
    r"|=\d\d?/\d\d?/(\d{4})(?![\w-])"
    r"|/(?:lich(?!-?su)[\w-]*|calendar)/(\d{4})/\d\d?\b"
    r"|/(?:events?|archives?)/(\d{4})/(?:0[1-9]|1[0-2])\b"
    r"|[?&](?:date|day|month|ngay|thang|tu|den|from|to)="
    r"(\d{4})(?:(?:[/.]\d\d?){1,2}|(?:0[1-9]|1[0-2])(?:[0-3]\d)?)\b",
    re.I,
)
logger = logging.getLogger(__name__)


class Trap(StrEnum):
    """The rules, by the names under which a crawl counts the links that they have stopped."""

    LENGTH = "length"
    DEPTH = "depth"
    REPETITION = "repetition"
    QUERY = "query"
    CALENDAR = "calendar"
    SESSION = "session"
    DISTANCE = "distance"
    PATTERN = "pattern"
    STALE = "stale"
    KNOWN = "known"
    LINKS = "links"  # on one page or in one feed more than are read: spiders/reading/html.py, feeds.py


@dataclass(frozen=True, slots=True)
class Rules:
    """What is a trap on a portal: the defaults let every address pass that the portals are known to have, and
    all files and images of articles, which lead nowhere.

    length      characters of an address at most
    depth       segments of its path; raise it where a site files its pages in many folders
    repetition  how often one segment may stand in a path, and two neighbours once less (`/vi/en/vi/en/`);
                numbers do not count. Raise it where folders repeat their names
    query       parameters of a query; half as many of one name. Raise it for a site of long search forms
    session     what marks a session beside what `spiders/address.py` leaves out: of addresses that differ in
                that alone, the first is followed. State it where a site names its sessions in its own way
    calendar    what is a date in the address of a listing, its year in a group; state it where a site has
                dates of another form
    earliest    the first year of such a date that is followed; raise it to the portal's first year
    ahead       and the last: so many years after this one
    distance    links from the start of the crawl; raise it for a listing of more pages that has only a link
                to the next
    pattern     listings whose addresses differ in numbers and values alone; raise it for a portal of some
                hundred thousand articles
    stale       listings in a row that show no more than the one before; raise it where a menu leads through
                many listings of nothing
    known       listings in a row that show nothing new to this crawl; raise it where a listing of old news
                begins with more pages of another listing's
    """

    length: int = 2_000
    depth: int = 12
    repetition: int = 2
    query: int = 16  # a pager of Liferay has 13
    session: re.Pattern[str] = SESSION
    calendar: re.Pattern[str] = CALENDAR
    earliest: int = 1990
    ahead: int = 1
    distance: int = 3_000
    pattern: int = 20_000
    stale: int = 3
    known: int = 100


class Traps:
    """Applies the rules in one crawl of a portal, in the year `year`.

    Each link that is stopped is counted once, by its page, and not where it has been followed before: `count`
    is given the name of its rule.
    """

    def __init__(self, rules: Rules, year: int, count: Callable[[Trap], object]) -> None:
        self.rules, self.year, self.count = rules, year, count
        self._met = Known()
        self._patterns: Counter[str] = Counter()
        self._told: Counter[Trap] = Counter()

    def see(self, key: str) -> None:
        """A listing has answered."""
        self._patterns[pattern_of(key)] += 1
        if len(self._patterns) > PATTERNS:
            self._patterns = Counter(dict(self._patterns.most_common(PATTERNS // 2)))

    def resume(self, listings: Iterable[str]) -> None:
        """Go on with a crawl that was interrupted, which has met with these listings."""
        for key in listings:
            self._met.add(key)
            self.see(key)
            self.remember(key)

    def remember(self, key: str) -> None:
        """This page has been followed: it is the first of those that differ in their session alone."""
        self._is_of_session(key)

    def stop(self, link: Link, key: str, distance: int, trail: Trail) -> bool:
        """Whether not to follow a link to the page `key`, which stands so far from the start on a listing
        with this trail, if on one."""
        rule = self._rule(link, key, distance, trail)
        page = f"{key}#{link.page}" if link.form else key
        if rule is None:
            if link.kind in LISTINGS:
                self._met.add(page)
            return False
        if self._met.add(page):
            self.count(rule)
            self._told[rule] += 1
            if self._told[rule] <= FEW:
                logger.info("a trap (%s), not followed: %s", rule, link.url)
        return True

    def _rule(self, link: Link, key: str, distance: int, trail: Trail) -> Trap | None:
        if link.kind == Kind.OTHER:
            return None
        rules, is_listing = self.rules, link.kind in LISTINGS
        if rule := unfit(link.url, rules):
            return rule
        if distance > rules.distance:
            return Trap.DISTANCE
        if is_listing and not self._is_of_time(link.url):
            return Trap.CALENDAR
        if is_listing and self._patterns[pattern_of(key)] >= rules.pattern:
            return Trap.PATTERN
        if link.kind == Kind.LISTING and trail.get("stale", 0) >= rules.stale:
            return Trap.STALE
        if link.kind == Kind.LISTING and trail.get("known", 0) >= rules.known:
            return Trap.KNOWN
        return Trap.SESSION if self._is_of_session(key) else None

    def _is_of_time(self, url: str) -> bool:
        match = self.rules.calendar.search(local(url))
        year = next((int(group) for group in match.groups() if group), None) if match else None
        # Nought is no date, as in the field of a form that nobody has filled in.
        return not year or self.rules.earliest <= year <= self.year + self.rules.ahead

    def _is_of_session(self, key: str) -> bool:
        """Whether another address of the page, but for its session, was met with before."""
        bare = self.rules.session.sub("", key)
        if bare == key:
            return False
        if self._met.add(f"bare {bare}"):
            self._met.add(f"first {key}")
        return f"first {key}" not in self._met


@lru_cache(CACHED)
def unfit(url: str, rules: Rules) -> Trap | None:
    """The rule that an address offends against, whatever it leads to."""
    if len(url) > rules.length:
        return Trap.LENGTH
    segments = [one for one in local(url).partition("?")[0].lower().split("/") if one]
    if len(segments) > rules.depth:
        return Trap.DEPTH
    words = Counter(one for one in segments if not one.isdecimal())
    pairs = Counter(pair for pair in pairwise(segments) if not "".join(pair).isdecimal())
    if _most(words) > rules.repetition or _most(pairs) > max(rules.repetition - 1, 1):
        return Trap.REPETITION
    names = Counter(one.partition("=")[0].lower() for one in re.split("[&;]", urlsplit(url).query) if one)
    if names.total() > rules.query or _most(names) > rules.query // 2:
        return Trap.QUERY
    return None


@lru_cache(CACHED)
def pattern_of(key: str) -> str:
    """What the addresses of one pager or calendar have in common."""
    path, _, query = key.partition("?")
    names = "&".join(one.partition("=")[0] for one in query.split("&"))
    return re.sub(r"\d+", "0", f"{path}?{names}")


def _most(counts: Mapping[Any, int]) -> int:
    return max(counts.values(), default=0)
