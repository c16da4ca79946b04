"""What a server asks of a visitor: to wait, to keep out, to answer a challenge, to believe it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from hostile_behaviours import AGAIN, LOST, OK, TRIES, Behaviour, Pieces, at, first, good, hanging, raw
from hostile_server import HTML, Asked, answer, page

from archive.model import NOT_THERE

FOUND_OUT = "/bai/etag-lo"  # whose next check is the one of five that asks without a condition
STUB = (
    '<html><body><script>document.cookie="D1N={}"+"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/";'
    "window.location.reload(true);</script></body></html>"
)
UNKNOWN = "RobotsError: robots.txt cannot be had"
LOGIN = b"<html><head><title>Sign In</title></head><body><form><input name=u><input type=password name=p></form></body></html>"
REJECTED = (
    b"<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with "
    b"your administrator.<br><br>Your support ID is: 1234567890</body></html>"
)

FORBIDDEN = (
    b"<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1><hr>nginx</body></html>"
)
FAILED = (
    b"<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application.<hr></h1><h2><i>Runtime Error</i></h2>"
    b"<p>Description: An application error occurred on the server. The current custom error settings for this application prevent "
    b"the details of the application error from being viewed remotely.</p></body></html>"
)
NOT_FOUND = "<html><head><title>Không tìm thấy trang</title></head><body><h1>Không tìm thấy trang</h1><p>Quay về trang chủ</p></body></html>".encode()


def to_wait(status: str, title: str, seconds: int, as_date: bool) -> Pieces:
    def pieces(asked: Asked) -> Iterator[bytes]:
        now = datetime.now(UTC)
        after = format_datetime(now + timedelta(seconds=seconds), usegmt=True) if as_date else str(seconds)
        wait = answer(status, f"Retry-After: {after}", f"Date: {format_datetime(now, usegmt=True)}")
        yield good(title) if asked.times else wait

    return pieces


def challenge(title: str | None, value: str) -> Pieces:
    """A page behind a cookie; None: there is nothing behind it but another challenge."""

    def pieces(asked: Asked) -> Iterator[bytes]:
        if title and f"D1N={value}" in (asked.headers["Cookie"] or ""):
            yield good(title)
        else:
            yield answer(
                "200 OK", HTML, body=STUB.format(f"{value}{asked.times if not title else ''}").encode()
            )

    return pieces


def robots(
    host: str,
    does: str,
    answers: bytes | Pieces,
    outcomes: tuple[str, ...],
    why: str | None = None,
    **more: object,
) -> tuple[Behaviour, ...]:
    """A robots.txt that is not what it should be, and a page of its host; `why`: it must not be asked for."""
    return (
        Behaviour(f"has a robots.txt that {does}", at("/robots.txt", host), f"its robots.txt {does}", answers, outcomes,
                  linked=False, **more),  # type: ignore[arg-type]
        Behaviour(f"is a page where robots.txt {does}", at("/bai/1", host), "a page as it should be", good(f"Bài ở {host}"),
                  LOST if why else OK, None if why else f"Bài ở {host}", f"{UNKNOWN}: {why}" if why else None, tries=0 if why else None),
    )  # fmt: skip


def unchanged(title: str, etag: str | None = None) -> Pieces:
    """Always the same page; with an `etag`, that is another each time."""

    def pieces(asked: Asked) -> Iterator[bytes]:
        yield good(title, HTML, *([f'ETag: "{etag}{asked.times}"'] if etag else []))

    return pieces


def lying(asked: Asked) -> Iterator[bytes]:
    """It has changed, and says that it has not."""
    if asked.headers["If-None-Match"]:
        yield raw("HTTP/1.1 304 Not Modified", 'ETag: "1"', "Connection: close")
    else:
        yield good(f"ETag nói dối {asked.times}", HTML, 'ETag: "1"')


MANNERS = (
    Behaviour("asks to wait for a second", at("/bai/1", "cho-giay.test"), "429, Retry-After: 1", to_wait("429 Too Many Requests", "Chờ một giây", 1, False),
              ("failed", *OK), "Chờ một giây", again=OK),
    Behaviour("asks to wait until a date", at("/bai/1", "cho-ngay.test"), "503, Retry-After: a date", to_wait("503 Service Unavailable", "Chờ đến lúc", 2, True),
              ("failed", *OK), "Chờ đến lúc", again=OK),
    Behaviour("is out of order", at("/bai/503"), "503 without more", first(answer("503 Service Unavailable"), good("Hỏng")), ("failed",) * TRIES,
              note="HTTP 503", again=OK),
    *robots("robots-500.test", "is an error", answer("500 Internal Server Error", HTML, body=page("Lỗi")), (*AGAIN, "robots"), "HTTP 500"),
    *robots("robots-treo.test", "hangs", hanging(), LOST, "DownloadTimeoutError", tries=TRIES, note="DownloadTimeoutError"),
    *robots("robots-to.test", "is huge", answer("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nDisallow: /cam\n" + b"# x\n" * 600_000), ("robots",)),
    *robots("robots-html.test", "is a page", answer("200 OK", HTML, body=page("Không phải robots")), ("robots",)),
    *robots("robots-di.test", "leads away", answer("302 Found", "Location: http://elsewhere.test/robots.txt"), ("redirect",)),
    Behaviour("is forbidden by robots.txt", at("/bai/cam", "robots-cam.test"), "a page below Disallow", good("Cấm"), ()),
    Behaviour("has a robots.txt that forbids", at("/robots.txt", "robots-cam.test"), "Disallow: /", answer("200 OK", "Content-Type: text/plain", body=b"User-agent: *\nDisallow: /\n"),
              ("robots",), linked=False),
    Behaviour("has an ETag that lies", at("/bai/etag-doi"), "304 to what has changed", lying, OK, "ETag nói dối 0"),
    Behaviour("has an ETag that is found out", at(FOUND_OUT), "304 to what has changed", lying, OK, "ETag nói dối 0"),
    Behaviour("has another ETag each time", at("/bai/etag-moi"), "a new ETag for the same page", unchanged("ETag mới", "e"), OK, "ETag mới"),
    Behaviour("has no ETag", at("/bai/khong-etag"), "200 OK with the same page, always", unchanged("Không ETag"), OK, "Không ETag"),
    Behaviour("challenges", at("/bai/1", "thach-do.test"), "a page behind a cookie that a script sets", challenge("Sau thách đố", "abc"), ("challenge", *OK), "Sau thách đố", again=OK),
    Behaviour("challenges for ever", at("/bai/1", "thach-mai.test"), "a challenge behind each challenge", challenge(None, "abc"), ("challenge",) * 5),
    Behaviour("wants a login", at("/bai/1", "dang-nhap.test"), "200 OK with a login page", answer("200 OK", HTML, body=LOGIN), ("blocked",) * 3, note="a login page"),
    Behaviour("rejects", at("/bai/1", "tu-choi.test"), "200 OK with a firewall's rejection", answer("200 OK", HTML, body=REJECTED), ("blocked",) * 3, note="a rejection"),
    Behaviour("rejects with 403", at("/bai/1", "tuong-lua.test"), "403 with a firewall's rejection", answer("403 Forbidden", HTML, body=REJECTED), ("blocked",) * 3,
              note="HTTP 403: a rejection"),
    Behaviour("forbids", at("/bai/403"), "403 with a server's own page", answer("403 Forbidden", HTML, body=FORBIDDEN), ("failed",), note="HTTP 403"),
    Behaviour("fails with 200", at("/bai/1", "loi.test"), "200 OK with the error page of ASP.NET", answer("200 OK", HTML, body=FAILED), ("error",) * 3, note="an error page"),
    Behaviour("misses with 200", at("/bai/1", "mat.test"), "200 OK with a page that says that there is none", answer("200 OK", HTML, body=NOT_FOUND), ("error",), note=NOT_THERE),
)  # fmt: skip
