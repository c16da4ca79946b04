"""Which of very many keys were met with, in a memory that does not grow."""

from collections.abc import Iterator
from hashlib import blake2b

BITS = 1 << 24  # 2 MB
PLACES = 4  # bits of each key


class Known:
    """A Bloom filter. What was added is known; something else is taken for known too, but seldom.

    Among 100,000 keys that befalls one of three million, among a million one of 450. So it may decide about
    traps, and never about whether a page is asked for.
    """

    def __init__(self) -> None:
        self._bits = bytearray(BITS >> 3)

    def add(self, key: str) -> bool:
        """Whether it was not known; now it is."""
        is_new = key not in self
        for byte, bit in _places(key):
            self._bits[byte] |= bit
        return is_new

    def __contains__(self, key: str) -> bool:
        return all(self._bits[byte] & bit for byte, bit in _places(key))


def _places(key: str) -> Iterator[tuple[int, int]]:
    """Bytes, and a bit in each."""
    digest = blake2b(key.encode(errors="surrogatepass"), digest_size=4 * PLACES).digest()
    for start in range(0, 4 * PLACES, 4):
        byte, bit = divmod(int.from_bytes(digest[start : start + 4]) % BITS, 8)
        yield byte, 1 << bit
