"""The flaws of real pages, put into clean text: the texts stay readable and the truth stays known."""

import re
import unicodedata
from collections.abc import Set as AbstractSet
from itertools import cycle


def soil(text: str, dirt: AbstractSet[str]) -> str:
    """`text` with the flaws named (`entities` is a flaw of HTML, see `markup.py`)."""
    for name in sorted(dirt & _FLAWS.keys()):
        text = _FLAWS[name](text)
    return text


def _eth(text: str) -> str:
    """Capital Đ as the Icelandic letter that looks the same (U+00D0)."""
    return text.replace("Đ", "Ð")


def _nfd(text: str) -> str:
    """Every fourth word decomposed, as if pasted from a Mac."""
    decompose = cycle((False, False, True, False))
    words = zip(text.split(" "), decompose, strict=False)
    return " ".join(unicodedata.normalize("NFD", word) if chosen else word for word, chosen in words)


def _nbsp(text: str) -> str:
    """A no-break space for every fifth space, and a zero-width one before some."""
    spaces = cycle((" ", " ", "\u00a0", " ", " ", " ", "\u200b ", "\u00a0", " ", " "))
    return re.sub(" ", lambda _: next(spaces), text)


def _mojibake(text: str) -> str:
    """UTF-8 taken for Latin-1, as after a careless move to another database."""
    return text.encode().decode("latin-1")


_FLAWS = {"eth": _eth, "mojibake": _mojibake, "nbsp": _nbsp, "nfd": _nfd}
