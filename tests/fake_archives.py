"""Two web archives on loopback, as small as they can be, which also do everything wrong that they are told to."""

import gzip
import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.warc.reader import payload_digest
from crawler.replica.exchange import Request
from crawler.replica.truth import truths
from crawler.replica.web import Web

STAMP = "%Y%m%d%H%M%S"
REVISIT = "warc/revisit"


@dataclass(frozen=True)
class Kept:
    """A capture that both archives hold. `packed`: the server had sent it gzipped. `revisit`: as a line of the
    index only, its body is that of an earlier one."""

    url: str
    timestamp: str
    body: bytes
    status: int = 200
    mime: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()
    packed: bool = False
    revisit: bool = False

    @property
    def key(self) -> str:
        """Host and path as indexes sort them: without scheme, port and `www.`, in lower case."""
        parts = urlsplit(self.url)
        host = (parts.hostname or "").removeprefix("www.")
        return f"{','.join(reversed(host.split('.')))}){parts.path or '/'}".lower() + (
            f"?{parts.query}".lower() if parts.query else ""
        )

    @property
    def sent(self) -> bytes:
        return gzip.compress(self.body, mtime=0) if self.packed else self.body


def page_of(url: str, timestamp: str, today: date = date(2025, 11, 22)) -> Kept:
    """A page of the replica, as it was captured then."""
    answer = Web(today).answer(Request(url))
    mime, _, _ = answer.mime.partition(";")
    headers = (("Content-Type", answer.mime), ("Server", "Microsoft-IIS/8.5"), *answer.headers)
    return Kept(url, timestamp, answer.body, answer.status, mime, headers)


def articles_of(portal: str, timestamp: str = "20210304050607") -> list[Kept]:
    """The articles of a portal of the replica, a minute after one another."""
    start = datetime.strptime(timestamp, STAMP)
    urls = [truth.urls[0] for truth in truths() if truth.portal == portal]
    return [page_of(url, f"{start.replace(minute=n):{STAMP}}") for n, url in enumerate(urls)]


@dataclass(frozen=True)
class Answer:
    """An answer about to be sent; a body shorter than `length` is cut off. `silent`: for so many seconds."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    length: int | None = None
    silent: float = 0
    reset: bool = False


Misdeed = Callable[[Answer], Answer]


def busy(seconds: int | None = None, status: int = 429) -> Misdeed:
    stated = () if seconds is None else (("Retry-After", str(seconds)),)
    return lambda _: Answer(status, stated, b"slow down")


def failing(status: int, body: bytes = b"") -> Misdeed:
    return lambda _: Answer(status, (), body)


def reset(_: Answer) -> Answer:
    return Answer(reset=True)


def hang(answer: Answer) -> Answer:
    return replace(answer, silent=1.0)


def cut(answer: Answer) -> Answer:
    """Half of the body, whose whole length is announced."""
    return replace(answer, body=answer.body[: len(answer.body) // 2], length=len(answer.body))


def half(answer: Answer) -> Answer:
    """Half of the body, as if that were all."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def broken_line(answer: Answer) -> Answer:
    """A line that tells of nothing before those that do."""
    return replace(answer, body=b"vn,gov,backan)/ 2021 broken\n" + answer.body)


def well(answer: Answer) -> Answer:
    return answer


