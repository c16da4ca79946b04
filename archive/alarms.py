"""What may be wrong with a crawl: the rules by name, and an alarm in words."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """Why nobody should take a crawl for a success; `alarms.rule` holds one of these."""

    UNFINISHED = "unfinished"  # it did not come to its end; `detail` is its outcome
    NO_PAGES = "no-pages"
    NO_ARTICLES = "no-articles"
    FEWER_PAGES = "fewer-pages"
    OTHER_LAYER = "other-layer"  # more pages than usual were read by a layer below the selectors
    NO_TITLES = "no-titles"
    NO_DATES = "no-dates"
    NO_BODIES = "no-bodies"
    BLOCKED = "blocked"  # `detail` names the host
    ERRORS = "errors"  # exceptions in the spider
    DISK = "disk"


# In Vietnamese and in English.
SENTENCES = {
    Rule.UNFINISHED: ("Đợt thu thập không đi đến cùng", "it did not come to its end"),
    Rule.NO_PAGES: ("Không lấy được trang nào", "no pages"),
    Rule.NO_ARTICLES: ("Không có bài nào", "no articles"),
    Rule.FEWER_PAGES: (
        "Chỉ gặp {value} trang, thường là {usual}", "it met with {value} pages only, {usual} are usual",
    ),
    Rule.OTHER_LAYER: (
        "{value} số bài phải đọc bằng cách dự phòng, thường là {usual}: có lẽ trang nguồn đã đổi mã",
        "{value} of the articles were read by a fallback, {usual} is usual: the markup may have changed",
    ),
    Rule.NO_TITLES: (
        "{value} số trang không thấy tiêu đề, thường là {usual}",
        "{value} of the pages had no title, {usual} is usual",
    ),
    Rule.NO_DATES: (
        "{value} số bài không ghi ngày, thường là {usual}",
        "{value} of the articles had no date, {usual} is usual",
    ),
    Rule.NO_BODIES: (
        "{value} số trang không thấy nội dung, thường là {usual}",
        "{value} of the pages had no body, {usual} is usual",
    ),
    Rule.BLOCKED: ("{value} trang bị chặn", "{value} pages were blocked"),
    Rule.ERRORS: (
        "{value} lỗi trong chương trình đọc, xem nhật ký", "errors in the spider, see the log: {value}",
    ),
    Rule.DISK: ("Đĩa sắp đầy, chỉ còn {value}", "the disk is nearly full, {value} are left"),
}  # fmt: skip
SHARES = frozenset((Rule.OTHER_LAYER, Rule.NO_TITLES, Rule.NO_DATES, Rule.NO_BODIES))


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong. `value` is what was found and `usual` what was to be expected: a number of
    pages or errors, a share from 0 to 1, or bytes, as the rule has it.
    """

    rule: Rule
    value: float | None = None
    usual: float | None = None
    detail: str | None = None

    def told(self, english: bool = True) -> str:
        """The alarm in a sentence, in English or in Vietnamese."""
        vietnamese, in_english = SENTENCES[self.rule]
        value, usual = (self._shown(number) for number in (self.value, self.usual))
        sentence = (in_english if english else vietnamese).format(value=value, usual=usual)
        return f"{sentence} ({self.detail})" if self.detail else sentence

    def _shown(self, number: float | None) -> str:
        if number is None:
            return "?"
        if self.rule in SHARES:
            return f"{number:.0%}"
        return f"{number / 1e9:.1f} GB" if self.rule == Rule.DISK else f"{number:.0f}"
