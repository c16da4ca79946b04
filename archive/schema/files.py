"""Files that pages offer, with their text and two full-text indexes of it, as articles have them."""

from sqlite_utils import Database

from archive.schema.full_text import create_indexes
from archive.schema.shipped import FTS, migrations

# Text last, as in `articles`.
FILES = {
    "id": int, "docid": int, "url": str, "portal": str, "kind": str, "title": str, "published_at": str,
    "pages": int, "words": int, "trouble": str, "capture": int, "captured_at": str, "text": str,
}  # fmt: skip
STATED = {"docid", "url", "portal", "kind", "title", "words", "capture", "captured_at", "text"}  # never null
COLUMNS = ("title", "text")
# By the same tokenizers as those of the articles, for the same reasons.
FILES_FTS = {
    name.replace("articles", "files"): (content.replace("articles", "files"), tokenizer)
    for name, (content, tokenizer) in FTS.items()
}


@migrations()
def m011_files(db: Database) -> None:
    """Empty until `backan rebuild` reads the files that are there already."""
    portal, capture = ("portal", "portals", "id"), ("capture", "captures", "id")
    files = db.table("files")
    files.create(FILES, pk="id", not_null=STATED, foreign_keys=[portal, capture])
    files.create_index(["docid"], unique=True)
    for indexed in (["url"], ["portal", "kind"], ["capture"]):
        files.create_index(indexed)
    for table in ("attachments", "captures"):
        db.execute(f"alter table {table} add column file integer")
        db.execute(f"create index idx_{table}_file on {table}(file) where file is not null")
    create_indexes(db, "files", COLUMNS, FILES_FTS, (10.0, 1.0))
