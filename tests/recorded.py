"""An archive of a few captures over two months, as crawls of ours and files of others leave it: for exports."""

import io
from hashlib import sha256
from pathlib import Path
from typing import Any

from sample_archive import PORTALS
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.model import Article, Capture, Outcome, Page
from archive.store import Archive
from archive.wacz.export import export
from archive.wacz.selection import Wanted

SENTENCE = "Bà con thôn Nà Mằm nhận khoán bảo vệ hơn 3.400 ha rừng đầu nguồn hồ Ba Bể."
HTML = "<html><head><meta charset=utf-8><title>{0}</title></head><body><h1>{0}</h1><p>{1}</p></body></html>"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
FOREST, FLOOD, TEA = (f"https://{name}" for name in ("backan.gov.vn/rung", "mic.gov.vn/lu", "mic.gov.vn/che"))


def html(title: str, sentence: str = SENTENCE) -> bytes:
    return HTML.format(title, sentence).encode()


class Recorder:
    """Writes WARC files as any crawler might, and takes what they hold into an archive."""

    def __init__(self, data: Path, source: str = "live") -> None:
        self.data = data
        (data / "warc").mkdir(parents=True, exist_ok=True)
        self.archive = Archive(data / "archive.db")
        for portal in PORTALS:
            self.archive.put_portal(portal)
            self.archive.start_crawl(portal.id, portal.id, source, "2026-10-31T00:00:00Z")
        self._file: Any = None

    def open(self, name: str) -> None:
        """Go on in a file of this name, plain or gzipped."""
        if self._file:
            self._file.close()
        self.name = name
        self._file = (self.data / "warc" / name).open("wb")
        self._warc = WARCWriter(self._file, gzip=name.endswith(".gz"), warc_version="1.1")
        self._warc.write_record(self._warc.create_warcinfo_record(name, {"software": "test"}))

    def close(self) -> None:
        self._file.close()
        self.archive.close()

    def record(
        self, kind: str, url: str, at: str, body: bytes, first: str, headers: dict[str, str], **more: str
    ) -> Any:
        """Write one record whose HTTP head begins with this line; returns it."""
        http = None
        if first:
            http = StatusAndHeaders(first, list(headers.items()), is_http_request=kind == "request")
        record = self._warc.create_warc_record(
            url, kind, payload=io.BytesIO(body), length=len(body), http_headers=http,
            warc_content_type="" if first else "application/warc-fields",
            warc_headers_dict={"WARC-Date": at} | {f"WARC-{k.replace('_', '-')}": v for k, v in more.items()},
        )  # fmt: skip
        self._warc.write_record(record)
        self._file.flush()
        return record

    def capture(
        self, portal: str, url: str, at: str, body: bytes = b"", title: str | None = None, status: int = 200,
        of: str | None = None, method: str = "GET", form: bytes = b"", whole: bytes = b"",
    ) -> str:  # fmt: skip
        """A response, or with `of` (the time of its original) a revisit, its request, and its row.

        `whole` is then the body of the original. Returns the id of the response.
        """
        start = self._file.tell()
        head = {"Content-Type": "text/html; charset=utf-8"}
        if of:
            profile = NOT_MODIFIED if status == 304 else IDENTICAL
            more = {"Profile": profile, "Refers_To_Target_URI": url, "Refers_To_Date": of}
            response = self.record("revisit", url, at, b"", f"HTTP/1.1 {status} -", head, **more)
        else:
            response = self.record("response", url, at, body, f"HTTP/1.1 {status} -", head)
        length = self._file.tell() - start
        id = str(response.rec_headers.get_header("WARC-Record-ID"))
        form_head = {"Content-Type": "application/x-www-form-urlencoded"} if form else {"Accept": "*/*"}
        self.record("request", url, at, form, f"{method} / HTTP/1.1", form_head, Concurrent_To=id)
        page = Page(Outcome.OTHER)
        if title:
            page = Page(Outcome.SELECTORS, Article(url, url, title, SENTENCE))
        capture = Capture(
            url, portal, at, portal, status, "text/html", sha256(whole or body).hexdigest(),
            self.name, start, length,
        )  # fmt: skip
        self.archive.take_in(capture, page)
        return id

    def note(self, about: str, url: str, at: str) -> None:
        self.record("metadata", url, at, b"via: https://mic.gov.vn/\r\n", "", {}, Concurrent_To=about)


def fill(data: Path, source: str = "live") -> Path:
    """Two portals; October gzipped, November in a series of two files and a plain one of somebody else."""
    recorder = Recorder(data, source)
    forest, flood, tea = (html(title) for title in ("Giữ rừng", "Mưa lũ", "Chè Shan"))
    recorder.open("backan-20261031T070000Z-00000.warc.gz")
    recorder.capture("backan", FOREST, "2026-10-31T07:00:00Z", forest, "Giữ rừng")
    recorder.capture("backan", "https://backan.gov.vn/", "2026-10-31T07:00:05Z", html("Trang chủ"))
    recorder.open("mic-20261105T070000Z-00000.warc.gz")
    late = recorder.capture("mic", FLOOD, "2026-11-05T07:00:00Z", flood, "Mưa lũ")
    recorder.capture(
        "mic", "https://mic.gov.vn/tin", "2026-11-05T07:00:02Z", html("Trang 2"), method="POST",
        form=b"__EVENTTARGET=Trang&so=2+hai",
    )  # fmt: skip
    recorder.open("mic-20261105T070000Z-00001.warc.gz")
    recorder.note(late, FLOOD, "2026-11-05T07:00:09Z")
    recorder.capture(
        "mic", FLOOD, "2026-11-20T07:00:00Z", title="Mưa lũ", of="2026-11-05T07:00:00Z", whole=flood
    )
    recorder.open("khac.warc")
    recorder.capture("mic", TEA, "2026-11-06T07:00:00Z", tea, "Chè Shan")
    recorder.capture(
        "backan", FOREST, "2026-11-07T07:00:00Z", title="Giữ rừng", status=304, of="2026-10-31T07:00:00Z",
        whole=forest,
    )  # fmt: skip
    recorder.close()
    return data


def exported(data: Path) -> Path:
    """The WACZ of a month that has revisits, one of them of a page of the month before."""
    export(fill(data), data / "wacz", Wanted())
    return data / "wacz" / "all-2026-11.wacz"
