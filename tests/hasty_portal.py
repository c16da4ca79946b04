"""A portal whose pages are asked for again in every crawl: the spider, for crawls in processes of their own."""

from datetime import timedelta

from hostile_portal import Hostile


class Hasty(Hostile):
    name = "hasty"
    recheck = ()
    recheck_shortest = recheck_longest = timedelta(0)
