"""An archive of any size, of articles put together from the sentences and syllables of the replica's texts."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from archive.identity import docid, row_id
from archive.model import PortalInfo
from archive.schema import FTS, count_articles, create_count_triggers, create_search_triggers
from archive.store import Archive
from archive.text import word_count
from crawler.replica.truth import truths

PORTALS = ("backan", "mic", "mst", "sonoivu", "ict", "pacnam", "ubmttq", "sonnptnt")
UNDATED = 50  # every so many articles has no date
FIRST, DAYS = date(2008, 1, 1), 6_500
PLACES, MENTIONED = 130, 3
DOCUMENTS, CITED = 30_000, 2

_COLUMNS = (
    "id", "docid", "portal", "key", "url", "title", "author", "source", "section", "published_at", "language",
    "words", "first_captured_at", "last_captured_at", "gone_at", "version", "lead", "body",
)  # fmt: skip


def build(path: Path, articles: int, size: int = 4_096, seed: int = 1) -> Path:
    """Write the archive, each text of `size` bytes or a little more; the same for the same arguments."""
    random = Random(seed)
    with Archive(path) as archive:
        for portal in PORTALS:
            archive.put_portal(
                PortalInfo(portal, f"Cổng {portal}", portal, f"https://{portal}.example/", "x")
            )
        db = archive.db.conn
        for name in archive.db.triggers_dict:
            db.execute(f"drop trigger {name}")
        marks = ", ".join("?" * len(_COLUMNS))
        db.executemany(
            f"insert into articles({', '.join(_COLUMNS)}) values ({marks})", _articles(random, articles, size)
        )
        _facts(db, random)
        for table in FTS:
            db.execute(f"insert into {table}({table}) values ('rebuild')")
        create_search_triggers(archive.db)
        count_articles(db)
        create_count_triggers(db)
        db.commit()
    return path


def _articles(random: Random, count: int, bytes: int) -> Iterator[tuple[object, ...]]:
    known = truths()
    sentences = [s for truth in known for s in re.split(r"(?<=[.!?])\s+|\n+", truth.body) if len(s) > 30]
    syllables = Counter(word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence))
    words, weights = list(syllables), list(accumulate(syllables.values()))
    titles = [truth.title for truth in known]
    authors = [f"Tác giả {n}" for n in range(400)]
    for number in range(count):
        portal, key = random.choice(PORTALS), f"k{number}"
        id = row_id(portal, key)
        day = None if number % UNDATED == 0 else (FIRST + timedelta(random.randrange(DAYS))).isoformat()
        body, size = list[str](), 0
        while size < bytes:
            mixed = " ".join(random.choices(words, cum_weights=weights, k=20)).capitalize() + "."
            body += [random.choice(sentences), mixed]
            size += len(body[-1].encode()) + len(body[-2].encode()) + 2
        text = "\n\n".join(" ".join(body[at : at + 6]) for at in range(0, len(body), 6))
        yield (
            id, docid(id, day), portal, key, f"https://{portal}.example/{key}",
            f"{random.choice(titles)} {random.choice(words)} {random.choice(words)}",
            random.choice(authors) if random.random() < 0.6 else None,
            random.choice(("TTXVN", "Báo Bắc Kạn", None, None)), f"Mục {int(random.expovariate(0.1))}",
            day, "vi", word_count(text), "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z",
            "2024-02-01T00:00:00Z" if random.random() < 0.03 else None,
            2 if random.random() < 0.05 else 1, body[0], text,
        )  # fmt: skip


def _facts(db: sqlite3.Connection, random: Random) -> None:
    db.executemany(
        "insert into places(id, name, kind) values (?, ?, 'xã')",
        [(f"{n:05}", f"Xã {n}") for n in range(PLACES)],
    )
    db.executemany(
        "insert into documents(id, number) values (?, ?)", [(n, f"{n}/QĐ-UBND") for n in range(1, DOCUMENTS)]
    )
    ids = [row[0] for row in db.execute("select id from articles")]
    for table, column, how_many, any_of in (
        ("article_places", "place", MENTIONED, lambda: f"{int(random.random() ** 3 * PLACES):05}"),
        ("article_documents", "document", CITED, lambda: 1 + int(random.random() ** 4 * (DOCUMENTS - 1))),
    ):
        rows = ((id, any_of(), "body", at, at + 5, "…") for id in ids for at in range(0, how_many * 10, 10))
        db.executemany(
            f'insert into {table}(article, {column}, field, start, "end", text) values (?, ?, ?, ?, ?, ?)',
            rows,
        )
