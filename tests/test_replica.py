"""The replica plays the portals' engines as they are known to behave, and tells the truth about its texts."""

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from lxml import etree, html

from archive.broken import mended
from archive.text import normalise, one_line, tokens
from crawler.replica import Replica, Truth
from crawler.replica.corpus import sites
from crawler.replica.guards import TRAPS

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
OLD_LISTING = "https://sonoivu.backan.gov.vn/Pages/tin-tuc-su-kien-301/cai-cach-hanh-chinh-304/default.aspx"
TRUTHS = Replica().addresses()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def tree(self) -> html.HtmlElement:
        return html.document_fromstring(self.text)

    @property
    def words(self) -> Counter[str]:
        """What the page shows, as words: scripts left out, broken text put right."""
        shown = self.tree.xpath("//body//text()[not(parent::script)]")
        return Counter(tokens(normalise(" ".join(mended(text)[0] for text in shown))))


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica() as running:
        yield running


def ask(
    replica: Replica, url: str, form: dict[str, str] | None = None, path_only: bool = False, **headers: str
) -> Answer:
    """Ask as through a proxy: the whole address on the request line, plain HTTP on the wire."""
    parts = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", urlsplit(replica.url).port)
    target = parts._replace(scheme="", netloc="") if path_only else parts._replace(scheme="http")
    sent = {"Host": parts.netloc, "X-Forwarded-Proto": parts.scheme}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    body = urlencode(form) if form is not None else None
    connection.request("POST" if form is not None else "GET", target.geturl(), body, sent)
    response = connection.getresponse()
    answer = Answer(response.status, dict(response.getheaders()), response.read())
    connection.close()
    return answer


def story(engine: str, start: str) -> Truth:
    return next(truth for truth in TRUTHS if truth.engine == engine and truth.title.startswith(start))


def test_corpus_has_at_least_72_articles_over_ten_portals() -> None:
    portals = Counter(truth.portal for truth in TRUTHS)
    assert len(portals) == 10
    assert portals.total() >= 72
    assert min(portals.values()) >= 4
    assert all(120 <= truth.words <= 450 for truth in TRUTHS)


def test_addresses_of_different_articles_differ() -> None:
    urls = [url for truth in TRUTHS for url in truth.urls]
    assert len(urls) == len(set(urls))


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.urls[0].rsplit("/", 1)[1][:40])
def test_every_address_shows_the_words_of_its_article(replica: Replica, truth: Truth) -> None:
    for url in truth.urls:
        answer = ask(replica, url, Cookie=_cookie(replica, url))
        assert answer.status == 200
        said = (
            f"{truth.title} {truth.lead or ''} {truth.body} {' '.join(truth.captions)} {truth.author or ''}"
        )
        assert not Counter(tokens(said)) - answer.words


def test_texts_share_no_sentence_with_the_real_pages() -> None:
    if not SEEDS.is_dir():
        pytest.skip("the real texts lie beside the repository, in ../shared/seeds, and are not here")
    real = {sentence for file in SEEDS.glob("*.txt") for sentence in _sentences(file.read_text("utf-8"))}
    assert real
    ours = {sentence for truth in TRUTHS for sentence in _sentences(f"{truth.lead}\n{truth.body}")}
    assert not ours & real


def test_old_engine_pages_look_like_sharepoint(replica: Replica) -> None:
    page = ask(replica, story("backan_old", "Miến dong Na Rì").urls[0])
    assert len(page.tree.forms[0].fields["__VIEWSTATE"]) > 5_000
    for mark in ("Skip Ribbon Commands", "(Cập nhật lúc: 20/12/2019 10:14:09 )", "Tin bài mới:", "Sign In"):
        assert mark in page.text


def test_new_engine_pages_carry_web_part_titles_in_their_order(replica: Replica) -> None:
    text = ask(replica, story("backan_new", "Homestay Pác Ngòi").urls[0]).text
    marks = (
        "PublishingPortal - Block_BanTin_Toolbar",
        "17/06/2022",
        "Tăng cỡ chữ",
        "Homestay Pác Ngòi",
        "Sau dịch, các hộ",
        "PublishingPortal - Block_BanTin_ViewData",
        "./.",
        "Hương Lan",
    )
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_ministry_pages_show_the_day_of_the_visit_and_their_own_date(replica: Replica) -> None:
    truth = story("mic", "Xóa vùng lõm sóng")
    by_slug, by_id = (ask(replica, url) for url in truth.urls)
    [header] = by_slug.tree.find_class("date-now")
    assert header.text == "Thứ bảy, ngày 22/11/2025"
    assert "18/07/2023 09:26 SA" in by_slug.text
    assert by_slug.tree.get("lang") == "en"
    assert "ms-core-overlay" in by_slug.tree.get_element_by_id("s4-workspace").get("class")
    assert _body(by_slug) == _body(by_id)


