"""Numbers in digits as Vietnamese texts write them: `.` for thousands, `,` for decimals, `tỷ` for 10⁹.

Where a text has it the other way round the number itself often says so: `1,200,000` and `2.5` are plain, and
`1,200 hộ` is, for there are no fractions of a household. `1,100 tỷ` stays 1.1 milliards, as the rule has it.
"""

import re
from decimal import Decimal
from functools import lru_cache

Number = int | float
Exact = int | Decimal

_MOST = 24  # digits and separators of one number; what is longer is none
_LIMIT = 10**16  # more is no number; of those beyond 2**53 a float holds the even ones only
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_ENGLISH = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")

NUMBER = r"(?:[0-9]{1,3}(?: [0-9]{3}){1,4}(?:,[0-9]+)?(?![0-9]|[.,/][0-9])|[0-9]+(?:[.,][0-9]+)*+)"
TIMES = (
    r"(?= ?[nvtcNVTC])"  # a look that is far cheaper than to ignore case for each word
    r"(?i: ?(?:(?:nghìn|ngàn|vạn|triệu|trăm|chục) )?(?:nghìn|ngàn|vạn|triệu|tỷ|tỉ|trăm|chục)"
    r"(?![^\W\d_])(?! lệ| trọng))"
)
_MULTIPLIERS = {
    "chục": 10, "trăm": 100, "nghìn": 1_000, "ngàn": 1_000, "vạn": 10_000, "triệu": 1_000_000,
    "tr": 1_000_000, "tỷ": 1_000_000_000, "tỉ": 1_000_000_000,
}  # fmt: skip


@lru_cache(256)
def factor(written: str | None) -> int:
    """What `nghìn tỷ` multiplies by."""
    product = 1
    for word in (written or "").lower().replace(".", " ").split():
        product *= _MULTIPLIERS[word]
    return product


@lru_cache(4096)
def number(written: str, is_whole: bool = False, is_fraction: bool = False) -> Exact | None:
    """None where it is none, as an IP address or a telephone number.

    `is_whole`: what is counted has no fractions, so that one group of three digits is one of thousands;
    `is_fraction`: it has, and thousands of it make no sense (`6.125%`).
    """
    if len(written) > _MOST:
        return None
    digits = written.replace(" ", "")
    if digits.isdecimal():
        return int(digits)
    if _ONE_GROUP.fullmatch(digits) and (is_whole or is_fraction):
        return Decimal(re.sub("[.,]", "" if is_whole else ".", digits))
    if digits[0] != "0" and _THOUSANDS.fullmatch(digits):
        return Decimal(digits.replace(".", "").replace(",", "."))
    if _ENGLISH.fullmatch(digits):
        return Decimal(digits.replace(",", ""))
    if digits.count(".") + digits.count(",") == 1:
        return Decimal(digits.replace(",", "."))
    return None


def plain(value: Exact) -> Number | None:
    """An int where it is whole; None where it is too large."""
    if value >= _LIMIT:
        return None
    whole = int(value)
    return whole if isinstance(value, int) or whole == value else float(value)


def is_year(written: str) -> bool:
    return (
        len(written) == 4 and written.startswith(("19", "20")) and written.isascii() and written.isdecimal()
    )
