"""Whether more pages than usual were read by a fallback, or lack a title, a date or a body.

Pages that are alike are compared: of one engine, and new articles with new ones. What is asked for differs
from day to day, and a day of old articles, or of an engine that has always needed a fallback, is no change
of a portal's markup.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from sqlite3 import Connection

from archive.alarms import Alarm, Rule
from crawler.health.figures import Kin, Read, read_before, read_in
from crawler.health.history import RECENT, Past, before, level, streak, usable

LEAST = 10  # pages: one odd page of five is no change of the markup
FOUNDED = 30  # pages of before, below which their share says little
JUMP = 0.25  # a change of a template strikes all its pages, a slip of an editor only a few
ODD = 0.05  # of all pages are odd ones on any portal, though a month may pass without one
CHANCE = 1e-4  # what may come about by chance more often than that is no alarm: there is a crawl every day
LOOKED_AT, FEW, ENOUGH = 30, 3, 20_000  # crawls at most, crawls at least, and pages of them

Counted = Callable[
    [Read], tuple[int, int]
]  # how many there were, and how many of them are not as they should be

MEASURED: Mapping[Rule, Counted] = {
    Rule.OTHER_LAYER: lambda read: (read.articles, read.fallback),
    Rule.NO_TITLES: lambda read: (read.pages, read.no_title),
    Rule.NO_DATES: lambda read: (read.articles, read.no_date),
    Rule.NO_BODIES: lambda read: (read.pages, read.no_body),
}


@dataclass(frozen=True, slots=True)
class Sum:
    pages: int = 0
    bad: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.pages + other.pages, self.bad + other.bad)

    @property
    def share(self) -> float:
        return self.bad / self.pages if self.pages else 0.0


def jumped(archive: Connection, portal: str, crawl: str) -> Iterator[Alarm]:
    """One alarm for each rule at most: of the pages that differ most from what is usual."""
    past = lately(before(archive, crawl))
    if not past:
        return
    by_kin = read_in(archive, [crawl, *(one.crawl for one in past)])
    for rule, counted in MEASURED.items():
        found = []
        for kin, reads in by_kin.items():
            sums = {id: Sum(*counted(read)) for id, read in reads.items()}
            if alarm := _of_kin(archive, portal, rule, kin, crawl, past, sums):
                found.append(alarm)
        if found:
            yield max(found, key=lambda alarm: (alarm.value or 0) - (alarm.usual or 0))


def lately(past: Sequence[Past]) -> list[Past]:
    """As many of the last crawls as say enough; to count all pages of a million takes ten seconds."""
    pages = 0
    found: list[Past] = []
    for one in past[:LOOKED_AT]:
        if len(found) >= FEW and pages >= ENOUGH:
            break
        found.append(one)
        pages += one.pages
    return found


def _of_kin(
    archive: Connection,
    portal: str,
    rule: Rule,
    kin: Kin,
    crawl: str,
    past: Sequence[Past],
    sums: Mapping[str, Sum],
) -> Alarm | None:
    """What is wrong with pages that are alike, if anything; `sums` are theirs, by crawl.

    On a portal of a few articles a day, those of several days are taken together, of as few as will do.
    """
    here = present = sums.get(crawl, Sum())
    if not here.bad:  # as mostly
        return None
    for number in range(min(RECENT, len(past)) + 1):
        if number:
            present += sums.get(past[number - 1].crawl, Sum())
        if present.pages < LEAST:
            continue
        usual = _usual(archive, portal, rule, kin[0], (crawl, past, number), sums)
        # Bad days before may be mended: this one must be bad too.
        if usual is not None and here.share - usual >= JUMP and is_jump(present, usual):
            return Alarm(rule, present.share, usual, f"{kin[0]}: {present.bad}/{present.pages}")
        if present.pages >= FOUNDED:
            break
    return None


def _usual(
    archive: Connection,
    portal: str,
    rule: Rule,
    engine: str,
    judged: tuple[str, Sequence[Past], int],
    sums: Mapping[str, Sum],
) -> float | None:
    """The share of before; `judged`: a crawl, and how many of those before it are judged with it."""
    crawl, past, number = judged
    earlier = [one for one in usable(past, rule) if one not in past[:number]]
    if not earlier:
        return None
    history = [sums[one.crawl] for one in earlier if one.crawl in sums]
    if bundles := bundled(history):
        return level([one.share for one in bundles], min)
    alarmed = [*past[:number], *streak(past, rule)]
    since = min((one.started_at for one in alarmed), default=_start(archive, crawl))
    known = Sum(*MEASURED[rule](read_before(archive, portal, engine, since)))
    return known.share if known.pages >= LEAST else 0.0  # it is an engine that the portal did not have


def is_jump(present: Sum, usual: float) -> bool:
    """Whether a share is much higher than the usual one, and chance would hardly ever make it so."""
    share, base = present.share, min(max(usual, ODD), 1 - ODD)
    if share - usual < JUMP:
        return False
    # How unlikely it is, at most (Chernoff's bound): exp(-pages * distance).
    distance = share * log(share / base) + ((1 - share) * log((1 - share) / (1 - base)) if share < 1 else 0)
    return exp(-present.pages * distance) < CHANCE


def bundled(sums: Sequence[Sum]) -> list[Sum]:
    """Sums of FOUNDED pages or more, of smaller ones that follow each other."""
    bundles = [Sum()]
    for one in sums:
        if bundles[-1].pages >= FOUNDED:
            bundles.append(Sum())
        bundles[-1] += one
    return [one for one in bundles if one.pages >= FOUNDED]


def _start(archive: Connection, crawl: str) -> str:
    started_at: str = archive.execute("select started_at from crawls where id = ?", [crawl]).fetchone()[0]
    return started_at
