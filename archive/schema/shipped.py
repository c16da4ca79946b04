"""The first migrations of `archive.db`, all of which have shipped: none is ever edited.

Long text stands last in a table, so that listings and facets need not read past it.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.schema.full_text import create_indexes, create_triggers

migrations = Migrations("backan-archive")

FTS_COLUMNS = ("title", "lead", "body")
FTS = {
    # name: (content, tokenizer). No tokenizer folds đ, so the folded index reads a view that does; a view,
    # because an index fed by triggers alone would lose every word with đ on `rebuild`.
    "articles_fts": ("articles_folded", "unicode61 remove_diacritics 2"),
    "articles_fts_exact": ("articles", "unicode61 remove_diacritics 0"),
}


# The first version of every table. A migration that has shipped reads them, so a later change is one of its
# own, with columns of its own.
PORTALS = {
    "id": str, "title": str, "publisher": str, "homepage": str, "platform": str, "years": str,
    "expected": int,
}  # fmt: skip
CRAWLS = {
    "id": str, "portal": str, "source": str, "started_at": str, "finished_at": str, "outcome": str,
    "pages": int, "new": int, "changed": int, "unchanged": int, "failed": int,
}  # fmt: skip
CAPTURES = {
    "id": int, "url": str, "portal": str, "captured_at": str, "status": int, "mime": str, "sha256": str,
    "warc_file": str, "warc_offset": int, "warc_length": int, "crawl": str, "outcome": str, "note": str,
    "article": int, "text_sha256": str,
}  # fmt: skip
ARTICLES = {
    "id": int, "docid": int, "portal": str, "key": str, "url": str, "title": str, "author": str,
    "source": str, "section": str, "published_at": str, "date_label": str, "language": str, "views": int,
    "words": int, "first_captured_at": str, "last_captured_at": str, "gone_at": str, "version": int,
    "capture": int, "lead": str, "body": str,
}  # fmt: skip
STATED = {"docid", "portal", "key", "url", "title", "first_captured_at", "version", "body"}  # never null
VERSIONS = {
    "article": int, "number": int, "captured_at": str, "capture": int, "sha256": str,
    "title": str, "lead": str, "body": str,
}  # fmt: skip
STORIES = {"portal": str, "key": str, "story": str, "article": int}
CHILDREN = {
    "images": ("url", "caption", "alt"),
    "attachments": ("url", "title"),
    "links": ("url", "text"),
    "related": ("title", "url", "published_at"),
}
# What the text of an article says, and where: `start` and `end` are characters of its title, lead or body.
DOCUMENTS = {"id": int, "number": str, "kind": str, "issuer": str, "dated": str}
PLACES = {
    "id": str, "name": str, "kind": str, "district": str, "latitude": float, "longitude": float,
    "until": str, "successor": str,
}  # fmt: skip
MENTION = {"field": str, "start": int, "end": int, "text": str}
# What was wrong with a crawl; `archive/alarms.py` says it in words.
ALARMS = {"crawl": str, "rule": str, "value": float, "usual": float, "detail": str}

# Answers to common questions. Stated once for good, as the tables are.
VIEWS = {
    "articles_by_month": """
        select portal, substr(published_at, 1, 7) as month, count(*) as articles, sum(words) as words,
            count(gone_at) as gone, sum(version > 1) as changed
        from articles indexed by idx_articles_listed where published_at is not null group by portal, month""",
    "articles_changed": """
        select a.id, a.portal, a.title, a.published_at, a.version as versions, v.captured_at as changed_at,
            a.url
        from versions as v join articles as a on a.id = v.article and a.version = v.number
        where v.number > 1""",
    "articles_gone": """
        select id, portal, title, published_at, gone_at, last_captured_at, url
        from articles where gone_at is not null""",
    "documents_cited": """
        select d.id, d.number, d.kind, d.issuer, d.dated,
            (select count(distinct article) from article_documents where document = d.id) as articles
        from documents as d""",
    "places_told": """
        select p.id, p.name, p.kind, p.district, p.latitude, p.longitude, p.until,
            (select count(distinct article) from article_places where place = p.id) as articles
        from places as p""",
    "portals_covered": """
        select p.id, p.title, p.publisher, p.homepage, coalesce(a.articles, 0) as articles, a.first_published,
            a.last_published, coalesce(a.gone, 0) as gone, coalesce(a.changed, 0) as changed, p.expected
        from portals as p left join (
            select portal, count(*) as articles, min(published_at) as first_published,
                max(published_at) as last_published, count(gone_at) as gone, sum(version > 1) as changed
            from articles indexed by idx_articles_listed group by portal) as a on a.portal = p.id""",
}
# The logbook as it is read: newest first, with what follows from the rest.
CRAWLS_LOGGED = """
    select c.id, c.portal, c.source, c.started_at, c.finished_at,
        cast(round((julianday(c.finished_at) - julianday(c.started_at)) * 86400) as integer) as seconds,
        c.outcome, c.met, c.pages, c.new, c.changed, c.unchanged, c.gone, c.failed, c.traps, c.bytes,
        (select group_concat(rule, ', ') from alarms where crawl = c.id) as alarms,
        c.arguments, c.settings,
        (select group_concat(warc_file, ', ') from (
            select distinct warc_file from captures where crawl = c.id and warc_file is not null
        )) as warc_files
    from crawls as c order by c.started_at desc"""


@migrations()
def m001_portals_crawls_captures(db: Database) -> None:
    portal, crawl = ("portal", "portals", "id"), ("crawl", "crawls", "id")
    db.table("portals").create(PORTALS, pk="id")
    db.table("crawls").create(CRAWLS, pk="id", foreign_keys=[portal])
    captures = db.table("captures")
    captures.create(CAPTURES, pk="id", foreign_keys=[portal, crawl])
    for indexed in (["url", "captured_at"], ["article", "captured_at"], ["crawl", "outcome"]):
        captures.create_index(indexed)


@migrations()
def m002_articles(db: Database) -> None:
    portal, capture = ("portal", "portals", "id"), ("capture", "captures", "id")
    article = ("article", "articles", "id")
    articles = db.table("articles")
    articles.create(ARTICLES, pk="id", not_null=STATED, foreign_keys=[portal, capture])
    articles.create_index(["docid"], unique=True)
    articles.create_index(["portal", "key"], unique=True)
    for indexed in (["portal", "published_at"], ["published_at"], ["section"], ["author"]):
        articles.create_index(indexed)
    db.execute("create index idx_articles_gone on articles(gone_at) where gone_at is not null")
    db.table("versions").create(VERSIONS, pk=("article", "number"), foreign_keys=[article, capture])
    for name, columns in CHILDREN.items():
        child = db.table(name)
        types = {"article": int, "position": int} | dict.fromkeys(columns, str)
        child.create(types, pk=("article", "position"), foreign_keys=[article])
        child.create_index(["url"])


@migrations()
def m003_search(db: Database) -> None:
    """Two full-text indexes over one text: as typed, and folded. See `archive/search.py`."""
    create_indexes(db, "articles", FTS_COLUMNS, FTS, (10.0, 4.0, 1.0))


@migrations()
def m004_what_counts(db: Database) -> None:
    """What makes counts, versions and `gone_at` follow from the captures alone, and the stories.

    Of older rows: a text cut short that was taken for its article's beside whole ones still counts as whole,
    and no article has a story. What it takes to do better is in the WARC files: a rebuild does.
    """
    for column in ("key text", "replaced integer not null default 0", "whole integer not null default 1"):
        db.execute(f"alter table captures add column {column}")
    db.execute("alter table crawls add column complete integer not null default 0")
    db.execute("update captures set key = (select key from articles where id = captures.article)")
    db.execute("update captures set replaced = 1 where outcome = 'failed' and note like '%, asked again'")
    db.execute(
        """update captures set whole = 0 where note like 'cut short%' and (text_sha256 is null or not exists (
            select 1 from captures as other where other.article = captures.article
            and other.text_sha256 is not null
            and coalesce(other.note, '') not like 'cut short%'))"""
    )
    stories = db.table("stories")
    stories.create(
        STORIES,
        pk=("portal", "key", "story"),
        foreign_keys=[("portal", "portals", "id"), ("article", "articles", "id")],
    )
    for indexed in (["portal", "story"], ["article"]):
        stories.create_index(indexed)
    # With these, counting what a portal's crawls brought takes a tenth of the time.
    db.execute("drop index idx_captures_crawl_outcome")
    db.table("captures").create_index(["crawl", "outcome", "replaced"])
    db.execute("create index idx_captures_texts on captures(crawl) where text_sha256 is not null")
    db.table("versions").create_index(["capture", "number"])


@migrations()
def m005_documents_places(db: Database) -> None:
    """What the texts say; empty until `backan rebuild` reads the articles that are there already."""
    db.table("documents").create(DOCUMENTS, pk="id", not_null={"number"})
    db.table("documents").create_index(["number"], unique=True)
    db.table("places").create(PLACES, pk="id", not_null={"name", "kind"})
    for thing, type, columns in (("document", int, {"dated": str}), ("place", str, {})):
        facts = db.table(f"article_{thing}s")
        facts.create(
            {"article": int, thing: type, **MENTION, **columns},
            pk=("article", "field", "start"),
            foreign_keys=[("article", "articles", "id"), (thing, f"{thing}s", "id")],
        )
        facts.create_index([thing, "article"])


@migrations()
def m006_for_readers(db: Database) -> None:
    """What listings, filters and their counts read, so that they need not read the articles themselves."""
    db.execute(
        "create index idx_articles_listed on articles("
        "docid, portal, section, author, source, gone_at, version, published_at, words)"
    )
    db.table("articles").create_index(["first_captured_at", "portal"])
    db.execute("create index idx_versions_changed on versions(captured_at) where number > 1")
    db.table("captures").create_index(["captured_at"])  # the newest first, as their table is shown
    for name, query in VIEWS.items():
        db.create_view(name, query)


@migrations()
def m007_logbook(db: Database) -> None:
    """What a crawl was told to do, what it met with, and what was wrong; and what each page lacked.

    Of older crawls only what their captures tell is known: when they are counted the next time.
    """
    for column in ("arguments text", "settings text", "met integer", "gone integer", "bytes integer",
                   "traps integer"):  # fmt: skip
        db.execute(f"alter table crawls add column {column}")
    db.execute("alter table captures add column lacks text")
    db.table("alarms").create(
        ALARMS, pk=("crawl", "rule"), foreign_keys=[("crawl", "crawls", "id")], not_null={"crawl", "rule"}
    )
    db.table("crawls").create_index(["portal", "started_at"])
    db.create_view("crawls_logged", CRAWLS_LOGGED)


def create_search_triggers(db: Database) -> None:
    """Those of `articles`, see `create_triggers`."""
    create_triggers(db, "articles", FTS_COLUMNS, FTS)
