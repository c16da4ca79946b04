"""What stands around and inside a story on real portals must neither end it, nor get into it."""

import pytest
from scrapy.http import Response
from scrapy.spiderloader import SpiderLoader

from archive.model import Article, Outcome

URL = "https://backan.gov.vn/Pages/tin-tuc-1/mot-bai-viet-thu-0123456789abcdef.aspx"
TITLE = "Một bài viết thử về đường làng ở xã vùng cao"
LONG = "Nhân dân thôn Bản Mới cùng nhau làm đường bê tông, trồng hoa hai bên đường và dọn vệ sinh vào ngày thứ bảy hằng tuần, đợt {}."
PARAGRAPHS = [LONG.format(number) for number in ("một", "hai", "ba", "bốn", "năm")]
DATE = "<div>(Cập nhật lúc: 16/05/2019 16:40:14 )</div>"
END = "<div><a href='/_layouts/15/Authenticate.aspx'>Sign In</a></div>"
FOOTER = "<div>CỔNG TTĐT TỈNH BẮC KẠN</div><div>Địa chỉ: phường Phùng Chí Kiên</div>"
NEWS = "".join(
    f"<li><a href='/Pages/tin-1/tin-khac-so-{i:016x}.aspx'>Một tin khác của tỉnh ta, tin số {i}</a> <span>(0{i}/12/2023)</span></li>"
    for i in (1, 2, 3)
)


def paragraphs(*texts: str, tag: str = "p") -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for text in texts)


STORY = paragraphs(*PARAGRAPHS)
FRAMES = {
    "a counter in its own line beside the date": (DATE + "<div>Lượt xem: 512</div>", STORY, END + FOOTER),
    "a counter in the cell beside the date": ("<table><tr><td>16/05/2019 16:40:14</td><td>Lượt xem: 512</td></tr></table>", STORY, END + FOOTER),
    "a link to the comments under the date": (DATE + "<div><a href='#bl'>Bình luận</a> (0)</div>", STORY, END + FOOTER),
    "links to share under the date": (DATE + "<p><a href='#1'>Chia sẻ Facebook</a> <a href='#2'>Gửi email</a> <a href='#3'>In trang này</a></p>", STORY, END + FOOTER),
    "a related box in the middle": (DATE, paragraphs(*PARAGRAPHS[:2]) + f"<div><b>Tin liên quan</b><ul>{NEWS}</ul></div>" + paragraphs(*PARAGRAPHS[2:]), END + FOOTER),
    "a related list after it": (DATE, STORY, f"<div><b>Các tin khác</b></div><ul>{NEWS}</ul>" + END + FOOTER),
    "a side column and no closing mark": (DATE, f"<div>{STORY}</div>", f"<div><div>Thăm dò ý kiến</div><p>Theo bạn, giao diện của cổng đã thân thiện chưa?</p><ul>{NEWS}</ul></div>"),
    "a rating and its points": (DATE, STORY, "<div>Tổng số điểm của bài viết là: 0 trong 0 đánh giá</div><div>Click để đánh giá bài viết</div>" + FOOTER),
    "a counter with its number first": (DATE, STORY, "<div><span>1.024</span> lượt xem</div>" + END + FOOTER),
    "a list of tags": (DATE, STORY, "<div>Từ khóa: <a href='/t1'>nông thôn mới</a>, <a href='/t2'>đường làng</a></div>" + END + FOOTER),
}  # fmt: skip


