"""What the texts say, beside the documents and places of before: people, figures, standards that were met."""

from sqlite_utils import Database

from archive.schema.shipped import MENTION, migrations

PEOPLE = {"id": int, "name": str, "affiliation": str}
OFFICES: dict[str, type] = {"honorific": str, "office": str}
STANDARDS: dict[str, type] = {"standard": str, "year": int}
# `numeric` keeps a whole number whole: 4, not 4.0.
FIGURES = """
    create table figures (
        article integer not null references articles(id), field text, start integer, "end" integer,
        value numeric not null, total numeric, unit text not null, hedge text, year integer, giver text,
        subject text, text text, primary key (article, field, start)
    )"""

# One question a column, for each is answered from an index: to join and group takes thirty times as long.
_IN = "article_people as m join articles as a indexed by idx_articles_stated on a.id = m.article"
_YEARS = ", ".join(
    f"(select {which}(substr(a.published_at, 1, 4)) from {_IN} where m.person = p.id) as {name}"
    for which, name in (("min", "first_year"), ("max", "last_year"))
)
VIEWS = {
    "people_named": f"""
        select p.id, p.name, p.affiliation,
            (select count(distinct article) from article_people where person = p.id) as articles, {_YEARS},
            (select m.office from {_IN} where m.person = p.id and m.office is not null
             order by a.published_at desc, a.id desc, m.field, m.start limit 1) as last_office
        from people as p""",
    "offices_held": f"""
        select m.office, p.name, p.affiliation, min(substr(a.published_at, 1, 4)) as first_year,
            max(substr(a.published_at, 1, 4)) as last_year, count(distinct m.article) as articles,
            m.person
        from {_IN} join people as p on p.id = m.person
        where m.office is not null group by m.office, m.person""",
}


@migrations()
def m008_people_figures_standards(db: Database) -> None:
    """Empty until `backan rebuild` reads the articles that are there already."""
    db.table("people").create(PEOPLE, pk="id", not_null={"name"})
    db.table("people").create_index(["name"])
    _mentions(db, "people", ("person", int, "people"), OFFICES)
    _mentions(db, "standards", ("place", str, "places"), STANDARDS)
    db.table("article_people").create_index(["office", "person", "article"])
    db.execute(FIGURES)
    for indexed in (["unit", "value"], ["giver"]):
        db.table("figures").create_index(indexed)
    db.execute("create index idx_articles_stated on articles(id, published_at)")
    for name, query in VIEWS.items():
        db.create_view(name, query)


def _mentions(db: Database, name: str, thing: tuple[str, type, str], columns: dict[str, type]) -> None:
    column, kind, table = thing
    mentions = db.table(f"article_{name}")
    mentions.create(
        {"article": int, column: kind, **MENTION, **columns},
        pk=("article", "field", "start"),
        foreign_keys=[("article", "articles", "id"), (column, table, "id")],
    )
    mentions.create_index([column, "article"])