def test_science_ministry_pages_carry_their_date_for_machines(replica: Replica) -> None:
    page = ask(replica, story("mst", "Trạm y tế xã").urls[0])
    assert page.tree.xpath("string(//meta[@property='article:published_time']/@content)") == (
        "2025-03-14T09:30:00+07:00"
    )
    assert (
        one_line(page.tree.xpath("string(//*[@data-role='publishdate'])")) == "Thứ Sáu, 09:30 ngày 14/03/2025"
    )


def test_post_back_with_the_hidden_state_turns_the_page(replica: Replica) -> None:
    first = ask(replica, OLD_LISTING)
    second = ask(replica, OLD_LISTING, _post_back(first, "Page$2"))
    assert _listed(second)
    assert not set(_listed(first)) & set(_listed(second))


def test_post_back_without_the_hidden_state_shows_the_first_page_again(replica: Replica) -> None:
    first = ask(replica, OLD_LISTING)
    forged = _post_back(first, "Page$2") | {"__VIEWSTATE": "dDwtMTA4MDc1"}
    assert _listed(ask(replica, OLD_LISTING, forged)) == _listed(first)


def test_ministry_listings_page_by_path(replica: Replica) -> None:
    start = "https://mic.gov.vn/mic_2020/Pages/ChuyenMuc/PhanTrang/2287"
    name = "Thong-tin-va-truyen-thong-voi-nong-thon"
    pages = [_listed(ask(replica, f"{start}/{number}/{name}.html")) for number in (1, 2)]
    assert all(pages)
    assert not set(pages[0]) & set(pages[1])


def test_endless_listing_always_leads_to_one_more_page(replica: Replica) -> None:
    url = "https://sonnptnt.backan.gov.vn/Pages/lich-cong-tac-211/default.aspx"
    far = ask(replica, f"{url}?page=4711")
    assert "default.aspx?page=4712" in far.text
    assert _listed(far) == _listed(ask(replica, url))


def test_challenge_is_answered_with_its_cookie_only(replica: Replica) -> None:
    url = story("backan_old", "Rà soát hộ nghèo").urls[0]
    stub = ask(replica, url)
    assert (stub.status, len(stub.body)) == (200, 177)
    assert "Rà soát hộ nghèo" in ask(replica, url, Cookie=_cookie(replica, url)).text


def test_rejected_address_answers_200_with_a_support_id(replica: Replica) -> None:
    [link] = next(site for site in sites() if site.portal == "hoinongdan").links("blocked")
    page = ask(replica, link.url)
    assert page.status == 200
    assert "Request Rejected" in page.text
    assert "support ID" in page.text


def test_listings_link_to_a_page_that_is_gone(replica: Replica) -> None:
    [link] = next(site for site in sites() if site.portal == "mst").links("missing")
    assert urlsplit(link.url).path in ask(replica, "https://mst.gov.vn/").text
    assert ask(replica, link.url).status == 404


def test_old_address_redirects_to_the_new_one(replica: Replica) -> None:
    [moved] = [story for site in sites() for story in site.stories if story.moved_from]
    answer = ask(replica, str(moved.moved_from))
    assert answer.status == 301
    assert answer.headers["Location"] == story("backan_new", moved.title).urls[0]


def test_plain_http_redirects_to_https(replica: Replica) -> None:
    answer = ask(replica, "http://mst.gov.vn/rss/home.rss")
    assert (answer.status, answer.headers["Location"]) == (301, "https://mst.gov.vn/rss/home.rss")


def test_sitemaps_and_feeds_list_every_dated_article(replica: Replica) -> None:
    index = etree.fromstring(ask(replica, "https://mst.gov.vn/sitemap.xml").body)
    maps = [etree.fromstring(ask(replica, url).body) for url in index.xpath("//*[local-name()='loc']/text()")]
    listed = {url for tree in maps for url in tree.xpath("//*[local-name()='loc']/text()")}
    assert listed == {truth.urls[0] for truth in TRUTHS if truth.portal == "mst"}
    feed = etree.fromstring(ask(replica, "https://mic.gov.vn/Pages/TinTuc/rss.aspx?chuyenmucid=2287").body)
    assert len(feed.findall(".//item")) >= 3


