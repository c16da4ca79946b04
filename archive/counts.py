"""What the row of a crawl counts: functions of its captures, whenever and in whatever order they came."""

from sqlite3 import Connection

from archive.model import Outcome

NOTHING = frozenset((Outcome.FAILED, Outcome.MISSING, Outcome.BLOCKED, Outcome.ERROR, Outcome.EMPTY))
FAILURES = NOTHING | {Outcome.UNREADABLE}
# Pages that a site gives in the place of any other, when it lets nobody through or does not work.
BLOCKED = frozenset((Outcome.BLOCKED, Outcome.CHALLENGE, Outcome.ERROR))
NO_PAGES = NOTHING | {Outcome.ROBOTS, Outcome.REDIRECT, Outcome.CHALLENGE, Outcome.FILE}
GOOD = frozenset(Outcome) - NO_PAGES - FAILURES  # not a file: a site that blocks its pages may give those


def recount(connection: Connection, portal: str, crawl: str | None = None) -> None:
    """Count all crawls of a portal anew: a capture taken in now may be the first of an article that counted
    as new in a later crawl.

    Where only captures of one `crawl` have come or have changed, what follows from its own is counted for
    that one alone.
    """
    connection.execute(
        f"""update crawls set (pages, failed, bytes) = (
            select count(*) filter (where outcome not in ({_listed(NO_PAGES)}) and not replaced),
                count(*) filter (where outcome in ({_listed(FAILURES)}) and not replaced),
                coalesce(sum(warc_length), 0)
            from captures where crawl = crawls.id
        ) where portal = ? and id = coalesce(?, id)""",
        [portal, crawl],
    )
    connection.execute(
        """update crawls set gone = 0, (new, changed, unchanged) = (
            select count(*) filter (where v.number = 1), count(*) filter (where v.number > 1),
                count(*) filter (where v.number is null)
            from captures as c left join versions as v on v.capture = c.id
            where c.crawl = crawls.id and c.text_sha256 is not null
        ) where portal = ?""",
        [portal],
    )
    connection.execute(
        """update crawls set gone = found.articles from (
            select c.crawl, count(distinct a.id) as articles
            from articles as a join captures as c on c.article = a.id and c.captured_at = a.gone_at
            where a.portal = ? and a.gone_at is not null group by c.crawl
        ) as found where crawls.id = found.crawl""",
        [portal],
    )


def _listed(outcomes: frozenset[Outcome]) -> str:
    return ", ".join(f"'{outcome}'" for outcome in sorted(outcomes))