@dataclass
class FakeArchives:
    """Both services, at `url`. `asked` has the requests as they came, `plans` what goes wrong: of the answers to
    requests that match a pattern, the first, the second and so on; the rest are right.
    `waits` is for who asks."""

    kept: list[Kept]
    lines: int = 4  # of an index at once
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    plans: list[tuple[str, list[Misdeed]]] = field(default_factory=list)
    url: str = ""
    old_heads: bool = False  # Common Crawl left Content-Encoding as it was sent until 2018
    wrong_digests: bool = False
    warcs: dict[str, bytes] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    def plan(self, pattern: str, *misdeeds: Misdeed) -> None:
        self.plans.append((pattern, list(misdeeds)))

    def count(self, pattern: str) -> int:
        return sum(bool(re.search(pattern, asked)) for asked in self.asked)

    def answer(self, target: str, headers: dict[str, str]) -> Answer:
        self.asked.append(target)
        self.agents.add(headers.get("User-Agent", ""))
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/cdx/search/cdx":
            right = self.cdx(query)
        elif memento := re.fullmatch(r"/web/(\d{14})id_/(.+)", target):
            right = self.memento(memento[1], memento[2])
        elif parts.path == "/collinfo.json":
            right = self.collinfo()
        elif parts.path.endswith("-index"):
            right = self.index(parts.path.strip("/").removesuffix("-index"), query)
        else:
            right = self.range(parts.path, headers.get("Range", ""))
        for pattern, misdeeds in self.plans:
            if misdeeds and re.search(pattern, target):
                return misdeeds.pop(0)(right)
        return right

    def matching(self, query: dict[str, str]) -> list[Kept]:
        """By host, as both indexes know it, in their order."""
        assert query["matchType"] == "host"
        prefix = Kept(f"http://{query['url']}/", "", b"").key.removesuffix("/")
        found = [kept for kept in self.kept if kept.key.startswith(prefix)]
        return sorted(found, key=lambda kept: (kept.key, kept.timestamp))

    def digest(self, body: bytes) -> str:
        return payload_digest(b"other" if self.wrong_digests else body).removeprefix("sha1:")

    # The Wayback Machine

    def cdx(self, query: dict[str, str]) -> Answer:
        keyed = [(f"{kept.key} {kept.timestamp}", kept) for kept in self.matching(query)]
        start, end = query.get("from", ""), query.get("to", "9")
        rows = [(key, kept) for key, kept in keyed if start <= kept.timestamp <= end]
        rows = [(key, kept) for key, kept in rows if key >= query.get("resumeKey", "")]
        text = "".join(f"{self.cdx_line(kept)}\n" for _, kept in rows[: self.lines])
        if len(rows) > self.lines and query.get("showResumeKey") == "true":
            text += f"\n{rows[self.lines][0]}\n"
        return Answer(200, (("Content-Type", "text/plain"),), text.encode())

    def cdx_line(self, kept: Kept) -> str:
        mime, status = (REVISIT, "-") if kept.revisit else (kept.mime, str(kept.status))
        return f"{kept.key} {kept.timestamp} {kept.url} {mime} {status} {self.digest(kept.sent)} {len(kept.body)}"

    def memento(self, timestamp: str, url: str) -> Answer:
        same = [kept for kept in self.kept if kept.key == Kept(url, "", b"").key]
        if not same:
            return Answer(404, (), b"no captures")
        exact = [kept for kept in same if kept.timestamp == timestamp]
        if not exact:
            return self.elsewhere(same[0])
        # It knows no difference between http and https, but says which one it was.
        kept = next((kept for kept in exact if kept.url == url), exact[0])
        as_sent = [("X-Archive-Orig-" + name, value) for name, value in kept.headers if name != "Location"]
        as_sent += [("X-Archive-Orig-Content-Length", str(len(kept.sent)))]
        said = [("Content-Type", value) for name, value in kept.headers if name == "Content-Type"]
        said += [("Location", f"/web/{timestamp}id_/{v}") for name, v in kept.headers if name == "Location"]
        if kept.packed:
            as_sent.append(("X-Archive-Orig-Content-Encoding", "gzip"))
            said.append(("Content-Encoding", "gzip"))
        moment = datetime.strptime(timestamp, STAMP)
        said += [
            ("Memento-Datetime", f"{moment:%a, %d %b %Y %H:%M:%S} GMT"),
            ("Link", f'<{kept.url}>; rel="original"'),
        ]
        return Answer(kept.status, (*as_sent, *said), kept.sent)

    def elsewhere(self, kept: Kept) -> Answer:
        """What the Wayback Machine answers where it has a page, but not of that time."""
        return Answer(302, (("Location", f"/web/{kept.timestamp}id_/{kept.url}"),))

    # Common Crawl

    def collinfo(self) -> Answer:
        names = ["CC-MAIN-2023-06", "CC-MAIN-2021-10", "CC-MAIN-2019-26"]  # the newest first
        told = [{"id": name, "cdx-api": f"{self.url}/{name}-index"} for name in names]
        return Answer(200, (("Content-Type", "application/json"),), json.dumps(told).encode())

    def index(self, crawl: str, query: dict[str, str]) -> Answer:
        year = crawl.removeprefix("CC-MAIN-")[:4]
        found = [kept for kept in self.matching(query) if kept.timestamp.startswith(year)]
        if not found:
            return Answer(404, (), json.dumps({"message": f"No Captures found for: {query['url']}"}).encode())
        pages = [found[start : start + self.lines] for start in range(0, len(found), self.lines)]
        number = int(query["page"])
        if number >= len(pages):
            return Answer(400, (), f"Page {number} invalid: last page is {len(pages) - 1}".encode())
        text = "".join(self.json_line(kept, crawl) for kept in pages[number])
        return Answer(200, (("Content-Type", "text/x-ndjson"),), text.encode())

    def json_line(self, kept: Kept, crawl: str) -> str:
        name = f"crawl-data/{crawl}/segments/0/warc/{len(self.warcs)}.warc.gz"
        before = b"another record's bytes" if kept.status == 200 else b""
        record = self.record(kept)
        self.warcs[f"/{name}"] = before + record + b"and another's"
        place = {"filename": name, "offset": str(len(before)), "length": str(len(record))}
        said = {
            "url": kept.url,
            "mime": kept.mime,
            "status": str(kept.status),
            "digest": self.digest(kept.body),
        }
        return json.dumps({"urlkey": kept.key, "timestamp": kept.timestamp, **said, **place}) + "\n"

    def record(self, kept: Kept) -> bytes:
        """A record of Common Crawl: the body unpacked, which since 2018 the head says too."""
        headers = list(kept.headers)
        if kept.packed:
            name = "Content-Encoding" if self.old_heads else "X-Crawl-Content-Encoding"
            headers.append((name, "gzip"))
            headers.append(
                ("Content-Length" if self.old_heads else "X-Crawl-Content-Length", str(len(kept.sent)))
            )
        file = io.BytesIO()
        writer = WARCWriter(file, gzip=True)
        moment = datetime.strptime(kept.timestamp, STAMP)
        head = StatusAndHeaders(f"{kept.status} {responses.get(kept.status, '')}", headers, "HTTP/1.1")
        record = writer.create_warc_record(
            kept.url,
            "response",
            io.BytesIO(kept.body),
            length=len(kept.body),
            http_headers=head,
            warc_headers_dict={"WARC-Date": f"{moment:%Y-%m-%dT%H:%M:%SZ}"},
        )
        writer.write_record(record)
        return file.getvalue()

    def range(self, path: str, wanted: str) -> Answer:
        if path not in self.warcs:
            return Answer(404, (), b"<Error><Code>NoSuchKey</Code></Error>")
        first, last = map(int, wanted.removeprefix("bytes=").split("-"))
        return Answer(206, (), self.warcs[path][first : last + 1])


@contextmanager
def fake_archives(kept: Iterable[Kept], **more: int) -> Iterator[FakeArchives]:
    """Serve both archives, within `with`."""
    fake = FakeArchives(list(kept), **more)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            answer = fake.answer(self.path, dict(self.headers))
            time.sleep(answer.silent)
            if answer.reset:
                self.close_connection = True
                return
            try:
                self.send_response_only(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                length = len(answer.body) if answer.length is None else answer.length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(answer.body)
            except ConnectionError:  # who asked has given up
                self.close_connection = True
            if answer.length is not None:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """`asked` is the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
