"""How many articles there are of a portal, a day and a layer of reading, counted as they come.

Views that counted all articles themselves took seconds for each of the questions that a page of a table asks.
"""

from sqlite3 import Connection

from sqlite_utils import Database

from archive.schema.shipped import migrations

# A day without a date, and the layer of an article whose capture is not there, are empty.
TABLE = """
    create table articles_counted (
        portal text not null, day text not null, layer text not null, articles integer not null,
        words integer not null, gone integer not null, changed integer not null, damaged integer not null,
        primary key (portal, day, layer)) without rowid"""
COUNTS = ("articles", "words", "gone", "changed", "damaged")

VIEWS = {
    "articles_by_month": """
        select portal, substr(day, 1, 7) as month, sum(articles) as articles, sum(words) as words,
            sum(gone) as gone, sum(changed) as changed
        from articles_counted where day <> '' group by portal, month""",
    "portals_covered": """
        select p.id, p.title, p.publisher, p.homepage, coalesce(c.articles, 0) as articles,
            (select min(published_at) from articles where portal = p.id) as first_published,
            (select max(published_at) from articles where portal = p.id) as last_published,
            coalesce(c.gone, 0) as gone, coalesce(c.changed, 0) as changed, p.expected
        from portals as p left join (
            select portal, sum(articles) as articles, sum(gone) as gone, sum(changed) as changed
            from articles_counted group by portal) as c on c.portal = p.id""",
    "reading_layers": """
        select portal, layer, sum(articles) as articles, sum(words) as words,
            round(1.0 * sum(words) / sum(sum(words)) over (partition by portal), 4) as share,
            sum(damaged) as damaged
        from articles_counted where layer <> '' group by portal, layer order by portal, words desc""",
}

_DAY = "coalesce(substr({}.published_at, 1, 10), '')"
_LAYER = "coalesce((select outcome from captures where id = {}.capture), '')"
_KEY = ("portal", "published_at", "words", "gone_at", "version", "capture", "damage")


def _counted(row: str, sign: str, layer: str | None = None) -> str:
    """The values that one article adds, or takes away."""
    layer = layer or _LAYER.format(row)
    return (
        f"{row}.portal, {_DAY.format(row)}, {layer}, {sign}1, {sign}coalesce({row}.words, 0),"
        f" {sign}({row}.gone_at is not null), {sign}({row}.version > 1), {sign}({row}.damage is not null)"
    )


def _put(values: str) -> str:
    more = ", ".join(f"{name} = {name} + excluded.{name}" for name in COUNTS)
    return f"insert into articles_counted {values} on conflict do update set {more};"


_ADDED = _put(f"values ({_counted('new', '+')})")
_TAKEN = _put(f"values ({_counted('old', '-')})")
_EMPTIED = (
    f"delete from articles_counted where portal = old.portal and day = {_DAY.format('old')} and articles = 0;"
)
# A page that was read in another way when it was taken in again.
_OF_CAPTURE = "from articles as a where a.id in (old.article, new.article) and a.capture = new.id"
_READ_ANEW = (
    _put(f"select {_counted('a', '-', 'old.outcome')} {_OF_CAPTURE}")
    + _put(f"select {_counted('a', '+', 'new.outcome')} {_OF_CAPTURE}")
    + "delete from articles_counted where articles = 0 and portal = new.portal;"
)
TRIGGERS = {
    "articles_counted_insert": f"after insert on articles begin {_ADDED} end",
    "articles_counted_delete": f"after delete on articles begin {_TAKEN} {_EMPTIED} end",
    "articles_counted_update":
        f"after update of {', '.join(_KEY)} on articles begin {_TAKEN} {_ADDED} {_EMPTIED} end",
    "articles_counted_read":
        "after update of outcome on captures when old.outcome is not new.outcome "
        f"begin {_READ_ANEW} end",
}  # fmt: skip


def count_articles(connection: Connection) -> None:
    """Anew, of all rows: for who put them there without the triggers."""
    connection.execute("delete from articles_counted")
    connection.execute(
        f"""insert into articles_counted
            select a.portal, {_DAY.format("a")} as day, coalesce(c.outcome, '') as layer, count(*),
                sum(coalesce(words, 0)), count(gone_at), sum(version > 1), count(damage)
            from articles as a left join captures as c on c.id = a.capture group by 1, 2, 3"""
    )


def create_count_triggers(connection: Connection) -> None:
    for name, statement in TRIGGERS.items():
        connection.execute(f"create trigger {name} {statement}")


@migrations()
def m013_counting(db: Database) -> None:
    db.execute(TABLE)
    count_articles(db.conn)
    create_count_triggers(db.conn)
    for name, query in VIEWS.items():
        db.execute(f"drop view {name}")
        db.create_view(name, query)
