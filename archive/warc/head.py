"""Parse the heads of records and of HTTP messages, none of which may take more memory than it should."""

from typing import IO

from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

MAX_HEAD = 1 << 20


class _Limited:
    """What the parser reads: lines, up to a size of all of them. A line of a small file may unpack to GBs."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._left = stream, MAX_HEAD

    def readline(self) -> bytes:
        line = self._stream.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise ValueError(f"a head of more than {MAX_HEAD >> 20} MB")
        return line


def parse_head(stream: IO[bytes], versions: list[str] | None = None) -> StatusAndHeaders:
    """The head that comes next, of one of these versions if they are given; the stream stands behind it then.

    Raises as warcio does where there is none, and ValueError where it is too large.
    """
    return StatusAndHeadersParser(versions or [], verify=versions is not None).parse(_Limited(stream))
