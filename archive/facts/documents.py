"""The documents that a text cites by number: `125/KH-UBND`, `05-CT/TW`, `15/2020/NĐ-CP`, `29/2018/QH14`.

A number counts where its letters are those of a kind of document, or, as an official letter has them, of
a body; `24/7`, `178/190` and `QCVN 54:2011/BTTTT` are none. Spaces, dashes, `Ð`, missing accents and zeros
do not make another document. A date is taken only where it plainly is the document's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from archive.facts.codes import ISSUERS, KINDS, PARTY, SPELLED
from archive.text import without_stroke

FIRST_YEAR = 1945
_DASH = "-‐‑‒–—−"
_CODE = r"[A-ZĐÐ]{1,12}(?:[a-z][A-ZĐÐ]?)?[0-9]{0,2}"  # TTg, TTr, QĐi, QyĐ, ThU
_MORE = rf"(?:-{_CODE}){{0,2}}"
_OR = rf"[ ]?[{_DASH}][ ]?"
_SLASH = r"[ ]?/[ ]?"
_NUMBER = re.compile(
    rf"(?<![\w/.,{_DASH}])(?P<number>[0-9]{{1,5}}[a-zđ]?)(?:"
    rf"{_SLASH}(?P<year>(?:19|20)[0-9]{{2}}){_SLASH}(?P<dated>(?:UBTV)?QH[0-9]{{1,2}}|{_CODE}{_OR}{_CODE}{_MORE})"
    rf"|{_SLASH}(?P<state>{_CODE}{_OR}{_CODE}{_MORE})"
    rf"|{_OR}(?P<party>{_CODE}{_SLASH}{_CODE}{_MORE})"
    rf")(?![\w/])"
)
_PART = re.compile(rf"[{_DASH}/ ]+")
_ASSEMBLY = re.compile(r"(QH|UBTVQH|UBTP|UBKT)([0-9]{1,2})?")
_DATE = (
    r"(?P<day>[0-9]{1,2})(?:[ ]?[/.-][ ]?(?P<month>[0-9]{1,2})[ ]?[/.-][ ]?(?P<year>[0-9]{4})"
    r"|[ ]tháng[ ](?P<in>[0-9]{1,2})[ ]năm[ ](?P<of>[0-9]{4}))(?![0-9/])"
)
# `số 05-CT/TW ngày 12/3/2021`, `số 1719/QĐ-TTg của Thủ tướng Chính phủ ban hành ngày 14/10/2021`.
_AFTER = re.compile(
    r"[ ]?[,(]?[ ]?(?:(?:của|do)[ ][^0-9.;:,()\n]{2,60}[ ],?)?(?:(?:được )?(?:ký|ban hành)[ ])*"
    rf"[nN]gày[ ]{_DATE}"
)
# `Ngày 28/02/2023 UBND tỉnh đã ban hành kế hoạch số 125/KH-UBND`, from the last date before the number.
_BEFORE = re.compile(
    rf"gày[ ]{_DATE}[^0-9.;:\n]{{0,90}}?[ ](?:ban hành|ký|phê duyệt|thông qua|có|ra)(?:[ ]ban hành)?"
    r"(?:[ ](?:văn bản|bản))?[ ](?:[^\W\d_]+[ ]){0,3}(?:[Ss]ố[ ]?:?[ ]?)?$"
)
_CITED = re.compile(r"(?:\b[Ss]ố|SỐ|[Cc]ông văn|CÔNG VĂN|[Vv]ăn bản)[ ]?:?[ ]?$")
_REACH = 150  # characters before a number in which its date is looked for


@dataclass(frozen=True, slots=True)
class Citation:
    """`text` is the number as written, at `start` to `end`; `number` is the same for all its spellings.

    `dated` is the document's date as stated beside the number, an ISO 8601 day.
    """

    start: int
    end: int
    text: str
    number: str
    kind: str | None = None
    issuer: str | None = None
    dated: str | None = None


def citations(text: str, published: str | None = None) -> list[Citation]:
    """In the order of the text. No document is dated after the day of publication, where that is known."""
    return list(_citations(text, published or "9999"))


def _citations(text: str, published: str) -> Iterator[Citation]:
    for match in _NUMBER.finditer(text):
        parts = _PART.split(match["dated"] or match["state"] or match["party"])
        codes = [_code(part) for part in parts]
        if not _is_document(match, codes):
            continue
        number = _canonical(match, codes)
        dated = _dated(match)
        if dated and (dated > published or (match["year"] and not dated.startswith(match["year"]))):
            dated = None
        yield Citation(*match.span(), match[0], number, _kind(codes), _issuer(codes), dated)


def _code(part: str) -> str:
    """In capitals without accents; but a contract is no guidance."""
    return "HĐ" if part in ("HĐ", "HÐ") else without_stroke(part.replace("Ð", "Đ").upper())


def _is_document(match: re.Match[str], codes: list[str]) -> bool:
    if match["dated"] and len(codes) == 1:
        return _ASSEMBLY.fullmatch(codes[0]) is not None
    if codes[0] in KINDS:
        return True
    if match["party"]:
        return False
    # An official letter: the body, then the unit in it. What says `số` before an unknown body is one too.
    start = match.start()
    cited = _CITED.search(match.string, max(0, start - 12), start)
    return codes[0] in ISSUERS or (cited is not None and len(codes[0]) > 1)


def _canonical(match: re.Match[str], codes: list[str]) -> str:
    """As the rules for documents have it: two digits at least, and the party's with its own dashes."""
    number = match["number"].lstrip("0") or "0"
    number = number if len(number) > 1 and number[1].isdigit() else f"0{number}"
    spelled = [SPELLED.get(code, code) for code in codes]
    if len(codes) > 1 and codes[0] in KINDS and not match["year"] and _is_party(codes, match):
        return f"{number}-{spelled[0]}/{'-'.join(spelled[1:])}"
    return "/".join(filter(None, (number, match["year"], "-".join(spelled))))


