"""What the archive's texts are like: broken or mended, and read by which layer."""

from sqlite_utils import Database

from archive.schema.shipped import migrations

READING_LAYERS = """
    select a.portal, c.outcome as layer, count(*) as articles, sum(a.words) as words,
        round(1.0 * sum(a.words) / sum(sum(a.words)) over (partition by a.portal), 4) as share,
        sum(a.id in (select id from articles where damage is not null)) as damaged
    from articles as a join captures as c on c.id = a.capture
    group by a.portal, c.outcome order by a.portal, words desc"""


UNREAD = 1  # `user_version` of an archive with articles that were taken in before all this was looked for


@migrations()
def m010_quality(db: Database) -> None:
    """Of older articles nothing is known until `backan rebuild` reads them anew."""
    db.execute("alter table articles add column damage text")
    db.execute("create index idx_articles_damage on articles(damage) where damage is not null")
    db.create_view("reading_layers", READING_LAYERS)
    if next(db.query("select 1 from articles limit 1"), None):
        db.execute(f"pragma user_version = {UNREAD}")
