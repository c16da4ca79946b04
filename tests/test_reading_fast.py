"""What is read by a short way comes out as by the long one."""

import unicodedata
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hostile_portal import Hostile
from lxml import html
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement
from scrapy.http import HtmlResponse

from archive import blocks as laying_out
from archive.blocks import blocks
from archive.body import clean
from archive.model import Outcome
from archive.text import fold
from spiders.reading.article import sheet_of
from spiders.reading.feeds import MOST_ITEMS
from spiders.reading.html import parse
from spiders.reading.refusals import MOST_WORDS, refusal

SAVED = sorted((Path(__file__).parent / "portals").glob("*/*.html"))
NAMED = """
<form ID="f"><div class="a title-b" id="main"><h1 class=" title ">x</h1><p CLASS="a">y</p></div>
<div class="untitled" data-role="content"><p id="x_Rich">z</p><p class="a:b" title="Tin mới">w <a href="/x.aspx">v</a></p></div></form>
"""
ADDRESSES = (
    "/a", "/a/../b", "//other.test/a", "a.aspx", "../a", "?trang=2", "#top", "", " /a b ", "/", "/?a=1", "//", "///a",
    "http://other.test/a/./b", "https://other.test", "HTTP://other.test/a", "/tin-tức", "http:a", "http:///a", "mailto:a@b",
    "javascript:void(0)", "/a\n/b", "http://[bad", "/[bad", "/%20", "/.", "/..", "/./a",
)  # fmt: skip
BASES = ("http://hostile.test/bai/mot", "http://hostile.test:81/muc/?trang=/1", "http://hostile.test")


def body_of(text: str) -> HtmlElement:
    return html.document_fromstring(f"<body>{text}</body>").body


def response(body: str, url: str = "http://hostile.test/bai/mot", mime: str = "text/html") -> HtmlResponse:
    return HtmlResponse(url, body=body.encode(), headers={"Content-Type": mime})


def laid_out(root: HtmlElement) -> list[tuple[object, ...]]:
    return [
        (b.kind, b.text, b.element, b.level, b.bold, b.italic, b.linked, b.align, b.frame)
        for b in blocks(root)
    ]


