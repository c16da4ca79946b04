"""What the tests of feeds, of exports and of news share: a site on invented articles, and hostile ones."""

from collections.abc import Callable
from dataclasses import replace

from sample_archive import FOREST, take_in

from archive.model import Article
from archive.store import Archive

FORMULAS = (
    "=cmd|' /C calc'!A0",
    '+HYPERLINK("http://evil.example";"x")',
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "'=1+1",
    "＝1+1",
    '"=1+1',
    '",=1+1',
    "- một mục",
)
EVIL = "]]>\"'><script>alert(1)</script>&lt;\x00\x0b\x1b\ufffe\uffff\u202e\ud83d\ude00".encode(
    "utf-16", "surrogatepass"
).decode("utf-16")


def hostile(number: int, text: str) -> Article:
    """An article every field of which is hostile; its body has 40,000 characters."""
    return replace(
        FOREST,
        url=f"javascript:alert(1)//{text}",
        key=f"hostile-{number}",
        title=text,
        lead=text,
        body=f"{text}\n\n| {text} | b |\n\n- {text}\n\n{text * (40_000 // len(text))}",
        author=text,
        source=text,
        section=text,
        date_label=text,
        published_at="2024-01-01",
    )


def take_hostile(archive: Archive) -> None:
    for number, text in enumerate([*FORMULAS, EVIL, *(f"{formula}{EVIL}" for formula in FORMULAS)]):
        take_in(archive, "backan", hostile(number, text), "2023-11-21T01:00:00Z")


def changed(article: Article, change: Callable[[str], str]) -> Article:
    return replace(article, body=change(article.body))
