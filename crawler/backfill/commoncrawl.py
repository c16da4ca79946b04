"""Common Crawl: an index for each of its crawls, and the very WARC records.

Of `cdx_toolkit` this uses what chooses the indexes of a time and reads their lines. That library's way to ask
a server is left out: it repeats a request for ever while it is answered 429 or 5xx, in pauses that nobody
sees, under a name of its own, and offers no way to change that. So are its limits: a year where no `from` is
stated, a thousand captures, no list with fewer than sixty indexes, and that list kept in the home folder.
"""

import io
import json
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from cdx_toolkit import cdx_to_captures
from cdx_toolkit.commoncrawl import filter_cc_endpoints
from cdx_toolkit.settings import CC_DATA_MIN_RETRY_INTERVAL, CC_INDEX_MIN_RETRY_INTERVAL
from urllib3.exceptions import HTTPError
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader

from archive.warc.reader import MAX_BLOCK, payload_digest, seconds
from crawler.backfill.heads import fitting
from crawler.backfill.pace import Pace, stated_wait
from crawler.backfill.service import (
    BusyError,
    Fetched,
    Found,
    IndexPage,
    LostError,
    TroubleError,
    is_timestamp,
)

INDEX = "https://index.commoncrawl.org"
DATA = "https://data.commoncrawl.org"
BEGINNING = "20080101000000"  # of the first crawl
TIMEOUT = 60.0
NO_MORE = frozenset((400, 404))  # beyond the last page; no captures
ELSEWHERE = {404, 410, 416}  # the record is not where the index says
BUSY = {429, 503, 509}


@dataclass(frozen=True, slots=True)
class Answer:
    """What `cdx_to_captures` looks at."""

    text: str
    status_code: int = 200


