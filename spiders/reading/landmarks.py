"""Marks that the text of an article page carries in any markup, and what they say about each block."""

import re
from dataclasses import dataclass

from archive.blocks import Block
from archive.text import fold, one_line

END_MARK = "./."

_WEB_PART = re.compile(r"\w*Portal\s*-\s*Block_\w+|\w+\s*-\s*Block_\w+", re.I)
_TOOL = re.compile(
    r"(?:tăng cỡ chữ|giảm cỡ chữ|xem cỡ chữ|cỡ chữ|in (?:bài viết|trang|bài|ấn)|bản in|gửi (?:email|bài viết|mail|cho bạn bè)"
    r"|chia sẻ(?: bài viết)?|facebook|zalo|twitter|lưu bài viết|đọc bài viết|nghe (?:bài viết|đọc bài)"
    r"|skip (?:ribbon commands|to main content)|sign in|đăng nhập|print|quay lại|về đầu trang|like|share|a[+-]?|[|+\-\s])+",
    re.I,
)
_RELATED = re.compile(
    r"(?:các\s+)?(?:tin(?: bài)?|bài(?: viết)?)\s+(?:mới(?: nhất| hơn| đăng)?|khác|liên quan|cũ hơn|đã đưa|cùng chuyên mục)"
    r"(?:\s*(?:khác|hơn))?\s*:?|(?:các )?tin tức (?:khác|liên quan)\s*:?|xem thêm\s*:?|tin cùng (?:chuyên mục|loại)\s*:?",
    re.I,
)
_VIEWS = re.compile(r"(?:số\s+)?lượt\s+(?:truy cập|xem|đọc)\s*:?\s*(?P<views>\d[\d.,]*)", re.I)
_RATING = re.compile(
    r"đánh giá bài viết.*|bình luận.*|ý kiến (?:bạn đọc|của bạn).*|gửi (?:bình luận|phản hồi).*", re.I
)
_SIGN_IN = re.compile(r"sign in|đăng nhập", re.I)
_FOOTER = re.compile(
    r"(?:(?:copyright|©|bản quyền).*|(?:cổng|trang) (?:ttđt|thông tin điện tử)\b.*"
    r"|cơ quan chủ quản.*|giấy phép (?:số|thiết lập|xuất bản).*|địa chỉ\s*:.*|điện thoại\s*:.*"
    r"|trưởng ban biên tập.*|chịu trách nhiệm.*|ghi rõ nguồn.*|thống kê truy cập.*|đang trực tuyến.*)",
    re.I,
)
_AUTHOR = re.compile(
    r"(?:tác giả(?: bài viết)?|người (?:viết|đăng)|(?:tin|bài)(?:\s*(?:,|và|-)\s*(?:bài|ảnh))?|thực hiện)\s*:\s*(?P<name>.+)",
    re.I,
)
_SOURCE = re.compile(
    r"[(\[]?\s*(?:nguồn(?: tin)?\s*:|theo\s*:?)\s*(?P<name>[^()\[\]]{2,80}?)\s*[)\]]?\.?", re.I
)
_SOURCE_LABEL = re.compile(r"[(\[]?\s*nguồn(?: tin)?\s*:", re.I)
_PHOTO_CREDIT = re.compile(r"\(?\s*ảnh(?: minh họa)?\s*[:)]", re.I)
_DATELINE = re.compile(r"^\(\s*(?:www\.)?mic\.gov\.vn\s*\)\s*[-–:]?\s*", re.I)
_CAPITAL = re.compile(r"[A-ZÀ-ỸĐ]")


def is_web_part(block: Block) -> bool:
    return bool(_WEB_PART.fullmatch(block.text))


def is_tool(block: Block) -> bool:
    """A line of tools or of the frame: font size, print, share, sign in."""
    return block.kind != "img" and bool(_TOOL.fullmatch(block.text))


def is_related_heading(block: Block) -> bool:
    return bool(_RELATED.fullmatch(block.text.strip(" .…»>-")))


def is_hard_end(block: Block) -> bool:
    """A block that never stands inside an article: related list, counter, rating, sign-in."""
    return is_related_heading(block) or any(
        mark.fullmatch(block.text) for mark in (_VIEWS, _RATING, _SIGN_IN)
    )


def ends_article(block: Block) -> bool:
    """A hard end, or a line of the footer."""
    return is_hard_end(block) or bool(_FOOTER.fullmatch(block.text))


def has_photo_credit(text: str) -> bool:
    return bool(_PHOTO_CREDIT.search(text))


def opens_lead(block: Block) -> bool:
    """Whether the block begins with the dateline that opens the leads of one portal."""
    return bool(_DATELINE.match(block.text))


def views(text: str) -> int | None:
    found = _VIEWS.search(text)
    return int(re.sub(r"\D", "", found["views"])) if found else None


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


@dataclass(frozen=True, slots=True)
class Credit:
    author: str | None = None
    source: str | None = None


def labelled_credit(text: str) -> Credit | None:
    """An author or source that a short line names with a label: `Tác giả: …`, `Nguồn: …`, `Theo …`."""
    text = one_line(text)
    if len(text) > 120:
        return None
    if found := _AUTHOR.fullmatch(text):
        name, _, rest = found["name"].partition("Nguồn:")
        return Credit(name.strip(" -–,.;") or None, rest.strip(" -–,.;") or None)
    if (found := _SOURCE.fullmatch(text)) and (_SOURCE_LABEL.match(text) or len(text.split()) <= 8):
        return Credit(source=found["name"].strip())
    return None


def looks_like_name(text: str) -> bool:
    """Two to five capitalised words and nothing else, perhaps two such names: a byline without a label."""
    if _PHOTO_CREDIT.match(text) or len(text) > 60 or text.endswith((".", ":", ";", "?", "!")):
        return False
    names = [name.strip() for name in re.split(r"\s*(?:[-–,&/]|\bvà\b)\s*", text)]
    return (
        all(
            1 <= len(name.split()) <= 5 and all(_CAPITAL.match(word) for word in name.split())
            for name in names
        )
        and len(names[0].split()) > 1
    )
