"""What articles tell, read again and again as they are compared with others: kept while there is room."""

from collections import OrderedDict
from functools import cache
from sqlite3 import Connection
from threading import Lock

from archive.copies.shingles import Told, told

WORDS = 500_000  # that are kept, some 33 bytes each
_TEXT = "select title, lead, body from articles where id = ?"
_DIGEST = "select digest from copies_sketches where article = ?"


class Texts:
    """Of all archives of a process: by the digest of a text, whatever changes is another one."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Told] = OrderedDict()
        self._words = 0
        self._lock = Lock()

    def of(self, archive: Connection, id: int) -> Told:
        """What an article tells that has a sketch."""
        (digest,) = archive.execute(_DIGEST, [id]).fetchone()
        with self._lock:
            if known := self._kept.get(digest):
                self._kept.move_to_end(digest)
                return known
        read = told(*archive.execute(_TEXT, [id]).fetchone())
        with self._lock:
            if digest not in self._kept:
                self._kept[digest] = read
                self._words += len(read.words)
            while self._words > WORDS:
                self._words -= len(self._kept.popitem(last=False)[1].words)
        return read


@cache
def texts() -> Texts:
    return Texts()
