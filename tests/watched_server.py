"""A server on loopback that answers as it is told and notes who asked what, when and on which condition."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Asked:
    """A request; `times` is how often its path had been asked for before."""

    path: str
    at: float
    headers: Mapping[str, str]
    times: int


Site = Callable[[Asked], bytes]


@contextmanager
def watched_server(site: Site) -> Iterator[tuple[str, list[Asked]]]:
    """The server's address, and what it is asked for as it comes."""
    log: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, at = urlsplit(self.path).path, monotonic()
            asked = Asked(path, at, dict(self.headers), sum(one.path == path for one in log))
            log.append(asked)
            self.wfile.write(site(asked))

        def log_message(self, *args: object) -> None:
            """`log` is the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", log
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
