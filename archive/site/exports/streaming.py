"""Answers that are sent while they are made, for as long as there is somebody to take them."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Any
from weakref import WeakKeyDictionary

from datasette import Response

CHUNK = 1 << 16  # bytes

_steps = WeakKeyDictionary[Any, asyncio.Lock]()  # by the Datasette that they are taken at


def step(datasette: Any) -> asyncio.Lock:
    """To be held while some rows are fetched, and not while they are sent: all exports together keep one of
    Datasette's threads busy, however many there are and however slowly they are read.
    """
    return _steps.setdefault(datasette, asyncio.Lock())


class Streamed(Response):  # type: ignore[misc]  # Datasette ships no types
    """A response whose body comes in pieces."""

    def __init__(
        self, pieces: AsyncIterator[bytes], content_type: str, headers: dict[str, str], status: int = 200
    ) -> None:
        super().__init__(b"", status=status, headers=headers, content_type=content_type)
        self.pieces = pieces

    async def asgi_send(self, send: Any) -> None:
        headers = {**self.headers, "content-type": self.content_type}
        raw = [[name.encode(), value.encode()] for name, value in headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        async for piece in self.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def of_file(file: IO[bytes]) -> AsyncIterator[bytes]:
    """What is left of a file, which is closed then."""
    with file:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """A body that is there, of which no more is laid before a slow reader than they take."""
    for at in range(0, len(body), CHUNK):
        yield body[at : at + CHUNK]


async def while_wanted(request: Any, pieces: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The pieces, until whoever asked has gone: without this they would all be made for nobody."""
    gone = asyncio.create_task(_gone(request.receive))
    try:
        async for piece in pieces:
            yield piece
            if gone.done():
                return
    finally:
        gone.cancel()


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
