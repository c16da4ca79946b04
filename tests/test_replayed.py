"""What is shown of a capture: what was received, with what is held of the things around it."""

import gzip
import random
import re
import sqlite3
import threading
import time
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd
from captured_site import HOST, archived
from captured_vectors import GIF, HTML, PIXEL
from datasette.app import Datasette
from hostile_portal import Hostile
from runs import rows
from shown import get
from timed import seconds
from warc_files import foreign, revisit

from archive.replay.addresses import Addresses
from archive.replay.captured import moment
from archive.replay.kinds import disposition, file_name, image_type, text_of
from archive.replay.page import Page
from archive.replay.payload import Content, Received, decoded
from archive.replay.safe_copy import Words, Writer
from archive.replay.style import safe
from archive.serve import application
from archive.warc.reader import payload_digest
from crawler.intake.ingest import ingest

STORY = (
    '<!DOCTYPE html><html lang=vi><body class=tin><h1>Bài</h1><a href="/bai/khac#cuoi">Bài khác</a>'
    '<a href="http://hostile.test/bai/chua">Chưa lưu</a><img src="/anh.png" alt="Hồ"><img src=mat.png>'
    '<link rel=stylesheet href=/a.css><p style="background:url(/anh.png)">Đoạn</p><iframe src=/bai/khac></iframe>'
)
SHEET = (
    'p{background:url("anh.png") url(http://evil.test/x)}@import "b.css";@import "http://evil.test/c.css";'
)
PAGES = (
    ("/bai/mot", "200 OK", [HTML], STORY.encode()),
    ("/bai/khac", "200 OK", [HTML], "<p>Khác".encode()),
    ("/anh.png", "200 OK", ["Content-Type: image/png"], PIXEL),
    ("/a.css", "200 OK", ["Content-Type: text/css"], SHEET.encode()),
    ("/b.css", "200 OK", ["Content-Type: text/css"], b"p{color:red}"),
    ("/van-ban/15.pdf", "200 OK", ["Content-Type: application/pdf"], b"%PDF-1.4"),
    ("/cai-dat.exe", "200 OK", ["Content-Type: application/x-msdownload"], b"MZ"),
    ("/di", "302 Found", [HTML, "Location: /bai/khac"], b""),
    ("/gia.png", "200 OK", ["Content-Type: image/png"], b"<svg onload=alert(1)>"),
    ("/da-ngu.gif", "200 OK", ["Content-Type: text/html"], GIF),
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("kept")
    ids = archived(folder, *PAGES)
    later = archived(
        folder, PAGES[1], ("/anh.png", "404 Not Found", [HTML], b"x"), name="later", at="2020-01-01T00:00:00Z"
    )
    return folder / "data", ids | {f"later {path}": id for path, id in later.items()}


@pytest.fixture(scope="module")
def site(kept: tuple[Path, dict[str, int]]) -> Datasette:
    return application(kept[0])


def test_a_page_is_shown_with_what_is_held_around_it_nearest_in_time(site: Datasette, kept: Any) -> None:
    ids = kept[1]
    html = get(site, f"/ban-luu/{ids['/bai/mot']}/trang").text
    assert f'<a href="/ban-luu/{ids["/bai/khac"]}/trang#cuoi">Bài khác</a>' in html
    assert '<a title="Chưa được lưu · Not captured: http://hostile.test/bai/chua">Chưa lưu</a>' in html
    assert f'<img alt="Hồ" src="/ban-luu/{ids["/anh.png"]}/anh">' in html
    assert f'<link rel="stylesheet" href="/ban-luu/{ids["/a.css"]}/kieu"' in html
    assert f"background:url(&quot;/ban-luu/{ids['/anh.png']}/anh&quot;)" in html
    assert "Embedded, not shown: http://hostile.test/bai/khac" in html
    around = get(site, f"/ban-luu/{ids['/bai/mot']}").text
    assert "1 ảnh chưa được lưu" in around
    assert "nguyên vẹn" in around
    assert 'sandbox=""' in around


def test_a_style_sheet_loads_only_what_is_held(site: Datasette, kept: Any) -> None:
    ids = kept[1]
    response = get(site, f"/ban-luu/{ids['/a.css']}/kieu")
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    image, other = f'url("/ban-luu/{ids["/anh.png"]}/anh")', f"/ban-luu/{ids['/b.css']}/kieu"
    assert response.text == f'p{{background:{image} none}}@import "{other}";'


@pytest.mark.parametrize("end", ["trang", "anh", "kieu", "tep"])
def test_what_a_capture_brings_has_a_sandbox_of_its_own_and_nothing_of_the_received_head(
    site: Datasette, kept: Any, end: str
) -> None:
    for path in ("/bai/mot", "/anh.png", "/a.css", "/van-ban/15.pdf", "/di"):
        response = get(site, f"/ban-luu/{kept[1][path]}/{end}")
        policy = response.headers["content-security-policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert not {"location", "set-cookie", "refresh", "link"} & set(response.headers)
        assert "cross-origin-opener-policy" not in response.headers, "with it the page would not open alone"


@pytest.mark.parametrize(
    ("path", "type", "name"),
    [
        ("/van-ban/15.pdf", "file", "15.pdf"), ("/cai-dat.exe", "file", "cai-dat.exe.bin"),
        ("/bai/mot", "page", "mot.txt"), ("/gia.png", "text", "gia.png"),
    ],
)  # fmt: skip
def test_a_download_has_a_name_that_does_not_run(
    site: Datasette, kept: Any, path: str, type: str, name: str
) -> None:
    response = get(site, f"/ban-luu/{kept[1][path]}/tep")
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith(f'attachment; filename="{name}"')
    assert ("<iframe" in get(site, f"/ban-luu/{kept[1][path]}").text) == (type == "page")


def test_an_image_is_one_by_its_first_bytes(site: Datasette, kept: Any) -> None:
    assert get(site, f"/ban-luu/{kept[1]['/gia.png']}/anh").status_code == 404
    response = get(site, f"/ban-luu/{kept[1]['/da-ngu.gif']}/anh")
    assert response.headers["content-type"] == "image/gif"
    assert image_type(b"RIFF\0\0\0\0WEBPVP8 ") == "image/webp"
    assert image_type(b"<svg>") is None


def test_an_address_leads_to_its_capture_nearest_in_time(site: Datasette, kept: Any) -> None:
    ids = kept[1]
    for at, path in (
        ("2019-12-12", "/bai/khac"), ("20191212", "/bai/khac"), ("2021", "later /bai/khac"), ("", "later /bai/khac"),
    ):  # fmt: skip
        response = get(site, f"/ban-luu?url={HOST}/bai/khac&luc={at}")
        assert response.headers["location"] == f"/ban-luu/{ids[path]}"
    assert get(site, "/ban-luu?url=https://hostile.test/bai/khac&luc=2019").status_code == 302
    around = get(site, f"/ban-luu/{ids['/bai/khac']}").text
    assert f'<a href="/ban-luu/{ids["later /bai/khac"]}">' in around
    moved = get(site, f"/ban-luu/{ids['/di']}").text
    assert "/ban-luu?url=http%3A%2F%2Fhostile.test%2Fbai%2Fkhac&amp;luc=2019-12-11T10%3A00%3A00Z" in moved


def test_an_address_that_was_not_captured_is_looked_for_elsewhere(site: Datasette) -> None:
    response = get(site, "/ban-luu?url=https://x.test/a&luc=2019-12-11")
    assert response.status_code == 404
    assert 'href="https://web.archive.org/web/20191211000000/https://x.test/a"' in response.text
    assert "https://web.archive" not in get(site, "/ban-luu?url=javascript:alert(1)").text
    assert get(site, "/ban-luu?url=https://x.test/a&luc=hôm qua").status_code == 400
    assert get(site, "/ban-luu").status_code == 200
    assert get(site, "/ban-luu/1").status_code == get(site, "/ban-luu/1/trang").status_code == 404


def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    ids = archived(tmp_path, *PAGES[:2])
    data = tmp_path / "data"
    (path,) = (data / "warc").glob("*.warc.gz")
    place = f"/ban-luu/{ids['/bai/mot']}"
    whole = path.read_bytes()
    site = application(data)
    path.rename(f"{path}.open")
    assert "tệp đang được ghi" in get(site, place).text
    Path(f"{path}.open").unlink()
    absent = get(site, place)
    assert "không nằm trên máy chủ này" in absent.text
    assert rows(data, "select sha256 from captures where url like '%mot'")[0][0] in absent.text
    assert "https://web.archive.org/web/20191211100000/" in absent.text
    assert get(site, f"{place}/trang").status_code == 404
    [(offset, length)] = rows(data, "select warc_offset, warc_length from captures where url like '%mot'")
    path.write_bytes(whole[: offset + length // 2])
    assert "backan verify" in get(site, place).text
    path.write_bytes(whole)
    with sqlite3.connect(data / "archive.db") as db:
        db.execute("update captures set sha256 = 'other' where url like '%mot'")
        db.execute(
            "update captures set warc_file = null, warc_offset = null, status = null where url like '%khac'"
        )
    db.close()
    assert "Không nguyên vẹn" in get(site, place).text
    assert "Máy chủ không phản hồi" in get(site, f"/ban-luu/{ids['/bai/khac']}").text


def test_a_revisit_shows_the_body_that_it_repeats(tmp_path: Path) -> None:
    archived(tmp_path, PAGES[1])
    url, digest = f"{HOST}/bai/khac", payload_digest(PAGES[1][3])
    named = {"WARC_Refers_To_Target_URI": url, "WARC_Refers_To_Date": "2019-12-11T10:00:00Z"}
    head = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    path = foreign(tmp_path, revisit(url, digest, head, at="2021-01-01T00:00:00Z", **named))
    ingest(path, tmp_path / "data", {"hostile": Hostile})
    [(id,)] = rows(tmp_path / "data", "select id from captures where captured_at like '2021%'")
    site = application(tmp_path / "data")
    assert "<p>Khác</p>" in get(site, f"/ban-luu/{id}/trang").text
    around = get(site, f"/ban-luu/{id}").text
    assert "kept-00000.warc.gz" in around
    assert "nguyên vẹn" in around
    (tmp_path / "data" / "warc" / "kept-00000.warc.gz").unlink()
    assert "không nằm trên máy chủ này" in get(site, f"/ban-luu/{id}").text


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstd.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]), ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
    ],
)  # fmt: skip
def test_a_body_is_unpacked_but_never_beyond_its_bound(coding: str, pack: Any) -> None:
    assert decoded(pack(b"some text of a page"), coding, 99).body == b"some text of a page"
    bomb = pack(b" " * (8 << 20))
    content = decoded(bomb, coding, 1 << 20)
    assert (len(content.body), content.cut) == (1 << 20, True)
    assert seconds(lambda: decoded(bomb, coding, 1 << 20)) < 0.5
    assert decoded(b"<p>not packed at all", coding, 99).body == b"<p>not packed at all"
    cut = decoded(pack(bytes(range(256)) * 999)[:-9], coding, 1 << 20)
    assert cut.cut or cut.body


