"""The portal of the hostile site with all its hosts: the spider, for crawls in processes of their own."""

from datetime import timedelta
from typing import ClassVar

from hostile_portal import Hostile

from archive.model import Kind
from spiders.address import address
from spiders.engine import Engine, Layout

HOSTS = (
    "hostile.test", "cho-giay.test", "cho-ngay.test", "robots-500.test", "robots-treo.test", "robots-to.test",
    "robots-html.test", "robots-di.test", "robots-cam.test", "thach-do.test", "thach-mai.test",
    "dang-nhap.test", "tu-choi.test", "tuong-lua.test", "loi.test", "mat.test",
)  # fmt: skip


class Everything(Hostile):
    """Its pages are asked for again in every crawl."""

    name = "everything"
    hosts = HOSTS
    recheck = ()
    recheck_shortest = recheck_longest = timedelta(0)
    engines: ClassVar = (
        Engine(
            name="hostile",
            addresses=(
                address(Kind.ARTICLE, r"/bai/(?P<id>[\w-]+)(?:\?.*)?"),
                address(Kind.RSS, r"/rss(?:/tep)?"),
                address(Kind.LISTING, r"/|/(?:muc|lich|phien|trang|thu-muc|vi|en)/.*"),
            ),
            layouts=(Layout("only", title=("h1",), body=("#body",)),),
            forbidden=Hostile.engines[0].forbidden,
        ),
    )
