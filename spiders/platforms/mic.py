"""The ministry's SharePoint 2013 portal, to 2024: one database of articles behind many sub-webs and skins.

An article's id is the same in `/Pages/TinTuc/<id>/<Slug>.html` and `tinchitiet.aspx?tintucid=<id>`, and
whatever sub-web (`nongthon`, `mic_2020` …) stands before. Whether `cspl.` and `english.` count on their
own is unknown, so an id is theirs alone: two copies of one article do less harm than one article of two.

The markup comes from the live site's template of 2017 and selectors in use in 2020. A page's clock
(`Thứ bảy, ngày 02/12/2023`) shows the day of reading. `tangLuotTruyCap.aspx` raises the view counter.
"""

import re

from archive.model import Kind
from spiders.address import address
from spiders.engine import Engine, Landmarks, Layout
from spiders.platforms.vccorp import VCCORP
from spiders.portal import Portal

_WEB = r"(?:/[\w.-]+){0,2}?/pages"

MIC = Engine(
    name="mic",
    addresses=(
        address(Kind.ARTICLE, rf"{_WEB}/tintuc/(?P<id>\d+)/[^/]*(?:\.html?)?(?:\?.*)?"),
        address(Kind.ARTICLE, rf"{_WEB}/tintuc/tinchitiet\.aspx\?(?:.*&)?tintucid=(?P<id>\d+)(?:&.*)?"),
        address(Kind.RSS, rf"{_WEB}/tintuc/rss\.aspx(?:\?.*)?"),
        address(Kind.PRINT, rf"{_WEB}/tintuc/printpage\.aspx\?.*"),
        address(Kind.LISTING, rf"{_WEB}/chuyenmuc/.+"),
        address(
            Kind.LISTING,
            rf"{_WEB}/(?:tintuc|chuyenmuc)/?(?:(?:default|trangchu|danhsach\w*)\.aspx)?(?:\?.*)?",
        ),
        address(Kind.DOCUMENT, rf"{_WEB}/vanban/\d+/[^/]*(?:\.html?)?(?:\?.*)?"),
        address(Kind.DOCUMENT_LIST, rf"{_WEB}/vanban/(?:\w*danhsach\w*\.aspx)?(?:\?.*)?"),
        address(Kind.LISTING, r"(?:/[\w.-]+)?/(?:pages/?)?(?:(?:default|trangchu|home)\.aspx)?(?:\?.*)?"),
    ),
    layouts=(
        Layout(
            "2017",
            title=("#news_content .title_news h1", ".title_news h1", ".title_news", "#news_content h1"),
            body=("#divArticleContent",),
            date=(".date-detail > span:not(.fr)", ".date-detail > div", ".date-detail"),
            lead=("#divArticleDescription",),
            section=("h3.title-list-news span.title-t1", "h3.title-list-news"),
            drop=(".tien-ich", ".tin-khac", "#dsldvNews", ".date-detail"),
        ),
    ),
    landmarks=Landmarks(section_above=True, visits=True),
    forbidden=re.compile(
        r"ratting\.aspx|rating\.aspx|sendtofriend|drawcaptcha|binhchon|/_layouts/|/_vti_bin/|login\.aspx",
        re.I,
    ),
)


class MicSharePoint(Portal):
    """A portal on the ministry's system; the host carried VCCorp's pages in its last year."""

    platform = "mic"
    engines = (MIC, VCCORP)
