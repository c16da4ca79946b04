"""Files that pages offer, with their text and two full-text indexes of it, as articles have them."""

from sqlite_utils import Database

from archive.schema.shipped import FTS, migrations, without_stroke

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
    folded = ", ".join(f"{without_stroke(column)} as {column}" for column in COLUMNS)
    db.create_view("files_folded", f"select docid, {folded} from files")
    columns = ", ".join(COLUMNS)
    for name, (content, tokenizer) in FILES_FTS.items():
        db.execute(
            f'create virtual table {name} using fts5({columns}, content="{content}", '
            f"content_rowid=docid, tokenize='{tokenizer}')"
        )
        db.execute(f"insert into {name}({name}, rank) values ('rank', 'bm25(10.0, 1.0)')")
    create_file_triggers(db)


def create_file_triggers(db: Database) -> None:
    """Keep both indexes in step with `files`; call it again after any `transform()` of that table."""
    columns = ", ".join(COLUMNS)
    for name, (content, _) in FILES_FTS.items():
        spelled = without_stroke if content == "files_folded" else str
        old, new = (", ".join(spelled(f"{row}.{c}") for c in COLUMNS) for row in ("old", "new"))
        delete = f"insert into {name}({name}, rowid, {columns}) values ('delete', old.docid, {old});"
        insert = f"insert into {name}(rowid, {columns}) values (new.docid, {new});"
        for event, deed in {
            "insert on files": insert,
            "delete on files": delete,
            f"update of docid, {columns} on files": delete + insert,
        }.items():
            trigger = f"{name}_{event.split()[0]}"
            db.execute(f"create trigger if not exists {trigger} after {event} begin {deed} end")
