"""What the captures of crawls tell of how their pages were read, and which were kept from us: in SQL."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from urllib.parse import urlsplit

from archive.counts import BLOCKED
from archive.model import NOT_THERE, Outcome

SELECTED, UNREADABLE = Outcome.SELECTORS, Outcome.UNREADABLE
FALLBACKS = (Outcome.LANDMARKS, Outcome.WHOLE)
READ = ", ".join(f"'{outcome}'" for outcome in (SELECTED, *FALLBACKS, UNREADABLE))
BY_FALLBACK = ", ".join(f"'{outcome}'" for outcome in FALLBACKS)
SHUT = ", ".join(f"'{outcome}'" for outcome in sorted(BLOCKED))
NO_ANSWER = f"{SHUT}, '{Outcome.FAILED}', '{Outcome.EMPTY}'"
ENGINE = "substr(c.key, 1, instr(c.key, '/') - 1)"  # as `Article.key` has it
SUMS = f"""count(*), sum(c.outcome <> '{UNREADABLE}'), sum(c.outcome in ({BY_FALLBACK})),
    sum(c.lacks like '%title%'), sum(c.lacks like '%date%'), sum(c.lacks like '%body%')"""
ASKED_LATELY = 1000  # so many articles of an engine tell how it is read


@dataclass(frozen=True, slots=True)
class Read:
    """How many pages of articles there were, and articles on them; how many were read by a fallback, and had
    no title, date or body."""

    pages: int = 0
    articles: int = 0
    fallback: int = 0
    no_title: int = 0
    no_date: int = 0
    no_body: int = 0


Kin = tuple[str, bool]  # the engine, and whether it was the first capture: pages that are alike


def read_in(archive: Connection, crawls: Sequence[str]) -> Mapping[Kin, Mapping[str, Read]]:
    """How the pages of articles were read, by engine, by whether the article was new, and by crawl.

    A page that the server calls unmodified was not read but repeated, and tells nothing.
    """
    marks = ", ".join("?" for _ in crawls)
    rows = archive.execute(
        f"""select c.crawl, {ENGINE}, coalesce(v.number = 1, 0) as new, {SUMS}
        from captures as c left join versions as v on v.capture = c.id
        where c.crawl in ({marks}) and c.outcome in ({READ}) and not c.replaced and c.status <> 304
            and c.whole group by 1, 2, 3""",
        crawls,
    )
    found: defaultdict[Kin, dict[str, Read]] = defaultdict(dict)
    for crawl, engine, new, *sums in rows:
        found[engine or "", bool(new)][crawl] = Read(*(number or 0 for number in sums))
    return found


def read_before(archive: Connection, portal: str, engine: str, moment: str) -> Read:
    """How articles of an engine that were there before a moment were read when they were captured last."""
    row = archive.execute(
        f"""select {SUMS} from (
            select capture from articles where portal = ? and key > ? and key < ? and first_captured_at < ?
            limit {ASKED_LATELY}
        ) as a join captures as c on c.id = a.capture""",
        [portal, f"{engine}/", f"{engine}0", moment],  # 0 follows on /
    ).fetchone()
    return Read(*(number or 0 for number in row))


def shut(archive: Connection, crawl: str, always: bool = False) -> Counter[str]:
    """Pages in whose place a rejection, a login, a challenge or an error page came to the last, by host.

    A page that has never been anything else, like the login page to which a site links, counts only when it
    is seen first, unless `always`.
    """
    rows = archive.execute(
        f"""select distinct url from captures as c
        where crawl = ? and outcome in ({SHUT}) and coalesce(note, '') <> ?
            and not exists (select 1 from captures where url = c.url and crawl = c.crawl
                and outcome not in ({NO_ANSWER}))
            and (? or exists (select 1 from captures where url = c.url and outcome not in ({NO_ANSWER}))
                or not exists (select 1 from captures where url = c.url and crawl <> c.crawl
                    and captured_at < c.captured_at and outcome in ({SHUT})))""",
        [crawl, NOT_THERE, always],
    )
    return Counter(urlsplit(url).hostname or "" for (url,) in rows)
