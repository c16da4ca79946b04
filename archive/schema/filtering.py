"""Indexes that lead from what articles are filtered by to their docids, without reading the articles;
and from a crawl to its WARC files, without reading its captures."""

from sqlite_utils import Database

from archive.schema.shipped import migrations

# In place of those of before by the same names, which views and named queries call them by.
INDEXES = {
    "idx_articles_portal_published_at": "articles(portal, published_at, docid)",
    "idx_articles_section": "articles(section, docid)",
    "idx_articles_author": "articles(author, docid)",
    "idx_articles_source": "articles(source, docid) where source is not null",
    "idx_articles_gone": "articles(gone_at, docid) where gone_at is not null",
    "idx_articles_stated": "articles(id, published_at, docid)",
    "idx_captures_crawl_outcome_replaced": "captures(crawl, outcome, replaced, warc_file)",
}


@migrations()
def m012_filtering(db: Database) -> None:
    for name, columns in INDEXES.items():
        db.execute(f"drop index if exists {name}")
        db.execute(f"create index {name} on {columns}")
