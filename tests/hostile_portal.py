"""Portals whose servers do things wrong: the spiders, for crawls in processes of their own."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from scrapy.http import Request, Response

from archive.model import Kind, Page
from spiders.address import address, host_of
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

    @classmethod
    def covers(cls, url: str) -> bool:
        return host_of(url) in cls.hosts  # at any port


class Raising(Hostile):
    """Cannot read one page at all."""

    name = "raising"

    @classmethod
    def read(cls, response: Response) -> Page:
        if response.url.endswith("/bai/1"):
            raise RuntimeError("a mistake of ours")
        return super().read(response)


class Stumbling(Hostile):
    """Reads what no database can hold from one page, and fails on another."""

    name = "stumbling"

    @classmethod
    def read(cls, response: Response) -> Page:
        page = super().read(response)
        if page.article and response.url.endswith("/bai/tot"):
            return replace(page, article=replace(page.article, views=1 << 64))
        return page

    def follow(self, response: Response, page: Page) -> Iterator[Request]:
        if response.url.endswith("/bai/bang-ma"):
            raise RuntimeError("a mistake of ours")
        return super().follow(response, page)
