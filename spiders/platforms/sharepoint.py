"""The province's two SharePoint systems: the old one (to about 2021) and the new publishing portal.

No page of either has been found with its markup, only with its text, so the selectors are candidates by
analogy with other SharePoint portals of the country, and the landmarks are what is certain.

Old:   title, `( Cập nhật lúc: dd/MM/yyyy [HH:mm:ss] )`, body to `./.`, byline, `Tin bài mới:`, `Sign In`.
New:   `PublishingPortal - Block_BanTin_Toolbar`, dd/MM/yyyy, `Tăng cỡ chữ Giảm cỡ chữ`, title, lead,
       `PublishingPortal - Block_BanTin_ViewData`, caption, body to `./.`, byline.
"""

import re

from archive.model import Kind
from spiders.address import address
from spiders.engine import Engine, Landmarks, Layout
from spiders.portal import Portal

_BODY = (
    "[id$=_ControlWrapper_RichHtmlField]",
    ".ms-rtestate-field",
    "#divArticleContent",
    ".article-content",
    ".news-content",
    ".noidung",
)
_TITLE = ("h1.title", ".news-title", ".article-title", "#divArticleTitle", ".tieude", "h1")
_LEAD = ("#idTomTat", "#divArticleDescription2", "#divArticleDescription", ".news-sapo", ".sapo", ".tomtat")
_DATE = ("#publish-date", ".publish-date", ".news-date", ".date-detail", ".ngaydang")
RICH_HTML_FIELD = Layout("rich-html-field", title=_TITLE, body=_BODY, date=_DATE, lead=_LEAD)

OLD = Engine(
    name="backan-old",
    addresses=(
        address(Kind.ARTICLE, r"/pages/(?:[^/]+-\d+/){1,4}[^/]+-(?P<id>[0-9a-f]{13,16})\.aspx(?:\?.*)?"),
        address(Kind.LISTING, r"/pages/(?:[^/]+-\d+/){1,4}(?:default\.aspx)?(?:\?.*)?"),
        address(Kind.LISTING, r"/(?:default\.aspx|pages/default\.aspx|pages/?)?(?:\?.*)?"),
    ),
    layouts=(RICH_HTML_FIELD,),
    forbidden=re.compile(r"/_layouts/|/_vti_bin/|/_catalogs/|/forms/|signout|authenticate|login\.aspx", re.I),
)

NEW = Engine(
    name="backan-new",
    addresses=(
        address(Kind.ARTICLE, r"/pages/(?P<id>[^/]+-[0-9a-f]{4})\.aspx(?:\?.*)?"),
        # Unseen; a page without the four hex digits of an article is taken for a listing and read for links.
        address(Kind.LISTING, r"/pages/[^/]+\.aspx(?:\?.*)?"),
    ),
    layouts=(RICH_HTML_FIELD,),
    landmarks=Landmarks(
        date_first=True, lead_end=re.compile(r"\s*PublishingPortal\s*-\s*Block_BanTin_ViewData\s*", re.I)
    ),
    forbidden=OLD.forbidden,
)


class BackanOld(Portal):
    """A portal on the old system. State `title`, `publisher`, `homepage` and `hosts`; all else is known."""

    platform = "backan-old"
    engines = (OLD,)


class BackanBoth(Portal):
    """A host that has carried both systems, the new one with older news migrated into it."""

    platform = "backan-old, backan-new"
    engines = (OLD, NEW)
