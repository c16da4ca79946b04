"""All hosts of the replica in one table, and what stands in front of their pages."""

from datetime import date

from crawler.replica import guards
from crawler.replica.corpus import sites
from crawler.replica.exchange import Request, Response, Routes, html
from crawler.replica.pages.backan_new import BackanNew
from crawler.replica.pages.backan_old import BackanOld
from crawler.replica.pages.engine import Engine
from crawler.replica.pages.mic import Mic
from crawler.replica.pages.more import More, with_more
from crawler.replica.pages.mst import Mst

ENGINES: dict[str, type[Engine]] = {
    "backan_new": BackanNew,
    "backan_old": BackanOld,
    "mic": Mic,
    "mst": Mst,
}


class Web:
    """Answers requests as the portals would, on the day `today`; one of them with so many `more` articles."""

    def __init__(self, today: date, more: int = 0) -> None:
        self.today = today
        self._more: More | None = None
        self._hosts: dict[str, Engine] = {}
        self._routes: Routes = {}
        for site in sites():
            if more and site.portal == "mst":
                site = with_more(site, more)
                self._more = More(site, today, more)
            engine = ENGINES[site.engine](site, today)
            # Two engines may share a host: then its front page is that of the first.
            self._routes = {**engine.routes(), **guards.routes(site), **self._routes}
            for host in (site.host, *site.aliases):
                self._hosts.setdefault(host, engine)

    def answer(self, request: Request) -> Response:
        """The response to a request; 502 for a host that the replica does not play."""
        engine = self._hosts.get(request.host)
        if engine is None:
            return html("<h1>502 Bad Gateway</h1>", 502)
        if stopped := guards.stop(engine.site, request):
            return stopped
        if self._more and (one_more := self._more.answer(request)):
            return one_more
        # Another name of a host shows the pages of its main one.
        for host in (request.host, engine.site.host):
            if route := self._routes.get(f"{host}{request.path}".lower()):
                return route(request)
        return engine.missing()
