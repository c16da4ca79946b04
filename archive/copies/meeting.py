"""Where texts that may be copies of each other meet, so that a new one is compared with few of a million.

Texts meet in a bucket of their sketches (locality-sensitive hashing, one value a bucket). A bucket that
holds more than 64 is that of a stock phrase or a template: who meets there alone does not meet. So the work
for one article is bounded, and who meets whom follows from the articles that are there, not from their order.
"""

import json
from collections.abc import Iterable, Iterator
from sqlite3 import Connection

from archive.copies.sketches import BUCKETS, alike, bucket, buckets

CROWD = 64
Pair = tuple[int, int]


def enter(archive: Connection, id: int, sketch: bytes) -> tuple[list[int], list[Pair]]:
    """Returns whom the article meets and is worth comparing with, and which pairs may meet no more."""
    met: set[int] = set()
    parting: set[Pair] = set()
    for here in buckets(sketch):
        found = _members(archive, here)
        if len(found) < CROWD:
            met.update(found)
        elif len(found) == CROWD:
            parting.update(_paired(archive, found))
        archive.execute("insert into copies_buckets(bucket, article) values (?, ?)", [here, id])
    sketches = _sketches(archive, met)
    [worth] = alike([sketch], sketches.values())
    return (
        [other for other, is_worth in zip(sketches, worth, strict=True) if is_worth],
        [pair for pair in parting if not _meet(archive, *pair)],
    )


def enter_all(archive: Connection) -> Iterator[Pair]:
    """All pairs that meet and are worth comparing, each once, as `enter` finds them one by one.

    In the order of the buckets, so that those who meet in one are looked at together, and no bucket is looked
    for. Sorted by SQLite, outside of this process's memory where there are many.
    """
    archive.execute("delete from copies_buckets")
    archive.create_function("bucket", 2, bucket, deterministic=True)
    places = ", ".join(f"({place})" for place in range(BUCKETS))
    archive.execute(
        "insert into copies_buckets select bucket(sketch, column1) as bucket, article "
        f"from copies_sketches, (values {places}) order by 1, 2"
    )
    crowded = "select bucket from copies_buckets group by bucket having count(*) > ?"
    crowds = {here for (here,) in archive.execute(crowded, [CROWD])}
    shared = (
        "select bucket, group_concat(article) from copies_buckets group by bucket "
        "having count(*) between 2 and ?"
    )
    for here, members in archive.execute(shared, [CROWD]):
        yield from _first_met(here, _sketches(archive, map(int, members.split(","))), crowds)


def _first_met(here: int, sketches: dict[int, bytes], crowds: set[int]) -> Iterator[Pair]:
    """Of the members of a bucket those worth comparing who have not met in one before it."""
    for one, other in _worth_comparing(sketches):
        common = set(buckets(sketches[one])) & set(buckets(sketches[other]))
        if min(common - crowds) == here:
            yield one, other


def leave(archive: Connection, id: int, sketch: bytes) -> set[Pair]:
    """Returns which pairs meet now as one fewer is there, and are worth comparing."""
    meeting: set[Pair] = set()
    for here in buckets(sketch):
        archive.execute("delete from copies_buckets where bucket = ? and article = ?", [here, id])
        found = _members(archive, here)
        if len(found) == CROWD:
            meeting.update(_worth_comparing(_sketches(archive, found)))
    return meeting


def _members(archive: Connection, here: int) -> list[int]:
    """All of them where it is no crowd."""
    query = "select article from copies_buckets where bucket = ? limit ?"
    return [id for (id,) in archive.execute(query, [here, CROWD + 1])]


def _worth_comparing(sketches: dict[int, bytes]) -> Iterator[Pair]:
    """Each pair once, the lower id first."""
    ids = sorted(sketches)
    members = [sketches[id] for id in ids]
    rows, columns = (found.tolist() for found in alike(members, members).nonzero())
    yield from ((ids[row], ids[column]) for row, column in zip(rows, columns, strict=True) if row < column)


def _paired(archive: Connection, members: list[int]) -> Iterator[Pair]:
    """Those among the members that are pairs so far."""
    inside = set(members)
    for id in members:
        query = "select other from copies_pairs where article = ? and other > article"
        yield from ((id, other) for (other,) in archive.execute(query, [id]) if other in inside)


def _meet(archive: Connection, one: int, other: int) -> bool:
    sketches = _sketches(archive, (one, other))
    common = set(buckets(sketches[one])) & set(buckets(sketches[other]))
    return any(len(_members(archive, here)) <= CROWD for here in common)


def _sketches(archive: Connection, ids: Iterable[int]) -> dict[int, bytes]:
    query = "select article, sketch from copies_sketches where article in (select value from json_each(?))"
    return dict(archive.execute(query, [json.dumps(list(ids))]).fetchall())
