"""What a server does wrong in a body: codings, charsets, types, sizes, and answers that are no page."""

import gzip
import unicodedata
import zlib
from collections.abc import Callable
from functools import cache

import brotli
from hostile_behaviours import CUT, OK, Behaviour, Pieces, at, good
from hostile_server import HTML, answer, page
from scrapy.utils._compression import zstd
from test_charsets import tcvn3, windows_1258

MOST_UNPACKED = 16 << 20  # bytes that a body may unpack to, in the test's crawl
UNPACKED = 20 << 20
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress,
}  # fmt: skip
UNDECODABLE = "its Content-Encoding does not decode"
DEPTH, MANY = 10_000, 60_000  # links: as many as CAPTURE_MAXSIZE of the test lets through


@cache
def bomb(codings: str) -> bytes:
    """Blanks packed in these codings; made when it is asked for, as that takes time."""
    first, *more = codings.split(", ")
    body = brotli.compress(b" " * UNPACKED, quality=1) if first == "br" else PACKERS[first](b" " * UNPACKED)
    for coding in more:
        body = PACKERS[coding](body)
    return packed(codings, body)


def throwing(codings: str) -> Pieces:
    return lambda _: iter([bomb(codings)])


def packed(coding: str, body: bytes) -> bytes:
    return answer("200 OK", HTML, f"Content-Encoding: {coding}", body=body)


def in_charset(claimed: str, body: bytes) -> bytes:
    return answer(
        "200 OK",
        f"Content-Type: text/html; charset={claimed}" if claimed else "Content-Type: text/html",
        body=body,
    )


def bare_deflate(body: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return pack.compress(body) + pack.flush()


def long_page(title: str) -> bytes:
    """One that does not fit into a single piece of whoever unpacks it."""
    return page(title) + b"".join(b"<!-- %d -->" % n for n in range(80_000))


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def text_of(title: str) -> str:
    return page(title).decode()


def deep(title: str) -> bytes:
    start, end = page(title).split(b"<div id=body>")
    return (
        start + b"<div>" * DEPTH + b"<div id=body>" + end.replace(b"</body>", b"</div>" * DEPTH + b"</body>")
    )


BOMBS = (*PACKERS, "gzip, gzip")
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n" + bytes(range(256)) * 20
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><rss><channel><item><title>&j;</title><link>http://hostile.test/bai/cuoi</link></item></channel></rss>"
)
PEEPING = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY z SYSTEM "file:///etc/passwd">]><rss><channel><item>'
    b"<title>&z;</title><link>http://hostile.test/bai/tu-rss</link></item></channel></rss>"
)
FEED = "Content-Type: application/rss+xml"

