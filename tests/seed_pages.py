"""Pages written around the real texts in `../shared/seeds`, in the markups of their time.

A page is a frame (its engine's menus, tools, related list, footer), a naming of classes, and a markup of
the body. `known` classes are among the engine's selectors, `unknown` are plausible others, `scrambled`
are meaningless.
"""

import html
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[2] / "shared"
MARKUPS = ("p", "word", "div", "nested-div", "br", "font", "table", "mixed", "lead-div")
NAMINGS = ("known", "unknown", "scrambled")
MENU = (
    "Trang chủ",
    "Giới thiệu",
    "Tin tức - Sự kiện",
    "Văn bản",
    "Thủ tục hành chính",
    "Góp ý",
    "Sơ đồ trang",
    "Liên hệ",
)
SIDEBAR = (
    "Thông báo lịch tiếp công dân tháng này", "Danh mục dịch vụ công trực tuyến", "Lịch công tác tuần của lãnh đạo",
    "Công khai ngân sách", "Tuyển dụng viên chức sự nghiệp",
)  # fmt: skip
URLS = {
    "000": "https://sonoivu.backan.gov.vn/Pages/thi-dua-khen-thuong-212/tin-tuc-213/mot-so-ket-qua-noi-bat-trong-t-4cc09432e086f3d6.aspx",
    "002": "https://backan.gov.vn/Pages/day-manh-phong-trao-thi-dua-yeu-nuoc-gop-phan-xay-4760.aspx",
    "003": "https://backan.gov.vn/Pages/tin-tuc-su-kien-215/tin-trong-tinh-216/thanh-pho-bac-kan-hieu-qua-tu-c-c700c6c60c1e6b93.aspx",
}
CLASSES = {
    "known": {"title": "news-title", "date": "news-date", "lead": "sapo", "body": "ms-rtestate-field", "menu": "menu", "side": "cot-phai"},
    "unknown": {"title": "hd-bai", "date": "gio", "lead": "mo-dau", "body": "nd-chi-tiet", "menu": "thanh-tren", "side": "khoi-tin"},
    "scrambled": {"title": "x7f", "date": "q01", "lead": "kk2", "body": "z9a", "menu": "b3", "side": "w-4"},
}  # fmt: skip


@dataclass(frozen=True)
class SeedPage:
    seed: str
    markup: str
    naming: str
    url: str
    html: bytes
    truth: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.seed}-{self.markup}-{self.naming}"


def seed_pages() -> Iterator[SeedPage]:
    """Every gold text in every markup and naming; none where the folder is absent."""
    for path in sorted((SHARED / "gold").glob("*.json")):
        truth = json.loads(path.read_text())
        for markup in MARKUPS:
            for naming in NAMINGS:
                page = _page(truth, markup, CLASSES[naming], random.Random(f"{path.stem}{markup}{naming}"))
                yield SeedPage(path.stem, markup, naming, URLS[path.stem], page.encode(), truth)


def _page(truth: dict[str, Any], markup: str, names: dict[str, str], chance: random.Random) -> str:
    frame = _new_frame if truth["seed"] == "002" else _old_frame
    viewstate = "".join(
        chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=20000)
    )
    menu = "".join(
        f"<li><a href='/Pages/m{i}-{i + 200}/default.aspx'>{text}</a></li>" for i, text in enumerate(MENU)
    )
    side = "".join(
        f"<li><a href='/Pages/s-{i:04x}.aspx'>{text}</a> <span>(0{i + 1}/03/2018)</span></li>"
        for i, text in enumerate(SIDEBAR)
    )
    return (
        "<!DOCTYPE html><html lang='en'><head><title>Trang chủ, Home</title>"
        "<script>var _spPageContextInfo = {serverTime:'2023-12-02T02:09:55Z', clientServerTimeDelta: new Date('2023-12-02')};</script></head>"
        f"<body><form method='post' id='aspnetForm'><input type='hidden' name='__VIEWSTATE' value='{viewstate}'>"
        "<div id='s4-ribbonrow'><a href='#'>Skip Ribbon Commands</a></div><a href='#mainContent'>Skip to main content</a>"
        "<div id='s4-workspace' class='ms-core-overlay'>"
        f"<ul class='{names['menu']}'>{menu}</ul>{frame(truth, markup, names)}"
        f"<div class='{names['side']}'><ul>{side}</ul></div>"
        "<div id='foot'><p>CỔNG TTĐT TỈNH BẮC KẠN</p><p>Địa chỉ: Số 152 Đường Trường Chinh - thành phố Bắc Kạn</p>"
        "<p>Ghi rõ nguồn khi phát hành lại thông tin từ website này.</p></div></div></form></body></html>"
    )


