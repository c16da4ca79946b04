"""Count what captures came to, in the same way for a crawl and for an import."""

from collections.abc import Iterable

from archive.counts import FAILURES, NO_PAGES
from archive.model import Change, Outcome, Tally

COUNTS = ("pages", "new", "changed", "unchanged", "failed")


def add(tally: Tally, outcome: Outcome, change: Change | None, replaced: bool = False) -> None:
    """Count one capture: as a page, as a failure, and by what it did to its article.

    One whose request was `replaced` by another (a retry, a redirect) counts by its outcome only.
    """
    tally.outcomes[outcome] = captures_of(tally, outcome) + 1
    if not replaced:
        tally.pages += outcome not in NO_PAGES
        tally.failed += outcome in FAILURES
    if change:
        setattr(tally, change, getattr(tally, change) + 1)


def total(tallies: Iterable[Tally]) -> Tally:
    """What several came to together."""
    whole = Tally()
    for tally in tallies:
        for name in COUNTS:
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        for outcome, count in tally.outcomes.items():
            whole.outcomes[outcome] = whole.outcomes.get(outcome, 0) + count
    return whole


def captures_of(tally: Tally, *outcomes: Outcome) -> int:
    """How many captures there were, of these outcomes or in all."""
    return sum(tally.outcomes.get(outcome, 0) for outcome in outcomes or Outcome)


def articles(tally: Tally) -> int:
    """How many captures held an article; one that was fetched twice counts twice."""
    return tally.new + tally.changed + tally.unchanged
