"""Articles, edits and losses as entries of a feed."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from archive.search import Order, every
from archive.site.feeds import news
from archive.site.feeds.changes import Change
from archive.site.feeds.writing import NEVER, Entry, moment, name
from archive.site.lookup import Row, rows
from archive.site.render import body_html, vietnamese_date
from archive.site.wanted import Wanted

MOST = 50
# A feed begins with what the archive learned last, also of an older article; looked for among so many hits.
LOOKED_THROUGH = 100
BEGINNING = 1_500  # characters of a body that an entry has

Address = Callable[[str], str]  # of one of our paths, absolute

_ARTICLE = f"""
    select a.id, a.title, a.portal, a.section, a.author, a.source, a.published_at, a.url, a.gone_at,
        substr(coalesce(a.lead, ''), 1, {BEGINNING}) as lead, substr(a.body, 1, {2 * BEGINNING}) as body,
        (select title from portals where id = a.portal) as portal_title,
        (select captured_at from versions where article = a.id and number = a.version) as learned
    from articles a where a.id = ?"""


@dataclass(frozen=True, slots=True)
class Told:
    """An article with what became of it; `fate` is its row in the list of edits or losses."""

    article: Row
    fate: Row


def found(connection: sqlite3.Connection, wanted: Wanted) -> list[Row]:
    """The articles of a search, what the archive learned last first."""
    hits = every(
        connection,
        wanted.q,
        filters=wanted.filters,
        order=Order.NEWEST,
        exact=wanted.exact,
        limit=LOOKED_THROUGH,
    )
    learned = [(_learned(connection, hit.id, hit.version), hit.id) for hit in hits]
    learned.sort(key=lambda pair: pair[0], reverse=True)  # of one moment, the newest published stay first
    return list(_articles(connection, [id for _, id in learned[:MOST]]))


def new(connection: sqlite3.Connection) -> list[Row]:
    return list(_articles(connection, [row["id"] for row in news.new(connection, news.EVER, MOST)]))


def edited(connection: sqlite3.Connection) -> list[Told]:
    return _told(connection, news.edited(connection, limit=MOST))


def gone(connection: sqlite3.Connection) -> list[Told]:
    return _told(connection, news.gone(connection, limit=MOST))


def of_article(row: Row, address: Address) -> Entry:
    """One entry for an article, whatever becomes of its text."""
    return _entry(row, address, name("article", row["id"]), row["title"], row["learned"], row["lead"])


def of_edit(told: Told, address: Address) -> Entry:
    """One for each version; it leads to the comparison with the one before. Takes some time to tell."""
    edit, id = told.fate, told.article["id"]
    comparison = address(f"/bai/{id}/so-sanh?cu={edit['old_number']}&moi={edit['number']}")
    changes = news.told(edit)
    shown = "".join(f"<p>{_marked(change)}</p>" for change in changes.shown)
    links = _links((comparison, "So sánh hai bản"), (address(f"/bai/{id}"), "Bài trong kho"))
    # By its text and not by its number: versions are numbered anew when an older capture is taken in.
    made = name("version", id, edit["sha256"], edit["again"])
    title = f"Đã sửa: {told.article['title']}"
    return _entry(
        told.article, address, made, title, edit["captured_at"], str(changes), shown + links, comparison
    )


def of_loss(told: Told, address: Address) -> Entry:
    row, at = told.article, told.fate["gone_at"]
    day = vietnamese_date(news.day_in_vietnam(at).isoformat())
    lost = f"Ngày {day} trang gốc không còn bài này; kho giữ bản đã lưu."
    content = f"<p>{lost}</p>{_beginning(row, address)}"
    return _entry(row, address, name("gone", row["id"], at), f"Đã gỡ: {row['title']}", at, lost, content)


def _entry(
    row: Row,
    address: Address,
    id: str,
    title: str,
    updated: str | None,
    summary: str,
    content: str | None = None,
    leads_to: str | None = None,
) -> Entry:
    portal = row["portal_title"] or row["portal"]
    return Entry(
        id=id,
        title=title,
        address=leads_to or address(f"/bai/{row['id']}"),
        updated=moment(updated) or NEVER,
        author=row["author"] or row["source"] or portal,
        summary=summary,
        content=content or _beginning(row, address),
        published=moment(row["published_at"]),
        original=row["url"],
        categories=tuple(filter(None, (row["section"], portal))),
    )


def _articles(connection: sqlite3.Connection, ids: list[int]) -> Iterator[Row]:
    for id in ids:
        yield from rows(connection, _ARTICLE, id)


def _told(connection: sqlite3.Connection, fates: list[Row]) -> list[Told]:
    known = {row["id"]: row for row in _articles(connection, list({fate["id"]: None for fate in fates}))}
    return [Told(known[fate["id"]], fate) for fate in fates if fate["id"] in known]


def _learned(connection: sqlite3.Connection, article: int, version: int) -> str:
    sql = "select captured_at from versions where article = ? and number = ?"
    row = connection.execute(sql, [article, version]).fetchone()
    return row[0] if row else ""


def _beginning(row: Row, address: Address) -> str:
    """The lead and the first blocks of the body, as HTML, and where the rest is."""
    lead = f"<p><strong>{escape(row['lead'])}</strong></p>" if row["lead"] else ""
    kept, length = list[str](), 0
    blocks = re.split(r"\n\s*\n", row["body"])
    for block in blocks:
        if length + len(block) > BEGINNING:
            break
        kept.append(block)
        length += len(block)
    if not kept:
        kept = [f"{blocks[0][:BEGINNING].rpartition(' ')[0] or blocks[0][:BEGINNING]} …"]
    whole = _links((address(f"/bai/{row['id']}"), "Đọc cả bài"))
    return lead + body_html("\n\n".join(kept)) + whole


def _links(*links: tuple[str, str]) -> str:
    shown = " · ".join(f'<a href="{escape(address)}">{text}</a>' for address, text in links)
    return f"<p>{shown}</p>"


def _marked(change: Change) -> str:
    """Words that went and words that came, in what stands around."""
    removed = f"<del>{escape(change.removed)}</del> " if change.removed else ""
    added = f"<ins>{escape(change.added)}</ins> " if change.added else ""
    return f"… {escape(change.before.strip())} {removed}{added}{escape(change.after.strip())} …"
