"""Reading a response: any response gives a page with a clear outcome, and never an exception."""

import sys
import unicodedata
from urllib.parse import parse_qs, urlencode

import pytest
from scrapy.http import Response
from scrapy.spiderloader import SpiderLoader

from archive.model import Kind, Link, Outcome, Page
from spiders.reading.links import MOST_FORMS

BACKAN = "https://backan.gov.vn/Pages/tin-tuc-1/mot-bai-viet-thu-0123456789abcdef.aspx"
LISTING = "https://backan.gov.vn/Pages/tin-tuc-1/default.aspx"
MIC = "https://mic.gov.vn/nongthon/Pages/TinTuc/160001/Mot-bai-viet-thu.html"
TITLE = "Một bài viết thử về đường làng"
SENTENCE = "Nhân dân thôn Bản Mới cùng nhau làm đường bê tông và trồng hoa hai bên đường."
LONG_LINE = f"{SENTENCE} {SENTENCE} {SENTENCE}"
BODY = "".join(f"<p>{SENTENCE} Đợt {i}.</p>" for i in range(1, 6))


def page_of(body: str, title: str = TITLE, date: str = "( Cập nhật lúc: 11/12/2019  )") -> str:
    return (
        f"<html><body><div><a href='/'>Trang chủ</a></div><div>{title}</div><div>{date}</div>"
        f"<div>{body}</div><div>Sign In</div><p>Địa chỉ: phường Phùng Chí Kiên</p></body></html>"
    )


@pytest.fixture
def read(portals: SpiderLoader):
    def read(
        body: str | bytes,
        url: str = BACKAN,
        status: int = 200,
        mime: str = "text/html; charset=utf-8",
        flags=(),
    ) -> Page:
        portal = next(p for name in portals.list() if (p := portals.load(name)).covers(url))
        raw = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": mime} if mime else {}
        return portal.read(Response(url, status=status, body=raw, headers=headers, flags=list(flags)))

    return read


def test_an_article_is_read_by_its_landmarks(read) -> None:
    page = read(page_of(BODY))
    assert (page.outcome, page.article.title) == (Outcome.LANDMARKS, TITLE)
    assert (page.article.published_at, page.article.date_label) == ("2019-12-11", "Cập nhật lúc")
    assert page.article.body == "\n\n".join(f"{SENTENCE} Đợt {i}." for i in range(1, 6))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Outcome.MISSING),
        (410, Outcome.MISSING),
        (301, Outcome.REDIRECT),
        (500, Outcome.FAILED),
        (403, Outcome.FAILED),
    ],
)
def test_a_status_that_is_no_page_has_its_own_outcome(read, status: int, outcome: Outcome) -> None:
    page = read(page_of(BODY), status=status)
    assert (page.outcome, page.article, page.links) == (outcome, None, ())


def test_a_missing_page_names_the_article_that_was_there(read) -> None:
    assert read(b"", status=404).key == read(page_of(BODY)).article.key
    assert read(b"", url=LISTING, status=404).key is None


def test_an_empty_body_is_empty(read) -> None:
    assert read(b"").outcome == read(b" \r\n ").outcome == Outcome.EMPTY


def test_a_body_that_does_not_decode_is_unreadable_with_the_reason(read) -> None:
    page = read(b"\x1f\x8b garbage", flags=["undecodable"])
    assert page.outcome == Outcome.UNREADABLE
    assert "Content-Encoding" in page.note


def test_a_response_cut_short_is_read_and_marked(read) -> None:
    page = read(page_of(BODY), flags=["dataloss"])
    assert (page.article.title, page.whole, page.note) == (TITLE, False, "cut short")


def test_html_cut_in_the_middle_keeps_what_came(read) -> None:
    whole = page_of(BODY)
    page = read(whole[: whole.index("Đợt 4")].encode()[:-1])
    assert "Đợt 3." in page.article.body


@pytest.mark.parametrize(
    "mime",
    [
        "text/html; charset=utf-8,gbk",
        "text/html; charset=iso-8859-1",
        "text/html; charset=nonsense",
        "text/html",
        "",
    ],
)
def test_utf8_is_believed_before_any_header(read, mime: str) -> None:
    assert read("<!DOCTYPE html>" + page_of(BODY), mime=mime).article.title == TITLE