def test_robots_txt_forbids_one_article(replica: Replica) -> None:
    [forbidden] = [truth for truth in TRUTHS if not truth.allowed]
    robots = ask(replica, f"https://{urlsplit(forbidden.urls[0]).netloc}/robots.txt").text
    assert "Disallow: /Pages/noi-bo-599/" in robots


def test_addresses_that_change_something_answer_500_and_are_recorded(replica: Replica) -> None:
    page = ask(replica, story("mic", "Xóa vùng lõm sóng").urls[0])
    for trap in TRAPS:
        assert trap in page.text.lower()
        url = f"https://mic.gov.vn/Pages/TinTuc/{trap}"
        assert ask(replica, url).status == 500
        assert ("GET", url, 500) in replica.requests


def test_pictures_and_pdf_are_valid(replica: Replica) -> None:
    page = ask(replica, story("backan_old", "Phục tráng giống hồng").urls[0])
    [png] = page.tree.xpath("//img[contains(@src, '/PictureLibrary/')]/@src")
    assert ask(replica, png).body.startswith(b"\x89PNG")
    pdf = ask(replica, "https://backan.gov.vn/SiteCollectionDocuments/quyet-dinh-812-qd-ubnd.pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.body.startswith(b"%PDF-")
    assert pdf.body.endswith(b"%%EOF\n")


def test_documents_have_a_list_a_page_and_a_file(replica: Replica) -> None:
    listing = ask(replica, "https://mic.gov.vn/mic_2020/Pages/VanBan/danhsachvanban.aspx?LVB=100")
    [first, *_] = listing.tree.xpath("//*[@class='table-vb']//a/@href")
    page = ask(replica, first)
    [file] = page.tree.xpath("//*[@class='main_vbtable']//a/@href")
    assert ask(replica, file).body.startswith(b"%PDF-")


def test_text_is_compressed_for_those_who_accept_it(replica: Replica) -> None:
    url = "https://backan.gov.vn/"
    plain, packed = ask(replica, url), ask(replica, url, Accept_Encoding="gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_origin_form_and_other_names_of_a_host_show_the_same_page(replica: Replica) -> None:
    url = story("mic", "Xóa vùng lõm sóng").urls[0]
    page = ask(replica, url)
    assert ask(replica, url, path_only=True).body == page.body
    assert _body(ask(replica, url.replace("//", "//m."))) == _body(page)


def test_unlisted_host_is_refused(replica: Replica) -> None:
    assert ask(replica, "https://example.org/").status == 502


def test_two_replicas_answer_alike(replica: Replica) -> None:
    url = story("backan_old", "Miến dong Na Rì").urls[0]
    with Replica() as other:
        assert ask(other, url) == ask(replica, url)


def test_same_story_stands_on_two_portals_and_a_migrated_one_under_two_engines() -> None:
    places = Counter(truth.body for truth in TRUTHS)
    twice = [body for body, count in places.items() if count == 2]
    pairs = [{(t.portal, t.engine) for t in TRUTHS if t.body == body} for body in twice]
    assert {("backan", "backan_old"), ("backan", "backan_new")} in pairs
    assert {("pacnam", "backan_old"), ("sonnptnt", "backan_old")} in pairs


def _cookie(replica: Replica, url: str) -> str:
    """The cookie that a challenge asks for, as a browser's script would set it; empty where there is none."""
    asked = re.search(rb'document\.cookie="(D1N=[0-9a-f]{32})"', ask(replica, url).body)
    return asked[1].decode() if asked else ""


def _post_back(page: Answer, argument: str) -> dict[str, str]:
    """The form as the page's pager would send it."""
    target = re.search(r"__doPostBack\('(ctl00[^']+)'", page.text)
    assert target
    fields = {name: value or "" for name, value in page.tree.forms[0].fields.items()}
    return fields | {"__EVENTTARGET": target[1], "__EVENTARGUMENT": argument}


def _listed(page: Answer) -> list[str]:
    return page.tree.xpath("//*[@id='danh-sach-tin' or contains(@class, 'box-news-xx')]//a/@href")


def _body(page: Answer) -> str:
    return html.tostring(page.tree.get_element_by_id("divArticleContent"), encoding="unicode")


def _sentences(text: str) -> set[str]:
    """Sentences of at least eight words, in lower case."""
    parts = re.split(r"[.!?;:]\s|\n", normalise(text).lower())
    return {" ".join(tokens(part)) for part in parts if len(tokens(part)) >= 8}
