"""Keep cookies without asking anybody what a public suffix is."""

from collections.abc import Iterable
from http.cookiejar import Cookie

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http import Request
from scrapy.http.cookies import CookieJar


class Cookies(CookiesMiddleware):
    """Scrapy's own, which downloads the Public Suffix List at the first cookie, and caches it in $HOME.

    It guards one site's cookies from another's; a crawl of ours knows the hosts of one portal only.
    """

    def _process_cookies(self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request) -> None:
        for cookie in cookies:
            jar.set_cookie_if_ok(cookie, request)
