"""What an archivist does about an alarm: a sentence for each rule, in Vietnamese and in English."""

from archive.alarms import Rule

# `{portal}` is the name of the one that the alarm is of.
TO_DO = {
    Rule.UNFINISHED: (
        "Chạy `backan crawl {portal}`: đợt mới đi tiếp từ chỗ đã dừng.",
        "Run `backan crawl {portal}`: it goes on from where it stood.",
    ),
    Rule.NO_PAGES: (
        "Kiểm tra mạng và cổng thông tin: `backan doctor {portal}`.",
        "Check the network and the portal: `backan doctor {portal}`.",
    ),
    Rule.NO_ARTICLES: (
        "Có lẽ trang nguồn đã đổi mã: `backan doctor {portal}`.",
        "The portal's markup may have changed: `backan doctor {portal}`.",
    ),
    Rule.FEWER_PAGES: (
        "Mở cổng thông tin xem còn đủ chuyên mục không, rồi chạy `backan doctor {portal}`.",
        "Look whether the portal still has all its sections, then run `backan doctor {portal}`.",
    ),
    Rule.BLOCKED: (
        "Chờ một ngày, thử `backan doctor {portal}`, rồi thu thập lại; nếu vẫn bị chặn, hỏi chủ cổng.",
        "Wait a day, try `backan doctor {portal}`, and crawl again; if it stays, write to the portal.",
    ),
    Rule.ERRORS: (
        "Đọc lỗi trong thư mục logs, rồi xem từng bước đọc trang: `backan doctor ĐỊA-CHỈ`.",
        "Read the errors in the folder logs, then see how a page is read: `backan doctor URL`.",
    ),
    Rule.DISK: (
        "Dọn đĩa, hoặc chuyển thư mục dữ liệu sang đĩa lớn hơn.",
        "Make room on the disk, or move the data folder to a larger one.",
    ),
}
# The markup of the pages has changed, for all these rules tell.
CHANGED_PAGES = (
    "Xem từng bước đọc một bài mới: `backan doctor {portal}`, rồi sửa bộ chọn.",
    "See step by step how a new article is read: `backan doctor {portal}`, then mend the selectors.",
)


def to_do(rule: str, portal: str, english: bool = True) -> str:
    """What to do about an alarm of a portal; also for a rule that this version does not know."""
    known = TO_DO.get(Rule(rule), CHANGED_PAGES) if rule in set(Rule) else TO_DO[Rule.NO_PAGES]
    return known[english].format(portal=portal)
