"""The text of a file that an article offers, a part at a time, and who offers it."""

import sqlite3
from dataclasses import dataclass

from markupsafe import Markup

from archive.site.article.markup import parts
from archive.site.lookup import Row, rows
from archive.site.render import body_html

PART = 60_000  # bytes of HTML
SHOWN = 20  # articles


@dataclass(frozen=True, slots=True)
class FileText:
    """`file` is its row without the text; `offered_by` are the newest articles that offer it, of `offers`."""

    file: Row
    text: Markup
    part: int
    parts: int
    offered_by: tuple[Row, ...]
    offers: int


def file_text(connection: sqlite3.Connection, id: int, part: int) -> FileText | None:
    """The last part where there are fewer; None where there is no such file, or none at all."""
    if not rows(connection, "select 1 from sqlite_master where type = 'table' and name = 'files'"):
        return None
    found = rows(connection, "select * from files where id = ?", id)
    if not found:
        return None
    text = found[0].pop("text")
    spans = parts(text, size=PART)
    part = min(max(part, 1), len(spans))
    count = "select count(distinct article) as n from attachments where file = ?"
    query = f"""select distinct a.id, a.title, a.portal, a.published_at, a.docid from attachments as t
        join articles as a on a.id = t.article where t.file = ? order by a.docid desc limit {SHOWN}"""
    return FileText(
        file=found[0],
        text=Markup(body_html(text, start=spans[part - 1][0], end=spans[part - 1][1])),
        part=part,
        parts=len(spans),
        offered_by=tuple(rows(connection, query, id)),
        offers=rows(connection, count, id)[0]["n"],
    )