@pytest.mark.parametrize("charset", ["utf-16", "windows-1258"])
def test_another_charset_is_read_as_declared(read, charset: str) -> None:
    text = unicodedata.normalize(
        "NFC", page_of(BODY).replace(SENTENCE, "Đường làng đã được làm xong trong tháng này.")
    )
    raw = text.encode("utf-16") if charset == "utf-16" else _windows_1258(text)
    assert read(raw, mime=f"text/html; charset={charset}").article.title == TITLE


def _windows_1258(text: str) -> bytes:
    """The code page holds base letters and combining tone marks."""
    out = b""
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            base = unicodedata.normalize("NFD", letter)
            tone = next(c for c in base if c in "\u0300\u0301\u0303\u0309\u0323")
            out += unicodedata.normalize("NFC", base.replace(tone, "")).encode("cp1258") + tone.encode(
                "cp1258"
            )
    return out


def test_a_page_in_nfd_reads_as_one_in_nfc(read) -> None:
    assert read(unicodedata.normalize("NFD", page_of(BODY))).article == read(page_of(BODY)).article


def test_vowels_written_as_entities_read_as_letters(read) -> None:
    encoded = "".join(c if ord(c) < 128 else f"&#{ord(c)};" for c in page_of(BODY))
    assert read(encoded).article == read(page_of(BODY)).article


def test_a_page_without_a_date_has_none(read) -> None:
    page = read(page_of(BODY, date=""))
    assert (page.article.title, page.article.published_at, page.article.date_label) == (TITLE, None, None)


def test_the_day_of_fetching_is_never_the_date(read) -> None:
    page = read("<p>Thứ bảy, ngày 02/12/2023</p>" + page_of(BODY, date=""))
    assert page.article.published_at is None


def test_an_article_page_without_title_is_unreadable_and_still_gives_its_links(read) -> None:
    page = read(f"<html><body><p><a href='{LISTING}'>Tin tức</a></p></body></html>")
    assert (page.outcome, page.article) == (Outcome.UNREADABLE, None)
    assert page.links == (Link(LISTING, Kind.LISTING),)
    assert page.note


def test_a_challenge_and_a_rejection_are_no_articles(read) -> None:
    stub = '<html><body><script>document.cookie="D1N=0123456789abcdef"+"; path=/";window.location.reload(true);</script></body></html>'
    assert read(stub).outcome == Outcome.CHALLENGE
    rejection = "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Your support ID is: 1</body></html>"
    assert read(rejection).outcome == Outcome.BLOCKED
    login = "<html><body><h1>Đăng nhập hệ thống</h1><form><input name='u'><input type='password' name='p'></form></body></html>"
    assert read(login).outcome == Outcome.BLOCKED


def test_a_file_under_the_address_of_an_article_is_a_file(read) -> None:
    assert read(b"%PDF-1.4 ...", mime="application/pdf").outcome == Outcome.FILE
    assert read(b"\x89PNG\r\n\x1a\n", mime="image/png").outcome == Outcome.FILE


def test_a_page_nested_ten_thousand_deep_does_not_break_the_reader(read) -> None:
    page = read(page_of("<div>" * 10_000 + BODY + "</div>" * 10_000))
    assert isinstance(page, Page)
    assert page.outcome in (Outcome.LANDMARKS, Outcome.UNREADABLE)


def test_a_large_page_is_read(read) -> None:
    page = read(page_of(BODY + "<script>" + "x" * 20_000_000 + "</script>"))
    assert page.article.title == TITLE


