"""What goes between a crawl and a process that reads its pages: a length or two, pickle, and a body as it is.

Pickle is safe here: both ends are this program, and the socket between them has no name.
"""

import pickle
import struct
from dataclasses import dataclass
from typing import Any

from scrapy.http import Headers, Response, TextResponse

from archive.model import Page
from crawler.portals import Portal

QUESTION = struct.Struct(">QQ")  # lengths: of the question, of the body behind it
ANSWER = struct.Struct(">Q")
READY = b"\x06"  # what a process says when it has imported everything


@dataclass(frozen=True, slots=True)
class Question:
    """A response without its body, and how many seconds of the processor's time reading it may take."""

    portal: type[Portal]
    kind: type[Response]
    url: str
    status: int
    headers: dict[bytes, list[bytes]]
    flags: list[str]
    encoding: str | None
    seconds: float

    @classmethod
    def of(cls, portal: type[Portal], response: Response, seconds: float) -> "Question":
        encoding = response._encoding if isinstance(response, TextResponse) else None
        return cls(
            portal, type(response), response.url, response.status, dict(response.headers), response.flags,
            encoding, seconds,
        )  # fmt: skip

    def response(self, body: bytes) -> Response:
        more: dict[str, Any] = {"encoding": self.encoding} if self.encoding else {}
        return self.kind(
            self.url, status=self.status, headers=Headers(self.headers), body=body, flags=self.flags, **more
        )

    def packed(self, size: int) -> bytes:
        plain = pickle.dumps(self, 5)
        return QUESTION.pack(len(plain), size) + plain


def packed(answer: Page | Exception) -> bytes:
    """A page, or why there is none."""
    plain = pickle.dumps(answer, 5)
    return ANSWER.pack(len(plain)) + plain
