"""Marks that the text of an article page carries in any markup, and what they say about each block."""

import re

from archive.blocks import Block
from archive.text import fold

END_MARK = "./."


def any_of(*forms: str, then: str = "") -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(forms)}){then}", re.I)


_WEB_PART = re.compile(r"\w+\s*-\s*Block_\w+", re.I)
_TOOL = any_of(
    "tăng cỡ chữ", "giảm cỡ chữ", "xem cỡ chữ", "cỡ chữ", "in bài viết", "in trang này", "in trang", "bản in",
    "print", "gửi email", "gửi bài viết", "gửi cho bạn bè", "chia sẻ bài viết", "chia sẻ", "share", "like",
    "facebook", "zalo", "twitter", "lưu bài viết", "nghe bài viết", "đọc bài viết", "quay lại",
    "về đầu trang", "skip ribbon commands", "skip to main content", "sign in", "đăng nhập", "a", r"[|+\-\s]",
    then="{1,40}",
)  # fmt: skip
_RELATED = any_of(
    r"(?:các\s+)?(?:tin(?:\s+bài)?|bài(?:\s+viết)?)\s+"
    r"(?:mới(?:\s+(?:nhất|hơn|đăng))?|khác|liên quan|cũ hơn|đã đưa|cùng chuyên mục)(?:\s+khác)?",
    r"(?:các\s+)?tin tức (?:khác|liên quan|mới)",
    r"tin cùng (?:chuyên mục|loại)",
    "xem thêm",
    then=r"\s*:?",
)
_COUNT = r"\d[\d.,]*"
_VIEWED = r"(?:(?:số\s+)?(?:lượt\s+(?:xem|đọc)|đã xem)|views|hits)"
_VISITED = r"(?:(?:số\s+|tổng\s+(?:số\s+)?)?lượt\s+truy cập|visitors)"
_VIEWS = any_of(rf"{_VIEWED}\s*:?\s*({_COUNT})", rf"({_COUNT})\s+{_VIEWED}")
_VISITS = any_of(rf"{_VISITED}\s*:?\s*({_COUNT})")
_RATING = any_of(
    "đánh giá bài viết", "rate this article", "bình luận", "ý kiến (?:bạn đọc|của bạn)", "gửi phản hồi",
    "tổng số điểm", "click để đánh giá", then=".*",
)  # fmt: skip
_TAGS = any_of(r"từ khóa\s*:", r"tags?\s*:", then=".*")
FILES = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|rtf|zip|rar|7z)(?:\?.*)?$", re.I)
_SIGN_IN = any_of("sign in", "đăng nhập")
_FOOTER = any_of(
    "copyright", "©", "bản quyền", r"(?:cổng|trang) (?:ttđt|thông tin điện tử)\b", "cơ quan chủ quản",
    "giấy phép (?:số|thiết lập|xuất bản)", r"địa chỉ\s*:", r"điện thoại\s*:", "trưởng ban biên tập",
    "chịu trách nhiệm", "ghi rõ nguồn", "thống kê truy cập", "đang trực tuyến", then=".*",
)  # fmt: skip
_PHOTO_CREDIT = re.compile(r"\(?\s*ảnh(?: minh họa)?\s*[:)]", re.I)
_DATELINE = re.compile(r"^\(\s*(?:www\.)?mic\.gov\.vn\s*\)\s*[-–:]?\s*", re.I)


def is_web_part(block: Block) -> bool:
    return bool(_WEB_PART.fullmatch(block.text))


def is_tool(block: Block) -> bool:
    """A line of tools or of the frame: font size, print, share, sign in."""
    return block.kind != "img" and bool(_TOOL.fullmatch(block.text))


def is_related_heading(block: Block) -> bool:
    return bool(_RELATED.fullmatch(block.text.strip(" .…»>-")))


def is_counter(block: Block) -> bool:
    """A line of views, rating or comments: under an article, and sometimes above it beside the date."""
    text = block.text
    counted = _VIEWS.fullmatch(text) or _VISITS.fullmatch(text) or _TAGS.fullmatch(text)
    return block.kind != "img" and bool(counted or (block.words <= 12 and _RATING.fullmatch(text)))


def is_hard_end(block: Block) -> bool:
    """A block that hardly ever stands inside an article: related list, counter, rating, sign-in."""
    return is_related_heading(block) or is_counter(block) or bool(_SIGN_IN.fullmatch(block.text))


def ends_article(block: Block) -> bool:
    """A hard end, or a line of the footer."""
    return is_hard_end(block) or bool(_FOOTER.fullmatch(block.text))


def has_photo_credit(text: str) -> bool:
    return bool(_PHOTO_CREDIT.search(text))


def opens_lead(block: Block) -> bool:
    """Whether the block begins with the dateline that opens the leads of one portal."""
    return bool(_DATELINE.match(block.text))


def is_prose(block: Block) -> bool:
    return block.kind == "p" and block.words >= 8 and block.linked < 0.3 and not is_counter(block)


def is_long(block: Block) -> bool:
    """A paragraph of running text: frames hardly ever hold one."""
    return block.kind == "p" and block.words > 25 and block.linked < 0.3


def is_small_link(block: Block) -> bool:
    """A short line of links, unless it offers a file."""
    offers_file = any(FILES.search(a.get("href") or "") for a in block.element.iter("a"))
    return block.kind != "img" and block.words <= 12 and block.linked > 0.5 and not offers_file


def views(text: str, visits: bool) -> int | None:
    """The count of readers that a text states; `visits` where the engine calls an article's readers so."""
    found = _VIEWS.search(text) or (_VISITS.search(text) if visits else None)
    return int(re.sub(r"\D", "", next(filter(None, found.groups())))) if found else None


def without_dateline(text: str) -> str:
    """Without the `(Mic.gov.vn) - ` that opens the leads of one portal."""
    return _DATELINE.sub("", text)


def slug_of(text: str) -> str:
    """A title as the engines write it into addresses: folded, words joined by hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))


def fits_slug(text: str, slug: str) -> bool:
    """Whether an address's (cut) slug is the beginning of a title's."""
    slug = re.sub(r"-+", "-", slug.lower()).strip("-")
    own = slug_of(text)
    return len(slug) >= 8 and (own.startswith(slug) or (len(own) >= 12 and slug.startswith(own)))
