"""What stands near an article: the same story elsewhere, and what its portal published before and after."""

import json
import sqlite3
from dataclasses import dataclass

from archive.site.lookup import Row, rows
from archive.text import fold, tokens, without_stroke

FEWEST_WORDS = 5  # a shorter title (`Lịch tiếp công dân`) names a series, not a story
LONGEST_TITLE = 60  # words
LOOKED_AT = 200
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Nearby:
    same: list[Row]
    before: Row | None
    after: Row | None


def nearby(connection: sqlite3.Connection, article: Row) -> Nearby:
    return Nearby(
        same_story(connection, article),
        _neighbour(connection, article, -1),
        _neighbour(connection, article, 1),
    )


def same_story(connection: sqlite3.Connection, article: Row) -> list[Row]:
    """Other articles that have the same title, accents and punctuation aside; the nearest in time first."""
    words = tokens(fold(article["title"]))
    if not FEWEST_WORDS <= len(words) <= LONGEST_TITLE:
        return []
    phrase = f"title : {json.dumps(' '.join(tokens(without_stroke(article['title']))), ensure_ascii=False)}"
    found = rows(
        connection,
        f"""select id, title, portal, published_at, gone_at, url, language from articles where docid in (
            select rowid from articles_fts where articles_fts match ? order by rowid desc limit {LOOKED_AT})
        and id <> ? order by abs(docid - ?) limit {LOOKED_AT}""",
        phrase,
        article["id"],
        article["docid"],
    )
    return [row for row in found if tokens(fold(row["title"])) == words][:SHOWN]


def _neighbour(connection: sqlite3.Connection, article: Row, step: int) -> Row | None:
    """By the date that the page states; an undated article stands nowhere in time."""
    if not article["published_at"]:
        return None
    than, order = ("<", "desc") if step < 0 else (">", "asc")
    found = rows(
        connection,
        f"""select id, title, published_at, language from articles where portal = ?1
        and published_at {than}= ?2 and (published_at {than} ?2 or docid {than} ?3)
        order by published_at {order}, docid {order} limit 1""",
        article["portal"],
        article["published_at"],
        article["docid"],
    )
    return found[0] if found else None
