"""An answer with status 200 that is no page is known for what it is; an article about such answers stays one."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from scrapy.http import HtmlResponse
from scrapy.spiderloader import SpiderLoader

from archive.counts import BLOCKED, FAILURES, GOOD, NO_PAGES
from archive.model import NOT_THERE, Outcome, Page
from crawler.replica import Replica
from crawler.replica.exchange import Request as AskedFor
from crawler.replica.guards import ticket
from spiders.reading.refusals import is_challenge

OLD = "https://backan.gov.vn/Pages/tin-tuc-su-kien-381/tin-trong-tinh-382/canh-bao-lua-dao-qua-mang-3f0e7a9b2c4d5e6f.aspx"
MIC = "https://mic.gov.vn/Pages/TinTuc/137150/Canh-bao-lua-dao-qua-mang.html"
LISTING = "https://mic.gov.vn/Pages/ChuyenMuc/1/Tin-tuc.html"
FEED = "https://mic.gov.vn/Pages/TinTuc/rss.aspx?chuyenmucid=1"
LINKS = "".join(
    f"<li><a href='/Pages/TinTuc/{n}/Bai-{n}.html'>Hội nghị chuyển đổi số lần thứ {n}</a></li>"
    f"<li><a href='/Pages/tin-tuc-su-kien-381/hoi-nghi-lan-thu-{n}-3f0e7a9b2c4d5e6{n}.aspx'>Hội nghị lần thứ {n}</a></li>"
    for n in range(9)
)
PROSE = "".join(
    f"<p>Trong tuần thứ {n}, cơ quan chức năng đã ghi nhận nhiều trang web giả mạo cơ quan nhà nước nhằm chiếm đoạt "
    "thông tin cá nhân của người dân trên địa bàn các xã vùng cao.</p>"
    for n in range(1, 4)
)


def bare(title: str, *body: str, head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{''.join(body)}</body></html>"
    )


def framed(title: str, body: str, news: str = "") -> str:
    """A page of the portal: menu, links, footer, and this in their midst."""
    menu = "".join(f"<li><a href='/Pages/muc-{n}/default.aspx'>Chuyên mục số {n}</a></li>" for n in range(20))
    foot = "<div>Cơ quan chủ quản: Bộ Thông tin và Truyền thông. Giấy phép số 123 do Cục Báo chí cấp ngày 1/1/2015.</div>"
    return bare(title, f"<a href='/login'>Đăng nhập</a><ul>{menu}</ul>{body}<ul>{LINKS}</ul>{news}{foot}")


def lead(title: str) -> str:
    return f"<h3><a href='/Pages/TinTuc/9/Bai-9.html'>{title}</a></h3>{PROSE}"


PASSWORD = "<form><input name='u'><input type='password' name='p'><button>Đăng nhập</button></form>"
REJECTIONS = {
    "f5": bare(
        "Request Rejected",
        "The requested URL was rejected. Please consult with your administrator.<br><br>",
        "Your support ID is: 14396929317839226498<br><br><a href='javascript:history.back();'>[Go Back]</a>",
    ),
    "f5 without a title": "<html><body>The requested URL was rejected. Please consult with your administrator."
    "<br><br>Your support ID is: 14396929317839226498</body></html>",
    "sharepoint": bare(
        "Access Denied",
        "<h1>Sorry, you don't have access to this page</h1><p>Correlation ID: 0a1b</p>",
        head="<meta name='SharePointError' content='1'>",
    ),
    "sharepoint, in a frame": framed(
        "Access required", "<h1>Access required</h1><p>Let us know why you need access.</p>"
    ),
    "cloudflare": bare(
        "Attention Required! | Cloudflare",
        "<h1>Sorry, you have been blocked</h1><h2>You are unable to access mic.gov.vn</h2>",
        "<h2>Why have I been blocked?</h2><p>This website is using a security service to protect itself from online attacks. "
        "The action you just performed triggered the security solution. There are several actions that could trigger this "
        "block including submitting a certain word or phrase, a SQL command or malformed data.</p><h2>What can I do to resolve "
        "this?</h2><p>You can email the site owner to let them know you were blocked. Please include what you were doing when "
        "this page came up and the Cloudflare Ray ID found at the bottom of this page.</p><p>Cloudflare Ray ID: 8f1</p>",
    ),
    "cloudflare waits": bare(
        "Just a moment...", "<h1>mic.gov.vn</h1><p>Checking your browser before accessing mic.gov.vn.</p>"
    ),
    "iis": bare(
        "403 - Forbidden: Access is denied.",
        "<h1>Server Error</h1><h2>403 - Forbidden: Access is denied.</h2>",
        "<h3>You do not have permission to view this directory or page using the credentials that you supplied.</h3>",
    ),
    "nginx": "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>",
    "an isp": bare(
        "Thông báo",
        "<h2>Truy cập bị chặn</h2><p>Trang web này bị chặn theo yêu cầu của cơ quan chức năng.</p>",
    ),
    "a vietnamese firewall": bare("WAF", "<h1>Yêu cầu của bạn đã bị từ chối!</h1><p>Mã sự cố: 2f9c1</p>"),
    "no right": framed("Thông báo", "<h2>Bạn không có quyền truy cập trang này</h2>"),
}
LOGINS = {
    "login": bare("Đăng nhập hệ thống", PASSWORD),
    "login by a heading": bare("Cổng thông tin", "<h1>Đăng nhập hệ thống</h1>", PASSWORD),
    "login without a name": bare("", PASSWORD),
    "sign in": bare("Sign In", f"<h1>Sign In</h1>{PASSWORD}<p>Use your organizational account.</p>"),
    "session": bare("Thông báo", "<p>Phiên làm việc của bạn đã hết hạn. Vui lòng đăng nhập lại.</p>"),
}
ERRORS = {
    "sharepoint": bare(
        "Error",
        "<h1>Sorry, something went wrong</h1><p>An unexpected error has occurred.</p>",
        "<p>TECHNICAL DETAILS</p><p>Troubleshoot issues with Microsoft SharePoint Foundation.</p>"
        "<p>Correlation ID: 6b1f5f9e-8a1c-50b7-5b1c-0d5f8a3c9d11</p><p>Date and Time: 11/21/2026 7:00:00 AM</p><a>GO BACK TO SITE</a>",
        head="<meta name='SharePointError' content='0'>",
    ),
    "sharepoint in vietnamese": framed(
        "Lỗi",
        "<h1>Rất tiếc, đã xảy ra sự cố</h1><p>Đã xảy ra lỗi không mong muốn.</p><p>ID Tương quan: 6b1f5f9e</p>",
    ),
    "asp.net": bare(
        "Runtime Error",
        "<h1>Server Error in '/' Application.<hr></h1><h2><i>Runtime Error</i></h2>",
        "<b> Description: </b>An application error occurred on the server. The current custom error settings for this application "
        "prevent the details of the application error from being viewed remotely (for security reasons). It could, however, be "
        "viewed by browsers running on the local server machine.<br><br><b>Details:</b> To enable the details of this specific "
        "error message to be viewable on remote machines, please create a &lt;customErrors&gt; tag within a &quot;web.config&quot; "
        "configuration file located in the root directory of the current web application. This &lt;customErrors&gt; tag should "
        "then have its &quot;mode&quot; attribute set to &quot;Off&quot;.",
    ),
    "gateway": bare("502 Bad Gateway", "<h1>502 Bad Gateway</h1><hr>nginx"),
    "wordpress": bare("Database Error", "<h1>Error establishing a database connection</h1>"),
    "maintenance": bare(
        "Bảo trì theo lịch trình", "<h1>Trang web đang được bảo trì định kỳ.</h1><h2>Hãy trở lại sau!</h2>"
    ),
    "maintenance, more": bare(
        "Website đang bảo trì",
        "<h1>Website đang bảo trì</h1><p>Chúng tôi đang tiến hành cập nhật và nâng cấp website.</p>"
        "<p>Xin lỗi vì sự bất tiện này và hẹn gặp lại bạn sau!</p>",
    ),
    "maintenance of the portal": bare("Thông báo", "<p>Cổng thông tin điện tử tỉnh đang được nâng cấp.</p>"),
    "maintenance in english": bare(
        "Site Maintenance", "<h1>We&rsquo;ll be back soon!</h1><p>Sorry for the inconvenience.</p>"
    ),
    "nginx": bare(
        "Welcome to nginx!",
        "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is successfully installed "
        "and working. Further configuration is required.</p><p><em>Thank you for using nginx.</em></p>",
    ),
    "apache": "<html><body><h1>It works!</h1></body></html>",
    "iis": bare(
        "IIS Windows Server", "<a href='http://go.microsoft.com'><img src='iisstart.png' alt='IIS'></a>"
    ),
    "suspended": bare(
        "Account Suspended", "<h1>Account Suspended</h1><p>This Account has been suspended.</p>"
    ),
    "parked": bare(
        "backan.gov.vn is for sale", "<h1>This domain is for sale</h1><a href='/buy'>Buy this domain</a>"
    ),
    "hosting": bare(
        "Thông báo", "<h2>Website đã bị tạm ngưng hoạt động</h2><p>Vui lòng liên hệ nhà cung cấp.</p>"
    ),
}
MISSING = {
    "iis": bare(
        "The resource cannot be found.",
        "<h1>Server Error in '/' Application.<hr></h1><h2><i>The resource cannot be found.</i></h2>",
        "<b>Description:</b> HTTP 404. The resource you are looking for (or one of its dependencies) could have been removed, had "
        "its name changed, or is temporarily unavailable.<br><b>Requested URL:</b> /a.aspx<br><b>Version Information:</b>&nbsp;"
        "Microsoft .NET Framework Version:4.0.30319; ASP.NET Version:4.7.3",
    ),
    "apache": bare(
        "404 Not Found", "<h1>Not Found</h1><p>The requested URL /a was not found on this server.</p>"
    ),
    "in a frame": framed(
        "Không tìm thấy trang", "<h1>Không tìm thấy trang</h1><p>Trang bạn tìm không có.</p>"
    ),
    "in a frame with news": framed(
        "Cổng TTĐT", "<h1>Không tìm thấy trang</h1>", lead("Hội nghị tổng kết công tác năm")
    ),
    "in a frame without a heading": framed("Cổng TTĐT", "<div>Bài viết không tồn tại hoặc đã bị xóa</div>"),
    "in a frame, politely": framed("Cổng TTĐT", "<div>Xin lỗi, trang bạn yêu cầu không tồn tại!</div>"),
    "404 in vietnamese": bare(
        "Lỗi 404 - Trang không tồn tại", "<h2>404</h2><p>Rất tiếc, không tìm thấy trang này.</p>"
    ),
}


def read(portals: SpiderLoader, url: str, body: str) -> Page:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    portal = next(p for name in portals.list() if (p := portals.load(name)).covers(url))
    return portal.read(HtmlResponse(url, body=body.encode(), headers=headers))


@pytest.mark.parametrize("url", [OLD, MIC])
@pytest.mark.parametrize(
    ("outcome", "note", "body"),
    [
        pytest.param(outcome, note, body, id=f"{note}: {name}")
        for outcome, note, pages in (
            (Outcome.BLOCKED, "a rejection", REJECTIONS),
            (Outcome.BLOCKED, "a login page", LOGINS),
            (Outcome.ERROR, None, ERRORS),
            (Outcome.ERROR, NOT_THERE, MISSING),
        )
        for name, body in pages.items()
    ],
)
def test_a_page_that_stands_for_no_article_is_called_what_it_is(
    portals: SpiderLoader, url: str, outcome: Outcome, note: str | None, body: str
) -> None:
    page = read(portals, url, body)
    assert (page.outcome, page.article) == (outcome, None)
    assert page.note == note if note else page.note != NOT_THERE


@pytest.mark.parametrize("url", [LISTING, FEED, "https://mic.gov.vn/Upload/2019/anh.jpg"])
@pytest.mark.parametrize("name", ["f5", "cloudflare", "nginx", "a vietnamese firewall"])
def test_a_rejection_is_one_at_any_address(portals: SpiderLoader, url: str, name: str) -> None:
    assert read(portals, url, REJECTIONS[name]).outcome == Outcome.BLOCKED


QUOTED = (
    "<p>Nhiều người dùng cho biết khi mở trang web thì gặp thông báo “Access Denied” hoặc “Request Rejected. Your support ID is: 123”.</p>"
    "<p>Truy cập bị chặn</p><p>Bài viết không tồn tại hoặc đã bị xóa</p>"
    "<p>“Sorry, something went wrong”, “404 Not Found”, “403 Forbidden” là những thông báo thường gặp nhất.</p>"
)


def article(title: str, body: str, date: str = "15/10/2023 01:14 SA", url: str = MIC) -> str:
    if url == MIC:
        text = (
            f"<div id='news_content'><div class='title_news'><h1>{title}</h1></div><div class='date-detail'><span>{date}</span></div>"
            f"<div id='divArticleContent'>{body}</div></div>"
        )
    else:
        text = f"<h1>{title}</h1><div>( Cập nhật lúc: 11/12/2019  )</div>{body}<div>Tin bài mới:</div>"
    return framed(f"{title} - Cổng TTĐT", text)


@pytest.mark.parametrize("url", [OLD, MIC])
@pytest.mark.parametrize(
    "title",
    [
        "Cảnh báo lừa đảo qua mạng",
        "Vì sao trang web báo “Access Denied” và người dân phải làm gì",
        "Truy cập bị chặn",
        "404 Not Found",
        "Hệ thống dịch vụ công của tỉnh tạm dừng hoạt động để nâng cấp từ ngày 20/10",
        "Đăng nhập một lần cho mọi dịch vụ công",
    ],
)
def test_an_article_about_error_pages_stays_an_article(portals: SpiderLoader, url: str, title: str) -> None:
    page = read(portals, url, article(title, QUOTED + PROSE, url=url))
    assert page.outcome in (Outcome.SELECTORS, Outcome.LANDMARKS)
    assert page.article
    assert page.article.title == title
    assert "Request Rejected" in page.article.body


@pytest.mark.parametrize(
    "body",
    [
        QUOTED,
        "<p>Từ 22 giờ ngày 20/10 đến 6 giờ ngày 21/10, trang web tạm ngừng để bảo trì, mong bạn đọc thông cảm./.</p>",
        "<p>“Access Denied”: lỗi này do đâu? Phóng viên trao đổi với ông Nguyễn Văn A, Cục An toàn thông tin.</p>",
    ],
)
def test_a_short_article_about_error_pages_stays_an_article(portals: SpiderLoader, body: str) -> None:
    assert read(portals, MIC, article("Cảnh báo lừa đảo qua mạng", body)).article


@pytest.mark.parametrize("title", ["Truy cập bị chặn", "Trang web đang bảo trì", "404 Not Found"])
@pytest.mark.parametrize(
    "body",
    [
        "<p>Từ 22 giờ ngày 20/10, trang web tạm ngừng để bảo trì, mong bạn đọc thông cảm./.</p>",
        "<div>(Cập nhật lúc: 16/05/2019 16:40:14 )</div><p>Sở Thông tin và Truyền thông cho biết đã tìm ra nguyên nhân "
        "và sẽ khắc phục xong trong ngày mai.</p>",
    ],
)
def test_the_end_or_the_date_of_an_article_tells_it_from_an_error_page_of_that_name(
    portals: SpiderLoader, title: str, body: str
) -> None:
    assert read(portals, MIC, article(title, body)).article


def test_a_short_page_with_a_login_box_beside_it_stays_an_article(portals: SpiderLoader) -> None:
    body = article("Cảnh báo lừa đảo qua mạng", PROSE).replace("<ul>", f"<h3>Đăng nhập</h3>{PASSWORD}<ul>", 1)
    assert read(portals, MIC, body).article


@pytest.mark.parametrize("title", ["Trang chủ", "Đăng nhập", "Error", "Lỗi"])
def test_a_listing_with_a_login_box_or_a_careless_title_stays_a_listing(
    portals: SpiderLoader, title: str
) -> None:
    body = framed(title, f"<h3>Đăng nhập</h3>{PASSWORD}<p>Không tìm thấy bài viết</p>")
    page = read(portals, LISTING, body)
    assert page.outcome == Outcome.LISTING
    assert len(page.links) >= 9


def test_no_article_of_the_replica_is_taken_for_a_refusal(portals: SpiderLoader) -> None:
    with Replica() as replica:
        for truth in replica.addresses():
            answer = replica.web.answer(asked_for(truth.urls[0]))
            page = read(portals, truth.urls[0], answer.body.decode())
            assert page.article, (truth.urls[0], page.outcome, page.note)


def asked_for(url: str) -> AskedFor:
    host = urlsplit(url).hostname or ""
    return AskedFor(url, cookies={"D1N": ticket(host)})


def test_every_outcome_is_counted_on_one_side() -> None:
    assert {Outcome.ERROR, Outcome.BLOCKED} <= FAILURES
    assert {Outcome.ERROR, Outcome.BLOCKED, Outcome.CHALLENGE} == BLOCKED
    assert not GOOD & (FAILURES | BLOCKED)
    assert frozenset(Outcome) - NO_PAGES <= GOOD | {Outcome.UNREADABLE}


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "portals").glob("*/*.json")), ids=str)
def test_no_saved_page_is_a_refusal(path: Path) -> None:
    assert json.loads(path.read_text())["outcome"].startswith("article:")


def test_a_stub_is_a_challenge_and_a_longer_page_with_such_a_script_is_none() -> None:
    stub = b'<script>document.cookie="D1N=0123";window.location.reload(true);</script>'
    assert is_challenge(stub)
    assert not is_challenge(stub + b" " * 4096)
