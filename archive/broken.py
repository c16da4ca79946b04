"""Text that came out broken: UTF-8 taken for another code page, and the code pages of old fonts.

Repair is certain where the words become Vietnamese that were none: a syllable has a form of its own, which no
accident brings about ten times in a row. What is not certain is left as it is, and flagged.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from functools import cache

import ftfy
from ftfy.badness import badness


class Damage(StrEnum):
    MOJIBAKE = "mojibake"  # UTF-8 that was taken for another code page: `Báº¯c Káº¡n`
    TCVN3 = "TCVN3"  # of the fonts .VnTime, in which offices wrote until about 2010: `B¾c K¹n`
    VNI = "VNI"  # of the fonts VNI-Times, as the south wrote: `Baéc Kaïn`
    LOST = "lost letters"  # for which a question mark or U+FFFD stands: `B?c K?n`


# https://vi.wikipedia.org/wiki/TCVN_5712; the capitals with a tone are lower case in a font of capitals.
FROM_TCVN3 = dict(zip(
    b"\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae"
    b"\xb5\xb6\xb7\xb8\xb9\xbb\xbc\xbd\xbe\xc6\xc7\xc8\xc9\xca\xcb\xcc\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6"
    b"\xd7\xd8\xdc\xdd\xde\xdf\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf1\xf2\xf3\xf4"
    b"\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe",
    "ĂÂÊÔƠƯĐăâêôơưđ"
    "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệ"
    "ìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụ"
    "ừửữứựỳỷỹýỵ",
    strict=True,
))  # fmt: skip
# https://vi.wikipedia.org/wiki/VNI: a mark behind its vowel; ô and ö are the letters ơ and ư there.
_VNI_MARKS = {
    "a": dict(zip("øùûõïâàáåãäêèéúüë", "àáảãạâầấẩẫậăằắẳẵặ", strict=True)),
    "e": dict(zip("øùûõïâàáåãä", "èéẻẽẹêềếểễệ", strict=True)),
    "o": dict(zip("øùûõïâàáåãä", "òóỏõọôồốổỗộ", strict=True)),
    "u": dict(zip("øùûõï", "ùúủũụ", strict=True)),
    "y": dict(zip("øùûõ", "ỳýỷỹ", strict=True)),
    "ô": dict(zip("øùûõï", "ờớởỡợ", strict=True)),
    "ö": dict(zip("øùûõï", "ừứửữự", strict=True)),
}
_VNI_ALONE = dict(zip("ôöñæóòîíì", "ơưđỉĩịỵíì", strict=True))
# Letters and signs that stand in broken text, and in no Vietnamese word.
_ODD = "\u0080-\u009f\u00b5-\u00b9\u00bb-\u00beÅÆÇËÎÏÑÖ×ØÜÞßäåæçëîïñöøûüþ¤¦¨ª¬\u00ad¯´¸ÄŒœŠšŸŽžƒ†‡‰‹›€™"
# Behind one of the capitals, which Vietnamese has too, only another sign of the same accident is suspect.
_SUSPECT = re.compile(f"[{_ODD}ÃÂĂ](?:(?<=[{_ODD}])|(?=[\u00a0-\u00bf]))")
_LOST = re.compile(r"\?(?<=[^\W\d_]\?)(?=[^\W\d_])|\ufffd")
# What a question mark stands in that is no lost letter; a host alone only where a path follows.
_ADDRESS = re.compile(
    r"(?:https?://|\bwww\.|(?<![a-z0-9.-])(?:[a-z0-9-]++\.)++[a-z]{2,}+(?::[0-9]+)?/)[^\s\ufffd]+", re.I
)
_BEYOND = re.compile("[\u1ea0-\u1ef9]")  # letters with two marks, which none of those code pages has
_WORD = re.compile(rf"[{_ODD}]*(?:[^\W\d_][{_ODD}]*)+")
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay ă ăc ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây e ec em en "
    "eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa "
    "oac oach oai oam oan oang oanh oao oap oat oay oă oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on "
    "ong oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um "
    "un ung uơ uôc uôi uôm uôn uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưng ươc ươi "
    "ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu ynh yt"
).split()
_ONSET = "ngh?|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnprstvx]"
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{'|'.join(_RIMES)})|gin|giêng|quôc|quôt")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")

_CERTAIN = 0.9  # of the words are syllables then
_SAMPLE = 4000  # characters by which the kind of damage is told
_LOST_WORDS = 5  # from so many on it is no slip of the keyboard


def mended(text: str) -> tuple[str, Damage | None]:
    """The text with what is certain put right, and what was wrong with it; one run of text, not a page.

    A text in which nothing is suspect, which is nearly every one, costs one scan.
    """
    suspect = _SUSPECT.search(text)
    if suspect is None:
        return text, None
    begin = max(0, suspect.start() - _SAMPLE // 4)
    sample = text[begin : begin + _SAMPLE]
    if _BEYOND.search(sample):
        return text, None
    worth = {mend: _share_of_syllables(mend(sample)) for mend in _MENDS}
    best = max(worth, key=lambda mend: worth[mend])
    if worth[best] < _CERTAIN or worth[best] <= _share_of_syllables(sample):
        return text, None
    return best(text), _MENDS[best]


def is_suspect(text: str) -> bool:
    """Whether there is anything for `mended` to look at."""
    return _SUSPECT.search(text) is not None


def flaw(text: str) -> Damage | None:
    """What is wrong with a text and cannot be put right for certain."""
    if _has_lost(text) and _has_lost(_ADDRESS.sub(" ", text)):
        return Damage.LOST
    broken = len(_SUSPECT.findall(text))
    return Damage.MOJIBAKE if broken >= _LOST_WORDS and badness(text) >= broken else None


def is_syllable(word: str) -> bool:
    """Whether a word has the form of a Vietnamese syllable, with one tone at most."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = sum(mark in _TONES for mark in decomposed)
    bare = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
    return tones < 2 and _SYLLABLE.fullmatch(bare) is not None


def _has_lost(text: str) -> bool:
    return len(_LOST.findall(text)) >= _LOST_WORDS


def _share_of_syllables(text: str) -> float:
    words = _WORD.findall(text)
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


def _from_western(text: str) -> str:
    return ftfy.fix_encoding(text)


def _from_vietnamese(text: str) -> str:
    """From Windows' Vietnamese code page, which `ftfy` does not know."""
    try:
        return text.encode("cp1258").decode()
    except UnicodeError:
        return text


def _from_tcvn3(text: str) -> str:
    return text.translate(FROM_TCVN3)


def _from_vni(text: str) -> str:
    pattern, letters = _vni()
    return pattern.sub(lambda found: letters[found[0]], text)


@cache
def _vni() -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = {vowel + mark: letter for vowel, marks in _VNI_MARKS.items() for mark, letter in marks.items()}
    letters = pairs | _VNI_ALONE
    # Capitals have capital marks, and a capital may stand before a small one.
    letters |= {f"{one[0].upper()}{one[1:]}": letter.upper() for one, letter in letters.items()}
    letters |= {one.upper(): letter.upper() for one, letter in letters.items()}
    longest = sorted(letters, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), letters


_MENDS: dict[Callable[[str], str], Damage] = {
    _from_western: Damage.MOJIBAKE,
    _from_vietnamese: Damage.MOJIBAKE,
    _from_tcvn3: Damage.TCVN3,
    _from_vni: Damage.VNI,
}
