"""The rows of what the articles say: each article's as its newest text has them, and no others.

They follow from the articles alone, whatever the order of taking in: a document or a place has a row while
an article mentions it, and a document's date is the earliest that its mentions state.
"""

from collections.abc import Collection, Sequence
from itertools import product
from sqlite3 import Connection

from archive.facts import Facts, facts_of
from archive.facts.documents import Citation
from archive.facts.gazetteer import Place, gazetteer
from archive.identity import row_id
from archive.model import Article

TABLES = {
    "article_documents": ("article", "document", "field", "start", "end", "text", "dated"),
    "article_places": ("article", "place", "field", "start", "end", "text"),
}
Row = tuple[object, ...]


def document_id(number: str) -> int:
    return row_id("document", number)


def replace(archive: Connection, id: int, article: Article) -> None:
    """Put what an article says now in the place of what it has said so far."""
    facts = facts_of(article)
    for table, rows in _rows(id, facts).items():
        known = _known(archive, table, id)
        if set(known) == set(rows):
            continue
        archive.execute(f"delete from {table} where article = ?", [id])
        _introduce(archive, table, facts)
        marks = ", ".join("?" * len(TABLES[table]))
        archive.executemany(f"insert into {table} ({_columns(table)}) values ({marks})", rows)
        _tidy(archive, table, known, rows)


def forget(archive: Connection, articles: Collection[int]) -> None:
    """Remove what articles have said that are no more."""
    for table, id in product(TABLES, articles):
        known = _known(archive, table, id)
        archive.execute(f"delete from {table} where article = ?", [id])
        _tidy(archive, table, known, ())


def move(archive: Connection, was: int, id: int) -> None:
    """An article has another id; of that there must be nothing."""
    for table in TABLES:
        archive.execute(f"update {table} set article = ? where article = ?", [id, was])


def _rows(id: int, facts: Facts) -> dict[str, list[Row]]:
    return {
        "article_documents": [
            (id, document_id(one.number), field, one.start, one.end, one.text, one.dated)
            for field, one in facts.documents
        ],
        "article_places": [
            (id, one.place.id, field, one.start, one.end, one.text) for field, one in facts.places
        ],
    }


def _introduce(archive: Connection, table: str, facts: Facts) -> None:
    """Rows for the documents and places that are mentioned for the first time."""
    if table == "article_documents":
        archive.executemany(
            "insert into documents (id, number, kind, issuer) values (?, ?, ?, ?) on conflict do nothing",
            [_document(one) for _, one in facts.documents],
        )
        return
    archive.executemany(
        "insert into places (id, name, kind, district, latitude, longitude, until, successor) "
        "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        [_place(place) for place in {one.place.id: one.place for _, one in facts.places}.values()],
    )


def _document(one: Citation) -> Row:
    return document_id(one.number), one.number, one.kind, one.issuer


def _place(place: Place) -> Row:
    district = gazetteer().places[place.district].name if place.district else None
    return (
        place.id, place.name, place.kind, district, place.latitude, place.longitude, place.until,
        place.successor,
    )  # fmt: skip


def _known(archive: Connection, table: str, id: int) -> list[Row]:
    return archive.execute(f"select {_columns(table)} from {table} where article = ?", [id]).fetchall()


def _columns(table: str) -> str:
    return ", ".join(f'"{column}"' for column in TABLES[table])


def _tidy(archive: Connection, table: str, was: Sequence[Row], now: Sequence[Row]) -> None:
    """Remove what no article speaks of any more, and date what is left."""
    thing = TABLES[table][1]
    archive.executemany(
        f"delete from {thing}s where id = ?1 and not exists (select 1 from {table} where {thing} = ?1)",
        {(row[1],) for row in was},
    )
    if thing == "document":
        _date(archive, was, now)


def _date(archive: Connection, was: Sequence[Row], now: Sequence[Row]) -> None:
    """The earliest date of each; all mentions are looked at only where it may be one that was taken back."""
    for document, dated in {(row[1], row[-1]) for row in was if row[-1]}:
        archive.execute(
            "update documents set dated = (select min(dated) from article_documents where document = ?1) "
            "where id = ?1 and dated = ?2",
            [document, dated],
        )
    archive.executemany(
        "update documents set dated = ?2 where id = ?1 and coalesce(dated, '9999') > ?2",
        {(row[1], row[-1]) for row in now if row[-1]},
    )
