"""Which articles tell one story in the same words, and whom they credit.

`copies_sketches`, `copies_buckets` and `copies_pairs` are there for the comparing alone; `archive/copies/`
says what they hold. (`stories` is something else: one article under several addresses of one host.)
"""

from sqlite_utils import Database

from archive.schema.shipped import migrations

COPIES = {
    "article": int, "first": int, "portal": str, "first_portal": str, "similarity": float, "kept": float,
    "words_cut": int, "words_added": int,
}  # fmt: skip
CREDITS = {
    "article": int, "field": str, "start": int, "end": int, "text": str, "outlet": str, "domain": str,
}  # fmt: skip
COMPARING = (
    """create table copies_sketches (
        article integer primary key references articles(id), rank text not null, digest integer not null,
        sketch blob not null)""",
    """create table copies_buckets (
        bucket integer not null, article integer not null, primary key (bucket, article)) without rowid""",
    """create table copies_pairs (
        article integer not null, other integer not null, similarity real not null, words integer not null,
        alone integer not null, primary key (article, other)) without rowid""",
)
VIEWS = {
    "stories_copied": """
        select a.id as first, a.title, a.portal, a.published_at, c.copies, c.portals, c.others, c.kept,
            a.url
        from (select first, count(*) as copies, round(avg(kept), 4) as kept,
                count(distinct nullif(portal, first_portal)) + 1 as portals,
                group_concat(distinct nullif(portal, first_portal)) as others
            from copies group by first) as c
        join articles as a on a.id = c.first""",
}


@migrations()
def m009_copies(db: Database) -> None:
    """Empty until `backan rebuild` compares the articles that are there already."""
    article, first = ("article", "articles", "id"), ("first", "articles", "id")
    copies = db.table("copies")
    copies.create(COPIES, pk="article", foreign_keys=[article, first])
    copies.create_index(["first", "portal"])
    credits = db.table("credits")
    credits.create(CREDITS, pk=("article", "field", "start"), foreign_keys=[article])
    credits.create_index(["outlet", "article"])
    for statement in COMPARING:
        db.execute(statement)
    for name, query in VIEWS.items():
        db.create_view(name, query)
