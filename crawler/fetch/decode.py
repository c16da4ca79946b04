"""Undo the content encoding of a response, for the live crawl and for WARC files alike."""

import asyncio
import sys
import zlib
from typing import Self

import brotli  # type: ignore[import-untyped]  # it ships none
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

OVERDUE = "overdue"  # the flag of a response that took too long, see crawler/fetch/patience.py
PIECE = 1 << 16  # bytes that are unpacked at once where nobody wants them


class Decode(HttpCompressionMiddleware):
    """Scrapy's own decoding, but a body that does not decode is a response too, not an exception.

    It keeps its encoded body and gets the flag `undecodable`. What decodes only in part, because it is cut
    or damaged further on, gets the flag `dataloss`, as a body does that the network has cut.
    """

    def __init__(self, max_size: int) -> None:
        # Not the parent's: it demands a crawler, and who reads a WARC file has none.
        self.stats = None
        self._max_size = self._warn_size = max_size

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        body, outermost = response.body, response.headers.get("Content-Encoding") or b""
        try:
            decoded = super().process_response(request, response)
        except Exception:  # the errors of brotli and zstd have no narrower class in common
            return response.replace(flags=[*response.flags, "undecodable"])
        known = {"dataloss", "download_stopped", OVERDUE} & set(response.flags)
        encoding = outermost.rpartition(b",")[2].strip().lower()
        if not known and not is_whole(body, encoding) and isinstance(decoded, Response):
            decoded.flags.append("dataloss")
        return decoded


class DecodeAside:
    """The downloader middleware: `Decode`, in another thread, as a bomb takes a second or more to be known.

    One at a time: each may take DECODE_MAXSIZE of memory.
    """

    def __init__(self, decode: Decode) -> None:
        self.decode = decode
        self._one = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(Decode(crawler.settings.getint("DECODE_MAXSIZE")))

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if "Content-Encoding" not in response.headers:
            return response
        async with self._one:
            return await asyncio.to_thread(self.decode.process_response, request, response)


def is_whole(packed: bytes, encoding: bytes) -> bool:
    """Whether a packed body ends where it should, and with the right checksum; Scrapy asks for neither.

    What is not packed, or in a way that nobody knows, is whole.
    """
    try:
        match encoding if packed else b"":
            case b"gzip" | b"x-gzip":
                return _inflates(packed, zlib.MAX_WBITS | 16)
            case b"deflate":
                return _inflates(packed, zlib.MAX_WBITS) or _inflates(packed, -zlib.MAX_WBITS)
            case b"br":
                return _unbrotlis(packed)
            case b"zstd":
                return _unzstds(packed)
    except (brotli.error, zstd.ZstdError):
        return False
    return True


# All of a bomb would not fit into memory; and Scrapy has unpacked the body already, within its limit.
def _inflates(packed: bytes, window: int) -> bool:
    unpack = zlib.decompressobj(window)
    try:
        while packed and not unpack.eof:
            unpack.decompress(packed, PIECE)
            packed = unpack.unconsumed_tail
        unpack.flush()
    except zlib.error:
        return False
    return unpack.eof


def _unbrotlis(packed: bytes) -> bool:
    unpack = brotli.Decompressor()
    while unpack.process(packed, output_buffer_limit=PIECE) and not unpack.is_finished():
        packed = b""
    return bool(unpack.is_finished())


def _unzstds(packed: bytes) -> bool:
    unpack = zstd.ZstdDecompressor()
    while unpack.decompress(packed, PIECE) and not unpack.eof:
        packed = b""
    return unpack.eof