def _is_party(codes: list[str], match: re.Match[str]) -> bool:
    """By its body, in whichever way it is typed; where that is unknown, by the way it is."""
    body = codes[1]
    if body in PARTY and body not in ISSUERS:
        return True
    return match["party"] is not None and body not in ISSUERS and not _ASSEMBLY.fullmatch(body)


def _kind(codes: list[str]) -> str | None:
    """None for laws and resolutions of the National Assembly: `QH14` is the code of both."""
    if codes[0] in KINDS:
        return KINDS[codes[0]]
    return None if _ASSEMBLY.fullmatch(codes[0]) else "công văn"


def _issuer(codes: list[str]) -> str | None:
    """Of several that issued together, each; None where one of them is unknown."""
    is_letter = codes[0] not in KINDS
    names = [_body(code) for code in (codes[:1] if is_letter else codes[1:])]
    return ", ".join(name for name in names if name) if names and all(names) else None


def _body(code: str) -> str | None:
    known = PARTY.get(code) if code not in ISSUERS else ISSUERS[code]
    if known is None and (assembly := _ASSEMBLY.fullmatch(code)):
        known = ISSUERS.get(assembly[1])
    return known


def _dated(match: re.Match[str]) -> str | None:
    text = match.string
    found = _AFTER.match(text, match.end())
    if found is None:
        last = text.rfind("gày ", max(0, match.start() - _REACH), match.start())
        found = _BEFORE.match(text, last, match.start()) if last >= 0 else None
    return _day(found) if found else None


def _day(found: re.Match[str]) -> str | None:
    try:
        stated = date(
            int(found["year"] or found["of"]), int(found["month"] or found["in"]), int(found["day"])
        )
    except ValueError:
        return None
    return stated.isoformat() if stated.year >= FIRST_YEAR else None
