"""What stands before a site's pages: robots.txt, a cookie challenge, a firewall, traps."""

from hashlib import md5

from crawler.replica.corpus import Site
from crawler.replica.exchange import Request, Response, Routes, html, moved, place

# They raise counters, rate, send mail or draw pictures: a crawler that asks for one has failed its test.
TRAPS = ("tangluottruycap.aspx", "ratting.aspx", "sendtofriend.aspx", "drawcaptcha.aspx")

_REJECTED = (
    "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. "
    "Please consult with your administrator.<br><br>Your support ID is: {id}<br><br>"
    "<a href='javascript:history.back();'>[Go Back]</a></body></html>"
)
_CHALLENGE = (
    '<html><body><script>document.cookie="D1N={ticket}"+"; expires=Fri, 31-Dec-2099 23:59:59 GMT; path=/";'
    "window.location.reload(true);</script></body></html>"
)


def stop(site: Site, request: Request) -> Response | None:
    """What a guard of the site answers instead of the page, if one steps in."""
    if request.path.lower().endswith(TRAPS):
        return html("<h1>Server Error in '/' Application.</h1>", 500)
    if "https" in site.facts and request.url.startswith("http:"):
        return moved(request.url.replace("http:", "https:", 1))
    if "challenge" in site.facts and request.cookies.get("D1N") != ticket(site.host):
        return html(_CHALLENGE.format(ticket=ticket(site.host)))
    return None


def ticket(host: str) -> str:
    """The cookie that a host's challenge asks for: 32 hex digits."""
    return md5(host.encode(), usedforsecurity=False).hexdigest()


def routes(site: Site) -> Routes:
    """The pages that every site has, and the addresses of this one at which nothing can be read."""
    rejected = html(_REJECTED.format(id=int(ticket(site.host)[:15], 16)))
    pages: Routes = {place(link.url): lambda _: rejected for link in site.links("blocked")}
    return {f"{site.host}/robots.txt": lambda _: _robots(site), **pages}


def _robots(site: Site) -> Response:
    lines = ["User-agent: *", "Disallow: /_layouts/", *(f"Disallow: {path}" for path in site.disallow)]
    lines += [f"Sitemap: {url}" for url in site.facts.get("sitemap", ())]
    return Response("\r\n".join([*lines, ""]).encode(), "text/plain")
