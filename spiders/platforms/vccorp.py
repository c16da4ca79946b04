"""The newsroom system of VCCorp, on which mic.gov.vn ran from 2024 and mst.gov.vn runs.

An address ends in `-197` and digits: the moment of writing, or the id that the article had at the MIC.
Files lie on `*.mediacdn.vn`.
"""

from archive.model import Kind
from spiders.address import address
from spiders.engine import Engine, Layout
from spiders.portal import Portal

VCCORP = Engine(
    name="vccorp",
    addresses=(
        address(Kind.ARTICLE, r"/[^/]+-197(?P<id>\d+)\.html?(?:\?.*)?", shared=True),
        address(Kind.SITEMAP, r"/sitemap[^/]*\.xml|/sitemaps/.+\.xml"),
        address(Kind.RSS, r"/rss/.*|/.+\.rss"),
        address(Kind.LISTING, r"/(?:[\w-]+/)*(?:[\w-]+\.html?|trang-\d+\.html?)?(?:\?.*)?"),
    ),
    layouts=(
        Layout(
            "detail",
            title=("[data-role=title]", "h1.detail-title", "h1.article-title", "h1"),
            body=(".detail-content.afcbc-body", "[data-role=content]", ".detail-content"),
            date=("[data-role=publishdate]", ".detail-time", ".detail-info time"),
            lead=("h2.detail-sapo", "[data-role=sapo]", ".detail-sapo"),
            section=("[data-role=cate-name]", ".detail-cate a", ".detail-category a"),
            author=("[data-role=author]", ".detail-author"),
            source=(".detail-source", "[data-role=source]"),
            drop=(
                ".VCSortableInPreviewMode[type=RelatedOneNews]",
                "#listNewsInContent",
                ".link-content-footer",
            ),
        ),
    ),
)


class VCCorp(Portal):
    """A portal on VCCorp's system: found through its sitemap and RSS as well as its listings."""

    platform = "vccorp"
    engines = (VCCORP,)
