"""The documents that a text cites by number: `125/KH-UBND`, `05-CT/TW`, `15/2020/NĐ-CP`, `29/2018/QH14`.

A number counts where its letters are those of a kind of document, or, as an official letter has them, of
a body; `24/7`, `178/190` and `QCVN 54:2011/BTTTT` are none. Spaces, dashes, `Ð`, missing accents and zeros
do not make another document. A date is taken only where it plainly is the document's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from archive.facts.codes import ISSUERS, JOINT, KINDS, PARTY, SPELLED, UNIONS, code

FIRST_YEAR = 1945
_DASH = "-‐‑‒–—−"
_CODE = r"[A-ZĐÐ][A-ZĐÐ&]{0,11}(?:[a-zđ]{1,2}[A-ZĐÐ]{0,4})?[0-9]{0,4}"  # TTg, TTr, QĐi, QyĐ, ThU, BCĐ389
_MORE = rf"(?:-{_CODE}){{0,4}}"
_OR = rf"[ ]{{0,2}}[{_DASH}][ ]?"
_SLASH = r"[ ]{0,2}/[ ]?"
_EITHER = rf"(?:{_OR}|{_SLASH})"
# It begins with a digit, since what a pattern begins with decides how fast it is searched for.
_NUMBER = re.compile(
    rf"(?P<number>[0-9](?:(?<![\w/.,{_DASH}][0-9])|(?<=[sS]ố[0-9]))(?:[0-9]{{0,4}}|\.[0-9]{{3}})[a-zđA-Z]?)(?:"
    rf"{_SLASH}(?P<year>(?:19|20)[0-9]{{2}}){_SLASH}(?P<dated>(?:UBTV)?QH[0-9]{{1,2}}|{_CODE}{_EITHER}{_CODE}{_MORE})"
    rf"|{_SLASH}(?P<state>{_CODE}{_EITHER}{_CODE}{_MORE})"
    rf"|{_OR}(?P<party>{_CODE}{_EITHER}{_CODE}{_MORE})"
    r"|/(?P<old>CP|TTg|HĐBT)(?![-/])"
    r")(?![\w/])"
)
_PART = re.compile(rf"[{_DASH}/ ]+")
_ASSEMBLY = re.compile(r"(QH|UBTVQH|UBTP|UBKT)([0-9]{1,2})?")
_DATE = (
    r"(?P<day>[0-9]{1,2})(?:[ ]?[/.-][ ]?(?P<month>[0-9]{1,2})[ ]?[/.-][ ]?(?P<year>[0-9]{4})"
    r"|[ ]tháng[ ](?P<in>[0-9]{1,2})[ ]năm[ ](?P<of>[0-9]{4}))(?![0-9/])"
)
# `số 05-CT/TW ngày 12/3/2021`, `số 1719/QĐ-TTg của Thủ tướng Chính phủ ban hành ngày 14/10/2021`.
_AFTER = re.compile(
    r"[ ]?(?:[,(]?[ ]?(?:(?:của|do)[ ][^0-9.;:,()\n]{2,60}(?:[ ]\([^()\n]{1,30}\))?,?[ ])?"
    rf"(?:(?:được )?(?:ký|ban hành)[ ])*(?:đề )?(?P<all>cùng[ ])?[nN]gày[ ]|(?P<aside>\()){_DATE}"
)
# `Ngày 28/02/2023 UBND tỉnh đã ban hành kế hoạch số 125/KH-UBND`, from the last date before the number.
_ISSUED = (
    r"[^0-9.;:\n]{0,90}?[ ](?:ban hành|ký|phê duyệt|thông qua|có|ra)(?:[ ]ban hành)?"
    r"(?:[ ](?:văn bản|bản))?[ ](?:[^\W\d_]+[ ]){0,3}(?:[Ss]ố[ ]?:?[ ]?)?"
)
_BEFORE = re.compile(rf"gày[ ]{_DATE}{_ISSUED}$")
# `Nghị quyết 01-NQ/TU, ngày 10/02/2022 UBND tỉnh ban hành Kế hoạch số 75/KH-UBND` is the date of the other.
_OF_NEXT = re.compile(rf"{_ISSUED}[0-9]{{1,5}}[ ]?[/{_DASH}]")
_CITED = re.compile(r"(?:\b[Ss]ố|SỐ|[Cc]ông văn|CÔNG VĂN|[Vv]ăn bản)[ ]?:?[ ]?$")
_OLD = re.compile(r"(?:[Nn]ghị định|[Qq]uyết định|[Cc]hỉ thị|[Nn]ghị quyết)[ ](?:số[ ])?$")
# `số 24, 25/NQ-HĐND`: all that stand before the one with the letters.
_ROW = re.compile(r"[sS]ố[ ]?:?[ ]?(?P<row>(?:[0-9]{1,5}[a-zđ]?(?:,|[ ]và|,[ ]và)[ ]){1,9})$")
_IN_ROW = re.compile(r"[0-9]+[a-zđ]?")
_NEXT = re.compile(r"(?:,|[ ]và|,[ ]và)[ ](?:[sS]ố[ ])?")
_SAME_DAY = re.compile(r"[^0-9.;:()\n]{1,60}")
_ROW_REACH = 90
_DIGITS = "0123456789"
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


@dataclass(frozen=True, slots=True)
class _Date:
    """`end` is where it ends, if behind the number; `others` is what may stand between those that have it."""

    day: str
    end: int | None = None
    others: re.Pattern[str] | None = None


def citations(text: str, published: str | None = None) -> list[Citation]:
    """In the order of the text. No document is dated after the day of publication, where that is known."""
    found = list[Citation]()
    used = 0  # where the last date of a document ends
    for match in _NUMBER.finditer(text):
        parts = _PART.split(match["dated"] or match["state"] or match["party"] or match["old"])
        codes = [code(part) for part in parts]
        if not _is_document(match, codes):
            continue
        dated = _dated(match, used, published)
        used = (dated and dated.end) or used
        row = list(_row(match, parts, codes, dated.day if dated else None))
        if dated and dated.others:
            _date_those_before(text, found, row[0].start, dated.day, dated.others)
        found += row
    return found


def _row(match: re.Match[str], parts: list[str], codes: list[str], dated: str | None) -> Iterator[Citation]:
    """The document, and before it those that stand in a row with it: `số 24, 25/NQ-HĐND` are two."""
    text, (start, end) = match.string, match.span()
    kind, issuer = _kind(match, codes), _issuer(codes)
    spans = [(start, end, match["number"])]
    if codes[0] in KINDS and text[max(0, start - 4) : start].endswith((", ", " và ")):
        row = _ROW.search(text, max(0, start - _ROW_REACH), start)
        others = _IN_ROW.finditer(text, row.start("row"), start) if row else ()
        spans = [*((one.start(), one.end(), one[0]) for one in others), *spans]
    for begin, until, number in spans:
        named = _canonical(match, number, parts, codes)
        yield Citation(begin, until, text[begin:until], named, kind, issuer, dated)


def _is_document(match: re.Match[str], codes: list[str]) -> bool:
    start = match.start()
    if match["old"]:
        return _OLD.search(match.string, max(0, start - 20), start) is not None
    if match["dated"] and len(codes) == 1:
        return _ASSEMBLY.fullmatch(codes[0]) is not None
    if codes[0] in KINDS:
        # All in dashes or all in slashes it may be something else.
        is_plain = (match["party"] is None) == ("/" not in (match["state"] or match["party"] or ""))
        return is_plain or _body(codes[1]) is not None
    if match["party"] or "/" in (match["state"] or ""):
        return False
    # An official letter: the body, then the unit in it. What says `số` before an unknown body is one too.
    cited = _CITED.search(match.string, max(0, start - 12), start)
    return _body(codes[0]) is not None or (cited is not None and len(codes[0]) > 1)


def _canonical(match: re.Match[str], number: str, parts: list[str], codes: list[str]) -> str:
    """As the rules for documents have it: two digits at least, and the party's with its own dashes."""
    number = number.replace(".", "").lower().lstrip("0") or "0"
    number = number if len(number) > 1 and number[1].isdigit() else f"0{number}"
    spelled = [_spelled(*both) for both in zip(parts, codes, strict=True)]
    if len(codes) > 1 and codes[0] in KINDS and not match["year"] and _is_party(codes, match):
        return f"{number}-{spelled[0]}/{'-'.join(spelled[1:])}"
    return "/".join(filter(None, (number, match["year"], "-".join(spelled))))


