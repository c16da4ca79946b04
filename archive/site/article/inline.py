"""A text with marks and links laid over it, as HTML that nests as it must."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from archive.site.article.markup import Span


class Wrap(NamedTuple):
    """An element around the characters from `start` to `end`; both tags are ours, never the text's."""

    start: int
    end: int
    opening: str
    closing: str


class Inline:
    """Writes stretches of one text. Marks stand within wraps, and both end where the stretch does.

    Wraps do not nest: of two that overlap, the first one stays. To find those of a stretch takes the
    logarithm of their number, so a long text costs no more than its length.
    """

    def __init__(self, text: str, marks: Iterable[Span] = (), wraps: Iterable[Wrap] = ()) -> None:
        self.text = text
        self.marks = list(apart(Wrap(*mark, "<mark>", "</mark>") for mark in marks))
        self.wraps = list(apart(wraps))
        self._mark_ends = [mark.end for mark in self.marks]
        self._wrap_ends = [wrap.end for wrap in self.wraps]

    def html(self, start: int, end: int) -> str:
        return "".join(self._wrapped(start, end))

    def is_wrapped(self, start: int, end: int) -> bool:
        """Whether a wrap lies over any of these characters."""
        return any(_within(self.wraps, self._wrap_ends, start, end))

    def _wrapped(self, start: int, end: int) -> Iterator[str]:
        for wrap in _within(self.wraps, self._wrap_ends, start, end):
            low, high = max(wrap.start, start), min(wrap.end, end)
            yield from self._marked(start, low)
            yield wrap.opening
            yield from self._marked(low, high)
            yield wrap.closing
            start = high
        yield from self._marked(start, end)

    def _marked(self, start: int, end: int) -> Iterator[str]:
        if start >= end:
            return
        for mark in _within(self.marks, self._mark_ends, start, end):
            low, high = max(mark.start, start), min(mark.end, end)
            yield escape(self.text[start:low])
            yield f"{mark.opening}{escape(self.text[low:high])}{mark.closing}"
            start = high
        yield escape(self.text[start:end])


def apart(wraps: Iterable[Wrap]) -> Iterator[Wrap]:
    reached = 0
    for wrap in sorted(wraps):
        if reached <= wrap.start < wrap.end:
            yield wrap
            reached = wrap.end


def _within(wraps: list[Wrap], ends: list[int], start: int, end: int) -> Iterator[Wrap]:
    for number in range(bisect_right(ends, start), len(wraps)):
        if wraps[number].start >= end:
            return
        yield wraps[number]
