"""Vietnamese text: one form to keep, one form to search."""

import html
import re
import unicodedata

# Eth stands for đ on many pages (Windows fonts of the 2000s): a look-alike, never a Vietnamese letter.
_ETH = {"Ð": "Đ", "ð": "đ"}
# No-break, narrow, figure, ideographic and zero-width spaces, line separators, byte-order mark.
_SPACES = "\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
# Control characters, soft hyphen, joiners and marks of direction.
_NOTHING = "\x00-\x08\x0e-\x1f\x7f\u00ad\u061c\u200c-\u200f\u202a-\u202e\u2060-\u206f"
_ODD = re.compile(f"([{''.join(_ETH)}])|([{_SPACES}])|[{_NOTHING}]")
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_WORD = re.compile(r"\w+")
_MARKED = "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
_VIETNAMESE = re.compile(f"[{_MARKED}{_MARKED.upper()}]")  # to ignore case would take five times as long
# The marks of Latin letters: all but one of their block, which is no mark but joins.
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
SAMPLE = 1000  # characters by which Vietnamese is told


def normalise(text: str) -> str:
    """NFC, đ for eth, plain spaces, no invisible characters, no blanks at line ends; lines are kept."""
    return "\n".join(line.strip() for line in _BLANKS.sub(" ", _plain(text)).split("\n")).strip()


def one_line(text: str) -> str:
    """`normalise`, with entities decoded that a careless editor encoded twice, on one line."""
    return " ".join(_plain(html.unescape(text) if "&" in text else text).split())


def _plain(text: str) -> str:
    # Nothing odd but eth is printable, and that is told ten times as fast.
    if (not text.isprintable() or "Ð" in text or "ð" in text) and _ODD.search(text):
        text = _ODD.sub(lambda odd: _ETH[odd[1]] if odd[1] else " " if odd[2] else "", text)
    return unicodedata.normalize("NFC", text)  # which looks first whether there is anything to do


def without_stroke(text: str) -> str:
    """d for đ, which Unicode does not decompose. `translate` would take a hundred times as long."""
    return text.replace("đ", "d").replace("Đ", "D")


def fold(text: str) -> str:
    """For search only: without tone marks, accents and đ, in lower case."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", without_stroke(_plain(text))))
    if not bare.isascii():  # to look at each letter takes five times as long, and few texts have such
        bare = "".join(c for c in bare if not unicodedata.combining(c))
    return bare.lower()


def tokens(text: str) -> list[str]:
    """The words of a text, in lower case: what the loss guard and the measurements compare."""
    return _WORD.findall(text.lower())


def word_count(text: str) -> int:
    return len(_WORD.findall(text))


def is_vietnamese(text: str) -> bool:
    """Whether it plainly is, by the letters of its beginning; without accents nothing is plain."""
    sample = text[:SAMPLE]
    letters = sum(map(str.isalpha, sample))
    return bool(letters) and len(_VIETNAMESE.findall(sample)) / letters > 0.05
