"""The same spider in bare Scrapy, writing JSON lines and nothing else: `python -m bench.tasks.bare FILE`.

Its pages are read in a thread, as ours are; Scrapy's own scheduler and middlewares, none of ours.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scrapy.crawler import CrawlerProcess
from scrapy.http import Request, Response

from bench.portal import Bench
from bench.tasks.ours import CONCURRENT


class Bare(Bench):
    name = "bare"

    async def parse(self, response: Response, **kwargs: Any) -> AsyncIterator[Any]:
        page = await asyncio.to_thread(self.read, response)
        if page.article:
            yield asdict(page.article)
        for request in self.follow(response, page):
            yield request

    def request(self, *arguments: Any, **named: Any) -> Request:
        return super().request(*arguments, **named).replace(errback=None)


def main() -> None:
    file = Path(sys.argv[1])
    settings = {
        "FEEDS": {str(file): {"format": "jsonlines"}},
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENT,
        "LOG_LEVEL": "WARNING",
        "TELNETCONSOLE_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Bare)
    process.start()
    print(json.dumps({"articles": sum(1 for _ in file.open("rb"))}))


if __name__ == "__main__":
    main()
