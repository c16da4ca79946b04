"""Read the head of a response, up to what a WARC file of ours may hold."""

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web._newclient import Request as TxRequest
from twisted.web.iweb import IResponse

from archive.warc.head import MAX_HEAD


class Parser(_LenientHTTPClientParser):
    """Scrapy's own, but a line may be as long as a whole head: Twisted gives up at 16 KB.

    And a head ends somewhere: Twisted would collect one as long as it comes.
    """

    MAX_LENGTH = MAX_HEAD
    size = 0  # of the head so far

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  # Twisted's name for it
        self.size += len(line)
        if self.size > MAX_HEAD:
            raise ValueError(f"a head of more than {MAX_HEAD >> 20} MB")
        super().lineReceived(line)


class Protocol(_LenientHTTP11ClientProtocol):
    """Puts the parser into its place as Scrapy's own does with its one."""

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        answer = super().request(request)
        assert self._parser is not None
        self._parser.__class__ = Parser
        return answer


class Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802
        return Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
