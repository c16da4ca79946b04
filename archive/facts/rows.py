"""The rows of what the articles say: each article's as its newest text has them, and no others.

They follow from the articles alone, whatever the order of taking in: a document, a place or a person has a
row while an article mentions it, and a document's date is the earliest that its mentions state.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from archive.facts import facts_of
from archive.facts.documents import Citation
from archive.facts.gazetteer import Place, gazetteer
from archive.facts.people import Named
from archive.identity import row_id
from archive.model import Article
from archive.statements import inserting

Row = tuple[object, ...]
Rows = dict[str, tuple[Row, ...]]  # by table


@dataclass(frozen=True, slots=True)
class Things:
    """What is mentioned: its table, the column of a mention that names its row, and its columns."""

    table: str
    column: str
    columns: tuple[str, ...]


_SPAN = ("field", "start", "end", "text")
_PLACES = ("id", "name", "kind", "district", "latitude", "longitude", "until", "successor")
DOCUMENTS = Things("documents", "document", ("id", "number", "kind", "issuer"))
PLACES = Things("places", "place", _PLACES)
PEOPLE = Things("people", "person", ("id", "name", "affiliation"))

# The tables of mentions: their columns behind `article`, and the things that they alone keep in being. Where
# a standard was met a place is told of, so that needs no row of its own.
TABLES: dict[str, tuple[tuple[str, ...], Things | None]] = {
    "article_documents": (("document", *_SPAN, "dated"), DOCUMENTS),
    "article_places": (("place", *_SPAN), PLACES),
    "article_people": (("person", *_SPAN, "honorific", "office"), PEOPLE),
    "article_standards": (("place", *_SPAN, "standard", "year"), None),
    "figures": ((*_SPAN, "value", "total", "unit", "hedge", "year", "giver", "subject"), None),
}


def document_id(number: str) -> int:
    return row_id("document", number)


def person_id(name: str, affiliation: str | None) -> int:
    return row_id("person", name, affiliation or "")


def rows_of(article: Article) -> Rows:
    """What an article says: of each table of mentions the rows, without the article's id, and the things that
    they mention. Pure, and all that takes time."""
    facts = facts_of(article)
    return {
        "documents": tuple({_document(one) for _, one in facts.documents}),
        "places": tuple({_place(one.place) for _, one in facts.places}),
        "people": tuple({_person(one) for _, one in facts.people}),
        "article_documents": tuple(
            (document_id(one.number), field, one.start, one.end, one.text, one.dated)
            for field, one in facts.documents
        ),
        "article_places": tuple(
            (one.place.id, field, one.start, one.end, one.text) for field, one in facts.places
        ),
        "article_people": tuple(
            (person_id(one.name, one.affiliation), field, one.start, one.end, one.text, one.honorific,
             one.office)
            for field, one in facts.people
        ),
        "article_standards": tuple(
            (one.place.id, field, one.start, one.end, one.text, one.standard, one.year)
            for field, one in facts.standards
        ),
        "figures": tuple(
            (field, one.start, one.end, one.text, one.value, one.total, one.unit, one.hedge, one.year,
             one.giver, one.subject)
            for field, one in facts.figures
        ),
    }  # fmt: skip


def begin(archive: Connection, id: int, said: Rows) -> None:
    """Store in bulk what an article says that has said nothing so far; `tidy_all` comes at the end."""
    for table, (_, things) in TABLES.items():
        if rows := [(id, *row) for row in said[table]]:
            _insert_all(archive, table, things, said, rows)


def replace(archive: Connection, id: int, said: Rows, in_bulk: bool = False) -> None:
    """Put what an article says now in the place of what it has said so far; `in_bulk` as in `begin`."""
    for table, (_, things) in TABLES.items():
        rows = [(id, *row) for row in said[table]]
        known = _known(archive, table, id)
        if set(known) == set(rows):
            continue
        archive.execute(f"delete from {table} where article = ?", [id])
        _insert_all(archive, table, things, said, rows)
        if not in_bulk:
            _tidy(archive, table, known, rows)


def forget(archive: Connection, articles: Collection[int], in_bulk: bool = False) -> None:
    """Remove what articles have said that are no more."""
    for table in TABLES:
        for id in articles:
            known = _known(archive, table, id)
            archive.execute(f"delete from {table} where article = ?", [id])
            if not in_bulk:
                _tidy(archive, table, known, ())


def tidy_all(archive: Connection) -> None:
    """What storing in bulk has left: no thing that no article mentions, and the date of each document."""
    for table, (_, things) in TABLES.items():
        if things:
            told = f"select {things.column} from {table}"
            archive.execute(f"delete from {things.table} where id not in ({told})")
    archive.execute(
        "update documents set dated = "
        "(select min(dated) from article_documents where document = documents.id)"
    )


def move(archive: Connection, was: int, id: int) -> None:
    """An article has another id; of that there must be nothing."""
    for table in TABLES:
        archive.execute(f"update {table} set article = ? where article = ?", [id, was])


def _document(one: Citation) -> Row:
    return document_id(one.number), one.number, one.kind, one.issuer


def _place(place: Place) -> Row:
    district = gazetteer().places[place.district].name if place.district else None
    return (
        place.id, place.name, place.kind, district, place.latitude, place.longitude, place.until,
        place.successor,
    )  # fmt: skip


def _person(one: Named) -> Row:
    return person_id(one.name, one.affiliation), one.name, one.affiliation


def _insert_all(archive: Connection, table: str, things: Things | None, said: Rows, rows: list[Row]) -> None:
    """Mentions, and before them what they mention."""
    if things:
        archive.executemany(_insert(things.table, things.columns), said[things.table])
    archive.executemany(_insert(table, _columns(table)), rows)


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"{inserting(table, columns)} on conflict do nothing"


def _known(archive: Connection, table: str, id: int) -> list[Row]:
    columns = ", ".join(f'"{column}"' for column in _columns(table))
    return archive.execute(f"select {columns} from {table} where article = ?", [id]).fetchall()


def _columns(table: str) -> tuple[str, ...]:
    return ("article", *TABLES[table][0])


def _tidy(archive: Connection, table: str, was: Sequence[Row], now: Sequence[Row]) -> None:
    """Remove what no article speaks of any more, and date what is left."""
    things = TABLES[table][1]
    if things is None:
        return
    archive.executemany(
        f"delete from {things.table} where id = ?1 "
        f"and not exists (select 1 from {table} where {things.column} = ?1)",
        {(row[1],) for row in was},
    )
    if things == DOCUMENTS:
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
