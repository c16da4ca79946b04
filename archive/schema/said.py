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

VIEWS = {
    "people_named": """
        select p.id, p.name, p.affiliation, count(distinct m.article) as articles,
            min(substr(a.published_at, 1, 4)) as first_year, max(substr(a.published_at, 1, 4)) as last_year,
            (select o.office from article_people as o join articles as b on b.id = o.article
             where o.person = p.id and o.office is not null
             order by b.published_at desc, b.id desc, o.field, o.start limit 1) as last_office
        from people as p join article_people as m on m.person = p.id
        join articles as a indexed by idx_articles_stated on a.id = m.article group by p.id""",
    "offices_held": """
        select p.id as person, p.name, m.office, p.affiliation,
            min(substr(a.published_at, 1, 4)) as first_year, max(substr(a.published_at, 1, 4)) as last_year,
            count(distinct m.article) as articles
        from article_people as m join people as p on p.id = m.person
        join articles as a indexed by idx_articles_stated on a.id = m.article
        where m.office is not null group by p.id, m.office""",
}


@migrations()
def m008_people_figures_standards(db: Database) -> None:
    """Empty until `backan rebuild` reads the articles that are there already."""
    db.table("people").create(PEOPLE, pk="id", not_null={"name"})
    db.table("people").create_index(["name"])
    _mentions(db, "people", ("person", int, "people"), OFFICES)
    _mentions(db, "standards", ("place", str, "places"), STANDARDS)
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
