"""Keep cookies without asking anybody what a public suffix is."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from http.cookiejar import Cookie, DefaultCookiePolicy

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http import Request
from scrapy.http.cookies import CookieJar


class Cookies(CookiesMiddleware):
    """Scrapy's own, which downloads the Public Suffix List at the first cookie, and caches it in $HOME.

    It guards one site's cookies from another's; a crawl of ours knows the hosts of one portal only. And a
    cookie that names no domain goes back to its own host, as in a browser, not to those below it too.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self.jars = defaultdict(_jar)
        self.shown: dict[str, str] = {}  # the names of those that were not set by a header, by host

    def show(self, host: str, name: str, value: str) -> None:
        """Send a cookie to this host, and to no other, from now on, and none that was shown to it before."""
        domain = host if "." in host else f"{host}.local"  # as the jar calls a host without a dot
        with suppress(KeyError):
            self.jars[None].clear(domain, "/", self.shown.get(host, name))
        self.shown[host] = name
        self.jars[None].set_cookie(
            Cookie(
                0, name, value, port=None, port_specified=False, domain=domain, domain_specified=False,
                domain_initial_dot=False, path="/", path_specified=True, secure=False, expires=None,
                discard=True, comment=None, comment_url=None, rest={},
            )
        )  # fmt: skip

    def _process_cookies(self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request) -> None:
        for cookie in cookies:
            jar.set_cookie_if_ok(cookie, request)


def _jar() -> CookieJar:
    policy = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
    return CookieJar(policy)
