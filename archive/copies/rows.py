"""The rows of what was copied from whom: they follow from the articles, whatever the order of taking in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from sqlite3 import Connection

from archive.copies import meeting
from archive.copies.compare import copied
from archive.copies.credits import Credit, credits_of
from archive.copies.groups import group_all, regroup
from archive.copies.shingles import told
from archive.copies.sketches import sketch
from archive.copies.texts import texts
from archive.identity import row_id
from archive.model import Article

_ARTICLE = """
    select portal, "key", published_at, source, author, title, lead, body from articles where id = ?
"""
_CREDITS = 'select field, start, "end", text, outlet, domain from credits where article = ?'


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is worked out of an article alone before it is compared: its credits, and its sketch."""

    credits: tuple[Credit, ...]
    sketch: bytes | None


def drawn_of(article: Article) -> Drawn:
    own = told(article.title, article.lead, article.body)
    return Drawn(credits_of(article.source, article.author, article.body), sketch(own.distinct))


def replace(archive: Connection, id: int, drawn: Drawn | None = None, in_bulk: bool = False) -> None:
    """Compare an article, whose row is as it ought to be, with the others, unless it was so before.

    `drawn` is that of its row, for who has it already. `in_bulk`: `compare_all` comes at the end.
    """
    portal, key, published_at, source, author, *text = archive.execute(_ARTICLE, [id]).fetchone()
    title, lead, body = text
    if drawn is None:
        drawn = drawn_of(Article("", key, title, body, lead, author, source))
    _put_credits(archive, id, drawn.credits)
    rank = rank_of(published_at, bool(drawn.credits), portal, key)
    digest = row_id(rank, *text)
    known = archive.execute("select digest from copies_sketches where article = ?", [id]).fetchone()
    if known and known[0] == digest:
        return
    touched = _remove(archive, id, in_bulk)
    if drawn.sketch:
        archive.execute("insert into copies_sketches values (?, ?, ?, ?)", [id, rank, digest, drawn.sketch])
        if not in_bulk:
            touched |= _compare(archive, id, drawn.sketch)
    regroup(archive, touched)


def forget(archive: Connection, articles: Collection[int], in_bulk: bool = False) -> None:
    """Remove what there is of articles that are no more, or are to be another one."""
    touched: set[int] = set()
    for id in articles:
        archive.execute("delete from credits where article = ?", [id])
        touched |= _remove(archive, id, in_bulk)
    regroup(archive, touched)


def compare_all(archive: Connection) -> None:
    """What storing in bulk has left: compare all articles, of which there is no more than the sketch."""
    for pair in meeting.enter_all(archive):
        _pair(archive, *pair)
    group_all(archive)


def rank_of(published_at: str | None, is_credited: bool, portal: str, key: str) -> str:
    """Texts in the order of publication.

    By what the pages state; of one day those without a time come behind those with one, and undated articles
    come last. Of one time, an article that credits nobody comes first; then the alphabet decides, for when an
    article was captured depends on who has crawled what.
    """
    return f"{published_at or ''}~ {is_credited:d} {portal} {key}"


def _put_credits(archive: Connection, id: int, credits: Iterable[Credit]) -> None:
    rows = [(c.field, c.start, c.end, c.text, c.outlet, c.domain) for c in credits]
    if set(archive.execute(_CREDITS, [id])) != set(rows):
        archive.execute("delete from credits where article = ?", [id])
        archive.executemany("insert into credits values (?, ?, ?, ?, ?, ?, ?)", [(id, *row) for row in rows])


def _compare(archive: Connection, id: int, drawn: bytes) -> set[int]:
    """Returns whose pairs have changed, the article included."""
    met, parted = meeting.enter(archive, id, drawn)
    for one, other in parted:
        archive.executemany(
            "delete from copies_pairs where article = ? and other = ?", [(one, other), (other, one)]
        )
    found = {other for other in met if _pair(archive, id, other)}
    return {id, *found, *(id for pair in parted for id in pair)}


def _remove(archive: Connection, id: int, in_bulk: bool) -> set[int]:
    """Returns whose pairs have changed, the article included; in bulk there are none yet."""
    if in_bulk:
        archive.execute("delete from copies_sketches where article = ?", [id])
        return set()
    drawn = archive.execute("select sketch from copies_sketches where article = ?", [id]).fetchone()
    if drawn is None:
        return {id}
    others = [other for (other,) in archive.execute("select other from copies_pairs where article = ?", [id])]
    archive.execute("delete from copies_pairs where article = ?", [id])
    archive.executemany(
        "delete from copies_pairs where article = ? and other = ?", [(other, id) for other in others]
    )
    archive.execute("delete from copies_sketches where article = ?", [id])
    return {id, *others} | _meet_again(archive, id, drawn[0])


def _meet_again(archive: Connection, id: int, drawn: bytes) -> set[int]:
    """Pairs that a crowd has kept apart, of which this article was one too many."""
    touched: set[int] = set()
    for pair in sorted(meeting.leave(archive, id, drawn)):
        if _pair(archive, *pair):
            touched.update(pair)
    return touched


def _pair(archive: Connection, one: int, other: int) -> bool:
    """Store a pair where it is one, each side its own row."""
    likeness = copied(texts().of(archive, one), texts().of(archive, other))
    if likeness is None:
        return False
    archive.executemany(
        "insert into copies_pairs values (?, ?, ?, ?, ?) on conflict do nothing",
        [
            (one, other, likeness.similarity, likeness.words[0], likeness.alone[0]),
            (other, one, likeness.similarity, likeness.words[1], likeness.alone[1]),
        ],
    )
    return True
