"""How fast a crawl is with the frontier, against Scrapy's requests in memory: side by side, in one run.

    python bench/alone/frontier.py [PAGES [ROUNDS]]

A server on loopback has so many articles, which listings of 20 lead to; each crawl is a process of its own.
Both crawls write WARC files and the archive; they differ in their scheduler only.
"""

import resource
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "tests")]
from hostile_server import HTML, answer, links, page
from runs import ROOT, environment, rows

PER_LISTING = 20
SCHEDULERS = {"frontier": "crawler.frontier.scheduler.Scheduler", "memory": "scrapy.core.scheduler.Scheduler"}


def serve(pages: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            self.wfile.write(respond(urlsplit(self.path), pages).replace(b"Connection: close\r\n", b""))

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def respond(address: object, pages: int) -> bytes:
    path, query = address.path, address.query  # type: ignore[attr-defined]
    if path == "/":
        return answer("200 OK", HTML, body=links("/muc/?trang=1"))
    if path.startswith("/bai/"):
        return answer("200 OK", HTML, body=page(f"Bài số {path[5:]}"))
    if path == "/muc/":
        first = (int(query[6:]) - 1) * PER_LISTING
        shown = [f"/bai/{n}" for n in range(first, min(first + PER_LISTING, pages))]
        onward = [f"/muc/?trang={int(query[6:]) + 1}"] if first + PER_LISTING < pages else []
        return answer("200 OK", HTML, body=links(*shown, *onward))
    return answer("404 Not Found")


def crawl(scheduler: str, via: str, pages: int) -> tuple[float, float]:
    """Seconds that a crawl took, and seconds of a processor, which other processes disturb less."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "scrapy", "crawl", "hostile", "-s", f"SCHEDULER={SCHEDULERS[scheduler]}",
            "-s", "SPIDER_MODULES=hostile_portal", "-s", f"BACKAN_VIA={via}", "-s", f"BACKAN_DATA={folder}",
            "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=0", "-s", "LOG_LEVEL=WARNING",
            "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16",
        ]  # fmt: skip
        begun, spent = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, env=environment(), check=True)
        took, now = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        [(held,)] = rows(Path(folder), "select count(*) from articles")
        assert held == pages, f"{held} articles of {pages}"
        return took, now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime


def main() -> None:
    pages, rounds = (int(value) for value in [*sys.argv[1:], "1000", "3"][:2])
    server = serve(pages)
    via = f"http://127.0.0.1:{server.server_port}"
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in SCHEDULERS}
    for number in range(rounds):
        for name in sorted(SCHEDULERS, reverse=bool(number % 2)):
            took[name].append(crawl(name, via, pages))
            print("{:10} {:6.1f} s, {:6.1f} s of a processor".format(name, *took[name][-1]), flush=True)
    server.shutdown()
    for number, measure in enumerate(("by the clock", "by the processor")):
        memory, frontier = (median(one[number] for one in took[name]) for name in ("memory", "frontier"))
        print(f"{measure}, the frontier has {memory / frontier:.2f} of the speed of Scrapy's memory")


if __name__ == "__main__":
    main()
