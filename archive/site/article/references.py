"""A citation as BibTeX, RIS and CSL-JSON. Every field is on one line, so none can begin another."""

import json
from typing import Any

from archive.site.article.cite import Citation

ARCHIVE = "Kho lưu trữ Bắc Kạn · Bắc Kạn Archive"
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{sign: f"\\{sign}" for sign in "$&#_%"},
}  # fmt: skip
_TEX = str.maketrans(_SPECIAL)
_IN_ADDRESS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "{}\\ "})


def bibtex(cited: Citation) -> str:
    """`@misc`, which BibTeX and biblatex both know; in UTF-8."""
    fields = {
        "title": f"{{{_tex(cited.title)}}}",  # in braces of its own: styles keep its capitals
        "author": f"{{{_tex(cited.author)}}}" if cited.author else "",  # and do not part the name
        "howpublished": _tex(cited.site),
        "publisher": _tex(cited.publisher),
        "date": cited.day,
        "year": cited.day[:4],
        "url": cited.original.translate(_IN_ADDRESS),
        "urldate": cited.captured,
        "language": _tex(cited.language),
        "abstract": _tex(cited.lead),
        "note": _tex(cited.note),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{cited.key},\n{lines}}}\n"


def ris(cited: Citation) -> str:
    lines = [
        ("TY", "ELEC"),
        ("ID", cited.key),
        ("TI", cited.title),
        ("AU", cited.author),
        ("T2", cited.site),
        ("PB", cited.publisher),
        ("PY", cited.day[:4]),
        ("DA", _slashed(cited.day)),
        ("Y2", _slashed(cited.captured)),
        ("LA", cited.language),
        ("UR", cited.original),
        ("AB", cited.lead),
        ("N1", cited.note),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value) + "ER  - \r\n"


def csl(cited: Citation) -> str:
    """A list with one item, as Zotero and pandoc read it."""
    item: dict[str, Any] = {
        "id": cited.key,
        "type": "webpage",
        "title": cited.title,
        "author": [{"literal": cited.author}] if cited.author else None,
        "container-title": cited.site,
        "publisher": cited.publisher,
        "issued": _date_parts(cited.day),
        "accessed": _date_parts(cited.captured),
        "URL": cited.original,
        "archive": ARCHIVE,
        "archive_location": cited.permanent,
        "language": cited.language,
        "abstract": cited.lead,
        "note": cited.note,
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2)


def _slashed(day: str) -> str:
    return f"{day.replace('-', '/')}/" if day else ""


def _date_parts(day: str) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None


def _tex(value: str) -> str:
    return value.translate(_TEX)