@pytest.mark.parametrize(
    "member",
    [gzip.compress(b""), gzip.compress(b"") + bytes(9), gzip.compress(b"x")],
    ids=["empty", "padded", "of a byte"],
)
def test_countless_empty_or_tiny_members_take_no_time(member: bytes) -> None:
    body = member * 100_000
    assert seconds(lambda: decoded(body, "gzip", 1 << 20)) < 0.5
    assert decoded(gzip.compress(b"x" * 9) + body, "gzip", 1 << 20).cut
    many = gzip.compress(b"") * 200 + gzip.compress(b"page" * 20_000) * 300
    assert decoded(many, "gzip", 99 << 20) == Content(b"page" * 6_000_000)


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("br", partial(brotli.compress, quality=0))]
)
def test_a_large_body_takes_time_by_its_length_alone(coding: str, pack: Any) -> None:
    body = random.Random(1).randbytes(48 << 20)
    packed = pack(body)
    began = time.process_time()
    assert decoded(packed, coding, 99 << 20).body == body
    assert time.process_time() - began < 3


def test_what_a_capture_is_is_worked_out_beside_the_servers_own_thread(
    site: Datasette, kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, content = list[threading.Thread](), Received.content

    def watched(received: Received, most: int = 99) -> Content:
        threads.append(threading.current_thread())
        return content(received, most)

    monkeypatch.setattr(Received, "content", watched)
    assert get(site, f"/ban-luu/{kept[1]['/anh.png']}").status_code == 200
    assert threads
    assert threading.main_thread() not in threads


def test_a_page_packed_many_times_over_is_not_unpacked_for_ever() -> None:
    assert decoded(gzip.compress(gzip.compress(b"x")), "gzip, gzip", 99).body == b"x"
    assert decoded(b"x", ",".join(["gzip"] * 999), 99).body == b"x"


@pytest.mark.parametrize(
    ("body", "stated", "text"),
    [
        ("Bắc Kạn".encode(), "text/html", "Bắc Kạn"), ("Bắc Kạn".encode(), "text/html; charset=utf-8", "Bắc Kạn"),
        ("Bắc Kạn".encode("utf-16"), "text/html; charset=utf-8", "Bắc Kạn"),
        (b"\xd0\xe0 N\xe3ng", "text/html; charset=windows-1258", "Đà Năng"), (b"caf\xe9", "", "café"),
        (b"<meta charset='windows-1251'>\xe4", "", "<meta charset='windows-1251'>д"),
        (b"<meta charset=utf-16>\xc4\x90", "", "<meta charset=utf-16>Đ"), (b"+ADw-a", "text/html; charset=utf-7", "+ADw-a"),
    ],
)  # fmt: skip
def test_text_is_decoded_as_browsers_do(body: bytes, stated: str, text: str) -> None:
    assert text_of(body, stated) == text


@pytest.mark.parametrize(
    ("css", "left"),
    [
        ("p{color:red}", "p{color:red}"), ("p{background:url(x.png)}", 'p{background:url("/ours")}'),
        ("p{background:url(y.png)}", "p{background:none}"), ("p{background:u\\72l('y')}", "p{background:none}"),
        ("@import 'y';p{a:b}", "p{a:b}"), ("@\\69mport url(y);p{a:b}", "p{a:b}"), ("@import url(s);", '@import "/sheet";'),
        ("@font-face{src:url(x.png)}p{a:b}", "p{a:b}"), ("p{background:image-set('y' 1x)}", "p{background:none}"),
        ("@media x{@import 'y';p{background:src('y')}}", "@media x{p{background:none}}"),
        ("p{behavior:url(y)}", "p{none:none}"), ("p{content:'</style>'}", 'p{content:"\\3c /style>"}'),
        ("@media (width < 9px){a{b:url(y)}}", "@media (width < 9px){a{b:none}}"),
    ],
)  # fmt: skip
def test_css_loads_only_what_is_held(css: str, left: str) -> None:
    assert safe(css, {"x.png": "/ours"}.get, {"s": "/sheet"}.get) == left


@pytest.mark.parametrize("css", ["a{" * 50_000, "p{a:" + "(" * 50_000 + "url(x)", "p{a:url(x)}" * 50_000])
def test_a_style_sheet_that_would_take_too_long_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match="style sheet"):
        safe(css, {}.get)


