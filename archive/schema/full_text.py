"""Full-text indexes over the text of a table, one as typed and one folded, kept in step by triggers."""

from collections.abc import Mapping

from sqlite_utils import Database

Indexes = Mapping[str, tuple[str, str]]  # by name: whence the text comes, a table or a view of it; tokenizer


def without_stroke(expression: str) -> str:
    """SQL for a text with d in place of đ."""
    return f"replace(replace({expression}, 'đ', 'd'), 'Đ', 'D')"


def create_indexes(
    db: Database, table: str, columns: tuple[str, ...], indexes: Indexes, weights: tuple[float, ...]
) -> None:
    """The view that folds what no tokenizer does, the indexes and their triggers."""
    folded = ", ".join(f"{without_stroke(column)} as {column}" for column in columns)
    db.create_view(f"{table}_folded", f"select docid, {folded} from {table}")
    for name, (content, tokenizer) in indexes.items():
        db.execute(
            f'create virtual table {name} using fts5({", ".join(columns)}, content="{content}", '
            f"content_rowid=docid, tokenize='{tokenizer}')"
        )
        rank = f"bm25({', '.join(map(str, weights))})"
        db.execute(f"insert into {name}({name}, rank) values ('rank', '{rank}')")
    create_triggers(db, table, columns, indexes)


def create_triggers(db: Database, table: str, columns: tuple[str, ...], indexes: Indexes) -> None:
    """Keep the indexes in step with their table.

    Call it again after any `transform()` of that table: sqlite-utils drops a table's triggers then.
    """
    names = ", ".join(columns)
    for name, (content, _) in indexes.items():
        spelled = str if content == table else without_stroke
        old, new = (", ".join(spelled(f"{row}.{c}") for c in columns) for row in ("old", "new"))
        delete = f"insert into {name}({name}, rowid, {names}) values ('delete', old.docid, {old});"
        insert = f"insert into {name}(rowid, {names}) values (new.docid, {new});"
        for event, deed in {
            f"insert on {table}": insert,
            f"delete on {table}": delete,
            f"update of docid, {names} on {table}": delete + insert,
        }.items():
            trigger = f"{name}_{event.split()[0]}"
            db.execute(f"create trigger if not exists {trigger} after {event} begin {deed} end")
