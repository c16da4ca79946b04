"""What reading a file comes to, and what keeps it from a text."""

from dataclasses import dataclass

MOST_CHARACTERS = 1_000_000  # of the text of one file; what follows is cut, and the trouble says so
MOST_BYTES = 64 << 20  # of a file that is read
SIZES = ">10sQ"  # what stands before a file that is handed over: its kind and its length
TOO_LARGE = "too large"
CUT = f"cut: only its first {MOST_CHARACTERS:,} characters"


@dataclass(frozen=True, slots=True)
class Text:
    """`pages` are sheets of a workbook and slides of a presentation; None where a kind of file has none."""

    text: str = ""
    pages: int | None = None
    trouble: str | None = None


class TroubleError(Exception):
    """A file that cannot be read: `password`, `too large`, `damaged: why`."""


class Gathered:
    """Pieces of a text, no more than are kept."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    @property
    def is_full(self) -> bool:
        return self._length > MOST_CHARACTERS

    @property
    def text(self) -> str:
        return "".join(self._pieces)
