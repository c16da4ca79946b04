"""The portal that all crawls of the suite are of: the old system, on loopback at any port."""

import os

from spiders.address import host_of
from spiders.platforms.sharepoint import BackanOld

SITE = "BENCH_SITE"  # the variable of the environment that tells where it is served


class Bench(BackanOld):
    name = "bench"
    title = "Cổng đo tốc độ"
    publisher = "Không ai"
    homepage = os.environ.get(SITE, "http://127.0.0.1/")
    hosts = ("127.0.0.1",)

    @classmethod
    def covers(cls, url: str) -> bool:
        return url.startswith("http://") and host_of(url) in cls.hosts  # at any port