@pytest.mark.parametrize("path", SAVED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_page_is_laid_out_as_if_each_element_were_looked_at(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = html.document_fromstring(path.read_bytes()).body
    fast = laid_out(root)
    monkeypatch.setattr(laying_out._Flattener, "plain_texts", lambda *_: None)
    monkeypatch.setattr(laying_out, "_STYLED", lambda element: list(element.iter()))
    assert laid_out(root) == fast


@pytest.mark.parametrize(
    ("link", "text", "bold"),
    [
        ("<span>một <span>hai</span></span><span> ba</span>", "một hai ba", 0),
        ("<span>một</span> hai <span>ba</span>", "một hai ba", 0),
        ("<span>một <b>hai</b></span>", "một hai", 0.5),
        ("<span>một</span><span style='font-weight:bold'>hai</span>", "mộthai", 0.5),
        ("<span>một</span><span class=hidden> hai</span>", "một", 0),
        ("<span>một</span><span style='display:none'> hai</span>", "một", 0),
        ("<span>một<!-- hai --></span><script>ba</script>", "một", 0),
        ("<span>một<br>hai</span>", "một hai", 0),
    ],
)
def test_the_text_of_a_link_keeps_its_order_and_its_looks(link: str, text: str, bold: float) -> None:
    (block,) = blocks(body_of(f"<ul><li><a href='/'>{link}</a></li></ul>"))
    assert (block.kind, block.text, block.bold, block.linked) == ("li", text, bold, 1)


def test_blocks_within_a_link_stay_blocks() -> None:
    assert [b.text for b in blocks(body_of("<a>một<div>hai</div><span>ba</span></a>"))] == [
        "một",
        "hai",
        "ba",
    ]


@pytest.mark.parametrize(
    "css",
    [
        ".a", "#main", ".title", "h1.title", "p.title", ".b", ".title-b.a", "#main h1", "#main .none", "form > div .a",
        "#none, .a", "[data-role=content]", "[data-role=none]", "[id$=_Rich]", "[id$=Rich_]", "[class*=titled]", "[CLASS~=a]",
        "p:not(.a)", ".a:not(#none)", r".a\:b", "[title='Tin mới']", "[title='Tin mới']:not(.none)", "h1", "#f", "[title]", "[href='/x.aspx']",
    ],
)  # fmt: skip
def test_a_selector_finds_what_it_always_finds(css: str) -> None:
    tree = html.document_fromstring(f"<html><body>{NAMED}</body></html>")
    assert sheet_of(tree, "http://hostile.test/").select(css) == CSSSelector(css, translator="html")(tree)


@pytest.mark.parametrize("base", BASES)
def test_every_address_is_resolved_as_the_standard_library_does(base: str) -> None:
    links = "".join(f"<a href='{address}'>x</a>" for address in ADDRESSES)
    for _ in range(2):  # the second time they are known
        tree = parse(response(links, base))
        assert [a.get("href") for a in tree.iter("a")] == [_joined(base, address) for address in ADDRESSES]


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address.strip()


@pytest.mark.parametrize("slug", [None, "trang-bai-viet"], ids=["a listing", "an article"])
@pytest.mark.parametrize(
    ("shown", "beside", "is_page"),
    [
        (MOST_WORDS - 2, "", False),
        (MOST_WORDS - 1, "", True),
        (MOST_WORDS // 2, "<div class=hidden>" + "từ " * (MOST_WORDS // 2) + "</div>", True),
        (MOST_WORDS // 2, "<script>" + "từ " * MOST_WORDS + "</script>", False),
        (MOST_WORDS // 2, "<style>" + "từ " * MOST_WORDS + "</style>", False),
        (MOST_WORDS // 2, "<!--" + "từ " * MOST_WORDS + "-->", False),
        (MOST_WORDS // 2, "<p><a>" + "từ<br>" * (MOST_WORDS // 2), True),
    ],
)
def test_a_page_of_many_words_is_no_refusal(shown: int, beside: str, is_page: bool, slug: str | None) -> None:
    menu = f"<a>{'từ ' * shown}</a>"
    text = f"<html><head><title>404</title></head><body><h1>Lỗi 404</h1>{menu}{beside}</body></html>"
    tree = html.document_fromstring(text)
    page = refusal(tree, lambda: sheet_of(tree, "http://hostile.test/"), text.encode(), slug, listed=0)
    assert (page is None) == is_page


def test_of_a_feed_the_first_items_are_followed_and_the_others_counted() -> None:
    urls = "".join(f"<url><loc>http://hostile.test/bai/x{n}</loc></url>" for n in range(MOST_ITEMS + 3))
    xml = f"<?xml version='1.0'?><urlset>{urls}</urlset>"
    read = Hostile.read(response(xml, "http://hostile.test/sitemap.xml", "text/xml"))
    assert (read.outcome, len(read.links), read.unread) == (Outcome.FEED, MOST_ITEMS, 3)


def test_one_text_is_cleaned_alike_whatever_was_cleaned_before() -> None:
    one, other = (
        "".join(f"<p>{word} {n} đi qua thôn Bản Mới.</p>" for n in range(9)) for word in ("Xe", "Đò")
    )
    first = clean(blocks(body_of(one)))
    clean(blocks(body_of(other + "<ul><li>Một</li></ul>")))
    clean([])
    assert clean(blocks(body_of(one))) == first


def test_every_letter_is_folded_as_if_looked_at_by_itself() -> None:
    letters = "".join(f"x{chr(code)}" for code in range(0x250, 0xD800))
    decomposed = unicodedata.normalize("NFD", letters)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    assert fold(fold(letters)) == fold(bare)
    assert fold("a\u034fb") == "a\u034fb"  # which joins letters, and marks none
    assert fold("Ủy ban nhân dân huyện Chợ Đồn") == "uy ban nhan dan huyen cho don"
    assert not any(unicodedata.combining(c) for c in fold(letters))
