"""What an article's newest text says, for its page: what it names, its figures, which standards were met."""

import sqlite3
from dataclasses import dataclass, field

from archive.site.lookup import rows

MOST = 5_000  # of a kind; more are in the tables
_ORDER = ("title", "lead", "body")  # then captions, then the byline

# What names a thing, by the kind of thing: its table, the column with its name, and what is told beside that.
_THINGS = {
    "document": ("documents", "t.number", "t.kind"),
    "place": ("places", "t.name", "t.kind"),
    "person": ("people", "t.name", "m.office"),
}
MENTIONS = {"document": "article_documents", "place": "article_places", "person": "article_people"}


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a text names a document, a place or a person; of a person `kind` is the office told."""

    thing: str
    id: int | str
    name: str
    kind: str
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Figure:
    """As in the table `figures`."""

    field: str
    start: int
    end: int
    text: str
    value: int | float
    total: int | float | None
    unit: str
    hedge: str | None
    year: int | None
    giver: str | None
    subject: str | None


@dataclass(frozen=True, slots=True)
class Standard:
    """A place that is said to have met a standard."""

    place: str
    name: str
    standard: str
    year: int | None
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """Each in the order of the text: title, lead, body, captions, byline."""

    facts: list[Fact] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    standards: list[Standard] = field(default_factory=list)


def said(connection: sqlite3.Connection, id: int) -> Said:
    """Of one article. An archive of before has not all of these tables."""
    tables = {row["name"] for row in rows(connection, "select name from sqlite_master where type = 'table'")}
    facts = [fact for thing in _THINGS if MENTIONS[thing] in tables for fact in _facts(connection, thing, id)]
    return Said(
        facts=sorted(facts, key=_place),
        figures=_figures(connection, id) if "figures" in tables else [],
        standards=_standards(connection, id) if {"article_standards", "places"} <= tables else [],
    )


def _facts(connection: sqlite3.Connection, thing: str, id: int) -> list[Fact]:
    table, name, kind = _THINGS[thing]
    query = f"""select '{thing}' as thing, t.id, {name} as name, coalesce({kind}, '') as kind, m.field,
            m.start, m."end"
        from {MENTIONS[thing]} as m join {table} as t on t.id = m.{thing} where m.article = ? limit {MOST}"""
    return [Fact(**row) for row in rows(connection, query, id)]


def _figures(connection: sqlite3.Connection, id: int) -> list[Figure]:
    query = f"""select field, start, "end", text, value, total, unit, hedge, year, giver, subject
        from figures where article = ? limit {MOST}"""
    return sorted((Figure(**row) for row in rows(connection, query, id)), key=_place)


def _standards(connection: sqlite3.Connection, id: int) -> list[Standard]:
    query = f"""select m.place, p.kind || ' ' || p.name as name, m.standard, m.year, m.field, m.start, m."end"
        from article_standards as m join places as p on p.id = m.place where m.article = ? limit {MOST}"""
    return sorted((Standard(**row) for row in rows(connection, query, id)), key=_place)


def _place(one: Fact | Figure | Standard) -> tuple[int, int, int]:
    if one.field in _ORDER:
        return _ORDER.index(one.field), 0, one.start
    position = one.field.partition(":")[2]
    return len(_ORDER) + (not position), int(position or 0), one.start
