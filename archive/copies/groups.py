"""Which article is the first of its story, and which are copies of it.

In the order of their publication, each article is a copy of the earliest first one that it makes a pair with;
where there is none, it is a first one itself. So every copy has much of its first one's own text: a chain of
articles of which each resembles only the next is no story, as it would be by connected components.
"""

from heapq import heapify, heappop, heappush
from sqlite3 import Connection

Row = tuple[object, ...]

_NEIGHBOURS = """
    select s.rank, s.article, (select 1 from copies where article = s.article) is null
    from copies_pairs as p join copies_sketches as s on s.article = p.other where p.article = ?
"""
_PAIRED = """
    select rank, article from copies_sketches
    where article in (select article from copies_pairs) order by rank
"""
# The pair has a row for either side: `own` of the copy, `firsts` of the first one.
_ROW = """
    select own.article, own.other, a.portal, f.portal, own.similarity,
        round(1 - 1.0 * firsts.alone / firsts.words, 4), firsts.alone, own.alone
    from copies_pairs as own
    join copies_pairs as firsts on firsts.article = own.other and firsts.other = own.article
    join articles as a on a.id = own.article join articles as f on f.id = own.other
    where own.article = ? and own.other = ?
"""


def regroup(archive: Connection, touched: set[int]) -> None:
    """Make the rows of `copies` right again after these articles, or their pairs, have changed.

    What changes is looked at in the order of publication, so each article once.
    """
    waiting: list[tuple[str, int]] = []
    for id in touched:
        found = archive.execute("select rank from copies_sketches where article = ?", [id]).fetchone()
        if found:
            waiting.append((found[0], id))
        else:
            archive.execute("delete from copies where article = ?", [id])
    heapify(waiting)
    done = None
    while waiting:
        here = heappop(waiting)
        if here == done:
            continue
        done = here
        for later in _settle(archive, *here):
            heappush(waiting, later)


def group_all(archive: Connection) -> None:
    """As `regroup` of all articles, of which `copies` has no rows so far."""
    archive.execute("delete from copies")
    for rank, id in archive.execute(_PAIRED):
        _settle(archive, rank, id)


def _settle(archive: Connection, rank: str, id: int) -> list[tuple[str, int]]:
    """Store what an article is; returns which later ones that may change."""
    around = archive.execute(_NEIGHBOURS, [id]).fetchall()
    firsts = [(when, other) for when, other, is_first in around if is_first and when < rank]
    if not _put(archive, id, min(firsts)[1] if firsts else None):
        return []
    return [(when, other) for when, other, _ in around if when > rank]


def _put(archive: Connection, id: int, first: int | None) -> bool:
    """Store what an article is; returns whether it has become a first one or is one no more."""
    known: Row | None = archive.execute("select * from copies where article = ?", [id]).fetchone()
    row: Row | None = archive.execute(_ROW, [id, first]).fetchone() if first is not None else None
    if row != known:
        archive.execute("delete from copies where article = ?", [id])
        if row:
            archive.execute("insert into copies values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return (row is None) != (known is None)