def _spelled(part: str, code: str) -> str:
    """A code that is not known keeps its Đ."""
    letters = code.rstrip(_DIGITS)
    return SPELLED.get(letters, part.upper().replace("Ð", "Đ").rstrip(_DIGITS)) + code[len(letters) :]


def _is_party(codes: list[str], match: re.Match[str]) -> bool:
    """By its body, in whichever way it is typed; where that is unknown, by the way it is."""
    body = codes[1]
    return body in PARTY or (
        match["party"] is not None and body not in ISSUERS and not _ASSEMBLY.fullmatch(body)
    )


def _kind(match: re.Match[str], codes: list[str]) -> str | None:
    """None for laws and resolutions of the National Assembly: `QH14` is the code of both."""
    if codes[0] == "TT" and len(codes) > 1 and not match["year"] and codes[1] in PARTY:
        return "thông tri"
    if codes[0] in KINDS:
        return KINDS[codes[0]]
    return "công văn" if len(codes) > 1 and _body(codes[0]) else None


def _issuer(codes: list[str]) -> str | None:
    """Of several that issued together, each; None where one of them is unknown.

    Behind one that alone issued it stands the unit in it that wrote it: `QĐ-BNN-TCLN`.
    """
    bodies = codes[1:] if codes[0] in KINDS else codes[:1]
    names = [_body(one) for one in bodies]
    if names and None in names[1:] and codes[0] not in JOINT:
        names = names[: names.index(None)]
    return ", ".join(name for name in names if name) if names and all(names) else None


