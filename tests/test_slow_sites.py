"""A download is waited for as long as bytes come, up to a limit; what came of one that does not end is kept."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hostile_server import HTML, answer, links, page
from runs import HURRY, rows, run
from test_tls import signed

from archive.model import Outcome
from archive.warc.reader import exchanges

SILENCE, LONGEST, STEP = 3, 10, 0.75  # seconds; what is slow and whole takes five steps
ENDED = threading.Event()  # nobody sets it: something to wait for


def pieces(body: bytes, times: int) -> Iterator[bytes]:
    size = len(body) // times + 1
    return (body[at : at + size] for at in range(0, len(body), size))


def said(path: str) -> Iterator[bytes]:
    """The page, piece by piece, with a step between them."""
    whole = answer("200 OK", HTML, body=page(path))
    if path == "/":
        yield answer("200 OK", HTML, body=links("/bai/cham", "/bai/im", "/bai/nho-giot", "/bai/khong-dai"))
    elif path == "/bai/cham":
        yield from pieces(whole, 6)
    elif path == "/bai/im":
        yield whole[:3000]
        ENDED.wait(LONGEST)
    elif path == "/bai/nho-giot":
        yield whole[:3000]
        for _ in range(100):
            yield b"x"
    elif path == "/bai/khong-dai":  # it says no length, so that its end is where it closes
        yield b"HTTP/1.1 200 OK\r\n" + HTML.encode() + b"\r\nConnection: close\r\n\r\n" + page(path)[:3000]
        ENDED.wait(LONGEST)
    else:
        yield answer("404 Not Found")


@contextmanager
def slow_server(certificate: Path | None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                for piece in said(self.path):
                    self.wfile.write(piece)
                    ENDED.wait(STEP)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module", params=["http", "https"])
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of one crawl of the slow server, each page asked for once."""
    folder = tmp_path_factory.mktemp(request.param)
    certificate = folder / "own.pem" if request.param == "https" else None
    if certificate:
        own = signed("localhost", None)
        certificate.write_bytes(own.private + own.pem)
    settings = {
        "SPIDER_MODULES": "tls_portals", "BACKAN_DATA": folder / "data", "DOWNLOAD_VERIFY_CERTIFICATES": 0,
        "DOWNLOAD_TIMEOUT": SILENCE, "CAPTURE_MAXTIME": LONGEST, "RETRY_TIMES": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    }  # fmt: skip
    with slow_server(certificate) as url:
        given = [f"-s{name}={value}" for name, value in settings.items()]
        run("-m", "scrapy", "crawl", "slow", *HURRY, *given, TLS_HOMES=json.dumps({"slow": url}))
    return folder / "data"


def captured(data: Path, path: str) -> tuple[str, str | None, str | None]:
    """Outcome and note of a page, and why its record says that it is not whole."""
    [(outcome, note)] = rows(data, "select outcome, note from captures where url like ?", f"%{path}")
    [truncated] = [
        one.truncated
        for file in sorted((data / "warc").glob("*.warc.gz"))
        for one in exchanges(file)
        if one.url.endswith(path)
    ]
    return outcome, note, truncated


def test_a_page_that_takes_longer_than_any_silence_may_arrives_whole(data: Path) -> None:
    assert captured(data, "/bai/cham") == (Outcome.SELECTORS, None, None)


@pytest.mark.parametrize("path", ["/bai/im", "/bai/nho-giot", "/bai/khong-dai"])
def test_of_a_page_that_does_not_end_is_kept_what_came(data: Path, path: str) -> None:
    assert captured(data, path) == (Outcome.SELECTORS, "cut short", "time")
    assert rows(data, "select title from articles where url like ?", f"%{path}") == [(path,)]
