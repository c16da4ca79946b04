"""One process that reads pages, as the crawl sees it: questions go to it, and answers come, in one order."""

import asyncio
import multiprocessing
import pickle
import signal
import socket
from collections.abc import Sequence
from multiprocessing.process import BaseProcess

from archive.errors import ArchiveError
from archive.model import Page
from crawler.beside.child import serve
from crawler.beside.message import ANSWER, READY, Question
from crawler.intake.apart import too_slow, why

PIECE = 1 << 18  # bytes of a body that wait to be sent
TO_END = 5  # seconds from when its socket is closed until it is no more


class GoneError(Exception):
    """A process has ended instead of answering; `was_read`: while it read the page that was asked about.

    `too_slow`: it has taken its time with it.
    """

    def __init__(self, why: str, was_read: bool = False, too_slow: bool = False) -> None:
        super().__init__(why)
        self.was_read, self.too_slow = was_read, too_slow


class Reader:
    """Begun at once, anew rather than forked; who asks waits until it has imported everything."""

    def __init__(self, modules: Sequence[str]) -> None:
        """Raises ArchiveError where no process can be begun."""
        self.waiting = 0  # questions without an answer yet
        self.is_gone = False
        self._asking, self._hearing = asyncio.Lock(), asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            self._socket, self._process = _begun(modules)
        except OSError as error:
            raise ArchiveError(f"the process that reads pages cannot be begun: {error}") from error

    async def ask(self, question: Question, body: bytes) -> Page:
        """Raises GoneError where the process ends instead, and whatever reading the page has raised there."""
        self.waiting += 1
        try:
            async with self._asking:
                incoming = await self._send(question, body)
            async with self._hearing:  # whoever has asked first is answered first
                answer = await self._hear(incoming)
        except asyncio.CancelledError:  # its answer, which is yet to come, is none to the next question
            self.close()
            raise
        finally:
            self.waiting -= 1
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def process(self) -> int:
        return self._process.pid or 0

    def close(self) -> None:
        """End it, whatever it does."""
        self.is_gone = True
        if self._streams:
            self._streams[1].transport.abort()
        else:
            self._socket.close()
        self._process.kill()
        self._process.join(TO_END)

    async def _send(self, question: Question, body: bytes) -> asyncio.StreamReader:
        incoming, outgoing = self._streams or await self._connect()
        try:
            outgoing.write(question.packed(len(body)))
            for start in range(0, len(body), PIECE):
                outgoing.write(memoryview(body)[start : start + PIECE])
                await outgoing.drain()
        except OSError:
            raise GoneError("the process that reads pages has ended") from None
        return incoming

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.is_gone:
            raise GoneError("the process that reads pages has ended")
        self._streams = await asyncio.open_connection(sock=self._socket, limit=PIECE)
        if await self._streams[0].read(len(READY)) != READY:
            self.close()
            raise ArchiveError("the process that reads pages cannot be begun; is everything installed?")
        return self._streams

    async def _hear(self, incoming: asyncio.StreamReader) -> Page | Exception:
        try:
            (length,) = ANSWER.unpack(await incoming.readexactly(ANSWER.size))
            answer: Page | Exception = pickle.loads(await incoming.readexactly(length))
        except (OSError, asyncio.IncompleteReadError):
            # The first one who hears of it has asked about the page that was its end.
            is_first, self.is_gone = not self.is_gone, True
            raise await self._why(is_first) from None
        return answer

    async def _why(self, is_first: bool) -> GoneError:
        if is_first:
            await asyncio.to_thread(self._process.join, TO_END)
        code = self._process.exitcode or 0
        return GoneError(why(code), is_first, too_slow(code))


def _begun(modules: Sequence[str]) -> tuple[socket.socket, BaseProcess]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    # Ctrl-C reaches all processes of a terminal, also before they can say that they do not mind.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process = multiprocessing.get_context("spawn").Process(
            target=serve, args=(theirs, modules), daemon=True
        )
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return ours, process
