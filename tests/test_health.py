"""Each rule gives an alarm where something is wrong, and none where nothing is."""

from pathlib import Path

import pytest

from archive.alarms import Alarm, Rule
from archive.model import Tally
from archive.store import Archive
from crawler.health.rules import PAUSED, Run, examine

SOME = Tally(pages=3, new=1)


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (Run("mic-1", "mic", "live", "finished", SOME), []),
        (Run("mic-1", "mic", "live", PAUSED, SOME), []),
        (Run("mic-1", "mic", "live", "finished", Tally(pages=3)), ["no articles"]),
        (Run("mic-1", "mic", "live", "finished", Tally(pages=3), not_due=1), []),
        (Run("mic-1", "mic", "live", "finished", Tally()), ["no pages"]),
        (Run("mic-1", "mic", "live", "finished", Tally(), cause="HTTP 503"), ["no pages (HTTP 503)"]),
        (Run("mic-1", "mic", "live", "finished", Tally(), resumed=True), []),
        (Run("mic-1", "mic", "live", "finished", SOME, errors=2), ["errors in the spider, see the log: 2"]),
        (Run("mic-1", "mic", "live", "interrupted", SOME), ["it did not come to its end (interrupted)"]),
    ],
)
def test_what_is_wrong_is_told(run: Run, told: list[str], tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        assert [alarm.told() for alarm in examine(run, archive.db.conn, tmp_path)] == told


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_is_told_in_two_languages(rule: Rule) -> None:
    alarm = Alarm(rule, 0.5, 0.25, "detail")
    assert alarm.told() != alarm.told(english=False)
    assert alarm.told().endswith("(detail)")
