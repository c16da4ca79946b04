"""The key of a page: where the page before it ended, written so that an address can carry it."""

import math
import re
import struct
from dataclasses import dataclass

from archive.errors import QueryError
from archive.search.model import Order

_KEY = re.compile(r"([no])([0-9a-f]{1,16})|r([01])([0-9a-f]{16})([0-9a-f]{1,16})")
_LETTERS = {Order.NEWEST: "n", Order.OLDEST: "o"}


@dataclass(frozen=True, slots=True)
class Key:
    """The last hit shown; under relevance also the stage that it was found in, and its rank there."""

    docid: int
    stage: int = 0
    rank: float = 0.0

    def written(self, order: Order) -> str:
        if letter := _LETTERS.get(order):
            return f"{letter}{self.docid:x}"
        return f"r{self.stage}{struct.pack('>d', self.rank).hex()}{self.docid:x}"


def read(text: str | None, order: Order) -> Key | None:
    """Raise QueryError where it is no key, or one of another order."""
    if text is None:
        return None
    found = _KEY.fullmatch(text)
    if found and found[1] and found[1] == _LETTERS.get(order):
        key = Key(int(found[2], 16))
    elif found and found[3] and order is Order.RELEVANCE:
        (rank,) = struct.unpack(">d", bytes.fromhex(found[4]))
        key = Key(int(found[5], 16), int(found[3]), rank)
    else:
        raise _broken()
    if key.docid >= 2**63 or not math.isfinite(key.rank):
        raise _broken()
    return key


def _broken() -> QueryError:
    return QueryError(
        "Địa chỉ của trang này bị hỏng, hãy tìm lại từ trang đầu. · "
        "The address of this page is broken: search again from the first page."
    )
