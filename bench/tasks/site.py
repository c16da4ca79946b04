"""Serve so many heavy pages from memory, at next to no cost: `python -m bench.tasks.site COUNT`.

Prints its address, and serves until it is ended. `/__figures` tells of the requests since `/__reset`: when
the first article was asked for, by the clock that all processes share; articles and bytes sent.
"""

import asyncio
import json
import sys
import time

from bench.pages import HOST, Heavy
from bench.tasks.answers import Answers, answer

ROBOTS = "User-agent: *\nDisallow: /_layouts/\nSitemap: http://{}/sitemap.xml\n"
SITEMAP = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'


class Served:
    """All answers, by path as bytes, and what was asked for."""

    def __init__(self, count: int) -> None:
        site = Heavy(count)
        self.articles = {made.path.encode(): answer(made.html) for made in site.articles()}
        self.others = {path.encode(): answer(html) for path, html in site.listings()}
        self.reset()

    def reset(self) -> None:
        self.first = 0.0
        self.pages = self.requests = self.bytes = 0

    def at(self, address: str) -> None:
        """Tell the address itself where it must stand in full."""
        urls = "".join(f"<url><loc>http://{address}{path.decode()}</loc></url>" for path in self.articles)
        self.others[b"/robots.txt"] = answer(ROBOTS.format(address).encode(), "text/plain")
        self.others[b"/sitemap.xml"] = answer(SITEMAP.format(urls).encode(), "text/xml")

    def __call__(self, path: bytes) -> bytes:
        if path == b"/__figures":
            figures = {name: getattr(self, name) for name in ("first", "pages", "requests", "bytes")}
            return answer(json.dumps(figures).encode(), "application/json")
        if path == b"/__reset":
            self.reset()
            return answer(b"{}", "application/json")
        self.requests += 1
        page = self.articles.get(path)
        if page is not None:
            self.pages += 1
            self.first = self.first or time.monotonic()
        else:
            page = self.others.get(path) or answer(b"<h1>404</h1>", status="404 Not Found")
        self.bytes += len(page)
        return page


async def main() -> None:
    served = Served(int(sys.argv[1]))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answers(served), HOST, 0)
    address = "{}:{}".format(*server.sockets[0].getsockname()[:2])
    served.at(address)
    print(f"http://{address}/", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
