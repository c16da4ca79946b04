"""Portals whose servers do things wrong: the spiders, for crawls in processes of their own."""

import re
from typing import ClassVar

from archive.model import Kind
from spiders.address import address
from spiders.engine import Engine, Layout
from spiders.portal import Portal


class Hostile(Portal):
    name = "hostile"
    title = "Cổng thử nghiệm"
    publisher = "Không ai"
    homepage = "http://hostile.test/"
    platform = "hostile"
    hosts = ("hostile.test",)
    engines: ClassVar = (
        Engine(
            name="hostile",
            addresses=(
                address(Kind.ARTICLE, r"/bai/(?P<id>[\w-]+)"),
                address(Kind.LISTING, r"/|/muc/\?trang=\d+"),
            ),
            layouts=(Layout("only", title=("h1",), body=("#body",)),),
            forbidden=re.compile("/dem.aspx", re.I),
        ),
    )


class Local(Hostile):
    name = "local"
    hosts = ("localhost",)
