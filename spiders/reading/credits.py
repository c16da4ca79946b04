"""Who wrote an article and where it was taken from, as the lines at its end say."""

import re
from dataclasses import dataclass

from archive.blocks import Block
from archive.text import one_line
from spiders.reading.landmarks import any_of, has_photo_credit

BYLINE_WORDS = 40
_ENDS = (".", ":", ";", "?", "!")
_AUTHOR = any_of(
    r"tác giả(?:\s+bài viết)?", "người viết", "người đăng", "thực hiện",
    r"(?:tin|bài)(?:\s*(?:,|và|-)\s*(?:bài|ảnh))?", then=r"\s*:\s*(?P<name>.+)",
)  # fmt: skip
_SOURCE = re.compile(
    r"[(\[]?\s*(?:nguồn(?: tin)?\s*:|theo\s*:?)\s*(?P<name>[^()\[\]]{2,80}?)\s*[)\]]?\.?", re.I
)
_SOURCE_LABEL = re.compile(r"[(\[]?\s*nguồn(?: tin)?\s*:", re.I)
_CAPITAL = re.compile(r"[A-ZÀ-ỸĐ]")
# Titles of boxes that may stand under an article that has no byline.
_BOX = any_of(
    "thăm dò", "thời tiết", "ý kiến", "liên kết", "thông báo", "văn bản", "lịch ", "tin ", "video",
    "hình ảnh", "thư viện", "quảng cáo", "thống kê", "tìm kiếm", "dịch vụ", "từ khóa", "chuyên mục",
    "danh mục", "đường dây nóng",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credit:
    author: str | None = None
    source: str | None = None


def labelled_credit(text: str) -> Credit | None:
    """An author or source that a short line names with a label: `Tác giả: …`, `Nguồn: …`, `Theo …`."""
    text = one_line(text)
    if len(text) > 200:
        return None
    if found := _AUTHOR.fullmatch(text):
        name, _, rest = found["name"].partition("Nguồn:")
        return Credit(name.strip(" -–,.;") or None, rest.strip(" -–,.;") or None)
    if (found := _SOURCE.fullmatch(text)) and (_SOURCE_LABEL.match(text) or _is_short(text)):
        return Credit(source=found["name"].strip())
    return None


def table_credit(block: Block) -> Credit | None:
    """Author and source written as a table of labels and names."""
    if block.kind != "table" or any(len(row) > 2 for row in block.rows):
        return None
    found = [labelled_credit(" ".join(row)) for row in block.rows]
    credits = [credit for credit in found if credit]
    if len(credits) < len(found):
        return None
    return Credit(
        next((credit.author for credit in credits if credit.author), None),
        next((credit.source for credit in credits if credit.source), None),
    )


def is_byline(block: Block) -> bool:
    """A line that may be a byline, by its place after the end mark: short, and no sentence, box or count."""
    text = block.text
    return (
        block.words <= BYLINE_WORDS
        and not text.endswith(_ENDS)
        and not has_photo_credit(text)
        and not any(c.isdigit() for c in text)
        and not _BOX.match(text)
    )


def looks_like_name(text: str) -> bool:
    """Two to five capitalised words and nothing else, perhaps two such names: a byline without a label."""
    text = text.strip("()[] ")
    if len(text) > 60 or text.endswith(_ENDS) or has_photo_credit(text) or _BOX.match(text):
        return False
    names = [name.strip() for name in re.split(r"\s*(?:[-–,&/]|\bvà\b)\s*", text)]
    return (
        all(
            1 <= len(name.split()) <= 5 and all(_CAPITAL.match(word) for word in name.split())
            for name in names
        )
        and len(names[0].split()) > 1
    )


def _is_short(text: str) -> bool:
    """`Theo danviet.vn`, but no sentence that begins with `Theo` (according to)."""
    return len(text.split()) <= 14 and not text.endswith(".")
