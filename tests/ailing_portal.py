"""A portal whose pages are asked for again in every crawl and bear dates: for crawls that notice when they do not."""

from typing import ClassVar

from hasty_portal import Hasty
from hostile_portal import Hostile

from spiders.engine import Engine, Layout


class Ailing(Hasty):
    name = "ailing"
    engines: ClassVar = (
        Engine(
            name="ailing",
            addresses=Hostile.engines[0].addresses,
            layouts=(Layout("only", title=("h1",), body=("#body",), date=("#date",)),),
        ),
    )
