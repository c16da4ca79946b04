"""What a server does wrong on the wire: in time, in lengths, in status lines and headers."""

from collections.abc import Iterator

from hostile_behaviours import CUT, LOST, OK, TRIES, Behaviour, at, dripping, first, good, hanging, raw
from hostile_server import HTML, Asked, answer, page

GIGABYTE = 1 << 30
THE_GIGABYTE = at("/bai/mot-gb")
DRIPPING = at("/bai/nho-giot-than")
OVERDUE = "DownloadTimeoutError"
BROKEN = "DownloadFailedError"
HEAD = "HTTP/1.1 200 OK"
CLOSE = "Connection: close"


def chunks(body: bytes, end: bytes = b"0\r\n\r\n", extra: str = "") -> bytes:
    pieces = (body[at : at + 1000] for at in range(0, len(body), 1000))
    data = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extra.encode(), piece) for piece in pieces) + end
    return raw(HEAD, HTML, "Transfer-Encoding: chunked", CLOSE, body=data)


def endless(_: Asked) -> Iterator[bytes]:
    start = page("Một gigabyte")
    yield answer("200 OK", HTML, body=start, length=GIGABYTE)
    for _ in range(GIGABYTE >> 20):
        yield b"<p>" + b"x " * (1 << 19)


WIRE = (
    Behaviour("hangs without a byte", at("/bai/im-lang"), "takes the request and says nothing",
              first(hanging(), good("Im lặng")), LOST, note=OVERDUE, again=OK, tries=TRIES),
    Behaviour("hangs in the head", at("/bai/im-giua-dau"), "says half a header, then nothing",
              first(hanging(b"HTTP/1.1 200 OK\r\nContent-Ty"), good("Im giữa đầu")), LOST, note=OVERDUE,
              again=OK, tries=TRIES),
    Behaviour("hangs in the body", at("/bai/im-giua-than"), "says half a page, then nothing",
              hanging(answer("200 OK", HTML, body=page("Im giữa thân")[:3000], length=9000)), CUT, "Im giữa thân", "cut short"),
    Behaviour("drips its head", at("/bai/nho-giot-dau"), "says a header byte by byte, without end",
              first(dripping(b"HTTP/1.1 200 OK\r\nX-Long: "), good("Nhỏ giọt đầu")), LOST, note=OVERDUE,
              again=OK, tries=TRIES),
    Behaviour("drips its body", DRIPPING, "says a page byte by byte, without end",
              dripping(answer("200 OK", HTML, body=page("Nhỏ giọt thân")[:3000], length=9000)), CUT, "Nhỏ giọt thân", "cut short"),
    Behaviour("closes at once", at("/bai/dong-ngay"), "closes without a byte",
              first(b"", good("Đóng ngay")), LOST, note=BROKEN, again=OK, tries=TRIES),
    Behaviour("closes in the head", at("/bai/dong-giua-dau"), "closes in a header",
              first(b"HTTP/1.1 200 OK\r\nContent-Ty", good("Đóng giữa đầu")), LOST, note=BROKEN, again=OK,
              tries=TRIES),
    Behaviour("closes in the body", at("/bai/dong-giua-than"), "closes in the page",
              answer("200 OK", HTML, body=page("Đóng giữa thân")[:-400], length=len(page("Đóng giữa thân"))),
              CUT, "Đóng giữa thân", "cut short"),
    Behaviour("says too great a length", at("/bai/dai-qua"), "a whole page, and 100,000 as its length",
              answer("200 OK", HTML, body=page("Dài quá"), length=100_000), CUT, "Dài quá", "cut short"),
    Behaviour("says too small a length", at("/bai/ngan-qua"), "a whole page, and 3,000 as its length",
              answer("200 OK", HTML, body=page("Ngắn quá"), length=3_000), OK, "Ngắn quá"),
    Behaviour("says no number as its length", at("/bai/dai-chu"), "Content-Length: abc",
              raw(HEAD, HTML, "Content-Length: abc", CLOSE, body=page("Dài chữ")), LOST, note=BROKEN, tries=TRIES),
    Behaviour("says a length below zero", at("/bai/dai-am"), "Content-Length: -1",
              raw(HEAD, HTML, "Content-Length: -1", CLOSE, body=page("Dài âm")), LOST, note=BROKEN, tries=TRIES),
    Behaviour("says two lengths", at("/bai/hai-do-dai"), "Content-Length: 10, and another of 20",
              raw(HEAD, HTML, "Content-Length: 10", "Content-Length: 20", CLOSE, body=page("Hai độ dài")), LOST,
              note=BROKEN, tries=TRIES),
    Behaviour("says its length twice", at("/bai/do-dai-hai-lan"), "the same Content-Length in two headers",
              raw(HEAD, HTML, *[f"Content-Length: {len(page('Hai lần'))}"] * 2, CLOSE, body=page("Hai lần")), OK,
              "Hai lần"),
    Behaviour("says a length and sends chunks", at("/bai/dai-va-manh"), "Content-Length with Transfer-Encoding",
              chunks(page("Dài và mảnh")).replace(b"Connection", b"Content-Length: 10\r\nConnection"), OK,
              "Dài và mảnh"),
    Behaviour("sends chunks well", at("/bai/manh"), "chunks with extensions, and headers behind them",
              chunks(page("Mảnh"), b"0\r\nX-After: 1\r\n\r\n", ";name=value"), OK, "Mảnh"),
    Behaviour("breaks its chunks", at("/bai/manh-vo"), "a length of a chunk that is no number",
              chunks(page("Mảnh vỡ"), b"zz\r\nnot a chunk\r\n0\r\n\r\n"), CUT, "Mảnh vỡ", "cut short"),
    Behaviour("sends no last chunk", at("/bai/manh-cut"), "closes where the last chunk should come",
              chunks(page("Mảnh cụt"), b""), CUT, "Mảnh cụt", "cut short"),
    Behaviour("sends a chunk that is too long", at("/bai/manh-dai"), "a chunk of 2 GB by its length",
              chunks(page("Mảnh dài"), b"7fffffff\r\n<p>and no more"), CUT, "Mảnh dài", "cut short"),
    Behaviour("sends in an unknown coding", at("/bai/ma-truyen"), "Transfer-Encoding: gzip, chunked",
              raw(HEAD, HTML, "Transfer-Encoding: gzip, chunked", CLOSE, body=page("Mã truyền")), LOST, tries=TRIES,
              note=BROKEN),
    Behaviour("speaks HTTP/1.0", at("/bai/http-1-0"), "HTTP/1.0 without a length, ended by closing",
              raw("HTTP/1.0 200 OK", HTML, body=page("Đời cũ")), OK, "Đời cũ"),
    Behaviour("speaks HTTP/0.9", at("/bai/http-0-9"), "the page alone, without a status line",
              page("Đời đầu"), LOST, note=BROKEN, tries=TRIES),
    Behaviour("speaks another protocol", at("/bai/ssh"), "SSH-2.0-OpenSSH_9.6",
              b"SSH-2.0-OpenSSH_9.6\r\n", LOST, note=BROKEN, tries=TRIES),
    Behaviour("gives no reason", at("/bai/khong-ly-do"), "a status line that ends with its number",
              raw("HTTP/1.1 200", HTML, CLOSE, body=page("Không lý do")), OK, "Không lý do"),
    Behaviour("ends lines with LF", at("/bai/xuong-dong"), "a head without a carriage return",
              raw(HEAD, HTML, CLOSE, body=page("Xuống dòng")).replace(b"\r\n", b"\n"), OK, "Xuống dòng"),
    Behaviour("announces itself", at("/bai/1xx"), "100 Continue and 103 Early Hints before its answer",
              raw("HTTP/1.1 100 Continue") + raw("HTTP/1.1 103 Early Hints", "Link: </x>; rel=preload")
              + good("Báo trước"), OK, "Báo trước"),
    Behaviour("answers 204", at("/bai/204"), "204 No Content, with a page behind it",
              raw("HTTP/1.1 204 No Content", HTML, CLOSE, body=page("Không có gì")), ("empty",)),
    Behaviour("answers 206 unasked", at("/bai/206"), "206 Partial Content of a page that nobody asked a part of",
              answer("206 Partial Content", HTML, "Content-Range: bytes 0-6999/20000", body=page("Một phần")),
              OK, "Một phần", "cut short"),
    Behaviour("answers 304 unasked", at("/bai/304"), "304 Not Modified to whoever gives nothing to compare with",
              raw("HTTP/1.1 304 Not Modified", 'ETag: "1"', CLOSE), ("failed", "failed"),
              note="NotModified"),
    Behaviour("redirects nowhere", at("/bai/302"), "302 Found without a Location",
              answer("302 Found", HTML, body=page("Không đi đâu")), ("redirect",)),
    Behaviour("answers 999", at("/bai/999"), "a status that there is not",
              answer("999 Request Denied", HTML, body=page("Không có số này")), ("failed",), note="HTTP 999"),
    Behaviour("answers 200 with nothing", at("/bai/rong"), "200 OK, and a length of 0",
              answer("200 OK", HTML), ("empty",)),
    Behaviour("has a header of 64 KB", at("/bai/dau-64k"), "one header of 65,536 bytes",
              answer("200 OK", HTML, f"X-Long: {'x' * 65_536}", body=page("Đầu dài")), OK, "Đầu dài"),
    Behaviour("has 5,000 headers", at("/bai/nhieu-dau"), "5,000 headers of one name",
              answer("200 OK", HTML, *(f"X-Many: {n}" for n in range(5_000)), body=page("Nhiều đầu")), OK,
              "Nhiều đầu"),
    Behaviour("has a head of a megabyte", at("/bai/dau-mb"), "120 headers of 10 KB each",
              answer("200 OK", HTML, *(f"X-{n}: {'x' * 10_000}" for n in range(120)), body=page("Đầu rất dài")), LOST,
              note=f"{BROKEN}: a head of more than 1 MB", tries=TRIES),
    Behaviour("writes into our records", at("/bai/tiem-dau"), "headers with bare CR, nulls and a WARC record's head",
              raw(HEAD, "Content-Type: text/html;\x00\x01\x1b[31m charset=utf-8", "X-A: a\rWARC-Type: response\rX-B: b",
                  "X-C: c\r\n WARC/1.1\r\n WARC-Type: warcinfo", "X-D: \xff\xfe\x80", "no colon", CLOSE,
                  body=page("Tiêm đầu")), OK, "Tiêm đầu"),
    Behaviour("names a header oddly", at("/bai/ten-dau"), "a header whose name is no ASCII",
              raw(HEAD, HTML, "X-\xe9\xff: 1", CLOSE, body=page("Tên đầu")), LOST, note=BROKEN, tries=TRIES),
    Behaviour("writes a record into its body", at("/bai/tiem-than"), "a page that holds the records of a WARC file",
              answer("200 OK", HTML, body=page("Tiêm thân")
                     + b"\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n"), OK, "Tiêm thân"),
    Behaviour("sends a gigabyte", THE_GIGABYTE, "a page of 1 GB, as long as anybody reads it",
              endless, OK, "Một gigabyte", "cut short"),
)  # fmt: skip
