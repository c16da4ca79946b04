"""HTTP/1.1 at its barest: whole answers made before, connections kept open, nothing but GET."""

import asyncio
from collections.abc import Callable
from typing import cast


def answer(body: bytes, mime: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Answers(asyncio.Protocol):
    """One connection; `of` knows the answer for a path."""

    def __init__(self, of: Callable[[bytes], bytes]) -> None:
        self.of, self.received = of, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head, self.received = self.received[:end], self.received[end + 4 :]
            self.transport.write(self.of(head.split(b" ", 2)[1]))
            if b"\r\nconnection: close" in head.lower():
                self.transport.close()
