"""Where a server leads: redirects, links and bases that go nowhere, elsewhere, or on without end."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from hostile_behaviours import OK, Behaviour, Trap, at, good
from hostile_server import HTML, Asked, answer, links, moved, page

TOO_MANY = "IgnoreRequest: max redirections reached"
PRIVATE = (
    "http://10.0.0.1/bai/trong", "http://127.0.0.1/bai/trong", "http://127.0.0.1:22/", "http://[::1]/bai/trong",
    "http://169.254.169.254/latest/meta-data/", "http://2130706433/bai/trong", "http://0x7f.1/bai/trong",
    "http://localhost/bai/trong", "http://192.168.1.1/bai/trong", "http://0/bai/trong",
)  # fmt: skip
ELSEWHERE = (
    "http://elsewhere.test/bai/xa", "//elsewhere.test/bai/xa", "http://hostile.test.elsewhere.test/bai/xa",
    "http://elsewhere.test\\@hostile.test/bai/xa", "http://hostile.test@elsewhere.test/bai/xa", "http://user@hostile.test/bai/nguoi",
    "http://hostile.test:8080/bai/cong", "http://hostile.test:22/", "http://hostile.test:99999/bai/cong", "ftp://hostile.test/bai/ftp",
    "file:///etc/passwd", "file://hostile.test/etc/passwd", "javascript:alert(1)", "data:text/html,<h1>x", "mailto:a@hostile.test",
    "tel:0209", "about:blank", "view-source:http://hostile.test/bai/tot", "http://", "http://[/bai/x", "http://[::1",
    "gopher://hostile.test/", "http://hostile.test%2eelsewhere.test/", "http://elsewhere。test/bai/xa", "/dem.aspx?id=1",
)  # fmt: skip
BAD_LINKS = (*PRIVATE, *ELSEWHERE)
WELL_MEANT = (
    "http://HOSTILE.test.:80/bai/hoa#cho",
    "http:///bai/khong-may",
)  # the portal's own host, oddly written
AROUND = (*["redirect"] * 10, "failed")


def to(name: str, location: str, *outcomes: str, note: str | None = None) -> Behaviour:
    """A redirect that must not be followed."""
    return Behaviour(f"redirects to {location}", at(f"/bai/den-{name}"), f"302 Found, Location: {location}", moved(location),
                     outcomes or ("redirect",), note=note)  # fmt: skip


def chain(length: int, name: str, *last: Behaviour) -> tuple[Behaviour, ...]:
    """So many redirects, one upon another, and what the last one leads to."""
    hops = (Behaviour(f"redirects {length} times: {n}", at(f"/bai/{name}-{n}"), "302 Found", moved(f"/bai/{name}-{n + 1}"),
                      ("redirect",), linked=n == 1) for n in range(1, length + 1))  # fmt: skip
    return (*hops, *last)


def with_cookie(asked: Asked) -> Iterator[bytes]:
    known = "da-den=1" in (asked.headers["Cookie"] or "")
    yield (
        good("Có cookie")
        if known
        else answer("302 Found", "Location: /bai/cookie", "Set-Cookie: da-den=1; path=/")
    )


def with_base(base: str, href: str) -> bytes:
    body = f"<html><head><base href='{base}'></head><body><a href='{href}'>Bài</a></body></html>"
    return answer("200 OK", HTML, body=body.encode())


def listing(*hrefs: str) -> bytes:
    return answer("200 OK", HTML, body=links(*hrefs))


def calendar(asked: Asked) -> Iterator[bytes]:
    """Every day leads to the next one, and shows the same article."""
    day = date.fromisoformat(urlsplit(asked.url).path.removeprefix("/lich/")) + timedelta(days=1)
    yield listing("/bai/tot", f"/lich/{day}")


def session(asked: Asked) -> str:
    return sha256(f"{asked.url} {asked.times}".encode()).hexdigest()[:24]


def session_in_path(asked: Asked) -> Iterator[bytes]:
    yield listing("/bai/tot", f"/(S({session(asked)}))/phien/duong-dan")


def session_in_query(asked: Asked) -> Iterator[bytes]:
    yield listing("/bai/tot", f"/phien/tham-so?ma={session(asked)}", f"/bai/tot?ma={session(asked)}")


def languages(asked: Asked) -> Iterator[bytes]:
    path = urlsplit(asked.url).path
    yield listing("/bai/tot", f"{path}vi/", f"{path}en/")


def pages(asked: Asked) -> Iterator[bytes]:
    number = int(urlsplit(asked.url).path.rpartition("/")[2])
    yield listing("/bai/tot", f"/trang/{number + 1}")


def folders(asked: Asked) -> Iterator[bytes]:
    """A relative link that goes one folder deeper each time: the page is the same for every address below."""
    yield answer("200 OK", HTML, body=links("tin/tin/", "/bai/tot"))


BAD = "".join(
    f"<a href='{href}'>xấu</a><img src='{href}'><link rel=alternate type='application/rss+xml' href='{href}'>"
    for href in BAD_LINKS
)
PLACES = (
    Behaviour("redirects in a circle", at("/bai/vong-1"), "302 Found to /bai/vong-2, and back", moved("/bai/vong-2"),
              (*["redirect"] * 5, "failed"), note=TOO_MANY),
    Behaviour("redirects in a circle: back", at("/bai/vong-2"), "302 Found to /bai/vong-1", moved("/bai/vong-1"), ("redirect",) * 5,
              linked=False),
    *chain(5, "chang", Behaviour("is behind five redirects", at("/bai/chang-6"), "a page as it should be", good("Sau năm chặng"), OK,
                                 "Sau năm chặng", linked=False)),
    *chain(10, "dai", Behaviour("redirects once too often", at("/bai/dai-11"), "302 Found", moved("/bai/dai-12"), ("failed",), note=TOO_MANY,
                                linked=False)),
    Behaviour("redirects to itself", at("/bai/chinh-no"), "302 Found, Location: itself", moved("/bai/chinh-no"), AROUND, note=TOO_MANY),
    Behaviour("redirects to itself with a cookie", at("/bai/cookie"), "302 Found to itself until its cookie comes back", with_cookie,
              ("redirect", *OK), "Có cookie"),
    to("noi-khac", "http://elsewhere.test/bai/xa"), to("tep", "file:///etc/passwd"), to("du-lieu", "data:text/html,<h1>x"),
    to("kich-ban", "javascript:alert(1)", "failed", note="ValueError"), to("vo-nghia", "http://[::1", "failed", note="ValueError"),
    to("trong", PRIVATE[0]), to("chinh-may", "http://127.0.0.1:1/"), to("may-chu-dam-may", PRIVATE[4]), to("so", PRIVATE[5]),
    to("cong", "http://hostile.test:8080/bai/tot"), to("nguoi", "http://user:pass@hostile.test/bai/tot"), to("doi", "/dem.aspx?id=1"),
    to("rong", "", *AROUND, note=TOO_MANY), to("tiem", "/bai/tiem%0d%0aSet-Cookie:%20a=b"),
    Behaviour("breaks a line in an address", at("/bai/tiem%0d%0aSet-Cookie:%20a=b"), "404 Not Found", answer("404 Not Found"), ("missing",),
              linked=False),
    Behaviour("leaves the host out", at("/bai/khong-may"), "404 Not Found to http:///bai/khong-may", answer("404 Not Found"), ("missing",), linked=False),
    Behaviour("links to everything bad", at("/bai/lien-ket-xau"), "links, images and feeds at addresses that nobody may ask for",
              answer("200 OK", HTML, body=page("Liên kết xấu").replace(b"</p>", f"</p>{BAD}".encode(), 1)), OK, "Liên kết xấu"),
    Behaviour("writes its own address oddly", "http://hostile.test.:80/bai/hoa", "a host in capitals, with a dot and a port", good("Chữ hoa"), OK, "Chữ hoa",
              linked=False),
    Behaviour("has a base elsewhere", at("/muc/goc-khac"), "a base on another host", with_base("http://elsewhere.test/", "bai/goc-1"), ("listing",)),
    Behaviour("has a base of files", at("/muc/goc-tep"), "a base of file:///C:/", with_base("file:///C:/", "bai/goc-2"), ("listing",)),
    Behaviour("has a base of scripts", at("/muc/goc-kich-ban"), "a base of javascript:", with_base("javascript:alert(1)", "/bai/goc-3"), ("listing",)),
    Behaviour("is below a base of scripts", at("/bai/goc-3"), "what the page with that base links to", good("Gốc ba"), OK, "Gốc ba", linked=False),
    Behaviour("has a base that is right", at("/muc/goc-that"), "a base of /bai/", with_base("/bai/", "goc-4"), ("listing",)),
    Behaviour("is below the base that is right", at("/bai/goc-4"), "what the page with that base links to", good("Gốc bốn"), OK, "Gốc bốn", linked=False),
    Behaviour("has a base that is none", at("/muc/goc-hong"), "a base of http://[", with_base("http://[", "/bai/goc-5"), ("listing",)),
    Behaviour("is below the base that is none", at("/bai/goc-5"), "what the page with that base links to", good("Gốc năm"), OK, "Gốc năm", linked=False),
    Behaviour("changes when it is asked", at("/dem.aspx?id=1"), "a counter", b"", ()),
)  # fmt: skip
TRAPS = (
    Trap("calendar", at("/lich/"), "a day leads to the next day", calendar, 8),
    Trap("session in the path", at("/(S("), "a new session each time, in the path", session_in_path, 1),
    Trap("session in the query", at("/phien/tham-so?"), "a new session each time, in the query", session_in_query, 8),
    Trap("languages", at("/vi/"), "each language below each other", languages, 30),
    Trap("pages", at("/trang/"), "a next page, always", pages, 8),
    Trap("folders", at("/thu-muc/"), "a folder in each folder, all the same", folders, 8),
)  # fmt: skip
ENTRANCES = (
    "/lich/2024-01-01",
    "/phien/duong-dan",
    "/phien/tham-so",
    "/vi/",
    "/en/",
    "/trang/1",
    "/thu-muc/",
)
