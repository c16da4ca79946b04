"""Write every response, with its request, to the WARC file, before anything else touches it."""

from http.client import responses
from typing import Self
from urllib.parse import urldefrag, urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response

from crawler.intake.fate import CUT, mime
from crawler.logbook import Logbook

CONDITIONS = ("If-None-Match", "If-Modified-Since")


class Capture:
    """The downloader middleware next to the network, so it sees the bodies still content-encoded.

    A middleware and not a handler of the signal `response_downloaded`: signals swallow errors and cannot
    wait for a thread. What Scrapy does not know is lost: the reason phrase and the case of header names.
    """

    def __init__(self, logbook: Logbook) -> None:
        self.logbook = logbook

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if (logbook := crawler.get_extension(Logbook)) is None:
            raise NotConfigured
        return cls(logbook)

    async def process_response(self, request: Request, response: Response) -> Response:
        visit = request.meta.get("visit")
        if response.status == 304 and not is_conditional(request):
            visit = None  # it refers to nothing
        capture = await self.logbook.write(
            urldefrag(response.url).url,
            response.status,
            mime(response.headers),
            request_bytes(request),
            head_bytes(response),
            response.body,
            ip=str(response.ip_address) if response.ip_address else None,
            truncated=next((CUT[flag] for flag in response.flags if flag in CUT), None),
            visit=visit,
        )
        request.meta["capture"] = capture
        return response


def is_conditional(request: Request) -> bool:
    """Whether the request was for a page only if it has changed."""
    return any(name in request.headers for name in CONDITIONS)


def request_bytes(request: Request) -> bytes:
    parts = urlsplit(request.url)
    target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
    line = f"{request.method} {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n".encode()
    return line + _header_lines(request) + b"\r\n" + request.body


def head_bytes(response: Response) -> bytes:
    line = f"{response.protocol or 'HTTP/1.1'} {response.status} {responses.get(response.status, '')}\r\n"
    return line.encode() + _header_lines(response) + b"\r\n"


def _header_lines(message: Request | Response) -> bytes:
    lines = message.headers.to_string()
    return lines + b"\r\n" if lines else b""