@pytest.fixture
def read(portals: SpiderLoader):
    def read(body: str, url: str = URL) -> Article:
        portal = portals.load("mic" if "mic.gov.vn" in url else "backan")
        html = f"<html><body><ul><li><a href='/'>Trang chủ</a></li></ul>{body}</body></html>"
        page = portal.read(
            Response(url, body=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
        )
        assert page.article is not None, page.note
        return page.article

    return read


@pytest.mark.parametrize("title", [f"<h1>{TITLE}</h1>", f"<div>{TITLE}</div>"], ids=["h1", "div"])
@pytest.mark.parametrize("frame", FRAMES)
def test_the_frame_neither_ends_a_story_nor_gets_into_it(read, frame: str, title: str) -> None:
    above, story, below = FRAMES[frame]
    article = read(title + above + story + below)
    assert (article.title, article.published_at, article.author) == (TITLE, "2019-05-16T16:40:14+07:00", None)
    assert article.body.split("\n\n") == PARAGRAPHS


def test_a_box_of_news_above_the_title_is_no_end_and_not_related(read) -> None:
    url = "https://mic.gov.vn/Pages/TinTuc/tinchitiet.aspx?tintucid=160123"  # no slug to help
    article = read(f"<div>Tin mới</div><ul>{NEWS}</ul><div>{TITLE}</div>{DATE}{STORY}{END}{FOOTER}", url)
    assert (article.title, article.body.split("\n\n"), article.related) == (TITLE, PARAGRAPHS, ())


@pytest.mark.parametrize("lead", ["<div class='tin-trichdan'>{}</div>", "<p>{}</p>", "<h2>{}</h2>"])
def test_a_lead_between_title_and_a_known_body_is_not_lost(read, lead: str) -> None:
    html = f"<h1>{TITLE}</h1><div class='tin-ngay'>08/09/2020</div>" + lead.format(PARAGRAPHS[0])
    article = read(html + f"<div class='ms-rtestate-field'>{paragraphs(*PARAGRAPHS[1:])}</div>{END}")
    assert article.published_at == "2020-09-08"
    assert [text.removeprefix("## ") for text in article.body.split("\n\n")] == PARAGRAPHS


def test_a_site_name_in_a_heading_is_not_the_title(read) -> None:
    article = read(
        f"<h1>Cổng thông tin điện tử tỉnh Bắc Kạn</h1><div>{TITLE}</div>{DATE}<div class='ms-rtestate-field'>{STORY}</div>{END}"
    )
    assert article.title == TITLE


@pytest.mark.parametrize(
    "wrap", ["<table><tr><td>{}</td></tr></table>", "<center>{}</center>", "<div>{}</div>"]
)
def test_a_bold_line_under_an_image_is_a_heading_and_no_caption(read, wrap: str) -> None:
    inside = (
        f"<p>{PARAGRAPHS[0]}</p><p><img src='/a.jpg'></p><p><strong>Đường mới về bản</strong></p>"
        + paragraphs(*PARAGRAPHS[1:])
    )
    article = read(f"<div>{TITLE}</div>{DATE}{wrap.format(inside)}{END}")
    assert "## Đường mới về bản" in article.body
    assert [image.caption for image in article.images] == [None]


@pytest.mark.parametrize(
    "image",
    [
        "<table><tr><td><img src='/a.jpg'></td></tr><tr><td>Bà con làm đường.</td></tr></table>",
        "<figure><img src='/a.jpg'><figcaption>Bà con làm đường.</figcaption></figure>",
        "<p><img src='/a.jpg'><br>Bà con làm đường.<br>{}</p>",
        "<div><img src='/a.jpg'></div><div><em>Bà con làm đường.</em></div>",
        "<p align='center'><img src='/a.jpg'></p><p align='center'>Bà con làm đường.</p>",
    ],
)
def test_a_caption_is_one_in_any_markup(read, image: str) -> None:
    rest = PARAGRAPHS[1:] if "{}" not in image else PARAGRAPHS[2:]
    article = read(
        f"<div>{TITLE}</div>{DATE}<p>{PARAGRAPHS[0]}</p>{image.format(PARAGRAPHS[1])}{paragraphs(*rest)}{END}"
    )
    assert [picture.caption for picture in article.images] == ["Bà con làm đường."]
    assert article.body.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    ("end", "author", "source"),
    [
        ("<table><tr><td>Tác giả:</td><td>Ma Văn Nghị</td></tr><tr><td>Nguồn:</td><td>Báo Bắc Kạn</td></tr></table>", "Ma Văn Nghị", "Báo Bắc Kạn"),
        ("<div>Tác giả: Ma Văn Nghị<br>Nguồn: Báo Bắc Kạn</div>", "Ma Văn Nghị", "Báo Bắc Kạn"),
        ("<p>(Hương Dịu)</p>", "Hương Dịu", None),
        ("<p align='right'>Lý Văn An - Phó Bí thư Tỉnh ủy, Chủ tịch UBND tỉnh, Chủ tịch Hội đồng Thi đua</p>", "Lý Văn An - Phó Bí thư Tỉnh ủy, Chủ tịch UBND tỉnh, Chủ tịch Hội đồng Thi đua", None),
    ],
)  # fmt: skip
def test_a_byline_is_read_in_any_form(read, end: str, author: str, source: str | None) -> None:
    article = read(f"<div>{TITLE}</div>{DATE}{STORY}{end}{END}{FOOTER}")
    assert (article.author, article.source, article.body.split("\n\n")) == (author, source, PARAGRAPHS)


def test_a_clock_with_a_time_above_the_title_is_not_the_date(read) -> None:
    article = read(f"<div>Thứ Bảy, 02/12/2023 | 10:22:31 AM</div><h1>{TITLE}</h1>{STORY}{END}")
    assert article.published_at is None


def test_a_sites_visits_are_not_the_views_of_an_article(read) -> None:
    article = read(f"<div>{TITLE}</div>{DATE}{STORY}<div>Số lượt truy cập: 12.845.331</div>{FOOTER}")
    assert article.views is None
    assert read(f"<div>{TITLE}</div>{DATE}{STORY}<div>Lượt xem: 1.024</div>{FOOTER}").views == 1024


def test_no_story_is_made_of_a_page_that_has_none(portals: SpiderLoader) -> None:
    html = f"<html><body><h1>{TITLE}</h1><ul>{NEWS}</ul>{FOOTER}</body></html>"
    assert portals.load("backan").read(Response(URL, body=html.encode())).outcome == Outcome.UNREADABLE
