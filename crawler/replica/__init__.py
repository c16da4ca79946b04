"""A replica of the portals on loopback, with texts written for it: what the demo and the tests crawl."""

from crawler.replica.server import Replica
from crawler.replica.truth import Truth

__all__ = ["Replica", "Truth"]
