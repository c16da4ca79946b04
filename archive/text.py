"""Vietnamese text: one form to keep, one form to search."""

import html
import re
import unicodedata

# Eth stands for đ on many pages (Windows fonts of the 2000s): a look-alike, never a Vietnamese letter.
_ETH = str.maketrans({"Ð": "Đ", "ð": "đ"})
_STROKE = str.maketrans({"đ": "d", "Đ": "D"})
# No-break, narrow, figure, ideographic and zero-width spaces, line separators, byte-order mark.
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]")
# Soft hyphen, joiners and marks of direction.
_INVISIBLE = re.compile(r"[\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064]")
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_WORD = re.compile(r"\w+")
_VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.I)


def normalise(text: str) -> str:
    """NFC, đ for eth, plain spaces, no invisible characters, no blanks at line ends; lines are kept."""
    text = _CONTROL.sub("", _INVISIBLE.sub("", _SPACES.sub(" ", text)))
    text = unicodedata.normalize("NFC", text).translate(_ETH)
    return "\n".join(line.strip() for line in _BLANKS.sub(" ", text).split("\n")).strip()


def one_line(text: str) -> str:
    """`normalise`, with entities decoded that a careless editor encoded twice, on one line."""
    return " ".join(normalise(html.unescape(text)).split())


def fold(text: str) -> str:
    """For search only: without tone marks, accents and đ, in lower case."""
    decomposed = unicodedata.normalize("NFD", text.translate(_ETH).translate(_STROKE))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def tokens(text: str) -> list[str]:
    """The words of a text, in lower case: what the loss guard and the measurements compare."""
    return _WORD.findall(text.lower())


def word_count(text: str) -> int:
    return len(_WORD.findall(text))


def language(text: str) -> str | None:
    """`vi` where the text plainly is Vietnamese, else None: other languages are not guessed."""
    letters = sum(c.isalpha() for c in text)
    return "vi" if letters and len(_VIETNAMESE.findall(text)) / letters > 0.05 else None