def _body(code: str) -> str | None:
    if assembly := _ASSEMBLY.fullmatch(code):
        return ISSUERS.get(assembly[1])
    code = code.rstrip(_DIGITS)
    return ISSUERS.get(code) or PARTY.get(code) or UNIONS.get(code)


def _dated(match: re.Match[str], used: int, published: str | None) -> _Date | None:
    """The date beside a number, unless it is another document's, which ends at `used`."""
    text = match.string
    after = _AFTER.match(text, match.end())
    if after and not (", ngày" in after[0] and _OF_NEXT.match(text, after.end())):
        day = _day(after, match["year"], published)
        others = None if after["aside"] else _SAME_DAY if after["all"] else _NEXT
        return _Date(day, after.end(), others) if day else None
    last = text.rfind("gày ", max(used, match.start() - _REACH), match.start())
    before = _BEFORE.match(text, last, match.start()) if last >= 0 else None
    day = _day(before, match["year"], published) if before else None
    return _Date(day) if day else None


def _day(found: re.Match[str], year: str | None, published: str | None) -> str | None:
    """None where that is no day, not of the year that the number has, or after the day of publication."""
    try:
        stated = date(
            int(found["year"] or found["of"]), int(found["month"] or found["in"]), int(found["day"])
        )
    except ValueError:
        return None
    day = stated.isoformat()
    is_its = stated.year >= FIRST_YEAR and day <= (published or "9999") and day.startswith(year or "")
    return day if is_its else None


def _date_those_before(
    text: str, found: list[Citation], start: int, day: str, between: re.Pattern[str]
) -> None:
    """`số 41/NQ-HĐND, 42/NQ-HĐND ngày 17/7/2024` is the day of both, and so is what says `cùng ngày`."""
    for index in range(len(found) - 1, -1, -1):
        one = found[index]
        year = one.number.split("/")[1][:4]
        is_other_year = year.isdigit() and not day.startswith(year)
        if one.dated or is_other_year or not between.fullmatch(text, one.end, start):
            return
        found[index] = replace(one, dated=day)
        start = one.start