def test_the_style_sheets_of_a_page_are_read_up_to_one_limit_together() -> None:
    sheet = "<style>p{a:url(x)}" + "p{color:red}" * 20_000 + "</style>"
    plain = "<style>p{color:red}" + "p{color:red}" * 40_000 + "</style>"
    attribute = '<p style="a:url(x)">' + '<p style="color:red">' * 99
    text = sheet * 5 + plain * 2 + attribute + '<p style="a:url(x);' + "b:c;" * 99_000 + '">'
    began = time.process_time()
    copy = Writer(Page(text, HOST), Addresses(HOST, "", {}, {}), Words("", "", "")).write()
    assert time.process_time() - began < 9
    assert copy.html.count("<style") == 1 + 2
    assert copy.left_out["sheets"] == 4
    assert copy.html.count('style="a:none"') == 1
    assert copy.html.count('style="color:red"') == 99
    assert "b:c" not in copy.html


def test_a_page_of_five_megabytes_or_fifty_thousand_levels_is_parsed_in_time() -> None:
    began = time.process_time()
    assert Page("<div>" * 50_000 + "x", HOST).cut
    assert not Page("<p>Bắc Kạn " * 400_000, HOST).cut
    assert Page("", HOST).root is None
    assert time.process_time() - began < 9


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2019", "2019-01-01T00:00:00Z"), ("20191211", "2019-12-11T00:00:00Z"), ("20191211101112", "2019-12-11T10:11:12Z"),
        ("2019-12-11T10:11:12+07:00", "2019-12-11T03:11:12Z"), ("2019-13-01", None), ("x", None), ("0001-01-01T00:00:00+07:00", None),
    ],
)  # fmt: skip
def test_times_are_understood_as_web_archives_write_them(text: str, time: str | None) -> None:
    assert moment(text) == time


def test_the_name_of_a_download_cannot_break_out_of_its_header() -> None:
    name = file_name('http://x.test/a%0d%0aSet-Cookie:%20b%22/..%2f..%2fđ ơn".pdf', "application/pdf")
    stated = disposition(name)
    assert name.endswith(".pdf")
    assert re.fullmatch(r"attachment; filename=\"[\w.-]+\"; filename\*=UTF-8''[\w.%-]+", stated, re.A)
    assert "/" not in name