BODIES = (
    *(Behaviour(f"packs a page with {coding}", at(f"/bai/nen-{coding}"), f"Content-Encoding: {coding}, announced or not",
                packed(coding, pack(page(f"Nén bằng {coding}"))), OK, f"Nén bằng {coding}")
      for coding, pack in (*PACKERS.items(), ("x-gzip", gzip.compress))),
    Behaviour("deflates without a head", at("/bai/nen-tran"), "deflate as Microsoft's servers have it",
              packed("deflate", bare_deflate(page("Nén trần"))), OK, "Nén trần"),
    Behaviour("packs a page twice", at("/bai/nen-hai-lop"), "Content-Encoding: gzip, gzip",
              packed("gzip, gzip", gzip.compress(gzip.compress(page("Nén hai lớp")))), OK, "Nén hai lớp"),
    Behaviour("packs nothing", at("/bai/khong-nen"), "Content-Encoding: gzip, and a page in the clear",
              packed("gzip", page("Không nén")), ("unreadable",), note=UNDECODABLE),
    Behaviour("packs in no way", at("/bai/nen-khong-co"), "Content-Encoding: identity",
              packed("identity", page("Không nén gì")), OK, "Không nén gì"),
    Behaviour("takes the charset for a coding", at("/bai/nen-utf8"), "Content-Encoding: UTF-8",
              packed("UTF-8", page("Nén là bảng mã")), OK, "Nén là bảng mã"),
    *(Behaviour(f"cuts a page packed with {coding}", at(f"/bai/nen-cut-{coding}"), f"half a body in {coding}, of which it says the length",
                packed(coding, half(pack(long_page(f"Nén cụt {coding}")))), CUT, f"Nén cụt {coding}", "cut short")
      for coding, pack in PACKERS.items()),
    *(Behaviour(f"sends a bomb of {codings}", at(f"/bai/bom-{codings.replace(', ', '-')}"),
                f"{UNPACKED >> 20} MB of blanks in {codings}", throwing(codings), ("unreadable",), note=UNDECODABLE)
      for codings in BOMBS),
    Behaviour("says UTF-8 of windows-1258", at("/bai/1258"), "windows-1258 that claims to be UTF-8",
              in_charset("utf-8", windows_1258(text_of("Bảng mã Windows"))), OK, "Bảng mã Windows"),
    Behaviour("says ISO 8859-1 of UTF-8", at("/bai/8859-1"), "UTF-8 that claims to be ISO 8859-1",
              in_charset("iso-8859-1", page("Không phải Latinh")), OK, "Không phải Latinh"),
    Behaviour("says UTF-8, its meta windows-1258", at("/bai/meta"), "windows-1258, of which only its meta knows",
              in_charset("utf-8", windows_1258(text_of("Đầu nói khác").replace("<head>", "<head><meta charset=windows-1258>"))),
              OK, "Đầu nói khác"),
    Behaviour("writes in TCVN3", at("/bai/tcvn3"), "the code of the fonts .VnTime, as UTF-8",
              in_charset("utf-8", tcvn3(text_of("Phông chữ cũ"))), OK, "Phông chữ cũ"),
    Behaviour("writes in UTF-16", at("/bai/utf16"), "UTF-16 with its mark, as UTF-8",
              in_charset("utf-8", text_of("Mười sáu bit").encode("utf-16")), OK, "Mười sáu bit"),
    Behaviour("writes in UTF-16 without a mark", at("/bai/utf16-tran"), "UTF-16 without its mark, as nothing",
              in_charset("", text_of("Không có dấu").encode("utf-16-le")), OK, "Không có dấu"),
    Behaviour("writes in NFD", at("/bai/nfd"), "each tone mark on its own",
              in_charset("utf-8", unicodedata.normalize("NFD", text_of("Dấu rời")).encode()), OK, "Dấu rời"),
    Behaviour("claims two charsets", at("/bai/hai-bang-ma"), "charset=utf-8,gbk",
              in_charset("utf-8,gbk", page("Hai bảng mã")), OK, "Hai bảng mã"),
    Behaviour("claims a charset that there is not", at("/bai/bang-ma-la"), "charset=x-viet-\\x00",
              in_charset("x-viet-\x00", page("Bảng mã lạ")), OK, "Bảng mã lạ"),
    Behaviour("writes nulls", at("/bai/rong-khong"), "a null behind each hundredth byte",
              answer("200 OK", HTML, body=b"\0".join(page("Byte không")[n : n + 100] for n in range(0, 9000, 100))),
              OK, "Byte không"),
    Behaviour("nests 10,000 deep", at("/bai/sau"), "the body in 10,000 containers", answer("200 OK", HTML, body=deep("Rất sâu")),
              OK, "Rất sâu"),
    Behaviour("links without end", at("/bai/nhieu-lien-ket"), f"{MANY:,} links to pages that are known",
              answer("200 OK", HTML, body=page("Nhiều liên kết") + b"<a href=/bai/tot>x</a>" * MANY), OK, "Nhiều liên kết"),
    Behaviour("ends before its end", at("/bai/het-som"), "</body></html> in the middle of the page",
              answer("200 OK", HTML, body=page("Hết sớm").replace(b"<div id=body>", b"</body></html><div id=body>")), OK, "Hết sớm"),
    Behaviour("takes a PDF for HTML", at("/bai/pdf-html"), "Content-Type: text/html, and a PDF",
              answer("200 OK", HTML, body=PDF), ("file",)),
    Behaviour("takes HTML for a PDF", at("/bai/html-pdf"), "Content-Type: application/pdf, and a page",
              answer("200 OK", "Content-Type: application/pdf", body=b"<!DOCTYPE html>" + page("Không phải PDF")), OK, "Không phải PDF"),
    Behaviour("sends noise", at("/bai/nhieu-am"), "text/html of bytes without a meaning",
              answer("200 OK", HTML, body=bytes(range(128, 256)) * 50), ("file",)),
    Behaviour("sends an XML bomb", at("/rss"), "a feed whose entities unfold to gigabytes", answer("200 OK", FEED, body=LAUGHS),
              ("feed",)),
    Behaviour("peeps through XML", at("/rss/tep"), "a feed with an entity that is a file of ours", answer("200 OK", FEED, body=PEEPING),
              ("feed",)),
    Behaviour("is met with in the feed only", at("/bai/tu-rss"), "a page that only the feed leads to", good("Từ RSS"), OK,
              "Từ RSS", linked=False),
    Behaviour("is well", at("/bai/tot"), "a page as it should be", good("Bài tốt"), OK, "Bài tốt"),
)  # fmt: skip
