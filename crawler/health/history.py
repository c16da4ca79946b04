"""What is usual, by the crawls of before that can be compared with one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from sqlite3 import Connection
from statistics import median

from archive.alarms import Rule

RECENT = 10  # so many crawls make one level: a few odd ones among them do not matter
LOOKED_AT = 400  # so many crawls back: more than a week of one that is crawled every hour
ACCEPTED = 10, timedelta(days=7)  # so often, and for so long, an alarm is told until it is the usual state


@dataclass(frozen=True, slots=True)
class Past:
    """A crawl that came to its end, with so many pages; `rules` are those that gave an alarm."""

    crawl: str
    started_at: str
    met: int | None
    pages: int
    rules: frozenset[str]


def before(archive: Connection, crawl: str) -> list[Past]:
    """The finished crawls of the same portal, source and arguments before this one, the newest first.

    Others are not comparable: one that was paused, stopped or missed, or one of a few pages only.
    """
    rows = archive.execute(
        """select c.id, c.started_at, c.met, coalesce(c.pages, 0),
            (select group_concat(rule) from alarms where crawl = c.id)
        from crawls as c join crawls as this on this.id = ?
        where c.portal = this.portal and c.started_at < this.started_at and c.source = this.source
            and c.arguments = this.arguments and c.outcome = 'finished'
        order by c.started_at desc limit ?""",
        [crawl, LOOKED_AT],
    )
    return [
        Past(id, at, met, pages, frozenset((rules or "").split(","))) for id, at, met, pages, rules in rows
    ]


def usable(past: Sequence[Past], *rules: Rule) -> list[Past]:
    """Those that say what is usual, of crawls from the newest on.

    One that gave this alarm is none: a few days of a fault would make it the usual state, and the alarm
    would fall silent while nothing has been mended. But what stays so for long enough is how the portal is
    now, be it that half of it was moved away: history begins anew there, or the alarm would never end.
    """
    kept: list[Past] = []
    least, long = ACCEPTED
    for alarmed, found in groupby(past, key=lambda one: not one.rules.isdisjoint(rules)):
        group = list(found)
        if not alarmed:
            kept += group
        elif len(group) >= least and _between(group[-1], group[0]) >= long:
            return kept + group
    return kept


def streak(past: Sequence[Past], rule: Rule) -> list[Past]:
    """The last crawls, as far back as each gave this alarm."""
    first = next((i for i, one in enumerate(past) if rule not in one.rules), len(past))
    return list(past[:first])


def level(values: Sequence[float], best: Callable[[Sequence[float]], float]) -> float:
    """What is usual, of values from the newest on: the median of the last RECENT ones, or a better one of
    as many before them. With the last ones alone, a decline that is slow enough would never be seen.
    """
    blocks = [values[start : start + RECENT] for start in range(0, len(values), RECENT)]
    whole = [block for block in blocks if len(block) == RECENT] or blocks
    return best([median(block) for block in whole])


def _between(one: Past, other: Past) -> timedelta:
    return datetime.fromisoformat(other.started_at) - datetime.fromisoformat(one.started_at)
