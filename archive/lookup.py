"""What the pages show besides search results: the archive at a glance, and all about one article."""

import sqlite3
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overview:
    articles: int
    captures: int
    gone: int
    portals: list[Row]
    newest: list[Row]


@dataclass(frozen=True, slots=True)
class Dossier:
    """An article's row, its portal's, and the rows that belong to it, in the order of the page."""

    article: Row
    portal: Row
    captures: list[Row]
    versions: list[Row]
    images: list[Row]
    attachments: list[Row]
    links: list[Row]
    related: list[Row]


def overview(connection: sqlite3.Connection, newest: int = 12) -> Overview:
    """Counts, the portals with what is held of each, and the newest articles by date of publication."""
    portals = _rows(
        connection,
        """select p.*, count(a.id) as articles, min(a.published_at) as first, max(a.published_at) as last
        from portals p left join articles a on a.portal = p.id group by p.id order by articles desc, p.id""",
    )
    shown = _rows(
        connection,
        """select id, title, portal, section, published_at, gone_at, lead from articles
        where published_at is not null order by published_at desc limit ?""",
        newest,
    )
    captures = _rows(connection, "select count(*) as n from captures")[0]["n"]
    gone = _rows(connection, "select count(*) as n from articles where gone_at is not null")[0]["n"]
    return Overview(sum(p["articles"] for p in portals), captures, gone, portals, shown)


def portals(connection: sqlite3.Connection) -> list[Row]:
    return _rows(connection, "select id, title from portals order by title")


def dossier(connection: sqlite3.Connection, id: int) -> Dossier | None:
    """None where no article has this id."""
    found = _rows(connection, "select * from articles where id = ?", id)
    if not found:
        return None
    article = found[0]
    portal = _rows(connection, "select * from portals where id = ?", article["portal"])
    of_article = {
        table: _rows(connection, f"select * from {table} where article = ? order by position", id)
        for table in ("images", "attachments", "links")
    }
    return Dossier(
        article=article,
        portal=portal[0] if portal else {"id": article["portal"], "title": article["portal"]},
        # Captures of the address that gave no article belong here too: they show when the page went.
        captures=_rows(
            connection,
            "select * from captures where article = ? or url = ? order by captured_at",
            id,
            article["url"],
        ),
        versions=_rows(
            connection,
            "select number, captured_at, sha256 from versions where article = ? order by number",
            id,
        ),
        # A related article is in the archive where its address has been captured as one.
        related=_rows(
            connection,
            """select r.*, (select c.article from captures c
                where c.url = r.url and c.article is not null limit 1) as held
            from related r where r.article = ? order by r.position""",
            id,
        ),
        **of_article,
    )


def _rows(connection: sqlite3.Connection, sql: str, *params: object) -> list[Row]:
    cursor = connection.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