class CommonCrawl:
    """The service; `base` is another server to ask in place of both of Common Crawl's."""

    name = "commoncrawl"
    grows = False

    def __init__(
        self,
        user_agent: str,
        base: str | None = None,
        searches: Pace | None = None,
        records: Pace | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._index, self._data = (base.rstrip("/"), base.rstrip("/")) if base else (INDEX, DATA)
        self._searches = searches or Pace(1 / CC_INDEX_MIN_RETRY_INTERVAL)
        self._records = records or Pace(1 / CC_DATA_MIN_RETRY_INTERVAL)
        self._timeout = timeout
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent

    def close(self) -> None:
        self._session.close()

    def indexes(self, since: str | None, until: str | None) -> list[str]:
        self._searches.wait()
        _, text = self._get(f"{self._index}/collinfo.json")
        try:
            known = sorted(one["cdx-api"] for one in json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            raise TroubleError("the list of Common Crawl's indexes is no such list") from error
        times: dict[str, Any] = {"from_ts": since.replace("-", "") if since else BEGINNING}
        if until:
            times["to"] = until.replace("-", "")
        if not known:
            raise TroubleError("the list of Common Crawl's indexes is empty")
        chosen: list[str] = filter_cc_endpoints(known, "ascending", times)
        return [urlsplit(endpoint).path.strip("/") for endpoint in chosen]

    def page(
        self, index: str, host: str, position: str | None, since: str | None, until: str | None
    ) -> IndexPage:
        """A page of one index, by its number; an index never changes, so it is read whole, for all times."""
        params = {"url": host, "matchType": "host", "output": "json", "page": position or "0"}
        self._searches.wait()
        status, data = self._get(f"{self._index}/{index}", params, also=NO_MORE)
        text = data.decode(errors="replace")
        if status == 400 and position:
            return IndexPage(())
        lines = [line for line in text.splitlines() if line.strip()] if status == 200 else []
        whole = [line for line in lines if _is_capture(line)]
        if lines and (not whole or (not text.endswith("\n") and not _is_capture(lines[-1]))):
            raise TroubleError("Common Crawl answers with no index, or with a part of one")
        try:  # 404 is its answer to a host that it does not know, and says so in JSON
            answer = Answer("\n".join(whole) if status == 200 else text, status)
            captures = cdx_to_captures(answer) if whole or status != 200 else []
        except ValueError as error:
            raise TroubleError(f"an index of Common Crawl answers HTTP {status}") from error
        following = str(int(position or 0) + 1) if lines else None
        return IndexPage(tuple(map(_found, captures)), following, len(lines) - len(whole))

    def fetch(self, found: Found) -> Fetched:
        """The record, by the range of bytes that holds it; its body has the digest that the index states."""
        if found.file is None or found.offset is None or found.length is None:
            raise LostError("the index does not say where its record is")
        end = found.offset + found.length - 1
        url = f"{self._data}/{found.file}"
        self._records.wait()
        _, packed = self._get(url, headers={"Range": f"bytes={found.offset}-{end}"}, size=found.length)
        record = _record(packed)
        stated = {name: record.rec_headers.get_header(name) for name in ("WARC-Type", "WARC-Target-URI")}
        if stated != {"WARC-Type": "response", "WARC-Target-URI": found.url}:
            raise LostError(f"another record is there: {stated['WARC-Type']} of {stated['WARC-Target-URI']}")
        if seconds(record.rec_headers.get_header("WARC-Date")) != found.captured_at:
            raise LostError(f"another record is there: of {record.rec_headers.get_header('WARC-Date')}")
        head, blank, body = record.raw_stream.read().partition(b"\r\n\r\n")
        if payload_digest(body) != f"sha1:{found.digest}":
            raise LostError(f"its body has not the digest that the index states, sha1:{found.digest}")
        head, removed = fitting(head + blank, body)
        truncated = record.rec_headers.get_header("WARC-Truncated")
        via = f"{url}#bytes={found.offset}-{end}"
        return Fetched(found.url, found.captured_at, head, body, via, removed, truncated)

    def _get(
        self,
        url: str,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        also: frozenset[int] = frozenset(),
        size: int | None = None,
    ) -> tuple[int, bytes]:
        """Status and body, or with `size` a part of so many bytes; `also` are statuses that will do."""
        host = urlsplit(url).hostname
        try:
            # The answer to a range may be the whole file, of a gigabyte: its status is looked at first.
            with self._session.get(
                url, params=params, headers=headers, timeout=self._timeout, stream=True
            ) as response:
                if response.status_code not in also:
                    _judge(response, 200 if size is None else 206)
                return response.status_code, _body(response, size)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise TroubleError(f"{host} does not answer, or breaks off ({error})") from error


def _judge(response: requests.Response, wanted: int) -> None:
    status, host = response.status_code, urlsplit(response.url).hostname
    if status == wanted:
        return
    wait = stated_wait(response.headers.get("Retry-After"))
    if status in BUSY:
        raise BusyError(f"{host} asks us to slow down (HTTP {status})", wait)
    if wanted == 206 and status in ELSEWHERE:
        raise LostError(f"its record is not there: HTTP {status}")
    raise TroubleError(f"{host} answers HTTP {status}", wait)


def _body(response: requests.Response, size: int | None) -> bytes:
    if size is None:
        return response.content
    body: bytes = response.raw.read(size, decode_content=False)
    if len(body) != size:
        raise OSError(f"{len(body)} bytes of {size}")
    return body


def _is_capture(line: str) -> bool:
    """Whether a line of an index tells of a capture in full."""
    try:
        said = json.loads(line)
        numbers = [int(said[name]) for name in ("offset", "length")]
        return (
            min(numbers) >= 0
            and is_timestamp(said["timestamp"])
            and all(isinstance(said[name], str) for name in ("url", "filename", "digest", "status"))
        )
    except (ValueError, KeyError, TypeError):
        return False


def _found(capture: Any) -> Found:
    status = capture["status"]
    return Found(
        capture["url"], capture["timestamp"], int(status) if status.isdecimal() else None,
        str(capture["mime"]) if "mime" in capture else "", capture["digest"],
        int(capture["length"]), capture["filename"], int(capture["offset"]),
    )  # fmt: skip


def _record(packed: bytes) -> Any:
    """The only record of a gzip member; warcio would not say that the member is cut or damaged."""
    gunzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = gunzip.decompress(packed, MAX_BLOCK)
        if not gunzip.eof:
            raise LostError("its record is cut")
        return ArcWarcRecordLoader().parse_record_stream(io.BytesIO(plain), no_record_parse=True)
    except (zlib.error, ArchiveLoadFailed, EOFError, ValueError) as error:
        raise LostError(f"its record is damaged: {error}") from error
