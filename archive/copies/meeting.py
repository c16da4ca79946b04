"""Where texts that may be copies of each other meet, so that a new one is compared with few of a million.

Texts meet in a bucket of their sketches (locality-sensitive hashing, one value a bucket). A bucket that
holds more than 64 is that of a stock phrase or a template: who meets there alone does not meet. So the work
for one article is bounded, and who meets whom follows from the articles that are there, not from their order.
"""

from collections.abc import Collection, Iterator
from sqlite3 import Connection

from archive.copies.sketches import alike, buckets

CROWD = 64
Pair = tuple[int, int]


def enter(archive: Connection, id: int, sketch: bytes) -> tuple[list[int], list[Pair]]:
    """Returns whom the article meets and is worth comparing with, and which pairs may meet no more."""
    met: set[int] = set()
    parting: set[Pair] = set()
    for bucket in buckets(sketch):
        found = _members(archive, bucket)
        if len(found) < CROWD:
            met.update(found)
        elif len(found) == CROWD:
            parting.update(_paired(archive, found))
        archive.execute("insert into copies_buckets(bucket, article) values (?, ?)", [bucket, id])
    sketches = _sketches(archive, met)
    worth = alike(sketch, list(sketches.values()))
    return (
        [other for other, is_worth in zip(sketches, worth, strict=True) if is_worth],
        [pair for pair in parting if not _meet(archive, *pair)],
    )


def leave(archive: Connection, id: int, sketch: bytes) -> set[Pair]:
    """Returns which pairs meet now as one fewer is there, and are worth comparing."""
    meeting: set[Pair] = set()
    for bucket in buckets(sketch):
        archive.execute("delete from copies_buckets where bucket = ? and article = ?", [bucket, id])
        found = _members(archive, bucket)
        if len(found) == CROWD:
            meeting.update(_worth_comparing(archive, found))
    return meeting


def _members(archive: Connection, bucket: int) -> list[int]:
    """All of them where it is no crowd."""
    query = "select article from copies_buckets where bucket = ? limit ?"
    return [id for (id,) in archive.execute(query, [bucket, CROWD + 1])]


def _worth_comparing(archive: Connection, members: Collection[int]) -> Iterator[Pair]:
    sketches = _sketches(archive, members)
    ids = sorted(sketches)
    for place, id in enumerate(ids):
        others = ids[place + 1 :]
        worth = alike(sketches[id], [sketches[other] for other in others])
        yield from ((id, other) for other, is_worth in zip(others, worth, strict=True) if is_worth)


def _paired(archive: Connection, members: list[int]) -> Iterator[Pair]:
    """Those among the members that are pairs so far."""
    inside = set(members)
    for id in members:
        query = "select other from copies_pairs where article = ? and other > article"
        yield from ((id, other) for (other,) in archive.execute(query, [id]) if other in inside)


def _meet(archive: Connection, one: int, other: int) -> bool:
    sketches = _sketches(archive, (one, other))
    common = set(buckets(sketches[one])) & set(buckets(sketches[other]))
    return any(len(_members(archive, bucket)) <= CROWD for bucket in common)


def _sketches(archive: Connection, ids: Collection[int]) -> dict[int, bytes]:
    query = "select sketch from copies_sketches where article = ?"
    return {id: archive.execute(query, [id]).fetchone()[0] for id in ids}
