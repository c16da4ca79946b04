"""What is to be told of crawls that have ended: the same news for a mail, a webhook and a ping."""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.clock import now
from crawler.tally import articles
from crawler.wording import printable

if TYPE_CHECKING:
    from crawler.crawl import Crawled

# In Vietnamese and in English.
ALARMED = ("có vấn đề", "something is wrong")
WELL = ("mọi việc bình thường", "all is well")
TEST = ("Đây là thư thử: thông báo đã đến nơi.", "This is a test: the news has reached you.")
COUNTS = (
    "{pages} trang, {articles} bài, {new} bài mới, {failed} trang lỗi",
    "{pages} pages, {articles} articles, {new} new, {failed} failed",
)
WHERE = ("Kho lưu trữ", "Archive")
LOOK = (
    "`backan status` cho xem các đợt gần đây, `backan doctor` cho biết phải làm gì.",
    "`backan status` shows the last crawls, `backan doctor` says what to do.",
)


@dataclass(frozen=True, slots=True)
class News:
    """What came of crawls, and `troubles`: portal and what of a crawl that could not tell it itself."""

    data: Path
    host: str
    at: str
    done: "Sequence[Crawled]" = ()
    troubles: tuple[tuple[str, str], ...] = ()
    is_test: bool = False

    @property
    def is_alarm(self) -> bool:
        return bool(self.troubles) or any(one.broken or one.alarms for one in self.done)

    def subject(self, english: bool) -> str:
        """One line: what is the matter, and with which portals."""
        named = [one.portal for one in self.done if one.broken or one.alarms]
        named += [portal for portal, _ in self.troubles if portal not in named]
        if self.is_test:
            return f"[backan] {TEST[english].partition(':')[0]} ({self.host})"
        state = (ALARMED if self.is_alarm else WELL)[english]
        return printable(f"[backan] {', '.join(named)}: {state}" if named else f"[backan] {state}")

    def text(self, english: bool) -> str:
        """The body of a mail: a paragraph for each portal, those with an alarm first."""
        first = sorted(self.done, key=lambda one: not (one.broken or one.alarms))
        paragraphs = ["\n".join(self._told(one, english)) for one in first]
        paragraphs += [f"{printable(portal)}: {printable(what)}" for portal, what in self.troubles]
        if self.is_test:
            paragraphs.append(TEST[english])
        elif self.is_alarm:
            paragraphs.append(LOOK[english])
        paragraphs.append(f"{WHERE[english]}: {self.host}, {printable(str(self.data))}, {self.at}")
        return "\n\n".join(paragraphs) + "\n"

    def document(self) -> dict[str, Any]:
        """The news for a program: an object that can be written as JSON."""
        return {
            "version": 1,  # of this form
            "host": self.host,
            "data": str(self.data),
            "at": self.at,
            "test": self.is_test,
            "alarm": self.is_alarm,
            "crawls": [_document(one) for one in self.done],
            "troubles": [{"portal": portal, "what": what} for portal, what in self.troubles],
        }

    def _told(self, one: "Crawled", english: bool) -> Iterator[str]:
        counts = {**asdict(one.tally), "articles": articles(one.tally)}
        yield f"{printable(one.portal)} ({one.outcome}): {COUNTS[english].format(**counts)}"
        for alarm in one.alarms:
            yield f"  ! {printable(alarm.told(english))}"
        if one.broken:
            yield f"  ! {printable(one.broken)}"


def news_of(
    data: Path,
    done: "Sequence[Crawled]" = (),
    troubles: tuple[tuple[str, str], ...] = (),
    is_test: bool = False,
) -> News:
    """The news of this machine, now."""
    return News(data.resolve(), socket.gethostname(), now(), done, troubles, is_test)


def _document(one: "Crawled") -> dict[str, Any]:
    return {
        "crawl": one.crawl,
        "portal": one.portal,
        "outcome": one.outcome,
        "broken": one.broken,
        "resumed": one.resumed,
        "counts": {**asdict(one.tally), "articles": articles(one.tally), "not_due": one.not_due},
        "alarms": [
            {**asdict(alarm), "en": alarm.told(), "vi": alarm.told(english=False)} for alarm in one.alarms
        ],
    }
