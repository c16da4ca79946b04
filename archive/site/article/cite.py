"""How to cite an article: in a footnote, as plain text, and for what reads a page's head. See also
`archive/site/article/references.py`, for programs that keep references.

The work cited is the portal's page, at its own address; the archive's address, the Wayback Machine's and the
proof stand in a note, which every style and program keeps. Authors are given as the page states them: what
stands there is as often an office or two names as one, and Vietnamese names are not to be turned around.
"""

import re
from dataclasses import dataclass
from typing import Any

from archive.site.article.dossier import Dossier
from archive.site.render import vietnamese_date, web_address

INVENTED = "BẢN MÔ PHỎNG: bài viết được viết ra để minh họa. · A DEMONSTRATION: the article is invented."
LONGEST = {"title": 1_000, "lead": 5_000}  # characters; other fields 300
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Citation:
    """Every field on one line, empty where nothing is known. `original` is empty where it is no address of
    the web; `day` and `captured` are ISO days."""

    key: str
    title: str
    author: str
    site: str
    publisher: str
    section: str
    language: str
    lead: str
    day: str
    published_at: str
    original: str
    permanent: str
    wayback: str
    captured_at: str
    sha256: str
    warc: str
    invented: bool

    @property
    def captured(self) -> str:
        return _day(self.captured_at)

    @property
    def note(self) -> str:
        parts = {
            "Bản lưu · Archived copy": self.permanent,
            "Lưu lúc · Captured": self.captured_at,
            "Wayback": self.wayback,
            "SHA-256": self.sha256,
            "WARC": self.warc,
        }
        told = "; ".join(f"{name}: {value}" for name, value in parts.items() if value)
        return f"{INVENTED} {told}" if self.invented else told


def citation(found: Dossier, permanent: str, invented: bool) -> Citation:
    """`permanent` is the article's whole address in the archive, with its version where that is not the
    newest; `invented`: the archive holds the demonstration's texts."""
    article, portal, proof = found.article, found.portal, found.proof or {}
    stated = {
        name: _line(article[name], LONGEST.get(name, 300)) for name in ("title", "author", "section", "lead")
    }
    original = _line(web_address(article["url"]), 4_000)
    captured_at = proof.get("captured_at") or article["last_captured_at"] or article["first_captured_at"]
    return Citation(
        key=f"{re.sub(r'[^a-z0-9]', '', article['portal'].lower())}-{article['id']}",
        **stated,
        site=_line(portal["title"] or portal["id"]),
        publisher=_line(portal["publisher"]),
        language=_line(article["language"], 35),
        day=_day(article["published_at"]),
        published_at=_line(article["published_at"]),
        original=original,
        permanent=permanent,
        wayback=wayback(original, captured_at) or "",
        captured_at=_line(captured_at),
        sha256=_line(proof.get("sha256")),
        warc=_warc(proof),
        invented=invented,
    )


def wayback(url: str, captured_at: str | None) -> str | None:
    """What the Wayback Machine has nearest to the day of a capture."""
    day = _day(captured_at).replace("-", "")
    return f"https://web.archive.org/web/{day}000000/{url}" if url and day else None


def footnote(cited: Citation) -> str:
    captured = f"lưu {vietnamese_date(cited.captured_at)}: {cited.permanent}"
    day = vietnamese_date(cited.day) if cited.day else "không ghi ngày"
    parts = (cited.author, f"“{cited.title}”", cited.site, day, cited.original, captured)
    sentence = ", ".join(part for part in parts if part)
    return f"{sentence}. {INVENTED}" if cited.invented else f"{sentence}."


def text(cited: Citation, found: Dossier) -> str:
    """The whole article as plain text, with where it comes from."""
    article = found.article
    day = f"{_line(article['date_label'])} {vietnamese_date(article['published_at'])}".strip()
    source = f"Nguồn · Source: {_line(article['source'])}" if article["source"] else ""
    byline = " · ".join(part for part in (cited.author, day, cited.site, source) if part)
    told = (INVENTED if cited.invented else "", cited.title, byline, article["lead"], article["body"])
    proof = {
        "Địa chỉ gốc · Original address": _line(article["url"], 4_000),
        "Bản lưu · Archived copy": cited.permanent,
        "Wayback": cited.wayback,
        "Lưu lúc · Captured": cited.captured_at,
        "SHA-256 của trang · of the page": cited.sha256,
        "SHA-256 của văn bản · of the text": _line((found.version or {}).get("sha256")),
        "WARC": cited.warc,
    }
    lines = "\n".join(f"{name}: {value}" for name, value in proof.items() if value)
    return "\n\n".join(part for part in (*told, f"--\n{lines}") if part) + "\n"


def head(cited: Citation) -> list[tuple[str, str, str]]:
    """What Zotero and others read from a page's head: (attribute, name, content)."""
    named = {
        "citation_title": cited.title,
        "citation_author": cited.author,
        "citation_publication_date": cited.day.replace("-", "/"),
        "citation_publisher": cited.publisher or cited.site,
        "citation_language": cited.language,
        "citation_public_url": cited.permanent,
        "DC.title": cited.title,
        "DC.creator": cited.author,
        "DC.date": cited.day,
        "DC.publisher": cited.publisher or cited.site,
        "DC.language": cited.language,
        "DC.identifier": cited.permanent,
        "DC.source": cited.original,
        "DC.type": "Text",
    }
    graph = {
        "og:type": "article",
        "og:title": cited.title,
        "og:url": cited.permanent,
        "og:site_name": cited.site,
        "og:description": cited.lead[:300],
        "article:published_time": cited.published_at if cited.day else "",
        "article:author": cited.author,
        "article:section": cited.section,
    }
    tags = [("name", name, content) for name, content in named.items()]
    tags += [("property", name, content) for name, content in graph.items()]
    return [tag for tag in tags if tag[2]]


def _line(value: Any, longest: int = 300) -> str:
    """On one line, without control characters and marks of direction: a line is a field in most formats."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(value or "")[: longest + 1])
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[:longest]}…"


def _day(stamp: str | None) -> str:
    match = _DAY.match(stamp or "")
    return match[0] if match else ""


def _warc(proof: dict[str, Any]) -> str:
    if not proof.get("warc_file"):
        return ""
    return f"{_line(proof['warc_file'])}, offset {proof['warc_offset']}, length {proof['warc_length']}"