def _old_frame(truth: dict[str, Any], markup: str, names: dict[str, str]) -> str:
    dated = truth["dated"]
    day = f"{dated[8:10]}/{dated[5:7]}/{dated[:4]} {dated[11:19]}"
    related = "".join(
        f"<div><a href='/Pages/tin-213/x-{i:016x}.aspx'>{html.escape(item['title'])}</a><span>({_day(item['date'])})</span></div>"
        for i, item in enumerate(truth["related"])
    )
    return (
        "<div>Cổng thông tin điện tử Bắc Kạn kính chào quý khách! <a href='/'>Trang chủ</a> <a href='/gop-y'>Góp ý</a></div>"
        f"<div class='{names['title']}'>{html.escape(truth['title'])}</div>"
        f"<div class='{names['date']}'>( Cập nhật lúc: {day} )</div>"
        f"<div class='{names['body']}'>{_body(truth, markup)}</div>"
        + (f"<div><b>Tin bài mới:</b></div>{related}" if related else "")
        + "<div><a href='/_layouts/15/Authenticate.aspx'>Sign In</a></div>"
    )


def _new_frame(truth: dict[str, Any], markup: str, names: dict[str, str]) -> str:
    return (
        "<h2 class='ms-webpart-titleText'>PublishingPortal - Block_BanTin_Toolbar</h2>"
        f"<div class='{names['date']}'>{_day(truth['dated'])}</div>"
        "<div><a href='#'>Tăng cỡ chữ</a> <a href='#'>Giảm cỡ chữ</a></div>"
        f"<div class='{names['title']}'>{html.escape(truth['title'])}</div>"
        f"<div class='{names['lead']}'>{html.escape(truth['lead'])}</div>"
        "<h2 class='ms-webpart-titleText'>PublishingPortal - Block_BanTin_ViewData</h2>"
        f"<div class='{names['body']}'>{_body(truth, markup)}</div>"
    )


def _day(iso: str) -> str:
    return f"{iso[8:10]}/{iso[5:7]}/{iso[:4]}"


def _body(truth: dict[str, Any], markup: str) -> str:
    """Paragraphs with a picture and its caption after the first ones, then the byline."""
    texts = [html.escape(text, quote=False) for text in truth["body"]]
    blocks: list[tuple[str, str]] = []
    captions = [html.escape(text, quote=False) for text in truth["captions"]]
    for i, text in enumerate(texts):
        blocks.append(("text", text))
        if i < len(captions):
            blocks.append(("image", captions[i]))
    blocks.append(("byline", html.escape(truth["author"])))
    write = {
        "p": _as_p, "word": _as_word, "div": _as_div, "nested-div": _as_nested, "br": _as_br, "font": _as_font,
        "table": _as_table, "mixed": _as_mixed, "lead-div": _as_lead_div,
    }[markup]  # fmt: skip
    return write(blocks)


def _image(caption: str) -> str:
    return f"<p align='center'><img src='/PictureLibrary/0011223344556677/anh.jpg' alt=''><br><em>{caption}</em></p>"


def _as_p(blocks: list[tuple[str, str]]) -> str:
    form = {"text": "<p>{}</p>", "byline": "<p style='text-align:right'><strong>{}</strong></p>"}
    return "".join(_image(text) if kind == "image" else form[kind].format(text) for kind, text in blocks)


def _as_word(blocks: list[tuple[str, str]]) -> str:
    def run(text: str) -> str:
        middle = text.find(" ", len(text) // 2)
        return (
            "<p class='MsoNormal' style='text-align:justify'><span style='font-size:14pt'><span lang='VI'>"
            f"{text[:middle]}</span><o:p></o:p></span><span lang='VI'>&nbsp;{text[middle + 1 :]}<o:p>&nbsp;</o:p></span></p>"
        )

    return "".join(_image(text) if kind == "image" else run(text) for kind, text in blocks)


def _as_div(blocks: list[tuple[str, str]]) -> str:
    return "".join(
        f"<div style='text-align:center'><img src='/PictureLibrary/a/anh.jpg'></div><div style='text-align:center'>{text}</div>"
        if kind == "image"
        else f"<div>{text}</div>"
        for kind, text in blocks
    )


def _as_nested(blocks: list[tuple[str, str]]) -> str:
    return "".join(
        _image(text)
        if kind == "image"
        else f"<div class='ex'><div><div><span>{text}</span></div></div></div>"
        for kind, text in blocks
    )


def _as_br(blocks: list[tuple[str, str]]) -> str:
    return "<br><br>".join(
        f"<img src='/PictureLibrary/a/anh.jpg'><br><i>{text}</i>" if kind == "image" else text
        for kind, text in blocks
    )


def _as_font(blocks: list[tuple[str, str]]) -> str:
    return "".join(
        _image(text) if kind == "image" else f"<p><font face='Times New Roman' size='3'>{text}</font></p>"
        for kind, text in blocks
    )


def _as_table(blocks: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<table><tr><td><img src='/PictureLibrary/a/anh.jpg'></td></tr><tr><td>{text}</td></tr></table>"
        if kind == "image"
        else f"<p>{text}</p>"
        for kind, text in blocks
    )
    return f"<table border='0'><tbody><tr><td>{cells}</td></tr></tbody></table>"


def _as_mixed(blocks: list[tuple[str, str]]) -> str:
    return "".join(
        _image(text) if kind == "image" else f"<p>{text}</p>" if i % 2 else f"<div>{text}</div>"
        for i, (kind, text) in enumerate(blocks)
    )


def _as_lead_div(blocks: list[tuple[str, str]]) -> str:
    return f"<div><strong>{blocks[0][1]}</strong></div>" + _as_p(blocks[1:])
