"""A server on loopback that does everything wrong, as servers do; a crawl reaches it through BACKAN_VIA."""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

SENTENCE = "Sáng ngày {}/10, Ủy ban nhân dân xã Cẩm Giàng họp bàn về xây dựng nông thôn mới lần thứ {}."
HUGE = 50 << 20
HTML = "Content-Type: text/html; charset=utf-8"
Answer = bytes | Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Asked:
    """A request as it came; `times` is how often its address had been asked for before."""

    url: str
    headers: Message
    times: int


Site = Callable[[Asked], Iterator[bytes]]


def page(title: str) -> bytes:
    paragraphs = "".join(f"<p>{SENTENCE.format(n, n)}</p>" for n in range(1, 31))
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<div id=body>{paragraphs}</div></body></html>"
    ).encode()


def links(*paths: str) -> bytes:
    return ("<html><body>" + "".join(f"<a href='{path}'>Bài {path}</a> " for path in paths)).encode()


def answer(status: str, *headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + body


def moved(to: str) -> bytes:
    return answer("302 Found", f"Location: {to}")


def huge() -> Iterator[bytes]:
    start = page("Trang dài")
    yield answer("200 OK", HTML, body=start, length=HUGE)
    for _ in range((HUGE - len(start)) >> 20):
        yield b"<p>" + b"x " * (1 << 19)


PACKED = gzip.compress(page("Bài nén bị cắt") + b"".join(b"%d " % n for n in range(20_000)))
ANSWERS: dict[str, Answer] = {
    "/robots.txt": answer("404 Not Found"),
    "/bai/tot": answer("200 OK", HTML, "Content-Encoding: gzip", body=gzip.compress(page("Bài tốt"))),
    "/bai/rong": answer("200 OK", HTML),
    "/bai/cut": answer("200 OK", HTML, body=page("Bài bị cắt")[:-400], length=100_000),
    "/bai/bang-ma": answer("200 OK", "Content-Type: text/html; charset=utf-8,gbk", body=page("Bảng mã lạ")),
    "/bai/gzip-hong": answer("200 OK", HTML, "Content-Encoding: gzip", body=page("Không nén")),
    "/bai/gzip-cut": answer("200 OK", HTML, "Content-Encoding: gzip", body=PACKED[: len(PACKED) // 2]),
    "/bai/bom": answer("200 OK", HTML, "Content-Encoding: gzip", body=gzip.compress(b" " * (130 << 20))),
    "/bai/dai": huge,
    "/bai/loi": answer("503 Service Unavailable"),
    "/bai/im": b"",
    "/bai/vong-1": moved("/bai/vong-2"),
    "/bai/vong-2": moved("/bai/vong-1"),
    "/bai/ra-ngoai": moved("http://elsewhere.test/"),
    "/bai/bay": moved("/dem.aspx"),
}


@contextmanager
def hostile_server(
    changes: dict[str, Answer] | None = None, site: Site | None = None
) -> Iterator[tuple[str, list[str]]]:
    """The server's address, and the addresses it is asked for as they come.

    `changes` are other answers; a `site` answers everything in its own way.
    """
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scheme = self.headers["X-Forwarded-Proto"]
            parts = urlsplit(self.path)
            url = f"{scheme}{self.path.removeprefix('http')}"
            times = asked.count(url)
            asked.append(url)
            if site:
                self.send(site(Asked(url, self.headers, times)))
                return
            place = f"{parts.path}?{parts.query}" if parts.query else parts.path
            found = (changes or {}).get(place) or respond(scheme, place)
            self.send(found() if callable(found) else iter([found]))

        def send(self, pieces: Iterator[bytes]) -> None:
            for piece in pieces:
                try:
                    self.wfile.write(piece)
                except ConnectionError:
                    return

        def log_message(self, *args: object) -> None:
            """`asked` is the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def respond(scheme: str, place: str) -> Answer:
    if place == "/":
        onward = [path for path in ANSWERS if path not in ("/robots.txt", "/bai/vong-2")]
        body = links(*onward, "/bai/https", "/muc/?trang=1", "/dem.aspx", "http://elsewhere.test/bai/xa")
        return answer("200 OK", HTML, body=body)
    if place.startswith("/muc/?trang="):
        return answer("200 OK", HTML, body=links("/bai/tot", f"/muc/?trang={int(place[12:]) + 1}"))
    if place == "/bai/https":
        if scheme == "http":
            return moved("https://hostile.test/bai/https")
        return answer("200 OK", HTML, body=page("Chỉ có qua https"))
    return ANSWERS.get(place, answer("404 Not Found"))
