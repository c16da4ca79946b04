"""The processes that read pages for all crawls of this process, and what befalls a page that ends them."""

import asyncio
import os
from collections.abc import Sequence

from scrapy.http import Response
from scrapy.settings import BaseSettings

from archive.model import Page
from crawler.beside.message import Question
from crawler.beside.reader import GoneError, Reader
from crawler.intake.apart import LONGEST
from crawler.intake.fate import unreadable_page
from crawler.portals import Portal

MOST = 4  # processes that are begun unasked
AHEAD = 2  # pages that a process has: one that it reads, one that it can begin with at once
TRIES = 2  # a page that ends two processes is to blame; one, which may have been killed from without, is not


class Readers:
    """So many processes, begun with the first page at the latest. A page waits for its turn: Scrapy asks a
    site for no more as long as 5 MB of responses (SCRAPER_SLOT_MAX_ACTIVE_SIZE) have not been read."""

    def __init__(self, count: int, modules: Sequence[str], seconds: float) -> None:
        self.users = 0  # crawls
        self.modules, self.seconds = modules, seconds
        self._readers = [Reader(modules) for _ in range(count)]
        self._room = asyncio.Semaphore(count * AHEAD)

    async def read(self, portal: type[Portal], response: Response) -> Page:
        """A page, ready to be stored. One that ends its reader is unreadable; those that were to be read
        after it are read by the next. Raises ArchiveError where no process can be begun."""
        question = Question.of(portal, response, self.seconds)
        ended = 0
        async with self._room:
            while True:
                try:
                    return await self._free().ask(question, response.body)
                except GoneError as gone:
                    ended += gone.was_read
                    if gone.was_read and (gone.too_slow or ended == TRIES):
                        return unreadable_page(str(gone), portal, response.url)

    def processes(self) -> list[int]:
        """Their ids."""
        return [reader.process for reader in self._readers]

    def close(self) -> None:
        for reader in self._readers:
            reader.close()

    def _free(self) -> Reader:
        """The one with the least to do, where those that have ended are begun anew."""
        for place, reader in enumerate(self._readers):
            if reader.is_gone:
                reader.close()
                self._readers[place] = Reader(self.modules)
        return min(self._readers, key=lambda reader: reader.waiting)


_shared: dict[int, Readers] = {}  # by process: one that is forked has its own


def shared(settings: BaseSettings) -> Readers | None:
    """Those of this process, begun if there are none; None where a thread is to read."""
    count = count_of(settings)
    readers = _shared.get(os.getpid())
    if readers is None and count:
        seconds = settings.getfloat("BACKAN_READING_TIME", LONGEST)
        readers = _shared[os.getpid()] = Readers(count, settings.getlist("SPIDER_MODULES"), seconds)
    return readers


def let_go(readers: Readers) -> None:
    """One crawl less needs them; the last one ends them."""
    readers.users -= 1
    if not readers.users:
        readers.close()
        _shared.pop(os.getpid(), None)


def count_of(settings: BaseSettings) -> int:
    """BACKAN_READERS; if it is not set, all cores but the one that crawls."""
    stated = settings.get("BACKAN_READERS")
    if stated not in (None, ""):
        return max(int(stated), 0)
    return min(max(len(os.sched_getaffinity(0)) - 1, 1), MOST)
