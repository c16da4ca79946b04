"""A portal on a host of its own, beside `hostile_portal`: the spider, for crawls in processes of their own."""

from hostile_portal import Hostile


class Other(Hostile):
    name = "other"
    homepage = "http://other.test/"
    hosts = ("other.test",)
