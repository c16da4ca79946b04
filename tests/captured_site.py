"""Captures of hostile pages in an archive, served on loopback, and raw as they were received."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import uvicorn
from hostile_portal import Hostile
from runs import rows
from warc_files import warc

from archive.serve import application
from crawler.intake.ingest import ingest

HOST = "http://hostile.test"
Exchange = tuple[str, str, list[str], bytes]


def archived(folder: Path, *exchanges: Exchange, name: str = "kept", **more: Any) -> dict[str, int]:
    """Take responses of (path, status, headers, body) into `folder`/data; returns their ids by path."""
    source = folder / name
    source.mkdir(parents=True, exist_ok=True)
    path = warc(source, *((f"{HOST}{path}", *rest) for path, *rest in exchanges), name=name, **more)  # type: ignore[misc]
    ingest(path, folder / "data", {"hostile": Hostile})
    query = "select replace(url, ?, ''), id from captures where warc_file = ?"
    return dict(rows(folder / "data", query, HOST, path.name))


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of Datasette on a data folder."""
    server = uvicorn.Server(uvicorn.Config(application(data).app(), port=0, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive()
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def raw(exchanges: dict[str, tuple[str, list[str], bytes]]) -> Iterator[str]:
    """A server that answers as the pages were received, with all that can run in them."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = exchanges.get(self.path, ("404 Not Found", [], b""))
            head = [
                f"HTTP/1.1 {status}",
                *headers,
                f"Content-Length: {len(body)}",
                "Connection: close",
                "",
                "",
            ]
            self.wfile.write("\r\n".join(head).encode() + body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
