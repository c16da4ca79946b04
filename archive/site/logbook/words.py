"""What the page of the logbook says of a crawl: how it ended, what was wrong, how large it is."""

import re
from datetime import datetime

from markupsafe import Markup, escape

from archive.dates import VIETNAM
from archive.logbook import MISSED, Crawl, missed_because
from archive.site.language import Language
from archive.site.render import vietnamese_date, vietnamese_number

OUTCOMES = {
    "finished": ("xong", "finished"),
    "paused": ("tạm dừng", "paused"),
    "interrupted": ("bị ngắt", "interrupted"),
    "killed": ("bị tắt đột ngột", "killed"),
    "blocked": ("bị chặn", "blocked"),
    "missed": ("bỏ lỡ", "missed"),
    "failed": ("lỗi", "failed"),
    "cannot write": ("không ghi được", "cannot write"),
}
RUNNING = ("đang chạy", "running")
MOST = 3  # alarms of one crawl; all of them are behind its link
LONGEST = 60  # characters of an outcome or a detail that an imported WARC file tells


def outcome(crawl: Crawl, is_running: bool, language: Language) -> str:
    """In the reader's language; what we do not know ourselves as it is."""
    if crawl.outcome is None:
        return language.say(*(RUNNING if is_running else OUTCOMES["killed"]))
    known = OUTCOMES.get(crawl.outcome)
    return language.say(*known) if known else crawl.outcome[:LONGEST]


def remarks(crawl: Crawl, language: Language) -> list[Markup]:
    """The alarms of a crawl, or what was missed, in sentences."""
    if crawl.outcome == MISSED:
        count, until = (str(crawl.limits.get(name, ""))[:LONGEST] for name in ("missed", "until"))
        last = vietnamese_date(in_vietnam(until))
        english, vietnamese = [f" ({why})" for why in missed_because(crawl) or ()] or ("", "")
        return [
            language.say(
                f"Số lượt bỏ lỡ: {count}, đến {last}{vietnamese}",
                f"runs missed: {count}, up to {last}{english}",
            )
        ]
    told = [(alarm.told(english=False), alarm.told()) for alarm in crawl.alarms]
    said = [language.say(vietnamese[:300], english[:300]) for vietnamese, english in told[:MOST]]
    left = len(told) - MOST
    return [*said, language.say(f"và {left} báo động khác", f"and {left} more")] if left > 0 else said


def in_vietnam(stamp: str) -> str:
    """A time of ours as a clock in Vietnam showed it; what is no time as it is."""
    try:
        return datetime.fromisoformat(stamp).astimezone(VIETNAM).isoformat(timespec="minutes")
    except ValueError:
        return stamp


def size(count: int | None) -> str:
    """Bytes as 1,4 MB: numbers as Vietnamese write them."""
    if count is None:
        return ""
    unit, scale = ("GB", 1e9) if count >= 1e9 else ("MB", 1e6)
    number = f"{count / scale:.1f}" if count < 1e10 else vietnamese_number(round(count / scale))
    return f"{number.replace('.', ',')} {unit}"


def coded(text: str) -> Markup:
    """What stands `so` is a command."""
    return Markup(re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text))))
