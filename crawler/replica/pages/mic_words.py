"""The words of the ministry's frame, in Vietnamese and on its English site."""

from dataclasses import dataclass, replace
from datetime import date

_DAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


@dataclass(frozen=True, slots=True)
class Words:
    today: str
    home: str
    documents: str
    most_read: str
    links: str
    visitors: str
    size: str
    print: str
    send: str
    rate: str
    others: str
    other: str
    other_url: str

    def on(self, today: date) -> "Words":
        """With the day that the page's header shows: that of the visit, never the article's."""
        return replace(self, today=self.today.format(weekday=_DAYS[today.weekday()], day=today))


VIETNAMESE = Words(
    today="{weekday}, ngày {day:%d/%m/%Y}",
    home="Trang chủ",
    documents="Văn bản",
    most_read="Tin đọc nhiều",
    links="Liên kết",
    visitors="Lượt truy cập",
    size="Xem cỡ chữ",
    print="Bản in",
    send="Gửi bài viết",
    rate="ĐÁNH GIÁ BÀI VIẾT",
    others="Các tin khác",
    other="English",
    other_url="https://english.mic.gov.vn/",
)
ENGLISH = Words(
    today="{day:%A, %d/%m/%Y}",
    home="Home",
    documents="Legal documents",
    most_read="Most read",
    links="Links",
    visitors="Visitors",
    size="Font size",
    print="Print",
    send="Send to a friend",
    rate="RATE THIS ARTICLE",
    others="Other news",
    other="Tiếng Việt",
    other_url="https://mic.gov.vn/",
)
