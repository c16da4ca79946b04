"""Which charset a page is in: what its bytes show, before what its headers claim."""

import codecs
import re
import unicodedata
from collections.abc import Iterator

from archive.broken import FROM_TCVN3

# Old Vietnamese pages without a charset were written in Windows' Vietnamese code page.
FALLBACK = "windows-1258"
TCVN3 = "tcvn3"  # of the fonts .VnTime, in which offices wrote until about 2010; Python has no such codec
_WITHIN_WORDS = re.compile(rb"[A-Za-z][\xa8-\xbe]")  # letters in TCVN3, signs in all other code pages
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_START = 4096  # bytes in which a page says what it is
_WESTERN = frozenset(("ascii", "iso8859-1", "cp1252"))  # what servers claim that were never asked
_SURE = 0.9  # of the letters beyond ASCII, to believe that a page is Vietnamese
_LETTERS = frozenset(FROM_TCVN3.values()) | {letter.upper() for letter in FROM_TCVN3.values()}


def decoded(body: bytes, content_type: bytes = b"") -> tuple[str, str]:
    """The text of a page, and the charset that it was read in."""
    wide = _wide(body)
    if wide:
        return body.decode(wide, "replace").removeprefix("\ufeff"), wide
    body = body.replace(b"\0", b"")
    if _is_utf8(body):
        return body.decode("utf-8", "replace"), "utf-8"
    declared = next(_declared(content_type, body[:_START]), None)
    if declared and declared not in _WESTERN | {"cp1258"}:
        return body.decode(declared, "replace"), declared
    for charset in (FALLBACK, TCVN3):
        text = _decode(body, charset)
        if _share_of_vietnamese(text) >= _SURE and (charset != TCVN3 or _may_be_tcvn3(body)):
            return text, charset
    charset = "windows-1252" if declared in _WESTERN else FALLBACK
    return _decode(body, charset), charset


def in_utf8(body: bytes, content_type: bytes = b"") -> bytes:
    """A page in UTF-8, whatever charset it came in; most come in it, and stay as they are but for nulls."""
    plain = body.replace(b"\0", b"")
    try:
        plain.decode()
    except UnicodeDecodeError:
        return decoded(body, content_type)[0].encode(errors="replace")
    return plain if _wide(body) is None else decoded(body, content_type)[0].encode(errors="replace")


def _wide(body: bytes) -> str | None:
    """The kind of UTF-16, by its mark or by the half of its bytes that is null in all markup."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = (body[at:_START:2] for at in (0, 1))
    nulls = even.count(0), odd.count(0)
    if max(nulls) < 0.3 * len(odd) or min(nulls) > 0.1 * max(nulls):
        return None
    return "utf-16-le" if nulls[1] > nulls[0] else "utf-16-be"


def _is_utf8(body: bytes) -> bool:
    """Whether it is UTF-8, be it damaged here and there; a page cut in the middle of a letter is not."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body, final=False)
    except UnicodeDecodeError:
        beyond = [letter for letter in body.decode("utf-8", "surrogateescape") if letter > "\x7f"]
        bad = sum("\udc80" <= letter <= "\udcff" for letter in beyond)
        return len(beyond) - bad > 4 * bad
    return True


def _may_be_tcvn3(body: bytes) -> bool:
    beyond = len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))
    return len(_WITHIN_WORDS.findall(body)) > 0.1 * beyond


def _declared(content_type: bytes, start: bytes) -> Iterator[str]:
    """The charsets that the header and the page claim, in Python's names.

    Not the UTF ones: UTF-8 is none of which the bytes are not, nor is UTF-16.
    """
    for found in (*_CHARSET.finditer(content_type), *_CHARSET.finditer(start)):
        try:
            name = codecs.lookup(found[1].decode("ascii", "replace")).name
        except LookupError:
            continue
        if not name.startswith("utf"):
            yield name


def _decode(body: bytes, charset: str) -> str:
    if charset == TCVN3:
        return body.decode("cp1252", "replace").translate(FROM_TCVN3)
    return unicodedata.normalize("NFC", body.decode(charset, "replace"))


def _share_of_vietnamese(text: str) -> float:
    """How many of the signs beyond ASCII are Vietnamese letters; quotes, dashes and blanks do not count."""
    beyond = [sign for sign in text if sign > "\x9f" and not "\u2000" <= sign <= "\u21ff" and sign != "\xa0"]
    return sum(sign in _LETTERS for sign in beyond) / len(beyond) if beyond else 0.0
