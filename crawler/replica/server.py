"""The replica as a server on loopback: an origin for its hosts, and the target of a forward proxy."""

import gzip
import threading
from datetime import date
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from crawler.replica.exchange import Request, Response, fields
from crawler.replica.truth import Truth, truths
from crawler.replica.web import Web

# The day on which the replica lives: the frames of its pages show it, and no article bears it.
TODAY = date(2025, 11, 22)


class Served(NamedTuple):
    """One request that the replica answered."""

    method: str
    url: str
    status: int


class Replica:
    """The replica, served within `with`; there `url` is where to send requests for any of its hosts.

    Answers depend on the request alone, so two replicas of one `today` answer alike, byte for byte. With
    `more`, one portal has so many more articles, for crawls that take long.
    """

    _server: "_Server"
    _thread: threading.Thread

    def __init__(self, port: int = 0, today: date = TODAY, more: int = 0) -> None:
        self.requests: list[Served] = []
        self.web = Web(today, more)
        self._port = port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def addresses(self) -> list[Truth]:
        """The truth about every article of the texts; not about those that are `more`."""
        return truths()

    def __enter__(self) -> Self:
        """Listen on the port of 127.0.0.1 (0: a free one). Raises OSError where it is taken."""
        self._server = _Server(("127.0.0.1", self._port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], replica: Replica) -> None:
        super().__init__(address, _Handler)
        self.replica = replica


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/8.5"
    sys_version = ""
    # Head and body leave in one packet: unbuffered, each answer would wait for a delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        url = self._url()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        cookies = SimpleCookie(self.headers.get("Cookie", ""))
        jar = {name: cookie.value for name, cookie in cookies.items()}
        request = Request(url, self.command, fields(body.decode("latin-1")), jar)
        response = self.server.replica.web.answer(request)
        self.server.replica.requests.append(Served(self.command, url, response.status))
        self._send(response)

    def _url(self) -> str:
        """The address asked for: in full on the request line, or made from the Host header."""
        scheme = self.headers.get("X-Forwarded-Proto", "http")
        parts = urlsplit(self.path)
        if parts.netloc:
            return parts._replace(scheme=scheme).geturl()
        return f"{scheme}://{self.headers.get('Host', '')}{self.path}"

    def _send(self, response: Response) -> None:
        body = response.body
        self.send_response(response.status)
        self.send_header("Content-Type", response.mime)
        if response.mime.startswith("text/") and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, 6, mtime=0)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        for name, value in response.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The replica's own day, so that its answers never change."""
        return f"{self.server.replica.web.today:%a, %d %b %Y} 01:00:00 GMT"

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: `Replica.requests` is the log."""
