"""What is known of a portal already: its newest article, to compare with, and the cookies it asked for."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive.access import glimpse


@dataclass(frozen=True, slots=True)
class Newest:
    """An article that is there still: where, and which layer read it last, when."""

    url: str
    outcome: str
    captured_at: str


def newest(data: Path, portal: str, invented: bool) -> Newest | None:
    """The newest article of a portal in the archive; None where it has none, or cannot be read.

    `invented`: also one of the demo, which no real site has.
    """
    query = """
        select c.url, c.outcome, c.captured_at from captures as c where c.text_sha256 is not null
            and c.outcome like 'article:%' and c.article = (
                select id from articles where portal = ? and gone_at is null
                order by published_at desc, last_captured_at desc limit 1
            ) and (? or (select source from crawls where id = c.crawl) not in ('demo', 'via'))
            order by c.captured_at desc limit 1"""
    rows = _ask(data / "archive.db", query, portal, invented)
    return Newest(*rows[0]) if rows else None


def cookies(data: Path) -> dict[str, dict[str, str]]:
    """What hosts have asked a crawl to send, by host."""
    found: dict[str, dict[str, str]] = {}
    for host, name, value in _ask(data / "frontier.db", "select host, name, value from cookies"):
        found.setdefault(host, {})[name] = value
    return found


def _ask(file: Path, query: str, *parameters: str | bool) -> list[tuple[str, str, str]]:
    if not file.exists():
        return []
    try:
        with closing(glimpse(file)) as connection:
            return connection.execute(query, parameters).fetchall()
    except sqlite3.Error:
        return []  # what is wrong with the file itself is a finding of its own
