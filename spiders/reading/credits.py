"""Who wrote an article and where it was taken from, as the lines at its end say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from archive.blocks import Block
from archive.text import one_line
from spiders.reading.landmarks import END_MARK, any_of, has_photo_credit

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

    def __or__(self, other: "Credit") -> "Credit":
        """What this one says, and for the rest the other."""
        return Credit(self.author or other.author, self.source or other.source)


def split_credits(blocks: Sequence[Block]) -> tuple[list[Block], Credit]:
    """A story's text, and the byline and source that stand at its end.

    They are lines with a label, a table of them, or a name. After the end mark the first short line is the
    byline, label or not; without a mark only its place at the right or the look of a name makes one.
    """
    text = list(blocks)
    mark = max((i for i, block in enumerate(text) if END_MARK in block.text), default=None)
    found = Credit()
    while len(text) > 1:
        credit = table_credit(text[-1]) or (labelled_credit(text[-1].text) if text[-1].kind == "p" else None)
        if credit is None and mark is None and found.author is None and _closes_as_name(text[-1]):
            credit = Credit(_unbracketed(text[-1].text))
        if credit is None:
            break
        del text[-1]
        found = credit | found
    if mark is not None and found.author is None and text:
        found = _after_mark(text, mark) | found
    return text, found


def _after_mark(text: list[Block], mark: int) -> Credit:
    """Take the byline after the end mark out of `text`: a short line of its own, or the rest of the last."""
    byline = next((block for block in text[mark + 1 :] if block.kind == "p" and is_byline(block)), None)
    if byline is not None:
        text.remove(byline)
        return Credit(_unbracketed(byline.text))
    before, end, rest = text[-1].text.rpartition(END_MARK)
    line = replace(text[-1], text=rest.strip())
    credit = labelled_credit(line.text) or (Credit(_unbracketed(line.text)) if is_byline(line) else Credit())
    if end and line.text and credit != Credit():
        text[-1] = replace(text[-1], text=before + end)
        return credit
    return Credit()


def _closes_as_name(block: Block) -> bool:
    return looks_like_name(block.text) or (block.align == "right" and is_byline(block))


def _unbracketed(text: str) -> str:
    return text.strip("()[] ")


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
    return reduce(or_, credits, Credit())


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
    text = _unbracketed(text)
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
