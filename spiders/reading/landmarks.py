"""Marks that the text of an article page carries in any markup, and what they say about each block."""

import re
from dataclasses import dataclass

from archive.blocks import Block
from archive.text import fold, one_line

END_MARK = "./."


def _any(*forms: str, then: str = "") -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(forms)}){then}", re.I)


_WEB_PART = re.compile(r"\w+\s*-\s*Block_\w+", re.I)
_TOOL = _any(
    "tăng cỡ chữ", "giảm cỡ chữ", "xem cỡ chữ", "cỡ chữ", "in bài viết", "in trang", "bản in", "print",
    "gửi email", "gửi bài viết", "gửi cho bạn bè", "chia sẻ bài viết", "chia sẻ", "share", "like", "facebook",
    "zalo", "twitter", "lưu bài viết", "nghe bài viết", "đọc bài viết", "quay lại", "về đầu trang",
    "skip ribbon commands", "skip to main content", "sign in", "đăng nhập", "a", r"[|+\-\s]",
    then="{1,40}",
)  # fmt: skip
_RELATED = _any(
    r"(?:các\s+)?(?:tin(?:\s+bài)?|bài(?:\s+viết)?)\s+"
    r"(?:mới(?:\s+(?:nhất|hơn|đăng))?|khác|liên quan|cũ hơn|đã đưa|cùng chuyên mục)(?:\s+khác)?",
    r"(?:các\s+)?tin tức (?:khác|liên quan|mới)",
    r"tin cùng (?:chuyên mục|loại)",
    "xem thêm",
    then=r"\s*:?",
)
_VIEWS = _any(
    r"(?:số\s+)?lượt\s+(?:truy cập|xem|đọc)",
    "views",
    "visitors",
    "hits",
    then=r"\s*:?\s*(?P<views>\d[\d.,]*)",
)
_RATING = _any(
    "đánh giá bài viết", "rate this article", "bình luận", "ý kiến (?:bạn đọc|của bạn)",
    "gửi (?:bình luận|phản hồi)", then=".*",
)  # fmt: skip
_SIGN_IN = _any("sign in", "đăng nhập")
_FOOTER = _any(
    "copyright", "©", "bản quyền", r"(?:cổng|trang) (?:ttđt|thông tin điện tử)\b", "cơ quan chủ quản",
    "giấy phép (?:số|thiết lập|xuất bản)", r"địa chỉ\s*:", r"điện thoại\s*:", "trưởng ban biên tập",
    "chịu trách nhiệm", "ghi rõ nguồn", "thống kê truy cập", "đang trực tuyến", then=".*",
)  # fmt: skip
_AUTHOR = _any(
    r"tác giả(?:\s+bài viết)?", "người viết", "người đăng", "thực hiện",
    r"(?:tin|bài)(?:\s*(?:,|và|-)\s*(?:bài|ảnh))?",
    then=r"\s*:\s*(?P<name>.+)",
)  # fmt: skip
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
    if (found := _SOURCE.fullmatch(text)) and (_SOURCE_LABEL.match(text) or _is_short(text)):
        return Credit(source=found["name"].strip())
    return None


def _is_short(text: str) -> bool:
    """`Theo danviet.vn`, but no sentence that begins with `Theo` (according to)."""
    return len(text.split()) <= 14 and not text.endswith(".")


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
