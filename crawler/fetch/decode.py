"""Undo the content encoding of a response, for the live crawl and for WARC files alike."""

import zlib
from typing import Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response
from scrapy.statscollectors import StatsCollector


class Decode(HttpCompressionMiddleware):
    """Scrapy's own decoding, but a body that does not decode is a response too, not an exception.

    It keeps its encoded body and gets the flag `undecodable`. What decodes only in part, because it is cut
    or damaged further on, gets the flag `dataloss`, as a body does that the network has cut.
    """

    def __init__(self, max_size: int, stats: StatsCollector | None = None) -> None:
        # Not the parent's: it demands a crawler, and who reads a WARC file has none.
        self.stats = stats
        self._max_size = self._warn_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getint("DECODE_MAXSIZE"), crawler.stats)

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        body, encoding = response.body, response.headers.get("Content-Encoding")
        try:
            decoded = super().process_response(request, response)
        except Exception:  # the errors of brotli and zstd have no narrower class in common
            return response.replace(flags=[*response.flags, "undecodable"])
        known = {"dataloss", "download_stopped"} & set(response.flags)
        if encoding == b"gzip" and not known and not is_whole(body) and isinstance(decoded, Response):
            decoded.flags.append("dataloss")
        return decoded


def is_whole(packed: bytes) -> bool:
    """Whether a gzip member ends where it should, with the right checksum; Scrapy asks for neither."""
    gunzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        gunzip.decompress(packed)
    except zlib.error:
        return False
    return gunzip.eof or not packed
