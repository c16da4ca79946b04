"""All about one document, place or person: which portals told of it in which years, and in which articles."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archive.search import Span
from archive.site.article.said import MENTIONS
from archive.site.lookup import Row, rows

COUNTED = 20_000  # articles: of the province itself only a search tells more, in good time
SHOWN = 30
AROUND = 110  # characters of the text before and behind a mention
TABLES = {"documents": "document", "places": "place", "people": "person"}


@dataclass(frozen=True, slots=True)
class Passage:
    """An article, and the words around the first place in it that tells of the thing."""

    article: Row
    office: str | None
    text: str
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """`portals` has by portal how many articles of each year tell of it; `capped`: too many to count.

    `offices`, `standards` and `namesakes` are empty where it has none.
    """

    kind: str
    id: int | str
    name: str
    known: Row
    articles: int
    capped: bool
    portals: dict[str, Counter[str]]
    newest: tuple[Passage, ...]
    offices: Sequence[Row]
    standards: Sequence[Row]
    namesakes: Sequence[Row]

    @property
    def years(self) -> list[tuple[str, int]]:
        every = sum(self.portals.values(), Counter[str]())
        return sorted((year, count) for year, count in every.items() if year)

    @property
    def span(self) -> str:
        """From the first year to the last, where articles are dated."""
        years = [year for year, _ in self.years]
        return "–".join(dict.fromkeys((years[0], years[-1]))) if years else ""


def thing(connection: sqlite3.Connection, table: str, id: str) -> Thing | None:
    """Of a row of `documents`, `places` or `people`; None where there is no such row."""
    found = rows(connection, f"select * from {table} where id = ?", id)
    if not found:
        return None
    kind, known = TABLES[table], found[0]
    of = f"from {MENTIONS[kind]} as m where m.{kind} = ?"
    distinct = f"select count(*) as n from (select distinct m.article {of} limit {COUNTED + 1})"
    count = rows(connection, distinct, known["id"])[0]["n"]
    capped = count > COUNTED
    return Thing(
        kind=kind,
        id=known["id"],
        name=_called(kind, known),
        known=known,
        articles=min(count, COUNTED),
        capped=capped,
        portals={} if capped else _portals(connection, of, known["id"]),
        newest=() if capped else tuple(_newest(connection, kind, known["id"])),
        **{name: question(connection, known) for name, question in _BESIDE[kind].items()},
    )


def _called(kind: str, known: Row) -> str:
    if kind == "document":
        return str(known["number"])
    return str(known["name"]) if kind == "person" else f"{known['kind']} {known['name']}"


def _portals(connection: sqlite3.Connection, of: str, id: int | str) -> dict[str, Counter[str]]:
    """Undated articles are counted for no year."""
    query = f"""select a.portal, coalesce(substr(a.published_at, 1, 4), '') as year, count(*) as n
        from (select distinct m.article {of}) as m cross join articles as a on a.id = m.article
        group by 1, 2"""
    counts: dict[str, Counter[str]] = {}
    for row in rows(connection, query, id):
        counts.setdefault(row["portal"], Counter())[row["year"]] = row["n"]
    return dict(sorted(counts.items(), key=lambda portal: (-portal[1].total(), portal[0])))


def _newest(connection: sqlite3.Connection, kind: str, id: int | str) -> list[Passage]:
    office = "m.office" if kind == "person" else "null"
    query = f"""
        with newest as materialized (
            select a.id, a.published_at
            from (select distinct article from {MENTIONS[kind]} where {kind} = ?1) as m
            cross join articles as a indexed by idx_articles_stated on a.id = m.article
            order by a.published_at desc, a.id limit {SHOWN})
        select a.id, a.title, a.portal, a.published_at, a.gone_at, m.start, m."end", {office} as office,
            case m.field when 'body' then 'body' when 'lead' then 'lead' end as field,
            substr(case m.field when 'body' then a.body when 'lead' then a.lead end,
                max(m.start - {AROUND}, 0) + 1, m."end" - m.start + {2 * AROUND}) as near
        from newest cross join articles as a on a.id = newest.id
        join {MENTIONS[kind]} as m on m.article = a.id and m.{kind} = ?1
        order by a.published_at desc, a.id,
            instr('body lead', m.field) = 0, {office} is null, m.field, m.start"""
    first: dict[int, Row] = {}
    for row in rows(connection, query, id):
        first.setdefault(row["id"], row)
    return [_passage(row) for row in first.values()]


def _passage(row: Row) -> Passage:
    """Whole words only, but for the mention itself."""
    text = row["near"] or ""
    start = min(row["start"], AROUND)
    end = start + row["end"] - row["start"]
    before, after = text[:start].split("\n")[-1], text[end:].split("\n")[0]
    if row["start"] > AROUND and len(before) == start:
        before = f"…{before.partition(' ')[2]}"
    if len(after) >= AROUND:
        after = f"{after.rpartition(' ')[0]}…"
    name = text[start:end]
    marks = ((len(before), len(before) + len(name)),) if name else ()
    return Passage(row, row["office"], before + name + after, marks)


def _offices(connection: sqlite3.Connection, person: Row) -> list[Row]:
    query = "select * from offices_held where person = ? order by first_year, last_year, office limit 100"
    return rows(connection, query, person["id"])


def _namesakes(connection: sqlite3.Connection, person: Row) -> list[Row]:
    """Not by the view `people_named`, which is of all people before it is of these."""
    query = f"""
        select p.id, p.name, p.affiliation, count(distinct m.article) as articles,
            min(substr(a.published_at, 1, 4)) as first_year, max(substr(a.published_at, 1, 4)) as last_year,
            max(m.office) as office
        from (select * from people where name = ? and id <> ? limit {SHOWN}) as p
        cross join article_people as m on m.person = p.id
        cross join articles as a indexed by idx_articles_stated on a.id = m.article
        group by p.id order by articles desc, p.id"""
    return rows(connection, query, person["name"], person["id"])


def _standards(connection: sqlite3.Connection, place: Row) -> list[Row]:
    """With the earliest article that says so."""
    query = """select s.standard, s.year, count(distinct s.article) as articles, a.id as article, a.title,
            min(coalesce(a.published_at, '9999')) as told
        from article_standards as s join articles as a on a.id = s.article where s.place = ?
        group by s.standard, s.year order by s.year, s.standard limit 100"""
    return rows(connection, query, place["id"])


def _none(connection: sqlite3.Connection, known: Row) -> list[Row]:
    return []


_BESIDE: dict[str, dict[str, Callable[[sqlite3.Connection, Row], Any]]] = {
    "document": {"offices": _none, "standards": _none, "namesakes": _none},
    "place": {"offices": _none, "standards": _standards, "namesakes": _none},
    "person": {"offices": _offices, "standards": _none, "namesakes": _namesakes},
}