@pytest.mark.parametrize(
    "line",
    [
        "Lượt xem: 1",
        "Tin liên quan",
        LONG_LINE,
        "----------",
        "Thứ hai, 01/02/2020 10:00",
        "</p>chữ<br>",
        "<a href='/Pages/tin-1/x-0123456789abcdef.aspx'>Tin khác</a> (01/02/2020)",
        "<table><tr><td>a</td><td>b</td></tr></table>",
    ],
)
def test_the_cost_of_a_page_grows_with_its_size_only(read, line: str) -> None:
    """Ten times the lines may cost thirty times the steps, but not a hundred: a page must not stop a crawl."""

    def steps(lines: int) -> int:
        html = page_of(BODY + f"<p>{line}</p>" * lines + BODY)
        count = 0

        def step(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(step)
        try:
            read(html)
        finally:
            sys.setprofile(None)
        return count

    assert steps(2000) < 30 * steps(200)


def test_the_ministrys_page_is_read_by_its_selectors(read) -> None:
    html = (
        "<html lang='en'><head><meta name='author' content='Bộ Thông tin và Truyền thông'></head><body>"
        "<p>Thứ bảy, ngày 02/12/2023</p><h3 class='title-list-news'><span class='title-t1'>NÔNG THÔN</span></h3>"
        f"<div id='news_content'><div class='title_news'><h1>{TITLE}</h1></div>"
        "<div class='date-detail'><span>15/10/2023 01:14 SA</span><span class='fr'>Xem cỡ chữ</span></div>"
        f"<div id='divArticleDescription'>(Mic.gov.vn) - Lời dẫn.</div><div id='divArticleContent'>{BODY}"
        "<p align='right'><strong>Theo danviet.vn</strong></p></div></div>"
        "<p align='right'>Lượt truy cập: 237</p><div class='tien-ich'>ĐÁNH GIÁ BÀI VIẾT( 0)</div></body></html>"
    )
    page = read(html, url=MIC)
    article = page.article
    assert page.outcome == Outcome.SELECTORS
    assert (article.title, article.section, article.lead) == (TITLE, "NÔNG THÔN", "Lời dẫn.")
    assert (article.published_at, article.views) == ("2023-10-15T01:14:00+07:00", 237)
    assert (article.author, article.source) == (None, "danviet.vn")
    assert article.body.endswith("Đợt 5.")


def test_tables_lists_and_headings_keep_their_form(read) -> None:
    table = "<table><tr><th>Xã</th><th>Tiêu chí</th></tr><tr><td>Cẩm Giàng</td><td>19</td></tr></table>"
    body = f"{BODY}<p><strong>Kết quả cụ thể</strong></p><ul><li>Làm đường</li><li>Trồng hoa</li></ul>{table}<p>Hết./.</p>"
    text = read(page_of(body)).article.body
    assert (
        "\n\n## Kết quả cụ thể\n\n- Làm đường\n- Trồng hoa\n\n| Xã | Tiêu chí |\n| Cẩm Giàng | 19 |\n\nHết./."
        in text
    )


def test_images_captions_attachments_and_links_are_taken_from_the_body(read) -> None:
    body = (
        f"{BODY}<p align='center'><img src='/PictureLibrary/a/b.jpg' alt='ảnh'><br><em>Bà con làm đường</em></p>"
        "<p>Xem <a href='/SiteCollectionDocuments/kh.pdf'>Kế hoạch 12/KH-UBND</a> và <a href='https://vi.example/'>trang khác</a>./.</p>"
    )
    page = read(page_of(body))
    article = page.article
    assert [(i.url, i.caption, i.alt) for i in article.images] == [
        ("https://backan.gov.vn/PictureLibrary/a/b.jpg", "Bà con làm đường", "ảnh")
    ]
    assert [a.title for a in article.attachments] == ["Kế hoạch 12/KH-UBND"]
    assert [link.url for link in article.links] == ["https://vi.example/"]
    assert "Bà con làm đường" not in article.body
    assert {link.url.rsplit("/", 1)[-1] for link in page.links if link.kind == Kind.OTHER} == {
        "b.jpg",
        "kh.pdf",
    }


@pytest.mark.parametrize(
    ("end", "author", "source"),
    [
        ("<p>Hết./.</p><p><b>Hoàng Huế</b></p>", "Hoàng Huế", None),
        ("<p>Hết./. Hương Dịu</p>", "Hương Dịu", None),
        ("<p>Hết./.</p><p>Tác giả: Ma Văn Nghị</p><p>Nguồn: Báo Bắc Kạn</p>", "Ma Văn Nghị", "Báo Bắc Kạn"),
        ("<p>Hết.</p><p>Theo danviet.vn</p>", None, "danviet.vn"),
        ("<p>Hết.</p><p align='right'>Thu Trang</p>", "Thu Trang", None),
        ("<p>Hết./.</p>", None, None),
    ],
)
def test_byline_and_source_are_taken_off_the_end(
    read, end: str, author: str | None, source: str | None
) -> None:
    article = read(page_of(BODY + end)).article
    assert (article.author, article.source) == (author, source)
    assert article.body.split("\n\n")[-1].startswith("Hết.")
    assert len(article.body.split("\n\n")[-1]) < 8


def test_a_listing_gives_articles_with_the_dates_beside_them(read) -> None:
    items = "".join(
        f"<li><a href='/Pages/tin-tuc-1/bai-so-{i:016x}.aspx'>Bài {i}</a> <span>(0{i}/05/2019)</span></li>"
        for i in (1, 2)
    )
    page = read(
        f"<html><body><ul>{items}</ul><a href='https://evil.example/'>x</a></body></html>", url=LISTING
    )
    assert page.outcome == Outcome.LISTING
    assert [(link.kind, link.published_at) for link in page.links] == [
        (Kind.ARTICLE, "2019-05-01"),
        (Kind.ARTICLE, "2019-05-02"),
    ]


def test_only_a_pager_is_posted_and_with_the_forms_hidden_fields(read) -> None:
    html = (
        "<form method='post' action='default.aspx' id='aspnetForm'><input type='hidden' name='__VIEWSTATE' value='abc'>"
        "<input name='q' value='x'><a href=\"javascript:__doPostBack('ctl00$pager','Page$2')\">2</a>"
        "<a href=\"javascript:__doPostBack('ctl00$next','')\">Trang sau</a>"
        "<a href=\"javascript:__doPostBack('ctl00$list','5')\">Bình chọn</a>"
        "<a href=\"javascript:__doPostBack('ctl00$rating','5')\">5</a></form>"
    )
    page = read(f"<html><body>{html}</body></html>", url=LISTING)
    assert [(link.url, link.page) for link in page.links] == [(LISTING, "ctl00$pager/2"), (LISTING, "next")]
    assert parse_qs(urlencode(page.links[0].form or ())) == {
        "__VIEWSTATE": ["abc"], "__EVENTTARGET": ["ctl00$pager"], "__EVENTARGUMENT": ["Page$2"],
    }  # fmt: skip


def test_a_pager_of_thousands_of_pages_does_not_multiply_what_its_form_holds(read) -> None:
    pager = "".join(
        f"<a href=\"javascript:__doPostBack('ctl00$pager','Page${n}')\">{n}</a>" for n in range(2, 1002)
    )
    state = "x" * 200_000
    form = f"<form method=post><input type=hidden name=__VIEWSTATE value={state}>{pager}</form>"
    page = read(f"<html><body>{form}</body></html>", url=LISTING)
    assert [link.page for link in page.links[:2]] == ["ctl00$pager/2", "ctl00$pager/3"]
    assert 10 * len(state) < sum(len(value) for link in page.links for _, value in link.form) < MOST_FORMS


def test_a_feed_gives_addresses_with_their_dates(read) -> None:
    rss = (
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><rss><channel>"
        "<item><title>&e;</title><link>https://mst.gov.vn/bai-197154827.htm</link><pubDate>Mon, 27 Nov 2023 09:58:00 +0700</pubDate></item>"
        "<item><link>https://evil.example/a-197154827.htm</link></item></channel></rss>"
    )
    page = read(rss, url="https://mst.gov.vn/rss/home.rss", mime="text/xml")
    assert page.outcome == Outcome.FEED
    assert page.links == (
        Link("https://mst.gov.vn/bai-197154827.htm", Kind.ARTICLE, published_at="2023-11-27T09:58:00+07:00"),
    )


def test_a_sitemap_index_leads_to_sitemaps(read) -> None:
    xml = (
        "<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        "<sitemap><loc>https://mst.gov.vn/sitemaps/sitemaps-2025-3.xml</loc></sitemap></sitemapindex>"
    )
    page = read(xml, url="https://mst.gov.vn/sitemap.xml", mime="application/xml")
    assert [(link.url, link.kind) for link in page.links] == [
        ("https://mst.gov.vn/sitemaps/sitemaps-2025-3.xml", Kind.SITEMAP)
    ]


def test_a_feed_that_is_no_xml_is_unreadable(read) -> None:
    assert read("nothing of the kind", url="https://mst.gov.vn/rss/home.rss").outcome == Outcome.UNREADABLE


@pytest.mark.parametrize(
    "url", [BACKAN, LISTING, MIC, "https://mst.gov.vn/a-1971.htm", "https://mst.gov.vn/sitemap.xml"]
)
@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff\xfe<html",
        b"<",
        b"<html><body>&#xD800;&#99999999;",
        b"<?xml version='1.0'?><a>" * 50,
        b"\xff\xfe<",
    ],
)
def test_garbage_never_raises(read, url: str, body: bytes) -> None:
    assert read(body, url=url).outcome in Outcome
