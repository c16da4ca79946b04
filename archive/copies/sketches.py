"""A sketch of a text in 112 bytes: the smallest of its runs under each of 64 permutations (MinHash).

Two texts have the same smallest run under one permutation with the probability of their similarity: the runs
of both against the runs of either. The first sixteen values are kept whole: each is a bucket, in which texts
that may be copies meet. Of the others a byte each is kept, which tells how alike two texts are about.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from archive.copies.shingles import Hashes

if TYPE_CHECKING:
    from datasketch import MinHash

BUCKETS = 16
PERMUTATIONS = 64
SEED = 1  # as the rest here never to be changed: the sketches that are stored would be of no use
FEWEST = 12  # runs that differ; a text of fewer is not looked at
ALIKE = 8  # values of 64 that are the same in a pair worth comparing: a similarity of an eighth
_PIECE = 4096  # runs at a time, so that a long text takes no more memory
_WHOLE = BUCKETS * 4  # bytes


def sketch(runs: Hashes) -> bytes | None:
    """Of distinct runs, in any order; None of too few. The same on every machine."""
    if len(runs) < FEWEST:
        return None
    minimal = _empty().copy()
    hashes = (runs >> np.uint64(32)).tolist()
    for start in range(0, len(hashes), _PIECE):
        minimal.update_batch(hashes[start : start + _PIECE])
    values = minimal.hashvalues
    return bytes(values[:BUCKETS].astype("<u4").tobytes() + values[BUCKETS:].astype("u1").tobytes())


def buckets(sketch: bytes) -> list[int]:
    """One of each of the first permutations, below 2**36; those of two permutations never are the same."""
    values = np.frombuffer(sketch[:_WHOLE], "<u4").tolist()
    return [place << 32 | value for place, value in enumerate(values)]


def alike(one: bytes, others: list[bytes]) -> NDArray[np.bool_]:
    """Of each of the others, whether it is worth comparing its text with the first one's."""
    if not others:
        return np.empty(0, bool)
    all_of = np.frombuffer(one + b"".join(others), "u1").reshape(len(others) + 1, len(one))
    whole = np.ascontiguousarray(all_of[:, :_WHOLE]).view("<u4")
    rest = all_of[:, _WHOLE:]
    same = (whole[1:] == whole[0]).sum(axis=1) + (rest[1:] == rest[0]).sum(axis=1)
    return np.asarray(same >= ALIKE)


@cache
def _empty() -> "MinHash":
    # It takes a second and 70 MB, most of which are SciPy's: not for those who only read the archive.
    from datasketch import MinHash

    return MinHash(PERMUTATIONS, SEED, hashfunc=int, scheme="affine32")
