"""A sketch of a text in 112 bytes: the smallest of its runs under each of 64 permutations (MinHash).

Two texts have the same smallest run under one permutation with the probability of their similarity: the runs
of both against the runs of either. The first sixteen values are kept whole: each is a bucket, in which texts
that may be copies meet. Of the others a byte each is kept, which tells how alike two texts are about.

The values are those of datasketch 2 (scheme `affine32`), and a test holds them against it; to import it takes
a second and 70 MB of SciPy, in every process that stores an article.
"""

from collections.abc import Collection
from functools import cache
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.copies.shingles import Hashes

BUCKETS = 16
PERMUTATIONS = 64
SEED = 1  # as the rest here never to be changed: the sketches that are stored would be of no use
FEWEST = 12  # runs that differ; a text of fewer is not looked at
ALIKE = 8  # values of 64 that are the same in a pair worth comparing: a similarity of an eighth
_PIECE = 4096  # runs at a time: a long text takes no more memory
_WHOLE = BUCKETS * 4  # bytes
_SIZE = _WHOLE + PERMUTATIONS - BUCKETS
_MOST = 0xFFFFFFFF
_VALUE, _VALUES = Struct("<I"), Struct(f"<{BUCKETS}I")
Values = NDArray[np.uint32]


def sketch(runs: Hashes) -> bytes | None:
    """Of distinct runs, in any order; None of too few. The same on every machine."""
    if len(runs) < FEWEST:
        return None
    factors, addends = _permutations()
    hashes = _mixed((runs >> np.uint64(32)).astype(np.uint32))
    values = np.full(PERMUTATIONS, _MOST, np.uint32)
    for start in range(0, len(hashes), _PIECE):
        permuted = hashes[start : start + _PIECE] * factors + addends
        np.minimum(values, permuted.min(axis=1), out=values)
    return values[:BUCKETS].astype("<u4").tobytes() + values[BUCKETS:].astype("u1").tobytes()


def buckets(sketch: bytes) -> list[int]:
    """One of each of the first permutations, below 2**36; those of two permutations never are the same."""
    return [place << 32 | value for place, value in enumerate(_VALUES.unpack_from(sketch))]


def bucket(sketch: bytes, place: int) -> int:
    """One of its `buckets`."""
    value: int = _VALUE.unpack_from(sketch, 4 * place)[0]
    return place << 32 | value


def alike(some: Collection[bytes], others: Collection[bytes]) -> NDArray[np.bool_]:
    """Of each of some (rows) and each of the others (columns), whether comparing their texts is worth it."""
    whole, rest = (
        (one[:, None] == other).sum(axis=2) for one, other in zip(_parts(some), _parts(others), strict=True)
    )
    return np.asarray(whole + rest >= ALIKE)


def _parts(sketches: Collection[bytes]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The values that are whole, and those of which there is a byte; a sketch a row."""
    all_of = np.frombuffer(b"".join(sketches), "u1").reshape(len(sketches), _SIZE)
    return np.ascontiguousarray(all_of[:, :_WHOLE]).view("<u4"), all_of[:, _WHOLE:]


@cache
def _permutations() -> tuple[Values, Values]:
    """Of each one, in a row of its own, the factor, which is odd, so that no two runs become one, and what is
    added."""
    random = np.random.RandomState(SEED)
    factors = random.randint(0, 1 << 31, PERMUTATIONS, np.uint32) * np.uint32(2) + np.uint32(1)
    addends = random.randint(0, 1 << 32, PERMUTATIONS, np.uint32)
    return factors[:, None], addends[:, None]


def _mixed(hashes: Values) -> Values:
    """Every bit depends on every bit of before (the end of MurmurHash3)."""
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return hashes ^ (hashes >> np.uint32(16))
