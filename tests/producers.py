"""Files in the manner of the archivists' programs: their record types, header names, digests and habits.

Heritrix 3.4, Browsertrix 1, GNU Wget 1.19, Nutch as Common Crawl runs it, and wget as ArchiveBox does. Each
brings the same pages of the hostile portal: two articles, one of them twice, and much that is none.
"""

import gzip
import hashlib
import json
from base64 import b32encode
from collections.abc import Iterator

from hostile_server import page
from warc_files import metadata, record, revisit

URL = "http://hostile.test/bai/"
THERE, AGAIN = "2019-12-11T10:00:00Z", "2019-12-12T10:00:00Z"
HTTP = "application/http;msgtype=response"
PROFILE = "http://netpreserve.org/warc/1.{}/revisit/{}"
BODY = page("Bài mot")


def sha1(data: bytes) -> str:
    return f"sha1:{b32encode(hashlib.sha1(data).digest()).decode()}"


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def chunked(data: bytes, size: int = 1000) -> bytes:
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def http(*lines: str, body: bytes = b"", status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def heritrix() -> Iterator[bytes]:
    info = (
        "software: Heritrix/3.4.0-20220727 http://crawler.archive.org\r\nip: 10.0.0.7\r\nhostname: crawler\r\n"
        "format: WARC File Format 1.0\r\nisPartOf: bac-kan\r\noperator: Admin\r\nrobots: obey\r\n"
        "http-header-user-agent: Mozilla/5.0 (compatible; heritrix/3.4.0 +http://archive.example)\r\n"
    )
    yield record(
        "warcinfo", None, info.encode(), WARC_Filename="BK-0001.warc.gz", WARC_Record_ID="<urn:uuid:1>"
    )
    yield record(
        "response",
        "dns:hostile.test",
        b"20191211100000\nhostile.test. 60 IN A 10.0.0.1\n",
        Content_Type="text/dns",
    )
    for id, name, body in (("2", "mot", BODY), ("3", "hai", page("Bài hai"))):
        answer = http("Transfer-Encoding: chunked", body=chunked(body))
        yield record(
            "response", URL + name, answer, WARC_Payload_Digest=sha1(chunked(body)), WARC_Record_ID=f"<urn:uuid:{id}>",
            WARC_IP_Address="10.0.0.1", Content_Type=HTTP,
        )  # fmt: skip
        yield record("request", URL + name, b"GET / HTTP/1.0\r\n\r\n", WARC_Concurrent_To=f"<urn:uuid:{id}>")
        fields = "via: http://hostile.test/\r\nhopsFromSeed: LL\r\nfetchTimeMs: 92\r\noutlink: http://hostile.test/x L a/@href\r\n"
        yield metadata(URL + name, fields, WARC_Concurrent_To=f"<urn:uuid:{id}>")
    yield revisit(
        URL + "mot", sha1(chunked(BODY)), http("Transfer-Encoding: chunked"), AGAIN, WARC_Truncated="length",
        WARC_Refers_To_Target_URI=URL + "mot", WARC_Refers_To_Date=THERE, Content_Type=HTTP,
    )  # fmt: skip


def browsertrix() -> Iterator[bytes]:
    yield record(
        "warcinfo",
        None,
        b"software: Browsertrix-Crawler 1.5.8\r\nformat: WARC File Format 1.1\r\n",
        version="1.1",
    )
    for name, body in (("mot", BODY), ("hai", page("Bài hai"))):
        yield record(
            "response", URL + name, http("x-orig-content-encoding: br", body=body), "2019-12-11T10:00:00.123Z", "1.1",
            WARC_Page_ID="b1946ac9", WARC_Resource_Type="document", WARC_Protocol="h2, tls/1.3",
            WARC_JSON_Metadata=json.dumps({"ipType": "Public"}), WARC_Payload_Digest=sha256(body), Content_Type=HTTP,
        )  # fmt: skip
    yield record(
        "revisit", URL + "mot", http(), "2019-12-12T10:00:00.456Z", "1.1", WARC_Payload_Digest=sha256(BODY),
        WARC_Profile=PROFILE.format(1, "identical-payload-digest"), WARC_Refers_To_Target_URI=URL + "mot",
        WARC_Refers_To_Date="2019-12-11T10:00:00.123Z", Content_Type=HTTP,
    )  # fmt: skip
    for kind, mime in (("pageinfo", "application/json"), ("view", "image/png"), ("text", "text/plain")):
        yield record("resource", f"urn:{kind}:{URL}mot", b"{}", version="1.1", Content_Type=mime)


def wget() -> Iterator[bytes]:
    info = "software: Wget/1.19.4 (linux-gnu)\r\nformat: WARC File Format 1.0\r\nrobots: classic\r\n"
    yield record("warcinfo", None, info.encode(), WARC_Filename="bk.warc.gz")
    for name, body in (("mot", BODY), ("hai", page("Bài hai"))):
        yield record("request", f"<{URL}{name}>", b"GET / HTTP/1.1\r\n\r\n")
        digest = sha1(body)
        yield record(
            "response",
            f"<{URL}{name}>",
            http(body=body),
            WARC_Payload_Digest=digest,
            WARC_Record_ID=f"<urn:uuid:{name}>",
        )
    yield revisit(
        f"<{URL}mot>", sha1(BODY), http(), AGAIN, WARC_Refers_To="<urn:uuid:mot>", WARC_Truncated="length"
    )
    yield record(
        "metadata",
        "<metadata://gnu.org/software/wget/warc/MANIFEST.txt>",
        b"<urn:uuid:1>\n",
        Content_Type="text/plain",
    )
    yield record(
        "resource", "<metadata://gnu.org/software/wget/warc/wget.log>", b"saved\n", Content_Type="text/plain"
    )


def common_crawl() -> Iterator[bytes]:
    info = b"isPartOf: CC-MAIN-2019-51\r\npublisher: Common Crawl\r\nsoftware: Apache Nutch 1.16\r\nrobots: checked via crawler-commons\r\n"
    yield record("warcinfo", None, info)
    for name, body in (("mot", BODY), ("hai", page("Bài hai"))):
        kept = (
            "X-Crawler-Content-Encoding: gzip",
            "X-Crawler-Transfer-Encoding: chunked",
            f"Content-Length: {len(body)}",
        )
        yield record(
            "response", URL + name, http(*kept, body=body), WARC_Payload_Digest=sha1(body), WARC_IP_Address="10.0.0.1",
            WARC_Identified_Payload_Type="text/html", WARC_Record_ID=f"<urn:uuid:{name}>", Content_Type=HTTP,
        )  # fmt: skip
        languages = 'fetchTimeMs: 92\r\ncharset-detected: UTF-8\r\nlanguages-cld2: {"reliable":true}\r\n'
        yield metadata(URL + name, languages, WARC_Concurrent_To=f"<urn:uuid:{name}>")
    yield revisit(
        URL + "mot", sha1(b""), http(status="304 Not Modified"), AGAIN, WARC_Refers_To_Target_URI=URL + "mot",
        WARC_Profile=PROFILE.format(1, "server-not-modified"), WARC_Refers_To_Date=THERE,
    )  # fmt: skip
    yield record("conversion", URL + "mot", "Bài một".encode(), Content_Type="text/plain")


def archivebox() -> Iterator[bytes]:
    yield record("warcinfo", None, b"software: Wget/1.21.3 (linux-gnu)\r\nformat: WARC File Format 1.0\r\n")
    for name, at, title in (("mot", THERE, "Bài mot"), ("hai", THERE, "Bài hai"), ("mot", AGAIN, "Bài mot")):
        packed = gzip.compress(page(title), mtime=0)
        headers = ("Content-Encoding: gzip", "Transfer-Encoding: chunked")
        yield record("response", URL + name, http(*headers, body=chunked(packed)), at)
    yield record("response", "http://hostile.test/anh.png", http(body=b"\x89PNG"), THERE)


PRODUCERS = {
    "heritrix.warc.gz": heritrix,
    "browsertrix.warc.gz": browsertrix,
    "wget.warc": wget,
    "common-crawl.warc.gz": common_crawl,
    "archivebox.warc": archivebox,
}
