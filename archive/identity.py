"""Row ids that depend on what a row is, not on when it came, so that a rebuilt archive has the same ones."""

from datetime import date
from hashlib import sha256

EPOCH = date(1900, 1, 1).toordinal()
FIRST_DATED = 1 << 45  # docids below belong to undated articles


def row_id(*parts: object) -> int:
    """A positive integer below 2**53 (exact in JSON and JavaScript) from what names the row."""
    name = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(sha256(name.encode()).digest()[:7]) >> 3


def docid(article: int, published_at: str | None) -> int:
    """The article's rowid in both full-text indexes: day of publication first, then its id.

    So the newest hits are the highest rowids, a range of dates is a range of rowids, and neither needs a
    join or a sort. Undated articles come before all others.
    """
    day = date.fromisoformat(published_at[:10]).toordinal() - EPOCH if published_at else 0
    return day * FIRST_DATED + article % FIRST_DATED
